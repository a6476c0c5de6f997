"""A peer: one real mail server from Debian's packages, with the settings the package itself makes.

Promises: `start` leaves it running as on a freshly installed machine; `hand_over` gives it a
message from the local user ann the way any program would, through `sendmail`; `queue` tells what it
still holds and why; `retry` makes it try everything at once. Bounces arrive in `mailbox`.
`beyond_defaults` lists every setting that is not the package's own, with the reason. One subclass
per server in peers/; used inside a namespace only.
"""
import importlib
import smtplib
import time
from dataclasses import dataclass

import namespace
import zone
from mailbox import Mailbox
from root import DOMAIN, Root

USER = "ann"
SENDER = f"{USER}@{DOMAIN}"
NAMES = ["postfix", "postfix_trixie", "exim", "exim_trixie", "opensmtpd", "opensmtpd_trixie", "sendmail", "sendmail_trixie",
         "haraka", "courier", "dma", "chasquid", "nullmailer"]


@dataclass
class Queued:
    """A message in the queue. `reason` is the server's own text, empty before it first failed."""
    identifier: str
    reason: str = ""


class Peer:
    name = ""
    title = ""
    package = ""
    source = ""  # where it comes from when it is not the Debian package itself
    preseed = ""
    setup = []  # commands that fetch what is not a Debian package
    lifetime_days = 5  # how long it keeps trying a host that only stays silent
    beyond_defaults = []  # (setting, why)
    ready_limit_s = 60  # on a busy machine
    deferred_limit_s = 60  # by then it has bounced the message or has a reason in its queue
    retry_pause_s = 0  # after a failure, before an order to retry is heeded

    def __init__(self):
        self.root = Root(self.name, [self.package], self.preseed, setup=self.setup)

    def prepare(self):
        """The system it lives in: DNS, and the user who writes and reads mail. Then `start`."""
        self.root.mount()
        self.root.write("/etc/resolv.conf", zone.resolv_conf())
        self.root.run("userdel", "--force", USER, check=False)  # this machine may have an ann
        self.root.run("useradd", "--create-home", "--no-user-group", "--shell", "/bin/sh", USER)
        self.start()

    def start(self):
        raise NotImplementedError

    def version(self):
        """The Debian package's version."""
        return self.root.run("dpkg-query", "--show", "--showformat=${Version}", self.package)

    def aim_at(self, host):
        """The next message is for a domain of this mail host. Matters to a server without DNS."""

    def mailbox(self):
        return Mailbox(self.root.top / "var" / "mail" / USER)

    def hand_over(self, recipient, message):
        """Returns when the server has taken the message, which comes with header fields."""
        self.root.run("sendmail", "-i", "-f", SENDER, recipient, text=message, user=USER)

    def queue(self, recipient):
        """Queued messages for this recipient."""
        raise NotImplementedError

    def retry(self):
        raise NotImplementedError

    def own_schedule(self):
        """When it would try again by itself, and for how long, in words, read from its settings."""
        raise NotImplementedError

    def set(self, name, value):
        """Changes one setting of its configuration and lets it take effect."""
        raise NotImplementedError

    def wait_for(self, condition, what):
        end = time.monotonic() + self.ready_limit_s
        while not condition():
            if time.monotonic() > end:
                words = f"{self.name} did not {what} in {self.ready_limit_s} s"
                raise namespace.NamespaceError(words)
            time.sleep(0.02)


def answers_smtp(port):
    """Whether a mail server greets on this port of the near machine."""
    try:
        smtplib.SMTP("127.0.0.1", port, timeout=5).quit()
    except (OSError, smtplib.SMTPException):
        return False
    return True


def make(name):
    """The peer by its short name; `exim_trixie` is the Exim of Debian 13."""
    if name.endswith("_trixie"):
        return importlib.import_module("peers.trixie").PEERS[name]()
    return importlib.import_module(f"peers.{name}").PEER()
