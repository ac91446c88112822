#!/bin/sh
# report.sh - a report in a browser: no error, every chart drawn, the values of metrics.jsonl.
# SPDX-License-Identifier: MIT
#
# report.js looks at the page from within, narrow and wide, in light and dark, in one start of
# Chromium. Skipped where there is none and none can be installed.
. "$(dirname "$0")/lib.sh"

find_browser() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

if ! find_browser >/dev/null && ! { scripts/bootstrap --browser >/dev/null 2>&1 && find_browser; } \
    >/dev/null; then
    echo "ok 1 - reports in a browser # SKIP there is no Chromium"
    echo "1..1"
    exit
fi
browser=$(find_browser)
root=$PWD
program=$root/build/cli/notch
hostile='b"<b>&amp;</script><img src=q onerror=hostile=1>'

trains() (
    cd "$scratch" || exit 1
    "$program" train --data digits --steps 60 --eval-every 15 --eval-images 500 --quiet "$@"
)

makes_page() (
    cd "$scratch" || exit 1
    "$program" report first "$hostile" -o page --count 2000
)

# The lines of a run's metrics as a JSON list.
list_of() {
    echo '['
    sed '$!s/$/,/' "$scratch/$1/metrics.jsonl"
    echo ']'
}

# The page with a value that nobody recorded, and without what draws histograms and points.
tampered() {
    sed -e '0,/"test_loss":[-.0-9e]*/s//"test_loss":7/' \
        -e 's/^function drawWeights.*/&\n    return;/' \
        -e 's/show: points \&\& !curve.faint/show: false/; s/stroke: colour,/stroke: "#010203",/' \
        "$scratch/page/index.html"
}

# instrument PAGE: the page with what looks at it.
instrument() {
    sed '/<meta charset/q' "$1"
    echo '<script>const problems = [];'
    echo 'addEventListener("error", (event) => problems.push(event.message));'
    echo 'console.error = console.warn = (...words) => problems.push(words.join(" "));</script>'
    sed '1,/<meta charset/d; /<\/body>/,$d' "$1"
    echo '<script type="application/json" id="expected">['
    list_of first
    echo ','
    list_of "$hostile"
    echo ']</script><script>'
    cat "$root/tests/checks/report.js"
    echo '</script></body></html>'
}

# Both sizes in both schemes, and the page that was tampered with; what they say is text of the
# frames' page.
frames() {
    echo '<!DOCTYPE html><meta charset="utf-8"><pre id="said"></pre><script>'
    echo 'addEventListener("message", (event) => { said.textContent += event.data; });</script>'
    for scheme in light dark; do
        for width in 390 1400; do
            printf '<iframe name="%s %s" src="watched.html" width="%s" height="900"' \
                "$width" "$scheme" "$width"
            printf ' style="color-scheme: %s; border: 0"></iframe>\n' "$scheme"
        done
    done
    echo '<iframe name="tampered" src="tampered.html" width="1400" height="900"></iframe>'
}

browses() {
    "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
        --user-data-dir="$scratch/profile" --enable-logging=stderr --window-size=1500,1000 \
        --virtual-time-budget=20000 --dump-dom "file://$scratch/frames.html" \
        >"$scratch/dom" 2>"$scratch/log" </dev/null
}

quiet_console() {
    ! grep 'CONSOLE' "$scratch/log"
}

# said WIDTH-AND-SCHEME: whether that frame has said something, and what was not right.
said() {
    sed -n 's/.*<pre id="said">//; '"s/^$1: //p" "$scratch/dom" >"$scratch/said"
    grep '^not ok' "$scratch/said"
    grep -q '^done$' "$scratch/said" && ! grep -q '^not ok' "$scratch/said"
}

# notices SENTENCE: whether the page that was tampered with is found out.
notices() {
    sed -n 's/.*<pre id="said">//; s/^tampered: //p' "$scratch/dom" >"$scratch/said"
    grep -F "not ok - $1: " "$scratch/said" || ! cat "$scratch/said"
}

need "the program compiles" build_with_gcc
need "a run" trains --model cnn --out first
need "a run with a hostile name" trains --model mlp --bits 1 --out "$hostile"
need "a report" makes_page
instrument "$scratch/page/index.html" >"$scratch/watched.html"
tampered >"$scratch/tampered-page.html"
instrument "$scratch/tampered-page.html" >"$scratch/tampered.html"
frames >"$scratch/frames.html"
need "a browser opens it" browses
expect "nothing on the console" quiet_console
for frame in '390 light' '1400 light' '390 dark' '1400 dark'; do
    expect "all is as it should be: $frame" said "$frame"
done
expect "a value that nobody recorded is noticed" notices "Loss, test_0"
expect "a value under the pointer that nobody recorded is noticed" \
    notices "the value at the pointer"
expect "a number that nobody recorded is noticed" notices "numbers of run 0"
expect "a curve that is not drawn is noticed" notices "Accuracy has its curves"
expect "a histogram that is not drawn is noticed" notices "conv1 is drawn"
finish
