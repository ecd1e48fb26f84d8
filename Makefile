# spygen: one Makefile, not recursive; everything made lands below $(B).
#
#   make            the compiler, the libraries, the samples, the test programs
#   make check      every test; make demo, bench, fuzz, golden, fmt, deps, install
#
# SAN=1 builds with ASan and UBSan, TSAN=1 with TSan, FIBERS=0 without fibers.
# Sources are found by folder, so a new file needs no line here.

CC      ?= cc
CXX     ?= c++
FLEX    ?= flex
BISON   ?= bison
AR      ?= ar
PYTHON  ?= /usr/bin/python3
PREFIX  ?= /usr/local
FIBERS  ?= 1
OPT     ?= -O2 -g

B := build$(if $(filter 1,$(SAN)),/san)$(if $(filter 1,$(TSAN)),/tsan)$(if $(filter 0,$(FIBERS)),/nofibers)

WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla
WERROR  ?=
SANFLAGS := $(if $(filter 1,$(SAN)),-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)$(if $(filter 1,$(TSAN)),-fsanitize=thread)
CPPFLAGS += -D_POSIX_C_SOURCE=200809L -Iruntime/include -Iruntime -I$(B) -DSPY_FIBERS=$(FIBERS)
CFLAGS  += -std=c11 $(OPT) $(WARN) $(WERROR) $(SANFLAGS) -fvisibility=hidden
LDFLAGS += $(SANFLAGS)

# Debian 12 and 13 call the MessagePack library by different names.
MSGPACK := $(shell pkg-config --exists msgpack-c && echo msgpack-c || echo msgpack)
pkg      = $(shell pkg-config --$(1) $(2) 2>/dev/null)
NET_CFLAGS := $(call pkg,cflags,libwebsockets libuv)
NET_LIBS   := $(call pkg,libs,libwebsockets libuv)
SERVER_LIBS := $(call pkg,libs,hiredis yaml-0.1)
MSGPACK_LIBS := $(call pkg,libs,$(MSGPACK))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all check bench demo deps fmt golden fuzz install clean

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
	$(CC) $(LDFLAGS) -o $@ $^ $(call pkg,libs,yaml-0.1)
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

# --- schemas: NAME.spy below a folder gives $(B)/gen/FOLDER/NAME.{h,c,...} ------
$(B)/gen/%.c $(B)/gen/%.h $(B)/gen/%.server.h $(B)/gen/%.client.h &: %.spy $(SPYGEN)
	@mkdir -p $(@D)
	$(SPYGEN) -I schemas --out $(@D) --depfile $(B)/gen/$*.d $<
$(B)/gen/%.o: $(B)/gen/%.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# --- samples: samples/NAME/{server,client}.c over samples/NAME/NAME.spy ---------
SAMPLES := $(patsubst samples/%.c,%,$(wildcard samples/*/server.c samples/*/client.c))
sample_schema = $(firstword $(subst /, ,$(1)))
define SAMPLE
$(B)/samples/$(1).o: CPPFLAGS += -I$(B)/gen/samples/$(call sample_schema,$(1))
$(B)/samples/$(1).o: | $(B)/gen/samples/$(call sample_schema,$(1))/$(call sample_schema,$(1)).h
$(B)/samples/$(1): $(B)/samples/$(1).o $(B)/gen/samples/$(call sample_schema,$(1))/$(call sample_schema,$(1)).o $(if $(findstring server,$(1)),$(B)/libspyserver.a) $(B)/libspy.a
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $(if $(findstring server,$(1)),$(LIBS_SERVER),$(LIBS_CLIENT))
endef
$(foreach s,$(SAMPLES),$(eval $(call SAMPLE,$(s))))
.PHONY: samples
samples: $(addprefix $(B)/samples/,$(SAMPLES))

include tests/tests.mk

all: $(SPYGEN) runtime samples tests

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
