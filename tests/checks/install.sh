#!/bin/sh
# install.sh - an installed copy is complete, and a stranger's program builds and runs with it.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

root=$scratch/root       # with all libraries
minimal=$scratch/minimal # without any, and static

installs() {
    build_with_gcc && DESTDIR=$root meson install -C build --no-rebuild
}

installs_minimal() {
    build build-minimal -Dauto_features=disabled -Dtests=false -Ddefault_library=static \
        -Doptimization=0 &&
        DESTDIR=$minimal meson install -C build-minimal --no-rebuild
}

# Names without the folders that the machine chooses.
is_complete() {
    (cd "$root" && find . ! -type d) | sed 's,.*/\(include/\),\1,; t; s,.*/,,' | sort |
        diff -U 0 --label expected --label found "$scratch/complete" -
}
cat >"$scratch/complete" <<END
$(ls include/notch/*.h)
libnotch.a
libnotch.so
libnotch.so.0
libnotch.so.0.1.0
notch
notch.pc
END

# program_runs ROOT
program_runs() {
    "$(find "$1" -name notch -type f)" version
}

# Flags for the library of a root, as a stranger would ask for them.
flags_for() (
    PKG_CONFIG_PATH=$(dirname "$(find "$1" -name notch.pc)") PKG_CONFIG_SYSROOT_DIR=$1
    export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
    shift
    pkg-config "$@"
)

# runs FILE FLAG...: compiles FILE and runs it.
runs() (
    LD_LIBRARY_PATH=$(dirname "$(find "$root" -name libnotch.so)")
    export LD_LIBRARY_PATH
    source=$1
    shift
    gcc -std=c11 "$source" "$@" -o "$scratch/example" && "$scratch/example"
)

shared_runs() {
    runs "$1" $(flags_for "$root" --cflags --libs notch)
}

# The archive with the libraries that notch.pc names; shared, because Debian has not all that an
# archive of libcurl would need.
archive_runs() {
    needed=$(flags_for "$root" --print-requires-private notch)
    private=$(sed -n 's/^Libs.private: *//p' "$(find "$root" -name notch.pc)")
    runs "$1" $(flags_for "$root" --cflags notch) "$(find "$root" -name libnotch.a)" \
        $(pkg-config --libs "$needed") $private
}

static_runs() {
    runs "$1" -static $(flags_for "$minimal" --static --cflags --libs notch)
}

# The smallest of examples: whether header and library are of one version.
version=$scratch/version.c
cat >"$version" <<'END'
#include <notch/notch.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    printf("expected version %s, found %s\n", NOTCH_VERSION_STRING, notch_version());
    return strcmp(notch_version(), NOTCH_VERSION_STRING) != 0;
}
END

need "the library, its headers and the program install" installs
expect "the installed copy is complete, and nothing else" is_complete
expect "the installed program runs" program_runs "$root"
need "the same without any library: -Dauto_features=disabled" installs_minimal
expect "the program without any library runs" program_runs "$minimal"
for example in "$version" examples/*.c; do
    name=$(basename "$example")
    expect "$name compiles through pkg-config and runs: shared" shared_runs "$example"
    expect "$name compiles through pkg-config and runs: archive" archive_runs "$example"
    expect "$name compiles through pkg-config and runs: static" static_runs "$example"
done
finish
