"""turnaway-relay on a machine of its own, port 25, with real DNS (NSD) and scripted hosts beside it; a real mail server opposite.

Promises: `Machine.start` returns when the name server and the relay answer, `stop` fails when the relay did not end cleanly. The
zone is the root of a private DNS: what is not in it does not exist. Used inside a namespace only (namespace.py): the relay and the
hosts are on the far machine, the caller and the real mail server on the near one.
"""
import contextlib
import ctypes
import os
import pathlib
import smtplib

import zone
from namespace import Network, system
from peer import SENDER
from relay_daemon import WAIT_S, Relay, must
from root import DOMAIN
from smtp_host import SmtpHost

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
CERTIFICATE, KEY = DATA / "test_cert.pem", DATA / "test_key.pem"
RELAY_NAME, RELAY_ADDRESS = "relay.example", "198.51.100.25"
CLONE_NEWNET = 0x40000000


class Machine:
    def __init__(self):
        self.network, self.zone = Network(), zone.Zone()
        self.zone.host(RELAY_NAME, RELAY_ADDRESS)
        self.zone.host(f"mx.{DOMAIN}", Network.NEAR)
        self.zone.mail_exchanger(DOMAIN, f"mx.{DOMAIN}")
        self.addresses = iter(range(60, 200))
        self.relay = Relay("127.0.0", {
            "relay": {"networks": ["198.51.100.0/24"], "domains": ["via.example", "mailless.example"], "mailless": ["mailless.example"]},
            "dns": {"forward": [zone.ADDRESS], "deadline": "5s"},
            "tls": {"cert": str(CERTIFICATE), "key": str(KEY)},
            "lifetime": {"retry_first": "1s", "retry_max": "1s"},
        })
        self.relay.address, self.relay.port = RELAY_ADDRESS, 25
        self.relay.settings["listen"]["smtp"] = [f"{RELAY_ADDRESS}:25"]

    def start(self):
        # The far machine's addresses are on no wire: without this, it would speak as 127.0.0.1.
        system(*self.network.far(), "ip", "route", "replace", f"{Network.NEAR}/32", "dev", "wire1", "src", RELAY_ADDRESS)
        self.zone.serve(self.network)
        self.relay.start(self.network.far())
        return self

    def stop(self):
        code, noise = self.relay.stop(), "".join(self.relay.noise)
        self.relay.remove()
        if code != 0 or noise:
            raise AssertionError(f"the relay ended with {code}: {noise}")

    @contextlib.contextmanager
    def far(self):
        """Sockets this thread makes meanwhile are the far machine's."""
        with open("/proc/thread-self/ns/net", "rb") as own, open(f"/proc/{self.network.holder.pid}/ns/net", "rb") as other:
            enter(other)
            try:
                yield
            finally:
                enter(own)

    def host(self, script=None, **options):
        """A host with a name and an address of its own, `mx`."""
        number = next(self.addresses)
        address = f"198.51.100.{number}"
        with self.far():
            host = SmtpHost(address, 25, script, **options)
        host.mx, host.address = f"mx{number}.hosts.example", address
        self.zone.host(host.mx, address)
        return host

    def send(self, to, sender=SENDER, content=b"Subject: Hello\r\n\r\nAre you there?\r\n"):
        """From the far machine, whose network may relay; the reply to RCPT."""
        with self.far():
            client = smtplib.SMTP(RELAY_ADDRESS, 25, local_hostname="client.example", timeout=WAIT_S)
        with client:
            client.ehlo()
            must(client.mail(sender))
            reply = client.rcpt(to)
            if reply[0] == 250:
                must(client.data(content))
            return reply


def enter(namespace):
    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
