"""The mail servers of Debian 13, in the system that tools/in_release makes: those of Debian 12 with other versions.

Programs of this machine may not run there: its libraries are others.
"""
import os

from peers.exim import Exim
from peers.opensmtpd import OpenSmtpd
from peers.postfix import Postfix
from peers.sendmail import Sendmail
from root import Root

SYSTEM = os.environ.get("TURNAWAY_RELEASES", "/var/cache/turnaway") + "/trixie"


class OfDebian13:
    """Before the peer's own class."""

    def __init__(self):
        super().__init__()
        self.root = Root(self.name, [self.package], self.preseed, lower=SYSTEM)


class PostfixOfDebian13(OfDebian13, Postfix):
    name = "postfix_trixie"
    title = "Postfix of Debian 13"

    def start(self):
        """Its own start script fits the chroot to the system, which the script of Debian 12 leaves to the unit."""
        self.root.run("postfix", "start", check=False)
        self.wait_for(lambda: self.root.read("/var/spool/postfix/pid/master.pid"), "start")


class EximOfDebian13(OfDebian13, Exim):
    name = "exim_trixie"
    title = "Exim of Debian 13"


class OpenSmtpdOfDebian13(OfDebian13, OpenSmtpd):
    name = "opensmtpd_trixie"
    title = "OpenSMTPD of Debian 13"


class SendmailOfDebian13(OfDebian13, Sendmail):
    name = "sendmail_trixie"
    title = "Sendmail of Debian 13"


PEERS = {peer.name: peer for peer in (PostfixOfDebian13, EximOfDebian13, OpenSmtpdOfDebian13, SendmailOfDebian13)}
