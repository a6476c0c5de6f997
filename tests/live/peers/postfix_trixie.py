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


PEER = PostfixTrixie
