# help.sh - the help of the program
# SPDX-License-Identifier: MIT
notch --help
