# The service, the safety net, the metrics. Prometheus itself and its alerts are in test-all.
TEST_TARGETS += service
TEST_ALL_TARGETS += monitoring
.PHONY: service monitoring
service: $(BUILD)/zonegate ## zonegate run, apply --confirm, lock-out, metrics (root)
	ZONEGATE=$(abspath $(BUILD)/zonegate) tests/run.sh --timeout 120 $(sort $(wildcard tests/service/test_*.sh))
monitoring: $(BUILD)/zonegate ## a real Prometheus: scrape, alerts firing (root)
	ZONEGATE=$(abspath $(BUILD)/zonegate) tests/run.sh --timeout 180 $(sort $(wildcard tests/service/all_*.sh))
