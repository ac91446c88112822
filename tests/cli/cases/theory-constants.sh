# theory-constants.sh - a network's constants along a short run
# SPDX-License-Identifier: MIT
options='--model linear --steps 4 --points 2 --batches 2 --threads 1'
notch theory constants $options --csv >table 2>err || {
    grep 'no float engine' err && skip "there is no float engine in this build"
    cat err
}
sed -n 1p table
awk -F, 'NR > 1 { print $1, NF, $15 ~ /scale/ ? "scale" : "" }' table
