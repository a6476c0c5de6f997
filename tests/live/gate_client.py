"""A mail server as the gate sees it, in the policy protocol and in the line protocol, and one that reads the control socket."""
import json
import socket

WAIT_S = 30


def connect(place):
    """`place` is the path of a Unix socket, or (address, port); port 0 with a path as address is one too."""
    path = place if isinstance(place, str) else place[0] if place[1] == 0 else None
    client = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    client.settimeout(WAIT_S)
    client.connect(path or tuple(place))
    return client


class Client:
    """Keeps its connection, as Postfix does."""

    def __init__(self, place):
        self.socket = connect(place)
        self.input = b""

    def send(self, data):
        self.socket.sendall(data)

    def until(self, end):
        """What comes until `end`; what came until the connection closed, if it does."""
        while end not in self.input:
            piece = self.socket.recv(65536)
            if not piece:
                found, self.input = self.input, b""
                return found
            self.input += piece
        found, _, self.input = self.input.partition(end)
        return found

    def is_closed(self):
        return self.until(b"\0") == b""

    def action(self, recipient, **attributes):
        """The action of a request at RCPT."""
        fields = {"request": "smtpd_access_policy", "protocol_state": "RCPT", "sender": "ann@sender.example", "recipient": recipient}
        self.send("".join(f"{key}={value}\n" for key, value in (fields | attributes).items()).encode() + b"\n")
        answer = self.until(b"\n\n").decode()
        if not answer.startswith("action="):
            raise AssertionError(f"the gate said {answer!r}")
        return answer[len("action="):]

    def line(self, text):
        self.send(text.encode() + b"\n")
        return self.until(b"\n").decode()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def control(path, **request):
    """Every object of the answer; the last has the type `end`."""
    with Client(str(path)) as client:
        client.send(json.dumps(request).encode() + b"\n")
        found = []
        while not found or found[-1]["type"] != "end":
            found.append(json.loads(client.until(b"\n")))
        return found
