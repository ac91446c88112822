#!/bin/sh
# report.sh - a report in a browser: every chart drawn, with the values that the runs recorded.
# SPDX-License-Identifier: MIT
#
# Skipped where there is no Chromium and none can be installed.
. "$(dirname "$0")/lib.sh"

notch=$PWD/build/cli/notch
hostile='a <img src=x onerror=hacked=1> & "b"'

train() {
    "$notch" train --threads 1 --quiet --overwrite "$@"
}

# Two runs, whose names and layers want to be HTML.
make_runs() (
    . tests/cli/lib.sh
    cd "$scratch" && stripes 600 >"<i>stripes.csv" &&
        train --model mlp --data "<i>stripes.csv" --steps 40 --batch 20 --eval-every 8 \
            --hash-every 10 --out "$hostile" &&
        plain >plain.ini &&
        train --model plain.ini --data "<i>stripes.csv" --bits 2 --epochs 2 --eval-every 5 \
            --eval-images 100 --out other &&
        sed -i 's/"layer":"hidden"/"layer":"<\/script><script>hacked=1<\/script>"/' \
            other/metrics.jsonl &&
        "$notch" report "$hostile" other -o report
)

# What the page has to show, as JSON.
expected() {
    separator='['
    for run in "$hostile" other; do
        printf '%s{"folder":"%s","lines":[' "$separator" "$(echo "$run" | sed 's/"/\\"/g')"
        grep '"epoch":' "$scratch/$run/metrics.jsonl" | sed '$!s/$/,/'
        echo ']}'
        separator=,
    done | sed 's/</\\u003c/g'
    echo ']'
}

# instrument: the page on standard input, with the test in it.
instrument() {
    awk -v folder="$scratch" '
        function put(path, line) {
            while ((getline line <path) > 0) print line
            close(path)
        }
        /^<title>/ { print "<script>"; put("tests/browser/watch.js"); print "</script>" }
        /^<\/body>/ {
            print "<script type=\"application/json\" id=\"expected\">"
            put(folder "/expected.json")
            print "</script>\n<script>"; put("tests/browser/report.js"); print "</script>"
        }
        { print }'
}

# The pages under test: one as it is, and one with another value and a curve less.
make_pages() {
    expected >"$scratch/expected.json"
    cp tests/browser/frames.html "$scratch/frames.html"
    instrument <"$scratch/report/index.html" >"$scratch/good.html"
    sed -e 's/"test_loss":[0-9.]*\([0-9]\),/"test_loss":\1.5,/' \
        -e 's/^function drawWeights.*/&\n    return;/' "$scratch/report/index.html" |
        instrument >"$scratch/wrong.html"
}

# look SCHEME: 0 is dark, 1 is light. The verdicts of all pages, one a line.
look() {
    chromium --headless --no-sandbox --disable-gpu --window-size=1600,1300 \
        --user-data-dir="$scratch/profile" --blink-settings=preferredColorScheme="$1" \
        --enable-logging=stderr --virtual-time-budget=10000 --dump-dom \
        "file://$scratch/frames.html" 2>"$scratch/log" |
        sed -n 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g; s/.*<pre id="verdicts">//;
            /^[a-z]* \(not \)\{0,1\}ok - /p'
}

says_nothing() {
    ! grep CONSOLE "$scratch/log"
}

# says VERDICT: one check of a page.
says() {
    echo "$1"
    case $1 in
    *' not ok - '*) return 1 ;;
    esac
}

finds() {
    grep -q "^wrong not ok - $1: " "$scratch/verdicts" || { cat "$scratch/verdicts"; false; }
}

look_in() {
    look "$2" >"$scratch/verdicts"
    expect "$1: all pages give their verdicts" \
        [ "$(grep -c '^wide ' "$scratch/verdicts") $(grep -c '^narrow ' "$scratch/verdicts")" = \
        '13 13' ]
    while IFS= read -r verdict; do
        sentence=${verdict#* ok - }
        expect "$1, ${verdict%% *}: ${sentence%%: *}" says "$verdict"
    done <<END
$(grep -E '^(wide|narrow) ' "$scratch/verdicts")
END
    expect "$1: the console stays empty" says_nothing
}

need "the program compiles" build_with_gcc
need "two runs and their report" make_runs
if ! scripts/bootstrap --browser >"$scratch/output" 2>&1 || ! command -v chromium >/dev/null; then
    expectations=$((expectations + 1))
    echo "ok $expectations - the report in a browser # SKIP there is no chromium"
    finish
    exit
fi
make_pages
look_in light 1
expect "the test sees a value that is wrong" finds 'curves have the values of metrics.jsonl'
expect "the test sees a value that is wrong in a table" \
    finds 'the table has the values of metrics.jsonl'
expect "the test sees a picture that is not drawn" finds 'every chart is drawn'
look_in dark 0
finish
