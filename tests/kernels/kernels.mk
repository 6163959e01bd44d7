# Debian's kernels 6.1 and 6.12 in qemu. KERNELS=6.1 for one of them.
KERNELS ?= 6.1 6.12
KERNEL_PAYLOAD := $(BUILD)/kernels/payload
TEST_ALL_TARGETS += kernels

.PHONY: kernels
$(BUILD)/kernels/verified: tests/kernels/verified.c | $(BUILD)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(CPPFLAGS) $< $(LDLIBS) -o $@
kernels: $(BUILD)/zonegate $(BUILD)/kernels/verified $(BUILD)/packets ## load, attach and judge on Debian's 6.1 and 6.12
	rm -rf $(KERNEL_PAYLOAD) && mkdir -p $(KERNEL_PAYLOAD)
	cp $(BUILD)/zonegate $(BUILD)/packets $(BUILD)/kernels/verified tests/kernels/guest.sh $(KERNEL_PAYLOAD)/
	cp -r --parents tests/packets/edge tests/packets/server configs/tables $(KERNEL_PAYLOAD)/
	cp -r tests/kernels/site $(KERNEL_PAYLOAD)/
	tests/kernels/all.sh $(BUILD)/kernels $(KERNEL_PAYLOAD) $(KERNELS)
