# help-train.sh - the help of the training command
# SPDX-License-Identifier: MIT
try notch train --help
