# sample-quiet.sh - the summary without the rows
# SPDX-License-Identifier: MIT
masses >masses.txt
notch sample --quiet masses.txt
notch sample --quiet --json masses.txt
