# train-input.sh - bad input: one sentence, exit code 3, and nothing is written
# SPDX-License-Identifier: MIT
stripes 60 >stripes.csv
train() {
    notch train --model mlp --data stripes.csv --engine int --threads 1 --steps 3 --quiet "$@"
}
refuse() {
    try train "$@" --out new
    [ ! -e new ] || echo "new has been written"
}
folder() {
    mkdir -p "$1"
    cp ../good/* "$1"
}

# Data files.
mkdir good && cd good || exit 1
images() {
    printf "\\0\\0\\10\\3\\0\\0\\0\\$1\\0\\0\\0\\6\\0\\0\\0\\6" && head -c $((36 * $1)) /dev/zero
}
labels() {
    printf "\\0\\0\\10\\1\\0\\0\\0\\$1" && head -c "$1" /dev/zero
}
images 7 >train-images-idx3-ubyte
labels 7 >train-labels-idx1-ubyte
images 2 >t10k-images-idx3-ubyte
labels 2 >t10k-labels-idx1-ubyte
cd ..
mkdir data && cd data || exit 1
folder missing && rm missing/train-labels-idx1-ubyte
folder short && images 7 | head -c 200 >short/train-images-idx3-ubyte
folder long && echo more >>long/train-images-idx3-ubyte
folder swapped && labels 7 >swapped/train-images-idx3-ubyte
folder counts && labels 6 >counts/train-labels-idx1-ubyte
folder classes && printf '\0\0\10\1\0\0\0\2\0\5' >classes/t10k-labels-idx1-ubyte
cd ..
for kind in missing short long swapped counts classes; do
    refuse --data "data/$kind"
done
refuse --data data/nothing
refuse --data nothing
stripes 60 | sed '7s/,[0-9]*$/,300/' >range.csv
refuse --data range.csv
stripes 60 | sed '7s/^[0-9]*/x/' >word.csv
refuse --data word.csv

# Graphs and model files.
plain | sed 's/type = relu/type = max-pool\nkernel = 9/' >pool.ini
refuse --model pool.ini
plain | sed 's/outputs = 8/units = 8/' >unknown.ini
refuse --model unknown.ini
refuse --model nothing.ini
refuse --model lennet
train --out old >/dev/null
head -c 300 old/last.notch >cut.notch
refuse --model cut.notch
refuse --model old/last.notch --bits 4
{ stripes 30 | sed 's/^[0-9]*,//'; } >narrow.csv
refuse --model old/last.notch --data narrow.csv

# Configurations.
printf '[train]\nseeed = 1\n' >typo.ini
refuse --config typo.ini
printf '[train]\nseed = one\n' >word.ini
refuse --config word.ini
printf '[eval]\nseed = 1\n' >section.ini
refuse --config section.ini
refuse --config nothing.ini

# Folders.
cksum old/* >before
try train --out old
echo text >file
try train --out file
try train --out file/run
try train --out old/config.ini --overwrite
try notch train --resume nothing
cp -r old other
train --model linear --out linear >/dev/null
cp linear/last.notch other/last.notch
cksum other/* >other-before
try notch train --resume other --quiet
cksum other/* | cmp - other-before
head -c 500 old/last.notch >other/last.notch
try notch train --resume other --quiet
cksum old/* | cmp - before
cat file
ls
