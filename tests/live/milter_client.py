"""A mail server's side of the milter protocol, for tests: packets as in the dialogues (tests/dialogue/README.md).

`client.ask("rcpt <a@b>")` sends one packet and returns the answers up to one that ends the step, as lines.
"""
import pathlib
import socket
import struct
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "dialogue"))
import milter_script  # noqa: E402 (its folder is none of a package)

WAIT_S = 60


def connected(place):
    """A socket to (address, port), or to a path if the port is 0."""
    address, port = place
    if port:
        return socket.create_connection((address, port), WAIT_S)
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(WAIT_S)
    client.connect(address)
    return client


class MilterClient:
    def __init__(self, place):
        self.socket = connected(place)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *lines):
        self.socket.sendall(b"".join(map(milter_script.packet, lines)))

    def answer(self):
        """The next packet as a line; "<closed>" at the end."""
        head = self.read(4)
        if len(head) < 4:
            return "<closed>" if not head else f"<closed in a packet: {head}>"
        body = self.read(struct.unpack(">I", head)[0])
        return milter_script.answer(body[:1], body[1:])

    def read(self, size):
        data = b""
        while len(data) < size:
            try:
                piece = self.socket.recv(size - len(data))
            except ConnectionError:
                piece = b""
            if not piece:
                break
            data += piece
        return data

    def ask(self, line):
        """What the gate says to this packet: one answer, after headers that it adds."""
        self.send(line)
        answers = [self.answer()]
        while answers[-1].startswith("header "):
            answers.append(self.answer())
        return answers if len(answers) > 1 else answers[0]

    def begin(self, client="client.example 4 25 192.0.2.7", actions="0x1ff"):
        """Negotiates as a mail server of today does, and names the client, which has no answer."""
        answer = self.ask(f"optneg 6 {actions} 0x1fffff")
        if not answer.startswith("optneg 6 "):
            raise AssertionError(answer)
        self.send(f"connect {client}")
        return self
