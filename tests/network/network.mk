# Network tests: namespaces, real servers, real clients. ONLY=reload runs tests/network/test_reload*.sh.
TEST_TARGETS += network
ONLY ?=
.PHONY: network
network: $(BUILD)/zonegate ## network namespaces, real servers and clients (root)
	ZONEGATE=$(abspath $(BUILD)/zonegate) tests/run.sh --timeout 400 $(sort $(wildcard tests/network/test_$(ONLY)*.sh))
