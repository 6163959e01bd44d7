# What looks on while the filter works: monitor, top; and import, which needs no filter.
TEST_TARGETS += monitor
.PHONY: monitor
monitor: $(BUILD)/zonegate ## zonegate monitor, its captures; top on a terminal; import (root)
	ZONEGATE=$(abspath $(BUILD)/zonegate) tests/run.sh --timeout 120 $(sort $(wildcard tests/monitor/test_*.sh))
