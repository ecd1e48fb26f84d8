# Test programs, found by folder. Each prints TAP; tests/run adds them up.
#
#   tests/compiler/*_test.c  against the compiler as a library
#   tests/core/*_test.c      against libspycore (no I/O)
#   tests/net/*_test.c       against libspy and libspyserver (sockets, loop)
#   tests/*/*.sh, *_test.py  scripts; they get the build folder as $B

COMPILER_TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/compiler/*_test.c))
CORE_TESTS     := $(patsubst %.c,$(B)/%,$(wildcard tests/core/*_test.c))
NET_TESTS      := $(patsubst %.c,$(B)/%,$(wildcard tests/net/*_test.c))
CMOCKA_LIBS    := $(call pkg,libs,cmocka)
TEST_SUPPORT   := $(call objects,$(wildcard tests/support/*.c))

$(B)/tests/compiler/%.o: CPPFLAGS += -Icompiler
$(B)/tests/%.o: CPPFLAGS += -Itests
$(COMPILER_TESTS): $(B)/%: $(B)/%.o $(B)/compiler/libspygen.a
	$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(call pkg,libs,yaml-0.1)
$(CORE_TESTS): $(B)/%: $(B)/%.o $(TEST_SUPPORT) $(FIBER_OBJ) $(B)/libspycore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(MSGPACK_LIBS) -lm
$(NET_TESTS): $(B)/%: $(B)/%.o $(TEST_SUPPORT) $(B)/libspyserver.a $(B)/libspy.a
	$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(LIBS_SERVER)

.PHONY: tests
tests: $(COMPILER_TESTS) $(CORE_TESTS) $(NET_TESTS)
