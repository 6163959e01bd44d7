# Reloads, upgrades and kills under flood, as root, in namespaces. `make soak` is the long form.
TEST_TARGETS += soak-short
.PHONY: soak soak-short
SOAK_PROGRAMS := $(BUILD)/soak/flood $(BUILD)/soak/watch
SOAK_ENV = ZONEGATE=$(abspath $(BUILD)/zonegate) FLOOD=$(abspath $(BUILD)/soak/flood) WATCH=$(abspath $(BUILD)/soak/watch)
$(BUILD)/soak/%: tests/soak/%.c tests/soak/kinds.c tests/soak/kinds.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -D_GNU_SOURCE $< tests/soak/kinds.c -o $@
soak: $(BUILD)/zonegate $(SOAK_PROGRAMS) ## 1,000 reloads, 100 upgrades, 100 kills under 10 million forbidden packets (root, a quarter of an hour; SOAK_SEED=N)
	$(SOAK_ENV) SOAK_RELOADS=1000 SOAK_UPGRADES=100 SOAK_KILLS=100 SOAK_PACKETS=10000000 \
		SOAK_CONNECTIONS=1000 SOAK_RATE=$(or $(SOAK_RATE),30000) tests/run.sh --timeout 7200 tests/soak/test_soak.sh
soak-short: $(BUILD)/zonegate $(SOAK_PROGRAMS) ## the same, in less than a minute (root)
	$(SOAK_ENV) SOAK_RELOADS=$(or $(SOAK_RELOADS),25) SOAK_UPGRADES=4 SOAK_KILLS=$(or $(SOAK_KILLS),8) SOAK_PACKETS=100000 \
		SOAK_CONNECTIONS=100 SOAK_RATE=$(or $(SOAK_RATE),15000) tests/run.sh --timeout 240 tests/soak/test_soak.sh
