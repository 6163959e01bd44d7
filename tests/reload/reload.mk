# Loading, reloading, replacing, failing: as root, in namespaces. ONLY=faults runs test_faults*.sh.
TEST_TARGETS += reload
.PHONY: reload reload-faults
reload: $(BUILD)/zonegate $(BUILD)/zonegate-asan ## load, reload, upgrade, each with faults (root)
	ZONEGATE=$(abspath $(BUILD)/zonegate) ZONEGATE_ASAN=$(abspath $(BUILD)/zonegate-asan) \
		tests/run.sh --timeout 400 $(sort $(wildcard tests/reload/test_$(ONLY)*.sh))
