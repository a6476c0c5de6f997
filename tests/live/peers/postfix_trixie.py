"""The Postfix of Debian 13, in the system that tools/in_release makes.

Programs of this machine may not run there: its libraries are others.
"""
import os

from peers.postfix import Postfix
from root import Root

SYSTEM = os.environ.get("TURNAWAY_RELEASES", "/var/cache/turnaway") + "/trixie"


class PostfixTrixie(Postfix):
    name = "postfix_trixie"
    title = "Postfix of Debian 13"

    def __init__(self):
        super().__init__()
        self.root = Root(self.name, [self.package], self.preseed, lower=SYSTEM)

    def start(self):
        """Its own start script fits the chroot to the system, which the script of Debian 12 leaves to the unit."""
        self.root.run("postfix", "start", check=False)
        self.wait_for(lambda: self.root.read("/var/spool/postfix/pid/master.pid"), "start")


PEER = PostfixTrixie
