# input-total.sh - masses and null mass must fit together
# SPDX-License-Identifier: MIT
echo 1 >masses.txt
try notch sample --null 9223372036854775806 --quiet masses.txt
try notch sample --null 9223372036854775807 --quiet masses.txt
