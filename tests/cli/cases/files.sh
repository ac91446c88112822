# files.sh - files that cannot be read
# SPDX-License-Identifier: MIT
mkdir folder
try notch sample no-such-file
try notch sample ''
try notch sample folder
try notch sample "$(printf '%0150d' 0)"
