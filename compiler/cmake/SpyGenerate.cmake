# spy_generate(TARGET SCHEMA... [IMPORT_DIRS DIR...])
#
# Runs spygen on each schema when it, or a file it imports, has changed, and adds the
# generated C to TARGET together with the folder to include it from. Needs CMake 3.20.
# The compiler is looked for in PATH; set SPYGEN to use another.

find_program(SPYGEN spygen DOC "the compiler of .spy schemas")

function(spy_generate target)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "IMPORT_DIRS")
	if(NOT SPYGEN)
		message(FATAL_ERROR "spy_generate: spygen is not in PATH; set SPYGEN to its path")
	endif()
	set(out ${CMAKE_CURRENT_BINARY_DIR}/${target}.spy)
	set(imports)
	foreach(dir IN LISTS arg_IMPORT_DIRS)
		get_filename_component(dir ${dir} ABSOLUTE)
		list(APPEND imports -I ${dir})
	endforeach()
	foreach(schema IN LISTS arg_UNPARSED_ARGUMENTS)
		get_filename_component(stem ${schema} NAME_WLE)
		get_filename_component(schema ${schema} ABSOLUTE)
		# in the order of the depfile: ninja wants the same first one
		set(files ${out}/${stem}.h ${out}/${stem}.c ${out}/${stem}.server.h
			${out}/${stem}.client.h)
		# spygen leaves an unchanged file alone; make goes by time, so touch it
		add_custom_command(
			OUTPUT ${files}
			COMMAND ${SPYGEN} ${imports} --out ${out} --depfile ${out}/${stem}.d
				${schema}
			COMMAND ${CMAKE_COMMAND} -E touch ${files}
			DEPENDS ${schema} ${SPYGEN}
			DEPFILE ${out}/${stem}.d
			COMMENT "Generating C from ${stem}.spy"
			VERBATIM)
		target_sources(${target} PRIVATE ${files})
	endforeach()
	target_include_directories(${target} PUBLIC ${out})
endfunction()
