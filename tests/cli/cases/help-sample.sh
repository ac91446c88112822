# help-sample.sh - the help of a command, made from its options
# SPDX-License-Identifier: MIT
notch sample --help
