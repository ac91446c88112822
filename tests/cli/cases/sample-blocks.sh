# sample-blocks.sh - many categories, in several blocks
# SPDX-License-Identifier: MIT
many 20000 >many.txt
for sampler in multinomial residual stratified systematic; do
    notch sample --sampler $sampler --top 3 --null 12345 many.txt
done
