# report.sh - a page of runs: complete, self-contained, escaped; refuses what it cannot use
# SPDX-License-Identifier: MIT
stripes 90 >stripes.csv
train() {
    notch train --model mlp --data stripes.csv --engine int --threads 1 --quiet "$@" >/dev/null
}
hostile='x</script><img src=q onerror=alert(1)>&'
train --steps 6 --eval-every 2 --hash-every 3 --out one
train --steps 4 --eval-every 2 --bits 2 --out "$hostile"

# Only a build with inih reads configurations.
notch report one -o probe --quiet 2>problem || ! grep -q 'build with inih' problem ||
    skip "this build reads no INI files"
rm -rf probe problem

try notch report one "$hostile" -o page
ls page
try notch report one "$hostile" -o page
try notch report one "$hostile" --out page --overwrite --quiet
notch report "$hostile" one -o deep/other --quiet
notch report one "$hostile" -o again --quiet
cmp page/index.html again/index.html && echo "the same page again"

echo "what would be loaded:"
grep -oE '(src|href) *= *"?https?:|@import|url\(' page/index.html
echo "hostile markup:"
grep -c '<img src=q' page/index.html
grep -c 'x\\u003c/script\\u003e\\u003cimg src=q onerror=alert(1)\\u003e\\u0026' page/index.html
echo "lines of metrics that are not on the page:"
cat one/metrics.jsonl "$hostile/metrics.jsonl" | grep -v '"chain"' | while IFS= read -r line; do
    grep -qF -- "$line" page/index.html || echo "$line"
done
echo "the confusion matrix of run one:"
notch eval one/last.notch --data stripes.csv --json | sed -n '/confusion/,$p'
sed -n '/"confusion"/,/"mistakes"/p' page/index.html | head -n 3 | cut -c 1-60

echo "without its data:"
mv stripes.csv moved.csv
try notch report one -o without
grep -c '"evaluation": null' without/index.html
rm one/last.notch
try notch report one -o bare

echo "bad usage:"
try notch report
try notch report one
try notch report one -o page --count 0
echo "bad input:"
try notch report nowhere -o refused
mkdir empty
try notch report empty -o refused
: >empty/metrics.jsonl
try notch report empty -o refused
echo '{"step":1}' >empty/metrics.jsonl
try notch report empty -o refused
sed 's/"layers":\[/"layers":[<b>,/' one/metrics.jsonl >empty/metrics.jsonl
try notch report empty -o refused
cp one/metrics.jsonl empty
echo '{' >empty/environment.json
try notch report empty -o refused
rm empty/environment.json
echo 'model' >empty/config.ini
try notch report empty -o refused
rm empty/config.ini
head -c 100 "$hostile/last.notch" >empty/last.notch
try notch report empty -o refused
rm empty/last.notch
try notch report empty -o moved.csv/page
ls refused 2>/dev/null
try notch report empty -o at-last
