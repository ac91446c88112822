# sample-default.sh - a million trials, multinomial, seed 1
# SPDX-License-Identifier: MIT
masses >masses.txt
notch sample masses.txt
notch sample --sampler multinomial --trials 1e6 --null 0 --inflation trial --seed 1 --step 0 \
    --repeat 1 --top 20 -- masses.txt >explicit
notch sample masses.txt | cmp - explicit
