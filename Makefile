# make tour     see debgit at work; sets up all that is needed
# make test     run the tests; sets up all that is needed
# make build    bin/debgit
# make man      bin/man
# make bench    compare with other tools, write the table in BENCHMARKS.md
# make deb      bin/deb/*.deb
# make install  DESTDIR= PREFIX=
# make clean

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d

version := $(shell sed -n '1s/^[^(]*(\([^)]*\)).*/\1/p' debian/changelog)

.PHONY: build man completions licences check test tour bench deb install clean

build:
	go=$$(scripts/setup go) && CGO_ENABLED=0 "$$go" build -trimpath -buildvcs=false \
		-ldflags '-X main.version=$(version)' -o bin/debgit ./cmd/debgit

man: build
	rm -rf bin/man && mkdir bin/man
	bin/debgit internal-docs man bin/man

completions: build
	mkdir -p bin/completions
	for shell in bash zsh fish; do \
		bin/debgit completion $$shell >bin/completions/$$shell || exit; \
	done

licences:
	mkdir -p bin
	scripts/licences >bin/third-party-licences

# check is test without the set-up, for a build of the package.
check:
	go=$$(scripts/setup go) && "$$go" test -timeout 25m ./...

test:
	scripts/setup test
	$(MAKE) check

tour:
	scripts/setup run
	$(MAKE) build
	scripts/tour

bench:
	scripts/setup test
	$(MAKE) build
	bench/run

deb:
	scripts/setup package
	scripts/build-deb bin/deb

install: man completions
	install -D -m 755 bin/debgit '$(DESTDIR)$(BINDIR)/debgit'
	for page in bin/man/*.[1-8]; do \
		install -D -m 644 -t "$(DESTDIR)$(MANDIR)/man$${page##*.}" "$$page" || exit; \
	done
	install -D -m 644 bin/completions/bash '$(DESTDIR)$(BASHDIR)/debgit'
	install -D -m 644 bin/completions/zsh '$(DESTDIR)$(ZSHDIR)/_debgit'
	install -D -m 644 bin/completions/fish '$(DESTDIR)$(FISHDIR)/debgit.fish'

clean:
	rm -rf bin
