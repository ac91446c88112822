# input-binary.sh - a file that is not text
# SPDX-License-Identifier: MIT
awk 'BEGIN { for (i = 1; i < 4000; i++) printf "%c", (i * i * 31) % 255 + 1 }' >binary
try notch sample binary
dd if=/dev/zero of=zeros bs=4096 count=8 2>log
try notch sample zeros
