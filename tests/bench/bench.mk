# Speed: programs against their peers, in one run. BENCH=quick takes two to three minutes.
BENCH ?= full
BENCH_DIR := $(BUILD)/bench
BENCH_BPF := $(patsubst tests/bench/bpf/%.bpf.c,$(BENCH_DIR)/%.bpf.o,$(wildcard tests/bench/bpf/*.bpf.c))
# compile_time and connect_cost have targets, and mains, of their own.
BENCH_SRC := $(filter-out tests/bench/compile_time.c tests/bench/connect_cost.c,$(wildcard tests/bench/*.c))
BENCH_OBJ := $(BENCH_SRC:%.c=$(BUILD)/obj/%.o)
-include $(wildcard $(BUILD)/obj/tests/bench/*.d)

$(BENCH_OBJ): CPPFLAGS += -Itests/bench
$(BENCH_DIR)/%.bpf.o: tests/bench/bpf/%.bpf.c $(wildcard tests/bench/bpf/*.h)
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -idirafter /usr/include/$(shell $(CC) -print-multiarch) -c $< -o $@
$(BENCH_DIR)/bench: $(BENCH_OBJ) $(BUILD)/libzonegate.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $^ $(LDLIBS) -o $@

.PHONY: bench bench-profile bench-deps
bench-deps:
	@command -v nft >/dev/null && test -e /usr/sbin/xdp-filter || packaging/deps.sh bench
bench: bench-deps $(BENCH_DIR)/bench $(BENCH_BPF) ## speed against its peers, as table and plot (BENCH=quick)
	$(BENCH_DIR)/bench $(if $(filter quick,$(BENCH)),--quick) --out $(BENCH_DIR) --bpf $(BENCH_DIR) $(BENCH_ARGS)
# Instructions by function; where the machine has a PMU and perf, where the cycles go.
bench-profile: bench-deps $(BENCH_DIR)/bench $(BENCH_BPF) ## instructions of the programs, by function
	$(BENCH_DIR)/bench --profile --out $(BENCH_DIR) --bpf $(BENCH_DIR)
	@if command -v perf >/dev/null && perf stat -e cycles true >/dev/null 2>&1; then \
		perf record -q -g -o $(BENCH_DIR)/perf.data $(BENCH_DIR)/bench --quick --suite packets --out $(BENCH_DIR) --bpf $(BENCH_DIR) >/dev/null && \
		perf report -i $(BENCH_DIR)/perf.data --stdio --no-children | head -60; \
	else echo "bench-profile: no perf, or no counters on this machine: cycles by function are not shown"; fi
