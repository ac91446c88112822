# lib.sh - what the cases of the command line tests share.
# SPDX-License-Identifier: MIT

# try COMMAND...: shows a command, all that it prints, and its exit code if that is not 0.
try() {
    echo "\$ $*"
    code=0
    "$@" 2>&1 || code=$?
    [ "$code" -eq 0 ] || echo "exit code $code"
}

# skip REASON: ends the case, which cannot be run here.
skip() {
    echo "$1"
    exit 77
}

# quick: ends the case where all is slow, emulated or watched by sanitizers (tests/meson.build).
quick() {
    [ -z "${NOTCH_TEST_SLOW:-}" ] || skip "computes for too long here"
}

# Ten masses of all sizes, 0 included; they add up to 1000.
masses() {
    printf '%s\n' 300 5 0 44 150 1 260 90 50 100
}

# many COUNT: so many masses, spread over several blocks of the library.
many() {
    awk -v count="$1" 'BEGIN { for (i = 0; i < count; i++) print (i * 7919) % 1009 * (i % 13) }'
}

# supported_isas: the instruction sets that this machine has.
supported_isas() {
    notch version | sed -n 's/^supported here *//p'
}

# stripes COUNT: images of 6 x 6 in 3 classes, one line of comma-separated values each.
stripes() {
    awk -v count="$1" 'BEGIN {
        for (i = 0; i < count; i++) {
            for (p = 0; p < 36; p++) {
                noise = (i * 7919 + p * 104729 + i * p * 31) % 110
                printf "%d,", noise + (int(p / 12) == i % 3 ? 140 : 0)
            }
            print i % 3
        }
    }'
}

# plain: a network without norms, in the grammar of docs/models.md.
plain() {
    printf '%s\n' '[hidden]' 'type = dense' 'outputs = 8' '' '[active]' 'type = relu' '' '[out]' \
        'type = dense' 'outputs = classes'
}

# need TOOL: ends the case if a program that it uses is not there.
need() {
    command -v "$1" >/dev/null || skip "there is no $1"
}

# need_inih: ends the case in a build that cannot read INI files.
need_inih() {
    printf '[a]\nmodel = mlp\n' >probe.ini
    ! notch experiment probe.ini --dry-run 2>&1 | grep -q 'build with inih' ||
        skip 'this build has no inih'
    rm probe.ini
}

# serving FOLDER COMMAND...: runs a command while tests/serve.c serves the folder; $url is its
# address, which is "URL" in what the command prints.
serving() {
    # An address that an earlier server has left is not to be taken for this one's.
    rm -f address
    mkfifo stop
    serve "$1" <stop >address &
    exec 9>stop
    rm stop
    shift
    patience=100
    while [ ! -s address ] && [ $patience -gt 0 ]; do
        sleep 0.1
        patience=$((patience - 1))
    done
    [ -s address ] || skip "this machine lets nobody serve"
    url=$(cat address)
    "$@" 2>&1 | sed "s|$url|URL|g"
    exec 9>&-
    wait
}

# train_linear FILE: a model file of 7,850 weights that knows some digits; in a second or two.
train_linear() {
    notch train --model linear --data digits --engine int --steps 100 --eval-images 100 \
        --threads 1 --quiet --out training >log 2>&1 || cat log
    mv training/last.notch "$1"
}
