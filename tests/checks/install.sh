#!/bin/sh
# install.sh - an installed copy is complete, and a stranger's program builds and runs with it.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

root=$scratch/root

installs() {
    build build && DESTDIR=$root meson install -C build --no-rebuild
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

program_runs() {
    "$(find "$root" -name notch -type f)" version
}

# example_runs FILE [OPTION OF PKG-CONFIG]: compiles FILE as a stranger would, and runs it.
example_runs() (
    folder=$(dirname "$(find "$root" -name notch.pc)")
    PKG_CONFIG_PATH=$folder PKG_CONFIG_SYSROOT_DIR=$root
    LD_LIBRARY_PATH=$(dirname "$folder")
    export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR LD_LIBRARY_PATH
    source=$1
    shift
    flags=$(pkg-config --cflags --libs notch "$@") || exit
    [ $# -eq 0 ] || flags="-static $flags"
    gcc -std=c11 "$source" $flags -o "$scratch/example" && "$scratch/example"
)

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
expect "the installed program runs" program_runs
for example in "$version" examples/*.c; do
    name=$(basename "$example")
    expect "$name compiles through pkg-config and runs: shared" example_runs "$example"
    expect "$name compiles through pkg-config and runs: static" example_runs "$example" --static
done
finish
