"""OpenSMTPD as a peer: Debian's package as it is."""
from mailbox import Mailbox
from peer import USER, Peer, Queued


class OpenSmtpd(Peer):
    name = "opensmtpd"
    title = "OpenSMTPD"
    package = "opensmtpd"
    lifetime_days = 4
    retry_pause_s = 20  # it leaves a route that failed alone for 15 s, whatever it is told

    def start(self):
        self.root.run("install", "-d", "/var/spool")
        self.root.run("smtpd")
        self.wait_for(lambda: self.root.run("smtpctl", "show", "status", check=False), "start")

    def mailbox(self):
        return Mailbox(self.root.top / "home" / USER / "Maildir")

    def queue(self, recipient):
        """`smtpctl show queue`: the third field is `mta`, or `bounce` once it has given up."""
        found = []
        for line in self.root.run("smtpctl", "show", "queue", check=False).splitlines():
            fields = line.split("|")
            if recipient in fields and fields[2] == "mta":
                found.append(Queued(fields[0], fields[-1]))
        return found

    def retry(self):
        self.root.run("smtpctl", "schedule", "all")

    def own_schedule(self):
        """Constants of the program; `smtpctl show queue` showed the 400 s after a first failure."""
        return "first after 400s, then at growing intervals, for 4d"


PEER = OpenSmtpd
