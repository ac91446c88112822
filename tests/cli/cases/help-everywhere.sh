# help-everywhere.sh - help goes to standard output, whatever else the command line says
# SPDX-License-Identifier: MIT
for arguments in '-h' 'sample -h' 'sample --help --trials 7' 'sample no-such-file --help' \
    'version --help' 'bench --help' 'bench update --help'; do
    notch $arguments >out || echo "notch $arguments: exit code $?"
    sed -n 1p out
done
