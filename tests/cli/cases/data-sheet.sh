# data-sheet.sh - a picture of the built-in digits, the same everywhere
# SPDX-License-Identifier: MIT
need python3
try notch data sheet digits --rows 2 --columns 3 --out sheet.png
cat >read.py <<'END'
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n"
width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
packed, at = b"", 8
while at < len(data):
    length, kind = struct.unpack(">I4s", data[at:at + 8])
    packed += data[at + 8:at + 8 + length] if kind == b"IDAT" else b""
    at += 12 + length
rows = zlib.decompress(packed)
print(width, height, depth, colour, len(rows) == height * (width + 1))
END
python3 read.py sheet.png
try notch data sheet digits --by-class --part train --columns 5 --gap 0 --out by-class.png
python3 read.py by-class.png
printf '%s\n' 0,255,0,255,1 255,0,255,0,0 0,0,0,0,1 0,0,0,0,1 0,0,0,0,1 9,9,9,9,0 >four.csv
try notch data sheet four.csv --rows 3 --columns 2 --gap 1 --out four.png
python3 read.py four.png
