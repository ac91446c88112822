# predict.sh - what a model takes an image for, from a data set and from a PNG file
# SPDX-License-Identifier: MIT
train_linear small.notch
notch predict small.notch --data digits --index 7 >shown || echo "exit code $?"
sed '/^class/,$d' shown
sed -n 's/, probability [0-9.]* %/, some probability/p' shown
grep -c ' %' shown
notch data sheet digits --rows 1 --columns 1 --gap 0 --first 7 --out seven.png
notch predict small.notch seven.png --invert | sed 's/^\(class .* %\)$/\1 (the label is 3)/' >again
cmp shown again && echo "the same from a PNG file"
notch predict small.notch seven.png --invert --json | sed 's/0\.[0-9]*/P/g; s/[0-9.]*e-[0-9]*/P/g'
notch predict small.notch --data digits --index 7 --quiet | sed 's/[0-9.]* %/P/'
notch data sheet digits --rows 2 --columns 1 --gap 0 --out tall.png
notch predict small.notch tall.png --invert | sed '/^class/,$d' | awk '{ print length }' | sort -u |
    tail -n 1
try notch predict small.notch
try notch predict small.notch seven.png --data digits --index 1
try notch predict small.notch --data digits
try notch predict small.notch --data digits --index 10000
try notch predict small.notch small.notch
head -c 100 seven.png >cut.png
try notch predict small.notch cut.png
try notch predict mlp seven.png
