# What connect() costs, with and without an origin port being assigned: a range of 1,000 ports, 900 of
# them in use. Fails when p99 with assignment is 100 us or more.
$(BUILD)/connect_cost: $(BUILD)/obj/tests/bench/connect_cost.o
	$(CC) $(ALL_CFLAGS) $^ -o $@

.PHONY: bench-connect
bench-connect: $(BUILD)/zonegate $(BUILD)/connect_cost ## the cost of connect() with an assigned origin port (root)
	ZONEGATE=$(abspath $(BUILD)/zonegate) CONNECT_COST=$(abspath $(BUILD)/connect_cost) tests/bench/connect.sh
