# What goes where on a host. DESTDIR and PREFIX as usual; `make deb` packs it for Debian, `make rpm` for RPM systems.
PREFIX ?= /usr
DEB_ARCH = $(shell dpkg --print-architecture)
DEB := $(BUILD)/zonegate_$(VERSION)_$(DEB_ARCH).deb

.PHONY: install deb rpm
install: $(BUILD)/zonegate ## program, man pages, licences, unit and example configuration below DESTDIR
	install -D -m 0755 $(BUILD)/zonegate $(DESTDIR)$(PREFIX)/sbin/zonegate
	install -D -m 0644 packaging/systemd/zonegate.service $(DESTDIR)$(PREFIX)/lib/systemd/system/zonegate.service
	for page in docs/*.[58]; do \
		install -D -m 0644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done
	install -D -m 0644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/zonegate/copyright
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/doc/zonegate/LICENSES LICENSES/*.txt
	find configs -type f -printf '%P\n' | while read -r file; do \
		install -D -m 0640 configs/$$file $(DESTDIR)/etc/zonegate/$$file; done
	chmod 0750 $(DESTDIR)/etc/zonegate

# Shared libraries are asked of dpkg-shlibdeps, so that the package names what the program is linked with.
deb: $(BUILD)/zonegate ## a Debian package in build/
	rm -rf $(BUILD)/deb && mkdir -p $(BUILD)/deb/debian
	$(MAKE) install DESTDIR=$(BUILD)/deb/root
	printf 'Source: zonegate\n\nPackage: zonegate\nArchitecture: any\n' >$(BUILD)/deb/debian/control
	mkdir -p $(BUILD)/deb/root/DEBIAN
	depends=$$(cd $(BUILD)/deb && dpkg-shlibdeps -O root/usr/sbin/zonegate | sed 's/^shlibs:Depends=//') && \
	sed -e 's/@VERSION@/$(VERSION)/' -e 's/@ARCH@/$(DEB_ARCH)/' -e "s/@DEPENDS@/$$depends/" \
		packaging/debian/control.in >$(BUILD)/deb/root/DEBIAN/control
	(cd $(BUILD)/deb/root && find etc -type f | sed 's,^,/,' | sort) >$(BUILD)/deb/root/DEBIAN/conffiles
	install -m 0755 packaging/debian/postinst packaging/debian/prerm $(BUILD)/deb/root/DEBIAN/
	dpkg-deb --root-owner-group -b $(BUILD)/deb/root $(DEB)

rpm: $(BUILD)/zonegate ## an RPM package in build/rpm/ (needs rpmbuild)
	$(MAKE) install DESTDIR=$(abspath $(BUILD))/rpm/root
	rpmbuild -bb --define "_topdir $(abspath $(BUILD))/rpm" --define "version $(VERSION)" \
		--define "staged $(abspath $(BUILD))/rpm/root" packaging/rpm/zonegate.spec
