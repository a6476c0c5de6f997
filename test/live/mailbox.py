"""A mailbox: where a local user's mail arrives, as an mbox file or a maildir; and the bounce read
from it.

Promises: reading changes nothing. `Bounce` takes a report apart as far as the sender followed RFC
3464 and leaves empty what is not there (RFC 6533 reports, for UTF-8 recipients, included); nothing
is guessed.
"""
import email
import email.policy
from dataclasses import asdict, dataclass, field
from pathlib import Path


class Mailbox:
    """`place` is an mbox file or a maildir; it need not exist yet."""

    def __init__(self, place):
        self.place = Path(place)

    def messages(self):
        """Raw messages, oldest first. The last of an mbox may still be being written."""
        if self.place.is_dir():
            files = [*self.place.glob("new/*"), *self.place.glob("cur/*")]
            files.sort(key=lambda file: file.stat().st_mtime_ns)
            return [file.read_bytes() for file in files]
        if not self.place.exists():
            return []
        text = b"\n" + self.place.read_bytes()
        return [part.partition(b"\n")[2] for part in text.split(b"\nFrom ")[1:]]

    def bounce_about(self, recipient):
        """The newest bounce that names this recipient, or None."""
        for raw in reversed(self.messages()):
            if recipient.encode() in raw:
                bounce = read_bounce(raw)
                if bounce:
                    return bounce
        return None


@dataclass
class Bounce:
    subject: str = ""
    human: str = ""  # the part for people
    report: bool = False  # a multipart/report of delivery-status
    action: str = ""
    status: str = ""
    diagnostic: str = ""  # one line, as written otherwise
    remote_mta: str = ""
    per_message: dict = field(default_factory=dict)
    per_recipient: dict = field(default_factory=dict)

    def as_dict(self):
        return asdict(self)


def read_bounce(raw):
    """The message as a bounce; None when it is another kind of mail or not complete yet."""
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    boundary = message.get_boundary()
    if boundary and f"--{boundary}--".encode() not in raw:
        return None
    if message.get("Return-Path", "<>").strip() != "<>" and not message.is_multipart():
        return None
    bounce = Bounce(subject=one_line(message.get("Subject", "")))
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not bounce.human:
            bounce.human = part.get_payload(decode=True).decode(errors="replace")
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            read_status(bounce, part.as_bytes().partition(b"\n\n")[2].decode(errors="replace"))
    return bounce


def read_status(bounce, text):
    """Groups of fields between empty lines: first the message's, then the recipient's."""
    groups = [email.message_from_string(group) for group in text.strip().split("\n\n")]
    blocks = [{name: one_line(value) for name, value in group.items()} for group in groups]
    bounce.report = True
    bounce.per_message = blocks[0] if blocks else {}
    bounce.per_recipient = blocks[1] if len(blocks) > 1 else {}
    fields = {name.lower(): value for name, value in bounce.per_recipient.items()}
    bounce.action = fields.get("action", "")
    bounce.status = fields.get("status", "")
    bounce.diagnostic = fields.get("diagnostic-code", "")
    bounce.remote_mta = fields.get("remote-mta", "")


def one_line(text):
    return " ".join(str(text).split())
