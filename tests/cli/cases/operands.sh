# operands.sh - one file is expected
# SPDX-License-Identifier: MIT
masses >masses.txt
try notch sample
try notch sample --json
try notch sample - masses.txt
try notch sample masses.txt masses.txt masses.txt
