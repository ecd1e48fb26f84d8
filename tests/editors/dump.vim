" What group each byte of the file is in: a line for each line, groups of the bytes with spaces.
" vim -es -u NONE -N --cmd 'let g:syntax = FOLDER' --cmd 'let g:out = FILE' -S dump.vim FILE
set encoding=utf-8
execute 'set runtimepath^=' . fnameescape(g:syntax)
filetype on
syntax on
execute 'edit ' . fnameescape(expand('%'))
syntax sync fromstart
let s:lines = [&filetype]
for s:l in range(1, line('$'))
	let s:groups = []
	for s:c in range(1, col([s:l, '$']) - 1)
		let s:name = synIDattr(synID(s:l, s:c, 1), 'name')
		call add(s:groups, empty(s:name) ? '-' : s:name)
	endfor
	call add(s:lines, join(s:groups))
endfor
call writefile(s:lines, g:out)
quitall!
