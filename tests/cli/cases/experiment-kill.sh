# experiment-kill.sh - killed at any moment and begun again, it ends with the same table
# SPDX-License-Identifier: MIT
need_inih
# Without emulation: an emulated program's parent is the emulator.
[ -z "${MESON_EXE_WRAPPER:-}" ] || {
    echo 'machines are emulated'
    exit 77
}
command -v setsid >/dev/null || {
    echo 'there is no setsid'
    exit 77
}
stripes 300 >stripes.csv
cat >grid.ini <<'END'
[experiment]
seeds = 1-4
[all]
data = stripes.csv
model = cnn
batch = 8
steps = 6000
eval-every = 100
[zim]
scope = layer, global
END
notch experiment grid.ini --out calm --jobs 2 --quiet >/dev/null
kills=0
# Waits from 0.1 to 0.4 seconds, from a sequence that looks random.
for wait in 0.21 0.13 0.37 0.10 0.28 0.33 0.17 0.40 0.12 0.25; do
    setsid notch experiment grid.ini --out stormy --jobs 2 --quiet >/dev/null 2>&1 &
    process=$!
    sleep "$wait"
    kill -KILL "-$process" 2>/dev/null && kills=$((kills + 1))
    wait "$process" 2>/dev/null
done
[ "$kills" -ge 1 ] || echo "it ended before it could be killed"
sleep 0.2 # until the kernel has ended the runs of the last one
notch experiment grid.ini --out stormy --jobs 2 --quiet >/dev/null
for folder in calm stormy; do
    cut -d, -f1-9,11 "$folder/runs.csv" >"$folder.runs"
    cut -d, -f1-8 "$folder/summary.csv" >"$folder.summary"
    sed 's/"seconds[a-z_]*": [^,}]*//g' "$folder/summary.json" >"$folder.json"
    for run in "$folder"/*-seed*/; do
        sed 's/"seconds".*"parameters_sha256"/"parameters_sha256"/; s/"layers".*//' \
            "$run/metrics.jsonl"
    done >"$folder.metrics"
done
wc -l <calm.runs
for part in runs summary json metrics; do
    cmp "calm.$part" "stormy.$part"
done
