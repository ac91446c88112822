# version.sh - the version and the instruction sets
# SPDX-License-Identifier: MIT
notch version
notch --version | sed -n 1p
