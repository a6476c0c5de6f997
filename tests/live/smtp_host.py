"""An SMTP host that says what its script says: the other side of the relay in live tests.

Promises: listens at one loopback address; keeps every dialogue and every message it said 250 to, whole, with the parameters
of MAIL and RCPT. A script gives for "greeting", "EHLO", "HELO", "STARTTLS", "MAIL", "RCPT", "DATA", "." and "QUIT" an answer:
text is sent as it is, one reply a line; `Close(text)` sends it and closes; `Slow(text)` sends it octet by octet; `SILENT` says
nothing until the other side leaves, and `ENDLESS` the beginning of a reply that never ends; a function is called with the argument of the command and the dialogue and gives one of these. What is not in the script is
answered as by a healthy host. Knows nothing of the relay.
"""
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field

SILENT, ENDLESS = object(), object()
WAIT_S = 120
SLOW_S = 0.02


@dataclass
class Close:
    text: str = ""


@dataclass
class Slow:
    text: str


@dataclass
class Message:
    sender: str  # the argument of MAIL, `FROM:<a@b> SIZE=3`
    recipients: list
    content: bytes
    encrypted: bool
    connected: float  # when the connection was made it came over
    client: str  # as it named itself


@dataclass
class Dialogue:
    address: str
    time: float
    lines: list = field(default_factory=list)  # commands as they came, without content
    accepted: list = field(default_factory=list)  # RCPTs of this transaction that were taken
    sender: str | None = None  # the argument of MAIL, once it was taken
    encrypted: bool = False
    client: str = ""  # the argument of EHLO


class SmtpHost:
    def __init__(self, address, port, script=None, extensions=("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN"), tls=None,
                 on_message=None):
        self.name, self.script, self.tls = address, dict(script or {}), tls
        self.extensions = [*extensions, *(["STARTTLS"] if tls else [])]
        self.dialogues, self.messages = [], []
        self.on_message = on_message
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(200)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept
        self.listener.close()

    def commands(self):
        """Every line of every dialogue."""
        return [line for dialogue in self.dialogues for line in dialogue.lines]

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.settimeout(WAIT_S)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            dialogue = Dialogue(self.name, time.monotonic())
            self.dialogues.append(dialogue)
            threading.Thread(target=self._serve, args=(client, dialogue), daemon=True).start()

    def _serve(self, client, dialogue):
        talk = _Talk(self, client, dialogue)
        try:
            talk.run()
        except OSError:  # the other side left
            pass
        finally:
            talk.stream.close()
            talk.client.close()  # another than the first after STARTTLS


class _Talk:
    def __init__(self, host, client, dialogue):
        self.host, self.client, self.dialogue = host, client, dialogue
        self.stream = client.makefile("rb")
        self.is_open = True

    def run(self):
        self.say("greeting", "", f"220 {self.host.name} ESMTP")
        while self.is_open:
            line = self.stream.readline()
            if not line:
                return
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            self.dialogue.lines.append(text)
            verb, _, argument = text.partition(" ")
            self.obey(verb.upper(), argument)

    def say(self, step, argument, usual):
        """The reply that was given, "" for none."""
        answer = self.host.script.get(step, usual)
        if callable(answer):
            answer = answer(argument, self.dialogue)
        if answer is SILENT:
            self.client.recv(1)
            self.is_open = False
            return ""
        while answer is ENDLESS:  # until the other side leaves
            self.client.sendall(b"250-and so on\r\n")
            time.sleep(SLOW_S)
        if isinstance(answer, Slow):
            for octet in answer.text.encode() + b"\r\n":
                self.client.sendall(bytes([octet]))
                time.sleep(SLOW_S)
            return answer.text
        if isinstance(answer, Close):
            self.is_open = False
            answer = answer.text
        if answer:
            self.client.sendall(answer.replace("\n", "\r\n").encode() + b"\r\n")
        return answer

    def obey(self, verb, argument):
        dialogue = self.dialogue
        if verb == "EHLO":
            dialogue.client = argument
            self.say(verb, argument, "\n".join(
                f"250{' ' if last else '-'}{word}" for word, last in self.hello()))
        elif verb == "MAIL":
            dialogue.accepted, dialogue.sender = [], None
            if self.say(verb, argument, "250 2.1.0 Ok").startswith("2"):
                dialogue.sender = argument
        elif verb == "RCPT":
            if dialogue.sender is None:
                self.client.sendall(b"503 5.5.1 MAIL first\r\n")
            elif self.say(verb, argument, "250 2.1.5 Ok").startswith("2"):
                dialogue.accepted.append(argument)
        elif verb == "DATA":
            if not dialogue.accepted and verb not in self.host.script:
                self.client.sendall(b"554 5.5.1 No valid recipients\r\n")
            elif self.say(verb, argument, "354 Go on").startswith("3"):
                self.take_content()
        elif verb == "STARTTLS":
            self.start_tls(argument)
        elif verb == "QUIT":
            self.say(verb, argument, "221 2.0.0 Bye")
            self.is_open = False
        else:
            self.say(verb, argument, "250 2.0.0 Ok")

    def hello(self):
        words = [self.host.name, *(word for word in self.host.extensions
                                   if word != "STARTTLS" or not self.dialogue.encrypted)]
        return [(word, i == len(words) - 1) for i, word in enumerate(words)]

    def take_content(self):
        lines = []
        while (line := self.stream.readline()) != b".\r\n":
            if not line:
                self.is_open = False
                return
            lines.append(line[1:] if line.startswith(b".") else line)
        dialogue = self.dialogue
        message = Message(dialogue.sender, list(dialogue.accepted), b"".join(lines), dialogue.encrypted,
                          dialogue.time, dialogue.client)
        if self.host.on_message:
            self.host.on_message(message)
        # Kept before it is acknowledged: who heard 250 finds it here.
        self.host.messages.append(message)
        if not self.say(".", "", "250 2.0.0 Taken").startswith("2"):
            self.host.messages.remove(message)

    def start_tls(self, argument):
        if not self.say("STARTTLS", argument, "220 2.0.0 Go on").startswith("2") or not self.host.tls:
            return
        try:
            self.client = self.host.tls.wrap_socket(self.client, server_side=True)
        except (ssl.SSLError, ConnectionError):
            self.is_open = False
            return
        self.stream = self.client.makefile("rb")
        self.dialogue.encrypted = True
