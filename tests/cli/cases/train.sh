# train.sh - a small run from the first line to the last, and what it leaves
# SPDX-License-Identifier: MIT
stripes 600 >stripes.csv
try notch train --model mlp --data stripes.csv --engine int --threads 1 --epochs 2 --batch 16 \
    --eval-every 20 --hash-every 30 --out runs/one >log
sed -e 's/[0-9:.]* s$/TIME/' -e 's/^time .*/time/' -e 's/^peak memory .*/peak memory/' \
    -e 's/^memory .*/memory/' -e 's/^bytes per parameter.*/bytes per parameter/' \
    -e 's/[0-9]\.[0-9]\{4\}/LOSS/g' -e 's/: [0-9a-f]\{64\}$/: HASH/' log
ls runs/one
cat runs/one/config.ini
cut -c1-12 runs/one/metrics.jsonl
try notch train --config runs/one/config.ini --quiet --expect runs/one | grep steps
