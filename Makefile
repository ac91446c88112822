# Makefile - short names for what meson and scripts/ do.
# SPDX-License-Identifier: MIT
#
#   make            compile into build/
#   make check      run the tests              make lint      format, layering and the like
#   make bench      compare with PyTorch       make format    reformat all C files
#   make asan       tests under AddressSanitizer and UndefinedBehaviorSanitizer; ubsan is the same
#   make cross      tests on emulated machines make dist      release archive of the last commit
#   make install    to PREFIX if given; honours DESTDIR

BUILD = build

.PHONY: all check bench asan ubsan lint format install clean cross dist

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD)

check: all
	rm -f $(BUILD)/meson-logs/testlog.json
	-meson test -C $(BUILD) --no-rebuild --no-suite stat
	scripts/tally $(BUILD)/meson-logs/testlog.json

bench:
	scripts/bench

asan ubsan:
	scripts/check sanitizers

lint:
	scripts/check format layering tree headers

format:
	git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i

install: all
	$(if $(PREFIX),meson configure $(BUILD) --prefix $(abspath $(PREFIX)))
	meson install -C $(BUILD)

cross:
	scripts/test-cross

dist: all
	meson dist -C $(BUILD) --no-tests

clean:
	rm -rf build build-*
