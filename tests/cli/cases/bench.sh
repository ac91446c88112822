# bench.sh - benchmarks run
# SPDX-License-Identifier: MIT
try notch bench
try notch bench upgrade
try notch bench update --sizes 0
notch bench update --sizes 3000 --repeat 1 --threads 1 --json >lines || echo "exit code $?"
grep -c '^{.*}$' lines | sed 's/[0-9][0-9]*/some/'
