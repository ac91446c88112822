# train-dead.sh - a warning, once, where a layer has no gradient
# SPDX-License-Identifier: MIT
stripes 60 | sed 's/[0-9]*,/7,/g' >grey.csv # nothing to see: all inputs are the mean
plain | sed 's/outputs = 8/&\nbias = no/' >plain.ini
try notch train --model plain.ini --data grey.csv --engine int --threads 1 --quiet --epochs 4 \
    --batch 10 --eval-every 5 --out run >log
grep warning log
sed 's/.*"layers"/"layers"/; s/,{"layer":"out".*//' run/metrics.jsonl
