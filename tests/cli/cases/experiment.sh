# experiment.sh - grids become runs, finished runs stay, results are what the runs' metrics say
# SPDX-License-Identifier: MIT
need_inih
stripes 200 >stripes.csv
cat >grid.ini <<'END'
[experiment]
seeds = 1-2, 5

[all]
data = stripes.csv
model = mlp
batch = 16
epochs = 2

[zim]
scope = layer, global
sampler = multinomial, systematic

[one bit]
bits = 1
trials = 0.5:0.25
seeds = 3

[nothing of its own]
END
notch experiment grid.ini --dry-run --out there
[ ! -e there ] || echo 'a dry run makes nothing'
notch experiment grid.ini --out there --jobs 2 --quiet >table
sed 's/  *[0-9.]*$//' table
cut -d, -f1-9 there/runs.csv
awk -F, 'NR > 1 { print $11 }' there/runs.csv | sort -u | wc -l
echo "$ the same numbers as the runs'"
for run in there/*-seed*/; do
    name=$(basename "$run")
    line=$(tail -n 1 "$run/metrics.jsonl")
    hash=$(echo "$line" | sed 's/.*"parameters_sha256":"\([0-9a-f]*\)".*/\1/')
    accuracy=$(echo "$line" | sed 's/.*"test_accuracy":\([0-9.e-]*\).*/\1/')
    grep -q ",$name,.*,$accuracy,.*,$hash\$" there/runs.csv || echo "$name differs"
done
if command -v python3 >/dev/null; then
    python3 -c '
import json
data = json.load(open("there/summary.json"))
assert [len(c["runs"]) for c in data["conditions"]] == [3, 3, 3, 3, 1, 3], data'
fi
echo '$ again: nothing is done twice'
stat -c %Y.%n there/*/metrics.jsonl >before
notch experiment grid.ini --out there --quiet >/dev/null
stat -c %Y.%n there/*/metrics.jsonl >after
cmp before after
grep '^trials =' there/one-bit-seed3/config.ini
echo '$ other options'
sed -i 's/epochs = 2/epochs = 3/' grid.ini
try notch experiment grid.ini --out there
try notch experiment grid.ini --out elsewhere --only two
# without the seconds
try notch experiment grid.ini --out elsewhere --only one --quiet | sed 's/\([0-9]\)  *[0-9.]*$/\1/'
