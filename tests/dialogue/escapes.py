"""The escapes in dialogue files (README.md): `\\r` `\\n` `\\t` `\\\\` `\\xHH` are bytes, `{N*text}` is N copies."""
import re

ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}
PIECE = re.compile(r"\{(\d+)\*([^}]*)\}|\\x([0-9a-fA-F]{2})|\\(.)|(.)", re.DOTALL)


def unescape(text):
    data = b""
    for copies, repeated, byte, escape, plain in PIECE.findall(text):
        if copies:
            data += unescape(repeated) * int(copies)
        elif byte:
            data += bytes([int(byte, 16)])
        else:
            data += ESCAPES[escape] if escape else plain.encode()
    return data
