# zonegate: build, test, try. `make help` lists the targets. Folders bring their own targets in FOLDER/*.mk.
SHELL := /bin/bash
BUILD := build
CLANG ?= clang
CC ?= gcc
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
VERSION := 0.1.0

LIBS := libbpf libelf zlib jansson libmicrohttpd libsystemd libcap ncursesw libxml-2.0
LIB_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(LIBS)))
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wundef
CPPFLAGS += -D_GNU_SOURCE -DZONEGATE_VERSION='"$(VERSION)"' -Iinclude -Iuser -I$(BUILD) $(LIB_CFLAGS)
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=gnu11 $(WARN) $(CFLAGS)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDLIBS = $(shell pkg-config --libs $(LIBS)) -lcsv -lm

USER_SRC := $(sort $(wildcard user/*/*.c))
LIB_SRC := $(filter-out user/cli/main.c,$(USER_SRC))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
ASAN_OBJ := $(LIB_SRC:%.c=$(BUILD)/asan/%.o)
BPF_HDR := $(wildcard bpf/*.h include/zonegate/*.h vmlinux/*.h)
SKEL := $(BUILD)/zonegate.skel.h

.PHONY: all help deps clean unit test test-all demo lint format
.DEFAULT_GOAL := all

all: $(BUILD)/zonegate ## build the program
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 24

# ---- data plane ----
BPF_CFLAGS := -target bpf -mcpu=v3 -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-address-of-packed-member \
	-Iinclude -Ivmlinux -Ibpf -idirafter /usr/include -fno-stack-protector
$(BUILD)/%.bpf.o: bpf/%.bpf.c $(BPF_HDR) | $(BUILD)
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@.tmp
	llvm-strip -g $@.tmp -o $@ && rm $@.tmp
$(BUILD)/%.skel.h: $(BUILD)/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $*_bpf > $@.tmp && mv $@.tmp $@

# ---- user space ----
$(BUILD):
	mkdir -p $@
$(filter %/program_image.o,$(LIB_OBJ) $(ASAN_OBJ)): $(SKEL)
$(BUILD)/obj/%.o: %.c | $(BUILD)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(CPPFLAGS) $(EXTRA_$(subst /,_,$*)) -MMD -MP -c $< -o $@
$(BUILD)/asan/%.o: %.c | $(BUILD)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARN) -O1 -g $(SANITIZE) $(CPPFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/zonegate: $(BUILD)/obj/user/cli/main.o $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) $^ $(LDLIBS) -o $@
# The program as the tests run it where speed does not matter.
$(BUILD)/zonegate-asan: $(BUILD)/asan/user/cli/main.o $(ASAN_OBJ)
	$(CC) $(SANITIZE) $^ $(LDLIBS) -o $@
$(BUILD)/libzonegate.a: $(LIB_OBJ)
	rm -f $@ && ar rcs $@ $^
$(BUILD)/libzonegate-asan.a: $(ASAN_OBJ)
	rm -f $@ && ar rcs $@ $^
-include $(wildcard $(BUILD)/obj/user/*/*.d $(BUILD)/asan/user/*/*.d $(BUILD)/asan/tests/*/*.d $(BUILD)/obj/tests/*/*.d)

# ---- unit tests: tests/unit/test_*.c, cmocka, no root ----
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
$(BUILD)/unit/%: $(BUILD)/asan/tests/unit/%.o $(BUILD)/libzonegate-asan.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) $^ $(LDLIBS) -lcmocka -o $@
.PRECIOUS: $(BUILD)/asan/%.o $(BUILD)/obj/%.o
unit: $(UNIT) ## unit tests of every stage
	tests/run.sh $(UNIT)

deps: ## install what the build, the tests and lint need
	packaging/deps.sh build test lint

clean: ## remove what was built
	rm -rf $(BUILD)

# ---- all tests ----
# A group is a make target that ends with "N passed, N failed" on a line of its own. tests/GROUP/*.mk
# names its own: TEST_TARGETS += NAME for `make test`, TEST_ALL_TARGETS += NAME for what only
# `make test-all` runs.
TEST_TARGETS := unit $(notdir $(basename $(wildcard $(foreach g,golden packets reload,tests/$g/$g.mk))))
TEST_ALL_TARGETS :=
include $(sort $(wildcard tests/*/*.mk packaging/*.mk))

TEST_ORDER := unit golden packets reload oracle network
test_groups = $(filter $(TEST_TARGETS),$(TEST_ORDER)) $(filter-out $(TEST_ORDER),$(TEST_TARGETS))
parallel = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
# Files that root made in a user's tree go back to the user.
give_back = if [ -n "$$SUDO_UID" ] && [ -d $(BUILD) ]; then chown -R "$$SUDO_UID:$$SUDO_GID" $(BUILD); fi

# The second make is a new one because packages may have come since this one looked around.
test: ## install what is missing, build, run the tests (root; under 15 minutes)
	packaging/deps.sh build test
	@$(MAKE) --no-print-directory $(parallel) all $(UNIT)
	@MAKE="$(MAKE)" BUILD="$(BUILD)" tests/groups.sh $(test_groups); status=$$?; $(give_back); exit $$status
test-all: ## as test, with other kernels, Prometheus, Java and what else is heavy
	packaging/deps.sh build test heavy
	@$(MAKE) --no-print-directory $(parallel) all $(UNIT)
	@MAKE="$(MAKE)" BUILD="$(BUILD)" tests/groups.sh $(test_groups) $(TEST_ALL_TARGETS); \
		status=$$?; $(give_back); exit $$status
demo: ## install what is missing, build, show it at work in network namespaces (root)
	packaging/deps.sh build test
	@$(MAKE) --no-print-directory $(parallel) all
	@demo/demo.sh $(BUILD)/zonegate; status=$$?; $(give_back); exit $$status
