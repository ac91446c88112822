# streams.sh - errors go to standard error, and only there
# SPDX-License-Identifier: MIT
echo one | notch sample -
