# How long the compiler takes, and how large the tables come out.
COMPILE_TIME_OBJ := $(addprefix $(BUILD)/obj/tests/bench/,compile_time.o generate.o classbench.o traffic.o)
$(BUILD)/obj/tests/bench/compile_time.o: CPPFLAGS += -Itests/bench
$(BUILD)/compile_time: $(COMPILE_TIME_OBJ) $(BUILD)/libzonegate.a
	$(CC) $(ALL_CFLAGS) $^ $(LDLIBS) -o $@

.PHONY: bench-compile
bench-compile: $(BUILD)/compile_time ## time and memory of the compiler by rules and prefixes
	@mkdir -p $(BUILD)/bench/policies
	$(BUILD)/compile_time $(BUILD)/bench/policies --gate
