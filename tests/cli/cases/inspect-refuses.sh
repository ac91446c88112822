# inspect-refuses.sh - models that cannot be, memory that is not there
# SPDX-License-Identifier: MIT
try notch inspect
try notch inspect lenet
try notch inspect no-such.ini
try notch inspect .
try notch inspect cnn --engine gpu
try notch inspect cnn --batch 0
try notch inspect cnn --bits 3
try notch inspect cnn --data nothing
cat >bad.ini <<'END'
[input]
channels = 1
height = 28
width = 28

[hidden]
type = dense
outputs = 128

[sum]
type = add
inputs = input, hidden
END
try notch inspect bad.ini
sed 's/outputs/output/' bad.ini >key.ini
try notch inspect key.ini
sed 's/28/280000/' bad.ini >large.ini
try notch inspect large.ini
notch inspect cnn --threads 1 --max-ram 64G >fits || echo "exit code $?"
sed -n 1p fits
code=0
notch inspect cnn --threads 1 --max-ram 400K >much 2>sentence || code=$?
sed 's/[0-9]\{6,\}/MANY/' sentence
echo "exit code $code"
try notch inspect cnn --engine int --bits 16
