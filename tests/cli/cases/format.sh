# format.sh - a reader in Python that knows docs/format.md only, and the program agree about a file
# SPDX-License-Identifier: MIT
need python3
cat >read.py <<'END'
import hashlib, struct, sys

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


def u64(data, at):
    return struct.unpack_from("<Q", data, at)[0]


def text(data):
    return data.rstrip(b"\0").decode()


def sections(data):
    assert data[:8] == b"\x89notch\r\n" and u32(data, 8) == 1 and u32(data, 12) == crc32c(data[:12])
    at = 16
    while at < len(data):
        size = u64(data, at + 8)
        end = at + (24 + size + 4 + 7) // 8 * 8
        assert u32(data, at + 20) == crc32c(data[at:at + 20])
        assert u32(data, end - 4) == crc32c(data[at + 24:end - 4])
        assert not any(data[at + 24 + size:end - 4])
        content = data[at + 24:at + 24 + size]
        yield data[at:at + 4].decode(), u32(data, at + 4), u32(data, at + 16), content
        at = end


def weights(content, count):
    kind, bits, low, high, spacing, zero = struct.unpack_from("<IIiiiI", content)
    assert zero == 0 and len(content) == 24 + (count * bits + 7) // 8
    if kind == 2:
        return content[24:]
    packed = int.from_bytes(content[24:], "little")
    values = [low + spacing * (packed >> i * bits & (1 << bits) - 1) for i in range(count)]
    assert packed >> count * bits == 0 and max(values) <= high
    return struct.pack("<%d%s" % (count, "bh"[kind]), *values)


assert crc32c(b"123456789") == 0xE3069283
data = open(sys.argv[1], "rb").read()
counts, digest, number = [], hashlib.sha256(), 0
for tag, flags, index, content in sections(data):
    number += 1
    line = ""
    if tag == "MODL":
        layers = [content[k:k + 88] for k in range(56, len(content), 88)]
        line = "%s, %d classes, %d parameters" % (
            text(content[:32]), u32(content, 32), u64(content, 48))
        shapes = [struct.unpack_from("<3I", layer, 76) for layer in layers]
        for layer in layers:
            before = shapes[u32(layer, 36)]
            if u32(layer, 32) == 2:  # dense
                counts.append(u32(layer, 44) * before[0] * before[1] * before[2])
            elif u32(layer, 32) == 1:  # convolution
                counts.append(u32(layer, 44) * before[0] * u32(layer, 48) * u32(layer, 52))
            if u32(layer, 72) & 1:  # bias
                counts.append(u32(layer, 44))
        assert sum(counts) == u64(content, 48) and len(counts) == u32(content, 40)
    elif tag == "ENGN":
        line = "engine %d, sharpness %d" % (u32(content, 0), u32(content, 12))
    elif tag == "TENS":
        digest.update(weights(content, counts[index]))
        line = "%d of %d bits" % (counts[index], u32(content, 4))
    elif tag == "CONF":
        line = [l for l in content.decode().split("\n") if l.startswith("model")][0]
    elif tag == "TRNG":
        line = "step %d, seed %d, %d calibrations" % (
            u64(content, 0), u64(content, 8), u32(content, 16))
        assert len(content) == 24 + 40 * u32(content, 16)
    elif tag == "EVAL":
        line = "%d images" % u64(content, 0)
    elif tag == "DONE":
        assert u64(content, 0) == len(data) and u32(content, 8) == number
    print(*filter(None, (tag, str(flags), str(index), line)))
open("digest", "w").write(digest.hexdigest() + "\n")
END
for bits in 1 2 4 8; do
    notch train --model linear --engine int --bits $bits --steps 3 --eval-images 64 --seed 9 \
        --threads 1 --quiet --out run-$bits >log 2>&1 || cat log
    python3 read.py run-$bits/last.notch
    notch inspect run-$bits/last.notch | sed -n 's/^parameters sha256: //p' | cmp - digest &&
        sed -n 's/^parameters sha256: *//p' log | cmp - digest && echo "the hash agrees"
done
