"""An attempt: one message on its way to a host that refuses, and what its sender made of the
refusal.

Promises: `outcome` is `bounced` when the report lies in the user's mailbox, `deferred` when the
sender's queue holds the message with a reason (or, for a repeated attempt, when it tried again and
kept it), `silent` when neither was so within the peer's time limit, `not taken` when the sender's
own `sendmail` command refused it. Seconds count from the moment the message, or the order to retry,
was given.
"""
import time
from dataclasses import asdict, dataclass, field

from namespace import NamespaceError
from peer import SENDER

QUEUE_LOOK_S = 0.4  # a look into the queue costs a process, a look into the mailbox a stat
SETTLE_S = 3.0  # a retried message still queued this long after a connection is deferred again


@dataclass
class Attempt:
    recipient: str
    outcome: str = "silent"
    seconds: float = 0.0
    bounce: dict = field(default_factory=dict)
    reason: str = ""  # the queue's own words, when deferred
    dialogues: list = field(default_factory=list)  # of (milliseconds, who, text) lines

    def as_dict(self):
        return asdict(self)


def message_to(recipient, subject="Hello"):
    return (f"From: Ann <{SENDER}>\nTo: {recipient}\nSubject: {subject}\nMIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=utf-8\n\nHello Bob, are you there?\n")


def send(peer, recipient, tap, server):
    """Hands a new message over and follows it. `server` is the address of the refusing host."""
    before = len(tap.to(server))
    since = time.monotonic()
    try:
        peer.hand_over(recipient, message_to(recipient))
    except NamespaceError as error:
        return Attempt(recipient, outcome="not taken", reason=str(error).rpartition(" says: ")[2])
    return follow(peer, Attempt(recipient), since, tap, server, before, None)


def retry(peer, recipient, tap, server):
    """Lets the sender try what it has in its queue, and follows this message."""
    time.sleep(peer.retry_pause_s)
    before = len(tap.to(server))
    since = time.monotonic()
    peer.retry()
    return follow(peer, Attempt(recipient), since, tap, server, before, SETTLE_S)


def follow(peer, attempt, since, tap, server, before, settle_s):
    end = since + peer.deferred_limit_s
    queue_look = since + QUEUE_LOOK_S
    while time.monotonic() < end and attempt.outcome == "silent":
        bounce = peer.mailbox().bounce_about(attempt.recipient)
        attempt.seconds = time.monotonic() - since
        if bounce:
            attempt.outcome, attempt.bounce = "bounced", bounce.as_dict()
        elif time.monotonic() > queue_look:
            queue_look = time.monotonic() + QUEUE_LOOK_S
            if settle_s is None or settled(tap.to(server)[before:], settle_s):
                reasons = [entry.reason for entry in peer.queue(attempt.recipient) if entry.reason]
                if reasons:
                    attempt.outcome, attempt.reason = "deferred", reasons[-1]
        time.sleep(0.004)
    attempt.dialogues = [dialogue.lines for dialogue in tap.to(server)[before:]]
    return attempt


def settled(dialogues, settle_s):
    return bool(dialogues) and time.time() - dialogues[-1].started > settle_s
