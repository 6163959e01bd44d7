# What is checked without running anything. `make lint` runs all of it; `make format` mends the form.
LINT_C := $(sort $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h' 2>/dev/null | grep -v '^vmlinux/'))
LINT_USER := $(filter user/%.c tests/%.c,$(LINT_C))
LINT_SH := $(sort $(shell git ls-files --cached --others --exclude-standard '*.sh' .ci/run 2>/dev/null))
LINT_INCLUDE = $(CPPFLAGS) -std=gnu11

.PHONY: lint lint-form lint-arrows lint-manual lint-tidy lint-cppcheck lint-shell format
lint: lint-form lint-arrows lint-manual lint-shell lint-cppcheck lint-tidy ## form, arrows between folders, manual, static analysis
	@echo "lint: clean"
lint-form:
	clang-format --dry-run -Werror $(LINT_C)
	tests/lint/form.sh
lint-arrows:
	tests/lint/arrows.sh
lint-manual:
	tests/lint/manual.sh
lint-shell:
	shellcheck -x -e SC2317,SC2030,SC2031 $(LINT_SH) # called by name; meant for the subshell
lint-cppcheck:
	cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr --std=c11 \
		--suppressions-list=tests/lint/cppcheck.txt -D__x86_64__ \
		'-DLIBBPF_OPTS(type,name,...)=struct type name = {__VA_ARGS__}' -Iinclude -Iuser -j2 \
		$(filter user/%.c,$(LINT_C))
# A file at a time, only what changed since it was last clean: tidy is slow.
TIDY_DONE := $(patsubst %.c,$(BUILD)/tidy/%.ok,$(filter user/%.c,$(LINT_C)))
lint-tidy: $(TIDY_DONE)
$(TIDY_DONE): $(BUILD)/tidy/%.ok: %.c .clang-tidy $(filter user/%.h include/%.h,$(LINT_C)) | $(SKEL)
	@mkdir -p $(@D)
	clang-tidy --quiet --warnings-as-errors='*' $< -- $(LINT_INCLUDE) 2>/dev/null
	@touch $@
format: ## clang-format over all C files
	clang-format -i $(LINT_C)
