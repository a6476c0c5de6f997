"""Sendmail as a peer: Debian's package as it is."""
import re

from peer import Peer, Queued


class Sendmail(Peer):
    name = "sendmail"
    title = "Sendmail"
    package = "sendmail"
    beyond_defaults = [("`QueueLA` and `RefuseLA` of 1000",
                        "with other senders beside it the machine's load makes it wait")]

    def start(self):
        for file in ("/etc/mail/sendmail.cf", "/etc/mail/submit.cf"):
            settings = re.sub(r"^#?O (QueueLA|RefuseLA)=.*$", r"O \1=1000", self.root.read(file),
                              flags=re.MULTILINE)
            self.root.write(file, settings)
        self.root.run("/etc/init.d/sendmail", "start")
        self.wait_for(lambda: self.root.read("/run/sendmail/mta/sendmail.pid"), "start")

    def queue(self, recipient):
        """`mailq`: an identifier line, then perhaps `(reason)`, then the recipients."""
        found = []
        current = None
        for line in self.root.run("mailq", check=False).splitlines():
            identifier = re.match(r"^(\w{14})[*X-]?\s", line)
            if identifier:
                current = Queued(identifier[1])
            elif current and line.strip().startswith("("):
                current.reason = line.strip().strip("()")
            elif current and line.strip().strip("<>") == recipient:
                found.append(current)
        return found

    def retry(self):
        self.root.run("sendmail", "-q")

    def own_schedule(self):
        debian = self.root.read("/etc/mail/sendmail.conf")
        settings = self.root.read("/etc/mail/sendmail.cf")
        interval = re.search(r'^QUEUE_INTERVAL="(\w+)"', debian, re.MULTILINE)[1]
        life = re.search(r"^O Timeout.queuereturn=(\w+)", settings, re.MULTILINE)[1]
        return f"at every queue run, each {interval}, for {life}"


PEER = Sendmail
