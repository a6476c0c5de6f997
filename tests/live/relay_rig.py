"""What the tests of the relay's start, reload and end share: a rig of relay, hosts and DNS; certificates; a service manager.

Promises: every `Rig` is on loopback addresses of its own and ends by leaving its `with` block; `expect_end` is a start that
must fail, with its exit code and its one sentence.
"""
import contextlib
import os
import pathlib
import socket
import ssl
import subprocess
import sys

from dns_server import DnsServer
from relay_daemon import PROGRAM, WAIT_S, Relay, free_port, loopback_block, toml, wait_until
from smtp_host import SmtpHost

SENDER = "ann@sender.example"
IS_SANDBOXED = not os.environ.get("TURNAWAY_NO_SANDBOX")
IS_ROOT = os.geteuid() == 0


def make_certificate(folder, name):
    """(certificate, key): files in PEM, the name in the subject."""
    certificate, key = pathlib.Path(folder, f"{name}.pem"), pathlib.Path(folder, f"{name}.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", f"/CN={name}", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def server_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def trusting():
    """A client that takes any certificate, as most mail servers are."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def shown_certificate(client):
    """What an smtplib client sees after STARTTLS, as DER."""
    client.ehlo()
    client.starttls(context=trusting())
    return client.sock.getpeercert(binary_form=True)


def der(certificate):
    return ssl.PEM_cert_to_DER_cert(pathlib.Path(certificate).read_text())


class Rig:
    """A relay, and the host that takes mail for healthy.example, found by DNS over the wire."""

    def __init__(self, settings=None, environment=None, host_options=None):
        self.block = loopback_block()
        self.dns = DnsServer(f"{self.block}.53")
        self.mail_port = free_port(f"{self.block}.9")
        self.host = SmtpHost(f"{self.block}.9", self.mail_port, **(host_options or {}))
        self.dns.add("sender.example MX 10 mx.healthy.example", "healthy.example MX 10 mx.healthy.example",
                     f"mx.healthy.example A {self.block}.9")
        base = {"dns": {"forward": [f"{self.block}.53@{self.dns.port}"], "deadline": "3s"},
                "delivery": {"port": self.mail_port}, "lifetime": {"retry_first": "1s", "retry_max": "1s"}}
        for section, keys in (settings or {}).items():
            base.setdefault(section, {}).update(keys)
        self.relay = Relay(self.block, base, environment)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        with contextlib.suppress(AttributeError):
            if self.relay.process.poll() is None:
                self.relay.kill()
        self.host.close()
        self.relay.remove()

    def start(self, wrapper=()):
        self.relay.start(wrapper)
        return self.relay

    def configure(self, section, **keys):
        self.relay.settings.setdefault(section, {}).update(keys)

    def write_config(self, text=None):
        """By rename, as an editor does."""
        path, fresh = self.relay.folder / "relay.conf", self.relay.folder / "relay.conf.new"
        fresh.write_text(toml(dict(sorted(self.relay.settings.items()))) if text is None else text)
        fresh.chmod(0o644)
        fresh.rename(path)
        return path

    def reload(self, signal_number):
        """Returns the lines of the log about it."""
        before = len(self.relay.lines("reloaded"))
        self.relay.process.send_signal(signal_number)
        return wait_until(lambda: self.relay.lines("reloaded")[before:], "a word about the reload")

    def taken(self, count=1):
        """The messages at the host, once there are so many."""
        return wait_until(lambda: len(self.host.messages) >= count and list(self.host.messages),
                          lambda: f"{count} messages; {self.relay.log[-5:]} {self.relay.noise}")

    def expect_end(self, program=PROGRAM, **keywords):
        """(exit code, standard error) of a relay with this configuration that must not come up."""
        path = self.write_config()
        flags = [] if IS_SANDBOXED else ["--no-sandbox"]
        result = subprocess.run([str(program), "--config", str(path), *flags], capture_output=True, text=True,
                                timeout=WAIT_S, stdin=subprocess.DEVNULL, **keywords)
        return result.returncode, result.stderr


# Binds what its first argument names and becomes the rest, as systemd hands over sockets.
HAND_OVER = """
import os, socket, sys
for fd, place in enumerate(sys.argv[1].split(","), 3):
    host, _, port = place.rpartition(":")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen(100)
    own = listener.detach()
    if own != fd:
        os.dup2(own, fd)
        os.close(own)
    os.set_inheritable(fd, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sys.argv[1].split(","))))
os.execv(sys.argv[2], sys.argv[2:])
"""


def with_sockets(*places):
    return (sys.executable, "-c", HAND_OVER, ",".join(places))


class ServiceManager:
    """Listens as systemd does on NOTIFY_SOCKET."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o666)
        self.socket.settimeout(WAIT_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def next(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())


def status_of(pid):
    """Fields of /proc/PID/status, and those of each thread."""
    def read(path):
        lines = pathlib.Path(path).read_text().splitlines()
        return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return read(f"/proc/{pid}/status"), [read(f"/proc/{pid}/task/{task}/status") for task in os.listdir(f"/proc/{pid}/task")]
