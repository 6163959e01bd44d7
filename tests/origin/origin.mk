# Origin ports with real programs: assigned, exhausted, adopted, by names that move. Java in test-all.
TEST_TARGETS += origin
TEST_ALL_TARGETS += origin-java
.PHONY: origin origin-java origin-slow
origin: $(BUILD)/zonegate ## origin ports: assignment, exhaustion, adoption, names (root)
	ZONEGATE=$(abspath $(BUILD)/zonegate) tests/run.sh --timeout 240 \
		$(filter-out tests/origin/test_java.sh,$(sort $(wildcard tests/origin/test_*.sh)))
origin-java: $(BUILD)/zonegate ## origin ports of Java programs (root)
	ZONEGATE=$(abspath $(BUILD)/zonegate) tests/run.sh --timeout 120 tests/origin/test_java.sh
origin-slow: $(BUILD)/zonegate ## a name that moves while the service runs: five minutes (root)
	ZONEGATE=$(abspath $(BUILD)/zonegate) tests/run.sh --timeout 420 tests/origin/slow_names.sh
