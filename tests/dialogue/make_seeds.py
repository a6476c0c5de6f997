"""Writes what the peer says in the dialogue files as seeds for the fuzz targets of the sessions.

    make_seeds.py DIALOGUES TARGET

For a host's dialogue a seed is the stage (0 to 3), a byte for the size of the pieces, and the client's bytes; for a
client's dialogue the TLS policy, a byte for the recipients, one for the pieces, and the host's bytes; for one of the
relay's server its settings, a byte for the pieces, and the client's bytes; for one of the filter of OpenSMTPD whether it adds
header fields, and the lines of smtpd; for one of the milter a byte for the pieces, and the mail server's packets. The
format of a dialogue is in README.md beside this.
"""
import pathlib
import sys

from escapes import unescape
from milter_script import MilterScript

STAGES = ["greeting", "helo", "mail", "rcpt"]


def seed(dialogue):
    stage, said = None, b""
    for line in dialogue.read_text(encoding="utf-8").splitlines():
        if line.startswith("stage: "):
            stage = STAGES.index(line[7:])
        elif line.startswith("C:"):
            said += line[3:].encode() + b"\r\n"
        elif line.startswith("R: "):
            said += unescape(line[3:])
    if stage is None:
        sys.exit(f"{dialogue}: no stage")
    return bytes([stage, 0x03]) + said


def client_seed(dialogue):
    policy, recipients, said = 0, 0, b""
    for line in dialogue.read_text(encoding="utf-8").splitlines():
        if line.startswith("tls: "):
            policy = ["opportunistic", "required", "never"].index(line[5:])
        elif line.startswith("rcpt: "):
            recipients += 1
        elif line.startswith("S: ") and not line.startswith("S: <"):
            said += unescape(line[3:]) + b"\r\n"
    return bytes([policy, recipients, 0]) + said


def server_seed(dialogue):
    settings, said = 1, b""
    for line in dialogue.read_text(encoding="utf-8").splitlines():
        if line.startswith("tls: "):
            settings = {"none": 0, "required": 3}[line[5:]]
        elif line == "S: <tls failed>":
            settings |= 128
        elif line.startswith(("C: ", "R: ")):
            said += unescape(line[3:]) + (b"\r\n" if line[0] == "C" else b"")
    return bytes([settings, 7]) + said


def filter_seed(dialogue):
    adds_headers, said = 0, b""
    for line in dialogue.read_text(encoding="utf-8").splitlines():
        if line.startswith("tags: "):
            adds_headers = 1
        elif line.startswith(("C: ", "R: ")):
            said += line[3:].encode() + b"\n" if line[0] == "C" else unescape(line[3:])
    return bytes([adds_headers]) + said


def gate_seed(dialogue):
    said = b""
    for line in dialogue.read_text(encoding="utf-8").splitlines():
        if line.startswith(("C:", "R: ")):
            said += line[3:].encode() + b"\n" if line[0] == "C" else unescape(line[3:])
    return bytes([7]) + said


def milter_seed(dialogue):
    return bytes([7]) + b"".join(turn.data for turn in MilterScript(dialogue).turns)


def main():
    dialogues, target = map(pathlib.Path, sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        old.unlink()
    make = {"client": client_seed, "server": server_seed, "filter": filter_seed, "milter": milter_seed,
            "policy": gate_seed, "line": gate_seed}.get(dialogues.name, seed)
    for dialogue in sorted(dialogues.glob("*.txt")):
        (target / dialogue.stem).write_bytes(make(dialogue))


main()
