# experiment-input.sh - files that describe no experiment: one sentence, and nothing is made
# SPDX-License-Identifier: MIT
need_inih
refused() {
    cat >bad.ini
    try notch experiment bad.ini --out there
    [ ! -e there ] || echo 'something was made'
}
try notch experiment
try notch experiment nowhere.ini
refused <<'END'
END
refused <<'END'
model = cnn
[a]
END
refused <<'END'
[a]
modle = cnn
END
refused <<'END'
[a]
seed = 1
END
refused <<'END'
[a]
bits = 8, 9000
END
refused <<'END'
[a]
model = mlp
model = cnn
END
refused <<'END'
[experiment]
seeds = 5-2
[a]
model = mlp
END
refused <<'END'
[experiment]
seeds = 1-100000000000000000000
[a]
model = mlp
END
refused <<'END'
[all]
seeds = 1
model = mlp
[a]
bits = 8
END
refused <<'END'
[../a]
model = mlp
END
refused <<'END'
[a]
engine = int
bits = 16
END
refused <<'END'
[a b]
model = mlp
[a-b]
model = cnn
END
