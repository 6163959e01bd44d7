# Loading, reloading, replacing, failing: as root, in namespaces. ONLY=load runs test_load*.sh.
TEST_TARGETS += reload
ONLY ?=
.PHONY: reload reload-faults
RELOAD_ENV = ZONEGATE=$(abspath $(BUILD)/zonegate) ZONEGATE_ASAN=$(abspath $(BUILD)/zonegate-asan)
reload: $(BUILD)/zonegate $(BUILD)/zonegate-asan ## load, reload, upgrade, each with some faults (root)
	$(RELOAD_ENV) FAULT_STEP=$(or $(FAULT_STEP),16) \
		tests/run.sh --timeout 600 $(sort $(wildcard tests/reload/test_$(ONLY)*.sh))
reload-faults: $(BUILD)/zonegate ## a fault in every bpf() call of load, reload, upgrade, stop (root, an hour on a busy machine)
	$(RELOAD_ENV) FAULT_STEP=1 tests/run.sh --timeout 7200 $(sort $(wildcard tests/reload/test_faults*.sh))
