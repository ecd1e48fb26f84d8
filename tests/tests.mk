# Test programs, found by folder. Each prints TAP; tests/run adds them up.
#
#   tests/compiler/*_test.c  against the compiler as a library
#   tests/core/*_test.c      against libspycore (no I/O) and the fibers
#   tests/net/*_test.c       against libspy and libspyserver (sockets, loop)
#   tests/fuzz/*_fuzz.c      one fuzzer each; a check replays its corpus
#   tests/*/*.sh, *_test.py  scripts; they get the build folder as $B
#
# A schema FOLDER/NAME.spy beside tests is there for them as "NAME.h" and so on.

COMPILER_TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/compiler/*_test.c))
CORE_TESTS     := $(patsubst %.c,$(B)/%,$(wildcard tests/core/*_test.c))
NET_TESTS      := $(patsubst %.c,$(B)/%,$(wildcard tests/net/*_test.c))
FUZZERS        := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*_fuzz.c))
REPLAYS        := $(addprefix $(B)/tests/fuzz/,$(FUZZERS))
CMOCKA_LIBS    := $(call pkg,libs,cmocka)
TEST_SUPPORT   := $(call objects,$(wildcard tests/support/*.c))
# of which these programs take what they use
$(B)/tests/support.a: $(TEST_SUPPORT)
	rm -f $@ && $(AR) rcs $@ $^

$(B)/tests/%.o: CPPFLAGS += -Itests
$(B)/tests/compiler/%.o: CPPFLAGS += -Icompiler
$(COMPILER_TESTS): $(B)/%: $(B)/%.o $(B)/compiler/libspygen.a
	$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(YAML_LIBS)

define schemas_for
$(call objects,$(wildcard tests/$(1)/*.c)): CPPFLAGS += -I$(B)/gen/tests/$(1)
$(call objects,$(wildcard tests/$(1)/*.c)): | $(patsubst %.o,%.h,$(call generated,tests/$(1)))
endef
$(foreach area,core net,$(eval $(call schemas_for,$(area))))
# so that tests/support/failing_alloc.c can refuse memory
$(CORE_TESTS): private LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
$(CORE_TESTS): $(B)/%: $(B)/%.o $(call generated,tests/core) $(TEST_SUPPORT) $(FIBER_OBJ) $(B)/libspycore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(MSGPACK_LIBS) -lm -pthread
NET_SUPPORT := $(call objects,$(filter-out %_test.c,$(wildcard tests/net/*.c)))
$(NET_TESTS): $(B)/%: $(B)/%.o $(call generated,tests/net) $(NET_SUPPORT) $(B)/tests/support.a $(B)/libspyserver.a $(B)/libspy.a
	$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(LIBS_SERVER) -pthread

# Fibers once more as on a machine for which we have no assembly.
ifneq ($(FIBERS),0)
CORE_TESTS += $(B)/tests/core/fiber_ucontext_test
endif
$(B)/tests/core/fiber_ucontext_test: tests/core/fiber_test.c $(wildcard runtime/fiber/*.[ch])
	@mkdir -p $(@D)
	$(CC) -DSPY_FIBER_UCONTEXT $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) $(CMOCKA_LIBS) -pthread

# The conformance server: any client can be held against it.
ifneq ($(wildcard tests/conformance/main.c),)
CONFORMANCE := $(B)/tests/conformance-server
$(eval $(call program,$(CONFORMANCE),tests/conformance,$(wildcard tests/conformance/*.c),server))
endif

.PHONY: tests programs
programs: $(COMPILER_TESTS) $(CORE_TESTS) $(NET_TESTS) $(REPLAYS)
tests: programs $(CONFORMANCE)

# --- fuzzers -------------------------------------------------------------------
# Those of the compiler are named after what it reads; the others belong to the runtime.
COMPILER_FUZZERS := $(filter schema% print% import% compat% template%,$(FUZZERS))
RUNTIME_FUZZERS  := $(filter-out $(COMPILER_FUZZERS),$(FUZZERS))
fuzz_objects = $(addprefix $(B)/tests/fuzz/,$(addsuffix .o,$(1)))
$(call fuzz_objects,$(COMPILER_FUZZERS)): CPPFLAGS += -Icompiler
COMPILER_FUZZ_LIBS := $(B)/compiler/libspygen.a
RUNTIME_FUZZ_LIBS  := $(call generated,tests/fuzz) $(B)/tests/support.a $(FIBER_OBJ) $(B)/libspycore.a
$(call fuzz_objects,$(RUNTIME_FUZZERS)): CPPFLAGS += -I$(B)/gen/tests/fuzz
$(call fuzz_objects,$(RUNTIME_FUZZERS)): | $(patsubst %.o,%.h,$(call generated,tests/fuzz))

# In a check each fuzzer runs over its corpus and some changes to it, with any compiler.
$(addprefix $(B)/tests/fuzz/,$(COMPILER_FUZZERS)): $(B)/%: $(B)/%.o $(B)/tests/fuzz/replay.o $(COMPILER_FUZZ_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(YAML_LIBS)
$(addprefix $(B)/tests/fuzz/,$(RUNTIME_FUZZERS)): $(B)/%: $(B)/%.o $(B)/tests/fuzz/replay.o $(RUNTIME_FUZZ_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(MSGPACK_LIBS) -lm

# `make fuzz` builds them again with libFuzzer and runs each for SECONDS.
SECONDS ?= 60
LIBFUZZER := $(addprefix $(B)/tests/fuzz/libfuzzer-,$(FUZZERS))
$(addprefix $(B)/tests/fuzz/libfuzzer-,$(COMPILER_FUZZERS)): $(B)/tests/fuzz/libfuzzer-%: $(B)/tests/fuzz/%.o $(COMPILER_FUZZ_LIBS)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(YAML_LIBS)
$(addprefix $(B)/tests/fuzz/libfuzzer-,$(RUNTIME_FUZZERS)): $(B)/tests/fuzz/libfuzzer-%: $(B)/tests/fuzz/%.o $(RUNTIME_FUZZ_LIBS)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(CMOCKA_LIBS) $(MSGPACK_LIBS) -lm
.PHONY: libfuzzers
libfuzzers: $(LIBFUZZER)
fuzz:
	$(MAKE) -j$(JOBS) CC=clang FUZZ=1 B=$(B)/fuzz libfuzzers
	tests/fuzz/run.sh $(B)/fuzz/tests/fuzz $(SECONDS) $(FUZZERS)

# --- golden files: written again on demand ---------------------------------------
golden: $(SPYGEN)
	@for run in $(wildcard tests/*/run.sh); do echo "$$run"; UPDATE=1 B=$(abspath $(B)) $$run || exit 1; done

# --- everything --------------------------------------------------------------------
# The second and third build of `make check`, and what of the suites runs there again: all
# programs, and the scripts whose subject is a program of ours. The third is clang's. In the
# second warnings stay warnings: gcc's own rest on what its optimizer sees, and that differs.
# The suites against the conformance server meet one with two workers, too.
SAN_B       := $(B)/san
NOFIBERS_B  := $(B)/nofibers
PROGRAMS     = $(COMPILER_TESTS) $(CORE_TESTS) $(NET_TESTS) $(REPLAYS)
SCRIPTS     := $(sort $(filter-out tests/support/% tests/bench/% tests/fuzz/%,\
		$(wildcard tests/*.sh tests/*/*.sh tests/*_test.py tests/*/*_test.py)))
# about sources, documents and packaging: the sanitizers have nothing to say there
ONCE        := $(filter tests/compiler/client.sh tests/core/fiber_tools.sh tests/build/build_test.py tests/compat/property_test.py \
		tests/compat/wire_test.py tests/docs_test.py tests/editors/textmate_test.py \
		tests/editors/vim_test.py tests/format.sh tests/headers.sh tests/layers.sh \
		tests/install.sh tests/runner_test.py tests/bench_test.py,$(SCRIPTS))
in = $(patsubst $(B)/%,$(1)/%,$(2))

.PHONY: check-deps check-build check-all
check-deps:
	@.ci/deps build check
check-build:
	@echo "building: $(CC)"
	@$(MAKE) -s -j$(JOBS) all
	@echo "building: $(CC) with ASan and UBSan"
	@$(MAKE) -s -j$(JOBS) B=$(SAN_B) SAN=1 WERROR= OPT="-O1 -g" $(SAN_B)/spygen tests samples
	@echo "building: clang without fibers"
	@$(MAKE) -s -j$(JOBS) B=$(NOFIBERS_B) FIBERS=0 CC=clang $(call in,$(NOFIBERS_B),$(filter-out %/fiber_ucontext_test,$(CORE_TESTS)) $(NET_TESTS))
check:
	@$(MAKE) check-deps
	@$(MAKE) check-build
	@tests/run -b $(B) $(PROGRAMS) $(SCRIPTS) \
		-b $(B) -e SPY_WORKERS=2 $(filter tests/conformance/%,$(SCRIPTS)) \
		-b $(SAN_B) $(call in,$(SAN_B),$(PROGRAMS)) $(filter-out $(ONCE),$(SCRIPTS)) \
		-b $(NOFIBERS_B) $(call in,$(NOFIBERS_B),$(filter-out %/fiber_ucontext_test,$(CORE_TESTS)) $(NET_TESTS))

# --- benchmarks ----------------------------------------------------------------------
# *_bench.c are programs of their own, over the core and the schemas of tests/bench.
BENCHES  := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/*_bench.c))
BENCH_GEN = $(call generated,tests/bench)
$(call objects,$(wildcard tests/bench/*_bench.c)): CPPFLAGS += -I$(B)/gen/tests/bench
$(call objects,$(wildcard tests/bench/*_bench.c)): | $(BENCH_GEN:.o=.h)
$(BENCHES): $(B)/%: $(B)/%.o $(BENCH_GEN) $(B)/tests/support.a $(FIBER_OBJ) $(B)/libspycore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(MSGPACK_LIBS) -lm
$(eval $(call program,$(B)/tests/bench/bench_server,tests/bench,tests/bench/bench_server.c,server))
$(B)/tests/bench/load: $(B)/tests/bench/load.o $(B)/tests/bench/conn.o
	$(CC) $(LDFLAGS) -o $@ $^
$(B)/tests/bench/lws_echo: $(B)/tests/bench/lws_echo.o
	$(CC) $(LDFLAGS) -o $@ $^ $(NET_LIBS)
.PHONY: bench-programs
bench-programs: $(BENCHES) $(addprefix $(B)/tests/bench/,bench_server load lws_echo)
ROUNDS ?= 5
bench: bench-programs
	@.ci/deps bench
	@echo "== size"; tests/bench/size.sh $(B)
	@for program in $(BENCHES); do echo "== $$(basename $$program)"; taskset -c 1 $$program || exit 1; done
	@echo "== echo"; tests/bench/echo_bench.py $(B) $(ROUNDS)
	@echo "== calls"; tests/bench/call_bench.py $(B) $(ROUNDS)
