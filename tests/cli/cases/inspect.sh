# inspect.sh - graphs, parameters, and bytes that are the same on every machine
# SPDX-License-Identifier: MIT
for model in linear mlp cnn; do
    notch inspect $model | sed '/^bytes/,$d'
done
notch inspect resnet18 --engine float | grep '^sum'
notch inspect resnet18 | grep -A 1 '^sum'
cat >two.ini <<'END'
[model]
name = two-ways

[input]
channels = 1
height = 8
width = 8

[left]
type = convolution
outputs = 4
kernel = 3
padding = 1
stride = 2

[right]
type = convolution
input = input
outputs = 4
kernel = 3, 1
stride = 2
padding = 1, 0

[both]
type = add
inputs = left, right

[logits]
type = dense
outputs = 10
END
notch inspect two.ini | sed '/^bytes/,$d'
for training in '--engine int' '--engine float --bits 16' '--engine int --batch 1 --scope global' \
    '--engine float --update sgd --momentum 0.9' '--data digits'; do
    echo "$ notch inspect cnn $training"
    notch inspect cnn --threads 1 $training | grep -E '^bytes|  weights|optimiser|batch|data set'
done
