# bench.sh - benchmarks run
# SPDX-License-Identifier: MIT
try notch bench
try notch bench upgrade
try notch bench update --sizes 0
notch bench update --sizes 3000 --repeat 1 --threads 1 --json >lines || echo "exit code $?"
grep -c '^{.*}$' lines | sed 's/[0-9][0-9]*/some/'

# The stages of a training step; engine int tells of the first of the layers that it computes
# together.
stripes 60 >stripes.csv
try notch bench train --steps 0
try notch bench train --data stripes.csv --model nothing
measure() {
    notch bench train --data stripes.csv --engine int --batch 8 --steps 2 --warm-up 1 --threads 1 \
        "$@" || echo "exit code $?"
}
measure --model mlp >table
awk '/ %$/ || /^step .* images a second$/ { print $1 }' table
measure --model mlp --json >object
sed -n 's/^ *{"pass": "\([a-z]*\)", "layer": "\([a-z0-9]*\)".*/\1 \2/p' object
