# What single unit tests are linked with: calls that they stand in for.
UNIT_LINK_test_memory := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=reallocarray,--wrap=strdup \
	-Wl,--wrap=arena_alloc,--wrap=arena_strdup,--wrap=arena_strndup,--wrap=arena_printf,--wrap=arena_grow
$(BUILD)/unit/test_memory: LDLIBS += $(UNIT_LINK_test_memory)
