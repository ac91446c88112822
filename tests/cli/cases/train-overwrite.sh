# train-overwrite.sh - --overwrite replaces a run and leaves other files alone
# SPDX-License-Identifier: MIT
stripes 60 >stripes.csv
train() {
    notch train --model mlp --data stripes.csv --engine int --threads 1 --quiet "$@"
}
train --steps 3 --out run >/dev/null
echo mine >run/notes.txt
train --steps 2 --out run --overwrite --seed 2 >/dev/null
ls run
grep seed run/config.ini
cut -c1-10 run/metrics.jsonl
cat run/notes.txt
# A model file's weights are the first ones of another run.
train --model run/last.notch --steps 1 --trials 0 | sed -n 's/^parameters sha256: //p' >hash
grep -c "$(cat hash)" run/metrics.jsonl
