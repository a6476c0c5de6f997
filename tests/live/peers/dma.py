"""dma, the DragonFly mail agent, as a peer: Debian's package as it is. It is no daemon: each message
is a process that delivers it, and sleeps between tries."""
import re

from peer import Peer, Queued


class Dma(Peer):
    name = "dma"
    title = "dma"
    package = "dma"

    def start(self):
        self.root.run("install", "-d", "-o", "root", "-g", "mail", "-m", "2775", "/var/spool/dma")

    def queue(self, recipient):
        """`mailq`: blocks of `ID:`, `From:`, `To:` lines. The reason is only in the system log."""
        found = []
        for block in self.root.run("mailq", check=False).split("--"):
            identifier = re.search(r"^ID\s*: (\S+)", block, re.MULTILINE)
            if identifier and recipient in block:
                found.append(Queued(identifier[1], "in the queue (dma tells its reason to syslog)"))
        return found

    def retry(self):
        self.root.run("sendmail", "-q", check=False)

    def own_schedule(self):
        """Constants of the program (MIN_RETRY, MAX_RETRY, MAX_TIMEOUT in dma.h)."""
        return "first after 300s, then at doubled intervals up to 3h, for 5d"


PEER = Dma
