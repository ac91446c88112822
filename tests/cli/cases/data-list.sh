# data-list.sh - the known data sets, and where they are looked for
# SPDX-License-Identifier: MIT
unset NOTCH_DATA XDG_DATA_HOME
HOME=home
export HOME
try notch data list
mkdir -p there/optdigits second
echo 1,2 >there/optdigits/optdigits.tra
try notch data list --data-dir there
NOTCH_DATA=second try notch data path optdigits --data-dir there
NOTCH_DATA=there try notch data path optdigits
XDG_DATA_HOME=relative try notch data path optdigits
gzip -c there/optdigits/optdigits.tra >there/optdigits/optdigits.tes.gz
try notch data path optdigits --data-dir there
try notch data path optdigits --data-dir there/optdigits
try notch data verify optdigits --data-dir there
try notch data verify mnist --data-dir there
try notch data path digits
try notch data path emnist
