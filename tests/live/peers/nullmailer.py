"""nullmailer as a peer: Debian's package. It asks no DNS for mail hosts: all mail goes to one host,
here the one under test. So its report goes there too, is refused as well, and ends in its folder of
failed messages, where it is read."""
import signal

from mailbox import Mailbox
from peer import Peer, Queued

SPOOL = "/var/spool/nullmailer"
REMOTES = "/etc/nullmailer/remotes"


class Nullmailer(Peer):
    name = "nullmailer"
    title = "nullmailer"
    package = "nullmailer"
    lifetime_days = 7
    beyond_defaults = [(f"`{REMOTES}` names the host under test",
                        "it sends all mail to one host; its report, refused there too, was read from "
                        "its folder of failed messages")]
    daemon = None

    def start(self):
        """It starts with the first host it is aimed at."""

    def aim_at(self, host):
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait()
        self.root.write(REMOTES, f"{host} smtp\n")
        self.daemon = self.root.start("runuser", "--user", "mail", "--", "sh", "-c",
                                      "exec nullmailer-send > /tmp/nullmailer.log 2>&1")
        self.wait_for(lambda: "Rescanning" in self.root.read("/tmp/nullmailer.log"), "start")

    def mailbox(self):
        return FailedFolder(self.root.top / SPOOL.lstrip("/") / "failed")

    def queue(self, recipient):
        """The reason is the last failure in its log."""
        failures = [line for line in self.root.read("/tmp/nullmailer.log").splitlines()
                    if line.startswith("Sending failed:") and "Permanent" not in line]
        files = (self.root.top / SPOOL.lstrip("/") / "queue").glob("*")
        envelopes = {file.name: file.read_text(errors="replace").partition("\n\n")[0]
                     for file in files}
        return [Queued(name, failures[-1] if failures else "")
                for name, envelope in envelopes.items() if recipient in envelope.split("\n")[1:]]

    def retry(self):
        self.daemon.send_signal(signal.SIGALRM)

    def own_schedule(self):
        """Constants of the program (send.cc): pausetime, maxpause, queuelifetime."""
        return "first after 1m, then at doubled intervals up to 24h, for 7d"


class FailedFolder(Mailbox):
    """Messages behind the sender, the recipients and an empty line each; reports have no sender."""

    def messages(self):
        files = sorted(self.place.glob("*"), key=lambda file: file.stat().st_mtime_ns)
        parts = [file.read_bytes().partition(b"\n") for file in files]
        return [rest.partition(b"\n\n")[2] for sender, _, rest in parts if not sender]


PEER = Nullmailer
