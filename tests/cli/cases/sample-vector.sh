# sample-vector.sh - vector inflation: all trials of a draw are null, or none
# SPDX-License-Identifier: MIT
masses >masses.txt
notch sample --null 500 --inflation vector --trials 100 --repeat 30 masses.txt
notch sample --null 1e18 --inflation vector --trials 100 --quiet masses.txt
