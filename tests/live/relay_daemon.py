"""turnaway-relay as a test starts, talks to and ends it: on loopback, in a folder of its own, ended by its process id.

The program is the one named by TURNAWAY_BIN, else build/release/bin. With TURNAWAY_NO_SANDBOX set (sanitizer builds need
system calls the sandbox forbids) it runs without its sandbox. `Relay` is one program with one spool, which may be killed and
started again; `letters` of the sender's host parse into `Report`s (relay_report.py).
"""
import json
import os
import pathlib
import random
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("TURNAWAY_BIN", ROOT / "build/release/bin"))
PROGRAM = BIN / "turnaway-relay"
HOST = "relay.example"
WAIT_S = 60


def loopback_block():
    """The first three numbers of addresses of our own: tests that run at once get in nobody's way."""
    return f"127.{os.getpid() % 200 + 20}.{random.randrange(1, 255)}"


def free_port(address):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def toml(settings):
    """A configuration from {"": {...}, "relay": {...}}; JSON writes values as TOML does."""
    lines = []
    for section, keys in settings.items():
        lines += [f"[{section}]"] if section else []
        lines += [f"{json.dumps(key) if section == 'route' else key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def wait_until(condition, what, seconds=WAIT_S):
    """The first true value of `condition`."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.01)
    return value


class Daemon:
    """One program with a configuration in a folder of its own and its log in JSON; `settings` by section."""

    program = PROGRAM

    def __init__(self, settings, environment=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=self.program.name.replace("-", "_") + "_"))
        self.environment = {**os.environ, **(environment or {})}
        self.settings = settings
        self.log, self.noise = [], []
        self.process = None

    @staticmethod
    def options():
        return ["--no-sandbox"] if os.environ.get("TURNAWAY_NO_SANDBOX") else []

    def configure(self):
        """Writes the settings; the file."""
        config = self.folder / (self.program.name.removeprefix("turnaway-") + ".conf")
        config.write_text(toml(dict(sorted(self.settings.items()))), encoding="utf-8")
        return config

    def launch(self, wrapper=(), keeps=()):
        """Does not wait for anything. `keeps`: descriptors that the program gets too."""
        command = [*wrapper, str(self.program), "--config", str(self.configure()), *self.options()]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=self.environment,
                                        pass_fds=keeps)
        self.reader = threading.Thread(target=self._read_log, args=(self.process.stderr,), daemon=True)
        self.reader.start()

    def _read_log(self, stream):
        for line in stream:
            try:
                self.log.append(json.loads(line))
            except ValueError:
                self.noise.append(line.decode(errors="replace"))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join(5)
        self.process.stderr.close()

    def stop(self):
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        """The exit code once it has ended."""
        code = self.process.wait(WAIT_S)
        self.reader.join(5)
        self.process.stderr.close()
        return code

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def lines(self, event, **fields):
        return [line for line in list(self.log)
                if line["event"] == event and all(line.get(key) == value for key, value in fields.items())]

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


class Relay(Daemon):
    """`settings` are laid over what every test needs; `block` is where it listens."""

    def __init__(self, block, settings, environment=None):
        super().__init__({}, environment)
        self.address, self.port = f"{block}.1", free_port(f"{block}.1")
        self.settings = {
            "": {"hostname": HOST, "threads": 2},
            "listen": {"smtp": [f"{self.address}:{self.port}"]},
            "relay": {"networks": ["127.0.0.0/8"]},
            "spool": {"path": str(self.folder / "spool"), "free_bytes_min": "1MB"},
            "control": {"socket": str(self.folder / "control")},
            "log": {"format": "json"},
            "report": {"from": "postmaster@reports.example"},
            # The clients of most tests are in networks, and are refused all the same.
            "verdict": {"null_mx_sender": "refuse"},
        }
        for section, keys in settings.items():
            self.settings.setdefault(section, {}).update(keys)

    def start(self, wrapper=()):
        """Returns once it takes connections; the seconds that took."""
        begun = time.monotonic()
        self.launch(wrapper)
        end = begun + WAIT_S
        while True:
            try:
                with socket.create_connection((self.address, self.port), timeout=WAIT_S) as client:
                    if client.recv(4) == b"220 ":
                        return time.monotonic() - begun
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the relay did not start: {self.process.poll()} {self.noise[-5:]} {self.log[-3:]}")
            time.sleep(0.003)

    def delivery(self, to, result, seconds=WAIT_S):
        """The first log line that says this of the recipient."""
        return wait_until(lambda: (self.lines("delivery", to=to, result=result) or [None])[0],
                          lambda: f"{result} for {to}: {self.lines('delivery', to=to)} {self.noise}", seconds)

    def client(self):
        return smtplib.SMTP(self.address, self.port, local_hostname="client.example", timeout=WAIT_S)

    def send(self, sender, recipients, content=b"Subject: Hello\r\n\r\nAre you there?\r\n", mail=(), rcpt=()):
        """Sends one message; the replies to RCPT. Everything else must succeed."""
        with self.client() as client:
            client.ehlo()
            must(client.mail(sender, list(mail)))
            replies = [client.rcpt(one, list(rcpt)) for one in recipients]
            if any(code == 250 for code, _ in replies):
                must(client.data(content))
            return replies


def must(reply):
    if reply[0] != 250:
        raise AssertionError(f"the relay said {reply}")
