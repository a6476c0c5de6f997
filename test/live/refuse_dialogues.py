"""Every dialogue of test/dialogue/refuse against the running daemon: turn by turn, and pipelined in one piece."""
import pathlib
import re
import unittest

from refuse_daemon import ROOT, Daemon, read_all


def unescape(text):
    """The bytes an R: line stands for (test/dialogue/README.md)."""
    def copies(match):
        return unescape(match.group(2)) * int(match.group(1))
    out = b""
    for piece in re.split(r"(\{\d+\*[^}]*\})", text):
        if match := re.fullmatch(r"\{(\d+)\*([^}]*)\}", piece):
            out += copies(match)
        else:
            out += re.sub(rb"\\(x[0-9a-fA-F]{2}|.)", unescape_one, piece.encode())
    return out


def unescape_one(match):
    code = match.group(1)
    if code[:1] == b"x":
        return bytes([int(code[1:], 16)])
    return {b"r": b"\r", b"n": b"\n", b"t": b"\t"}.get(code, code)


def read_dialogue(path):
    """Stage, turns as [client bytes, server bytes], and whether the server closes at the end."""
    stage, turns, closes = None, [[b"", b""]], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("stage: "):
            stage = line[7:]
        elif line == "S: <closed>":
            closes = True
        elif line.startswith("S: "):
            turns[-1][1] += line[3:].encode() + b"\r\n"
        elif line.startswith("C:"):
            turns.append([line[3:].encode() + b"\r\n", b""])
        elif line.startswith("R: "):
            turns.append([unescape(line[3:]), b""])
        else:
            raise ValueError(f"{path}: not a dialogue line: {line}")
    return stage, turns, closes


def receive(client, count):
    data = b""
    while len(data) < count and (piece := client.recv(count - len(data))):
        data += piece
    return data


class Dialogues(unittest.TestCase):
    def check(self, path):
        stage, turns, closes = read_dialogue(path)
        with Daemon("--stage", stage) as daemon:
            with self.subTest("turn by turn"), daemon.connect() as client:
                for sent, expected in turns:
                    client.sendall(sent)
                    self.assertEqual(receive(client, len(expected)), expected, sent[:100])
                if closes:
                    self.assertEqual(client.recv(1), b"")
            with self.subTest("all at once"), daemon.connect() as client:
                client.sendall(b"".join(sent for sent, _ in turns))
                expected = b"".join(said for _, said in turns)
                self.assertEqual(read_all(client) if closes else receive(client, len(expected)), expected)
            self.assertEqual(daemon.stop(), 0)


def add_tests():
    for path in sorted(pathlib.Path(ROOT, "test/dialogue/refuse").glob("*.txt")):
        setattr(Dialogues, f"test_{path.stem}", lambda self, path=path: self.check(path))


add_tests()
if __name__ == "__main__":
    unittest.main()
