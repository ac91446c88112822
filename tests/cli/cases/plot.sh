# plot.sh - what is drawn are the means and deviations of the runs
# SPDX-License-Identifier: MIT
mkdir -p runs/a-seed1 runs/a-seed2 runs/b
line() {
    printf '{"step":%s,"epoch":1,"train_loss":1,"train_accuracy":0.5,"test_loss":%s,' "$1" "$2"
    printf '"test_accuracy":%s,"test_count":100,"saturated":0,"moved":1,"seconds":1,' "$3"
    printf '"parameters_sha256":"%064d","layers":[]}\n' 0
}
{ line 10 2 0.5; line 20 1 0.75; } >runs/a-seed1/metrics.jsonl
{ line 10 4 0.25; line 20 1 0.75; line 30 0.5 0.875; } >runs/a-seed2/metrics.jsonl
line 10 3 0.125 >runs/b/metrics.jsonl
notch plot runs --data table
cat table
notch plot runs/b runs/a-seed2 --data table
cut -f1-3 table
# Tables are read as they were written, and stand beside runs.
notch plot runs --data kept.tsv
notch plot kept.tsv --data again
cmp kept.tsv again
grep -v '^b' kept.tsv >a.tsv
notch plot a.tsv runs/b --data both
cut -f1-3 both
try notch plot kept.tsv runs --data table
try notch plot a.tsv a.tsv --data table
heading=$(head -n 1 kept.tsv)
refused() {
    printf "$@" >bad.tsv
    try notch plot bad.tsv --data table
}
refused ''
refused 'condition\n'
refused '%s\n' "$heading"
refused '%s\na\t1\t10\t1\t0\t0.5\t0\n' "$heading"
refused '%s\na\t1\t10\t1\t0\t1.5\t0\t9\n' "$heading"
refused '%s\na\t1\t10\tnan\t0\t0.5\t0\t9\n' "$heading"
refused '%s\na\t1\t10\t1\t0\t0.5\t0\t9\na\t1\t10\t1\t0\t0.5\t0\t9\n' "$heading"
refused '%s\n%02000d\n' "$heading" 1
try notch plot absent.tsv --data table
try notch plot
try notch plot runs
try notch plot runs --out picture.jpg
try notch plot runs --text --bars
try notch plot nowhere --data table
mkdir empty
try notch plot empty --data table
echo 'no metrics' >runs/b/metrics.jsonl
try notch plot runs --data table
line 10 3 0.125 >runs/b/metrics.jsonl
if command -v gnuplot >/dev/null; then
    for picture in "it's.svg" plain.png; do
        notch plot runs --title "a 'title'; system('touch bad')" --out "$picture" 2>&1
        notch plot runs --bars --out "bars-$picture" 2>&1
        notch plot kept.tsv --bars --out "table-$picture" 2>&1
        for name in "$picture" "bars-$picture" "table-$picture"; do
            [ -s "$name" ] || echo "$name is missing"
        done
    done
    notch plot runs --text >text 2>&1
    grep -q 'test accuracy' text || cat text
    [ ! -e bad ] || echo 'the title was run'
else
    PATH=$PATH try notch plot runs --out picture.svg >/dev/null
fi
