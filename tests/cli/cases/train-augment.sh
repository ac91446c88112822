# train-augment.sh - shifted images make another run, the same one each time
# SPDX-License-Identifier: MIT
stripes 60 >stripes.csv
hash_of() {
    notch train --model mlp --data stripes.csv --engine int --threads 1 --quiet --steps 9 "$@" |
        sed -n 's/^parameters sha256: //p'
}
plain=$(hash_of) shifted=$(hash_of --augment shift)
[ "$shifted" = "$(hash_of --augment shift --shift 2)" ] && echo the same again
[ "$shifted" != "$plain" ] && echo not as without
[ "$shifted" != "$(hash_of --augment shift --shift 1)" ] && echo nor as with other shifts
[ "$plain" = "$(hash_of --shift 1)" ] && echo --shift alone does nothing
