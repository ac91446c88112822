# commands.sh - the command has to be known
# SPDX-License-Identifier: MIT
try notch
try notch trian
try notch --sampler systematic
try notch version now
