"""The page docs/senders.md, written from the results of a matrix run.

Promises: the same results give the same text but for the date; every figure and every outcome in a
table comes from the run. A sentence of advice that the run does not bear out is left out. The section
about the demo is from a run of its own (demo_peers.py), kept in data/demo_peers.csv.
"""
import csv
import re
import textwrap
import time
from pathlib import Path

from refuse import STAGES

DEMO_TABLE = Path(__file__).resolve().parents[2] / "data" / "demo_peers.csv"
DEMO_HEADING = "## What happens in the cases of `turnaway demo`?"

OUTCOME_WORDS = {"bounced": "bounced", "deferred": "**deferred**", "silent": "no answer",
                 "not taken": "not accepted"}


def page(results, program_version):
    plain = [result for result in results if not result["heading"]]
    asides = [result for result in results if result["heading"]]
    parts = [head(program_version), advice(plain, asides), outcomes(plain), reports(plain),
             deferrals(plain), wire(plain), demo_cases(demo_rows()), other(asides), method(plain),
             dialogue(plain)]
    return "\n\n".join(part for part in parts if part) + "\n"


def head(program_version):
    return f"""# How mail servers react to a host that does not accept mail

Measured on {time.strftime('%Y-%m-%d')} with {program_version}. The senders are packages of Debian
{debian_version()}, or of Debian 13 if the name says so, with their default settings; Haraka is from the npm
registry. The run itself writes this page (`tests/live/matrix.py --write docs/senders.md`); edits by
hand are lost."""


def debian_version():
    with open("/etc/debian_version") as file:
        return file.read().strip()


def advice(plain, asides):
    lines = ["## In short", ""]
    for stage in STAGES[:4]:
        bounced, deferred = by_outcome(plain, stage)
        words = [f"bounced at once by {listing(bounced)}"] if bounced else []
        words += [f"**kept in the queue** by {listing(deferred)}"] if deferred else []
        if words:
            lines.append(f"- 521 at stage `{stage}`: {'; '.join(words)}.")
    lines += same_in_both(plain, lines)
    held = [textwrap.fill(text, 100) for shown, text in sentences(plain, asides) if shown]
    return "\n\n".join(["\n".join(lines), *held])


def same_in_both(plain, lines):
    both = [result["title"].removesuffix(NEWER) for result in plain if result["title"].endswith(NEWER)]
    if not both or any(" of Debian " in line for line in lines):
        return []
    return ["", f"{listing(both)} did the same in Debian 12 and 13."]


def sentences(plain, asides):
    """(whether this run shows it, what an operator should know)."""
    at_greeting = by_outcome(plain, "greeting")
    at_auto = by_outcome(plain, "auto")
    exim = next((result for result in plain if result["title"] == "Exim"), {"stages": {}})
    exim = exim["stages"].get("greeting", [])
    tls = next((result for result in asides if "insists on TLS" in result["heading"]), {})
    leaves_early = tls and outcome(tls, "rcpt") == "deferred"
    but = ", except a sender that insists on TLS (below)" if leaves_early else ""
    return [
        (at_auto[0] and not at_auto[1],
         "Keep the stage at `auto`: every sender here bounced the first message, and every further "
         f"message, at its first connection{but}."),
        (at_greeting[1],
         "`--stage greeting` follows RFC 7504 to the letter and costs the least. "
         f"{listing(at_greeting[1])} treat that greeting as a temporary failure: their users get no "
         "report for days."),
        (len(exim) == 2 and deferred(exim[1]),
         "Exim bounces the first message at once, but remembers that the host refused it in the "
         "greeting: further messages wait in its queue, without a connection, until the next "
         "retry."),
        (leaves_early and outcome(tls, "helo") == "bounced",
         "A sender that insists on TLS disconnects before MAIL, because this host does not offer "
         "STARTTLS: at the stages `mail` and `rcpt` it keeps the message in its queue. At `auto` "
         f"{tls_at_auto(tls)}."),
    ]


def tls_at_auto(tls):
    tries = tls["stages"]["auto"] if tls else []
    bounced = [number for number, one in enumerate(tries) if one["outcome"] == "bounced"]
    if not bounced:
        return "it keeps the message too"
    words = ("first", "second", "third")[bounced[0]]
    further = ", and its next message at once" if bounced[1:] == [bounced[0] + 1] else ""
    return f"it bounces the message when it connects for the {words} time{further}"


def outcomes(plain):
    rows = [["sender", *(f"`{stage}`" for stage in STAGES[:4]), "`auto`", "`auto`, next message"]]
    for result in plain:
        cells = [attempt_words(result["stages"].get(stage, [None])[0]) for stage in STAGES[:4]]
        auto = result["stages"].get("auto", [])
        later = ["; then ".join(attempt_words(one) for one in auto[1:])]
        rows.append([result["title"], *cells, attempt_words(auto[0] if auto else None), *later])
    return ("## Bounced or deferred, and how fast?\n\n"
            "The time from the submission of the message until the report was in the user's mailbox. The\n"
            "senders ran in parallel on a machine with two cores, so the times mean only \"at once\".\n\n" + table(rows))


def reports(plain):
    rows = [["sender", "stage", "Status", "Action", "Diagnostic-Code", "Remote-MTA",
             "521 in the text part"]]
    for result in plain:
        for stage, number, one in each(result):
            if one["outcome"] == "bounced":
                bounce = one["bounce"]
                rows.append([result["title"], label(stage, number), code(bounce["status"]),
                             bounce["action"] or "none", code(bounce["diagnostic"]),
                             code(bounce["remote_mta"]),
                             "yes" if "521" in bounce["human"] else "no"])
    return ("## What is in the report?\n\n"
            "The fields of the report (RFC 3464) of each sender.\n\n" + table(rows))


def deferrals(plain):
    rows = [["sender", "stage", "reason in the queue"]]
    for result in plain:
        rows += [[result["title"], label(stage, number), code(one["reason"])]
                 for stage, number, one in each(result) if deferred(one)]
    when = [["sender", "retries"]]
    when += [[result["title"], result["own_schedule"]] for result in plain]
    return ("## What does the queue of a sender that defers show, and when does it retry?\n\n"
            + table(rows) + "\n\n" + table(when))


def wire(plain):
    rows = [["sender", *(f"`{stage}`" for stage in STAGES[:4])]]
    for result in plain:
        firsts = (result["stages"].get(stage, [None])[0] for stage in STAGES[:4])
        rows.append([result["title"], *map(commands, firsts)])
    return ("## Which commands does the sender send?\n\n"
            "The commands of the first connection. `+` joins commands that were sent together "
            "(PIPELINING).\n\n" + table(rows))


def demo_rows():
    with DEMO_TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def demo_cases(rows):
    """The section about the demo; without its heading's blank lines."""
    cases = list(dict.fromkeys(row["case"] for row in rows))
    lines = [["sender", *cases]]
    for server in dict.fromkeys(row["server"] for row in rows):
        mine = {row["case"]: row for row in rows if row["server"] == server}
        lines.append([f"{server} {mine[cases[0]]['version']}", *(demo_words(mine[case]) for case in cases)])
    return (f"{DEMO_HEADING}\n\n"
            f"Measured on {rows[0]['measured']} by `tests/live/demo_peers.py --write`, which wrote this section and\n"
            "`data/demo_peers.csv`. The cases are a null MX, a host that greets with 521, such a host together\n"
            "with a host that accepts mail, an address where nothing listens, and a domain that accepts mail.\n"
            "`kept`: neither a report nor the message arrived within 30 s; the number of days is from the\n"
            f"sender's own settings.\n\n{table(lines)}")


def demo_words(row):
    if row["outcome"] == "kept":
        return f"**kept**, for {row['days']} days"
    status = f" {code(row['status'])}" if row["status"] else ""
    return f"{row['outcome']}{status}, {duration(float(row['seconds']))}"


def with_demo_cases(text, rows):
    """The page with the section of these rows instead of its own."""
    return re.sub(rf"{re.escape(DEMO_HEADING)}\n.*?(?=\n\n## )", lambda _: demo_cases(rows), text, count=1, flags=re.DOTALL)


def other(asides):
    if not asides:
        return ""
    rows = [["sender", "stage", "outcome", "Status", "Diagnostic-Code, or reason in the queue"]]
    for result in asides:
        for stage, number, one in each(result):
            words = one["bounce"].get("diagnostic") or one["reason"]
            rows.append([result["heading"], label(stage, number), attempt_words(one),
                         code(one["bounce"].get("status", "")), code(words)])
    return "## Other settings and other recipients\n\n" + table(rows)


def method(plain):
    rows = [["sender", "package and version", "changed settings"]]
    for result in plain:
        beyond = "; ".join(f"{what} ({why})" for what, why in result["beyond_defaults"])
        package = f"{result['package']} {result['version']}"
        rows.append([result["title"], package, beyond or "nothing"])
    return f"""## How was it measured?

{table(rows)}

Each sender runs in an overlay over the root file system, those of Debian 13 over the system that
`tools/in_release trixie` makes, in its own namespaces (mount, process, network, host name), so
nothing is installed on the machine. Its host name is `sender.example`, it has a local user ann, and
it uses a real name server (NSD) that has only the names of the run. Each
stage has its own turnaway-refuse, address and domain, over a virtual network (a veth pair). Mail is
submitted with `sendmail -f ann@sender.example`, or over SMTP if the sender has no such command, one
message at a time. At the stages `greeting` and `auto` a bounced message is followed by a second
one; at `auto` a deferred message is first retried with the sender's own command for that. Dialogues
are captured on the network, not by a proxy. "Retries" is from each sender's settings; the run does
not wait for it.

To repeat it: build, then run `python3 tests/live/matrix.py --write docs/senders.md` as root or with
sudo. The packages of the senders are downloaded from the Debian mirror at the first run and kept in
`build/peers/`. `--only postfix,exim` and `--stage auto` run a part of it, `--json FILE` saves every
dialogue."""


def dialogue(plain):
    """The first connection of the first sender at `auto`, word for word."""
    for result in plain:
        auto = result["stages"].get("auto", [])
        if auto and auto[0]["dialogues"]:
            lines = [f"{who}: {text}" for _, who, text in auto[0]["dialogues"][0] if who in "CS"]
            return (f"## Dialogue: {result['title']} at stage `auto`\n\n```\n"
                    + "\n".join(lines) + "\n```")
    return ""


def each(result):
    for stage, attempts in result["stages"].items():
        for number, one in enumerate(attempts, 1):
            yield stage, number if len(attempts) > 1 else 0, one


def label(stage, number):
    return f"`{stage}`" + (f", attempt {number}" if number else "")


def commands(one):
    """`EHLO, MAIL+RCPT+DATA, QUIT` from the first dialogue of an attempt."""
    groups = []
    previous = ""
    for _, who, text in (one["dialogues"][0] if one and one["dialogues"] else []):
        if who == "C" and previous == "C":
            groups[-1] += "+" + text.split(" ")[0]
        elif who == "C":
            groups.append(text.split(" ")[0])
        previous = who if who in "CS" else previous
    return ", ".join(groups) or "nothing"


def attempt_words(one):
    if one is None:
        return "not run"
    words = OUTCOME_WORDS[one["outcome"]]
    return f"{words}, {duration(one['seconds'])}" if one["outcome"] == "bounced" else words


def duration(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def deferred(one):
    return one["outcome"] == "deferred"


def outcome(result, stage):
    attempts = result["stages"].get(stage)
    return attempts[0]["outcome"] if attempts else ""


NEWER = " of Debian 13"


def by_outcome(plain, stage):
    """The senders that bounced and those that deferred. A server that does the same in both releases is named once."""
    found = {result["title"]: outcome(result, stage) for result in plain}

    def names(wanted):
        for title, own in found.items():
            other = found.get(title.removesuffix(NEWER) if title.endswith(NEWER) else title + NEWER, own)
            if own == wanted and other != own:
                yield title if title.endswith(NEWER) else f"{title} of Debian 12"
            elif own == wanted and (not title.endswith(NEWER) or title.removesuffix(NEWER) not in found):
                yield title
    return list(names("bounced")), list(names("deferred"))


def listing(names):
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))


def code(text):
    return f"`{text.replace('|', '/')}`" if text else "none"


def table(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
