# spygen: one Makefile, not recursive; everything made lands below $(B).
#
#   make            the compiler, the libraries, the samples, the test programs
#   make check      every test, also with sanitizers and without fibers
#   make demo       the samples at work, on port 8080
#   make bench      the numbers; fuzz, golden, fmt, fmt-check, deps, install, clean
#
# SAN=1 builds with ASan and UBSan, TSAN=1 with TSan, FIBERS=0 without fibers; B=DIR builds
# elsewhere. Sources are found by folder, so a new file needs no line here. tests/tests.mk
# has the tests.

CC      ?= cc
CXX     ?= c++
FLEX    ?= flex
BISON   ?= bison
AR      ?= ar
# the system's: Debian's packages for Python are made for it
PYTHON  ?= /usr/bin/python3
PREFIX  ?= /usr/local
FIBERS  ?= 1
OPT     ?= -O2 -g
VERSION := 0.1.0

B := build$(if $(filter 1,$(SAN)),/san)$(if $(filter 1,$(TSAN)),/tsan)$(if $(filter 0,$(FIBERS)),/nofibers)

MAKEFLAGS += --no-print-directory
# for the builds that we start ourselves
JOBS ?= $(shell nproc)

WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla
WERROR  ?=
ifeq ($(SAN),1)
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else ifeq ($(TSAN),1)
SANFLAGS := -fsanitize=thread
else ifeq ($(FUZZ),1)
SANFLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
endif
CPPFLAGS += -D_POSIX_C_SOURCE=200809L -Iruntime/include -Iruntime -I$(B) -DSPY_FIBERS=$(FIBERS)
CFLAGS  += -std=c11 $(OPT) $(WARN) $(WERROR) $(SANFLAGS) -fvisibility=hidden
LDFLAGS += $(SANFLAGS)

# Debian 12 and 13 call the MessagePack library by different names.
MSGPACK := $(shell pkg-config --exists msgpack-c 2>/dev/null && echo msgpack-c || echo msgpack)
pkg      = $(shell pkg-config --$(1) $(2) 2>/dev/null)
NET_CFLAGS := $(call pkg,cflags,libwebsockets libuv)
NET_LIBS   := $(call pkg,libs,libwebsockets libuv)
SERVER_LIBS := $(call pkg,libs,hiredis yaml-0.1)
YAML_LIBS  := $(call pkg,libs,yaml-0.1)
MSGPACK_LIBS := $(call pkg,libs,$(MSGPACK))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all check bench demo deps fmt fmt-check golden fuzz install clean

# $(call objects,sources): where their objects land
objects = $(patsubst %,$(B)/%.o,$(basename $(1)))

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(NET_CFLAGS) -MMD -MP -c -o $@ $<
$(B)/%.o: %.S
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/%.o: $(B)/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(NET_CFLAGS) -MMD -MP -c -o $@ $<

# --- the compiler ------------------------------------------------------------
COMPILER_SRC := $(filter-out compiler/main.c compiler/embed.c,$(wildcard compiler/*.c))
COMPILER_GEN := $(B)/compiler/parse.o $(B)/compiler/lex.o $(B)/compiler/embedded.o
COMPILER_OBJ := $(call objects,$(COMPILER_SRC)) $(COMPILER_GEN)
$(COMPILER_OBJ) $(B)/compiler/main.o: CPPFLAGS += -Icompiler -I$(B)/compiler
# flex and bison write code that our own warnings were not made for
$(B)/compiler/lex.o $(B)/compiler/parse.o: WARN := -Wall
$(call objects,$(COMPILER_SRC)) $(B)/compiler/main.o: | $(B)/compiler/parse.h

$(B)/compiler/parse.c $(B)/compiler/parse.h &: compiler/parse.y
	@mkdir -p $(@D)
	$(BISON) -Wall -Wcounterexamples --no-lines --header=$(B)/compiler/parse.h -o $(B)/compiler/parse.c $<
$(B)/compiler/lex.c: compiler/lex.l $(B)/compiler/parse.h
	@mkdir -p $(@D)
	$(FLEX) --noline -o $@ $<
$(B)/compiler/embed: compiler/embed.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $<
$(B)/compiler/embedded.c: $(B)/compiler/embed $(sort $(wildcard templates/*.tmpl))
	$(B)/compiler/embed templates $(sort $(notdir $(wildcard templates/*.tmpl))) > $@
$(B)/compiler/libspygen.a: $(COMPILER_OBJ)
	rm -f $@ && $(AR) rcs $@ $^
SPYGEN := $(B)/spygen
$(SPYGEN): $(B)/compiler/main.o $(B)/compiler/libspygen.a
	$(CC) $(LDFLAGS) -o $@ $^ $(YAML_LIBS)
.PHONY: spygen
spygen: $(SPYGEN)

# --- the runtime -------------------------------------------------------------
# core does no I/O; libspy is a client; libspyserver adds what a server needs.
CORE_OBJ   := $(call objects,$(wildcard runtime/core/*.c))
FIBER_OBJ  := $(call objects,$(wildcard runtime/fiber/*.c runtime/fiber/*.S))
NET_OBJ    := $(call objects,$(wildcard runtime/net/*.c))
SERVER_OBJ := $(call objects,$(wildcard runtime/server/*.c runtime/bus/*.c))
$(B)/libspycore.a: $(CORE_OBJ)
	rm -f $@ && $(AR) rcs $@ $^
$(B)/libspy.a: $(CORE_OBJ) $(FIBER_OBJ) $(NET_OBJ)
	rm -f $@ && $(AR) rcs $@ $^
$(B)/libspyserver.a: $(SERVER_OBJ)
	rm -f $@ && $(AR) rcs $@ $^
LIBS_CLIENT := $(NET_LIBS) -lm
LIBS_SERVER := $(SERVER_LIBS) $(NET_LIBS) -lm
.PHONY: core runtime
core: $(B)/libspycore.a
runtime: $(B)/libspy.a $(B)/libspyserver.a

# --- schemas: FOLDER/NAME.spy gives $(B)/gen/FOLDER/NAME.{h,c,server.h,client.h} -------
$(B)/gen/%.c $(B)/gen/%.h $(B)/gen/%.server.h $(B)/gen/%.client.h &: %.spy $(SPYGEN)
	@mkdir -p $(@D)
	$(SPYGEN) -I schemas --out $(@D) --depfile $(B)/gen/$*.d $<
	@touch -c $(addprefix $(B)/gen/$*,.c .h .server.h .client.h)
$(B)/gen/%.o: $(B)/gen/%.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -MF $(B)/gen/$*.o.d -c -o $@ $<

# $(call generated,FOLDER): the objects of its schemas; $(call program,PROGRAM,FOLDER,SOURCES,
# server or client): a program made of sources and of the folder's schemas
generated = $(patsubst %.spy,$(B)/gen/%.o,$(wildcard $(1)/*.spy))
define program
$(call objects,$(3)): CPPFLAGS += -I$(B)/gen/$(2)
$(call objects,$(3)): | $(patsubst %.o,%.h,$(call generated,$(2)))
$(1): $(call objects,$(3)) $(call generated,$(2)) $(if $(filter server,$(4)),$(B)/libspyserver.a) $(B)/libspy.a
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $(if $(filter server,$(4)),$(LIBS_SERVER),$(LIBS_CLIENT))
endef

# --- samples: samples/NAME/{server,client}.c over the schemas of samples/NAME -----------
SAMPLES := $(patsubst samples/%.c,%,$(wildcard samples/*/server.c samples/*/client.c))
$(foreach s,$(SAMPLES),$(eval $(call program,$(B)/samples/$(s),samples/$(firstword $(subst /, ,$(s))),samples/$(s).c,$(notdir $(s)))))
.PHONY: samples
samples: $(addprefix $(B)/samples/,$(SAMPLES))

include tests/tests.mk

all: $(SPYGEN) runtime samples tests

# --- what people do with it ----------------------------------------------------
# Installs what is missing, and says what and why; nothing when all is there.
deps:
	.ci/deps build check
.PHONY: deps-build
deps-build:
	@.ci/deps build

demo: deps-build
	@$(MAKE) -j$(JOBS) all
	@$(PYTHON) samples/demo.py $(B)

# ours: not what spygen writes
SOURCES = $(filter-out tests/golden/%,$(wildcard $(addsuffix /*.[ch],compiler runtime/* runtime/include/* samples/* tests/*)))
CLANG_FORMAT ?= $(shell command -v clang-format-14 || echo clang-format)
fmt:
	$(CLANG_FORMAT) -i $(SOURCES)
fmt-check:
	$(CLANG_FORMAT) --dry-run -Werror $(SOURCES)

bindir = $(DESTDIR)$(PREFIX)/bin
incdir = $(DESTDIR)$(PREFIX)/include/spy
libdir = $(DESTDIR)$(PREFIX)/lib
sharedir = $(DESTDIR)$(PREFIX)/share/spy
install: $(SPYGEN) runtime
	install -d $(bindir) $(incdir) $(libdir)/pkgconfig $(sharedir)/cmake
	install $(SPYGEN) $(bindir)
	install -m 644 runtime/include/spy/*.h $(incdir)
	install -m 644 $(B)/libspy.a $(B)/libspyserver.a $(libdir)
	$(if $(wildcard schemas/*.spy),install -m 644 $(wildcard schemas/*.spy) $(sharedir))
	install -m 644 compiler/cmake/SpyGenerate.cmake $(sharedir)/cmake
	$(call pc,spy,typed streams: client,libwebsockets libuv,-lspy,-lm) > $(libdir)/pkgconfig/spy.pc
	$(call pc,spy-server,typed streams: server,spy hiredis yaml-0.1,-lspyserver -lspy,) > $(libdir)/pkgconfig/spy-server.pc
# name, description, requires, libraries, others': static libraries, so users link all of it
pc = printf '%s\n' 'prefix=$(PREFIX)' 'spygen=$${prefix}/bin/spygen' 'schemas=$${prefix}/share/spy' '' \
	'Name: $(1)' 'Description: $(2)' 'Version: $(VERSION)' 'Requires: $(3)' \
	'Cflags: -I$${prefix}/include' 'Libs: -L$${prefix}/lib $(4) $(5)'

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
