# full-disk.sh - output that does not arrive is an error
# SPDX-License-Identifier: MIT
[ -c /dev/full ] || skip "there is no /dev/full"
masses | notch sample - >/dev/full
