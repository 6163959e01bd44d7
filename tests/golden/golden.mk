# What check and show say, word for word: one folder a case. `make golden-update` accepts what they say now.
.PHONY: golden golden-update
golden: $(BUILD)/zonegate-asan ## messages and tables of check and show, against what is expected
	ZONEGATE=$(abspath $<) tests/run.sh tests/golden/cases.sh
golden-update: $(BUILD)/zonegate-asan
	ZONEGATE=$(abspath $<) tests/golden/cases.sh --update
