# lib.sh - what the scripts share. Source it with the repository root as working directory.
# SPDX-License-Identifier: MIT

# configure FOLDER [OPTION...]: sets up a meson build folder, or gives the options to the one that
# is there, unless it has them. What else is in the folder stays.
configure() {
    folder=$1
    shift
    if [ ! -f "$folder/build.ninja" ]; then
        action='setup -Db_colorout=never'
    elif [ $# -eq 0 ] || [ "$(cat "$folder/options" 2>/dev/null)" = "$*" ]; then
        return
    else
        action=configure
    fi
    if ! output=$(meson $action "$folder" "$@" 2>&1); then
        echo "$output"
        return 1
    fi
    printf '%s\n' "$*" >"$folder/options"
}

# build FOLDER [OPTION...]: configures and compiles.
build() {
    configure "$@" && ninja -C "$1" --quiet
}

# run_tests FOLDER [OPTION...]: compiles and tests; the results are FOLDER/meson-logs/testlog.json.
run_tests() {
    folder=$1
    shift
    rm -f "$folder/meson-logs/testlog.json"
    ninja -C "$folder" --quiet && meson test -C "$folder" --no-rebuild "$@"
}
