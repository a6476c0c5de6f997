"""A dialogue of the milter, read for the live test and the seeds: the packets of the mail server and the answers that must follow.

The format is in README.md beside this; milter_script.h reads the same for the unit test.
"""
import dataclasses
import struct

from escapes import unescape

LETTERS = {"abort": b"A", "body": b"B", "connect": b"C", "macro": b"D", "end": b"E", "helo": b"H", "quit_nc": b"K", "header": b"L",
           "mail": b"M", "eoh": b"N", "optneg": b"O", "quit": b"Q", "rcpt": b"R", "data": b"T", "unknown": b"U"}


@dataclasses.dataclass
class Turn:
    data: bytes
    answers: list = dataclasses.field(default_factory=list)


def packed(letter, data=b""):
    return struct.pack(">I", len(data) + 1) + letter + data


def packet(line):
    """The packet of `mail <a@b> SIZE=100`."""
    name, *words = line.split(" ")
    words = [unescape(word) for word in words]
    if name == "optneg":
        data = b"".join(struct.pack(">I", int(word, 0)) for word in words)
    elif name in ("body", "end"):
        data = b" ".join(words)
    elif name == "macro":
        halves = [word.partition(b"=") for word in words[1:]]
        data = b"".join(words[:1]) + b"".join(macro + b"\0" + value + b"\0" for macro, _, value in halves)
    elif name == "connect":
        port = [struct.pack(">H", int(words[2]))] if len(words) > 2 else []
        data = words[0] + b"\0" + words[1] + b"".join(port + [word + b"\0" for word in words[3:]])
    else:
        data = b"".join(word + b"\0" for word in words)
    return packed(LETTERS[name], data)


def answer(letter, data):
    """One answer as its line: `reply 550 5.1.10 text`."""
    strings = data.decode(errors="surrogateescape").split("\0")
    if letter == b"O":
        version, actions, steps = struct.unpack(">III", data[:12])
        return f"optneg {version} {actions:#x} {steps:#x}"
    if letter in b"yh":
        return ("reply " if letter == b"y" else "header ") + " ".join(strings[:-1])
    return {b"c": "continue", b"r": "reject", b"t": "tempfail"}[letter]


class MilterScript:
    def __init__(self, path):
        self.turns = []
        self.closes = False
        self.fault = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("M: "):
                self.turns.append(Turn(packet(line[3:])))
            elif line.startswith("R: "):
                self.turns.append(Turn(unescape(line[3:])))
            elif line == "G: <closed>":
                self.closes = True
            elif line.startswith("G: "):
                self.turns[-1].answers.append(line[3:])
            elif line.startswith("fault: "):
                self.fault = line[7:]
