# data-options.sh - what is wrong with a command line is said
# SPDX-License-Identifier: MIT
unset NOTCH_DATA XDG_DATA_HOME HOME
try notch data
try notch data lits
try notch data list now
try notch data fetch
try notch data fetch mnist --url
try notch data fetch mnist --timeout 0
try notch data fetch mnist
try notch data fetch emnist --data-dir there
try notch data fetch mnist --data-dir there --url ftp://127.0.0.1/
try notch data fetch digits
try notch data sheet digits
try notch data sheet digits --out sheet.png --first 10000
try notch data sheet digits --out sheet.png --part both
try notch data sheet nothing --out sheet.png
try notch data sheet digits --out no-folder/sheet.png
ls
