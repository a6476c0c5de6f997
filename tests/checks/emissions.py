"""Every pair of a reply code and an enhanced code that the programs can send, read from their source.

Usage: emissions.py [--write]. Writes docs/emissions.md, or checks that it says what the source says. Fails for an enhanced code of
another class than its reply code, a reply without one that is no greeting and no answer to EHLO or HELO (RFC 2034 section 4), a pair
that neither the registry nor an RFC has, and a file that makes replies and is not named here. A reply that is passed on from
another host is in `PASSED_ON`.
"""
import csv
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/emissions.md"
SENDERS = ["src/smtp/reply_words.h", "src/smtp/server_replies.cc", "src/smtp/server_session.cc", "src/smtp/refuse_session.cc",
           "src/route/route.cc", "src/verdict/decide.cc", "src/relay/receive/content_replies.cc", "src/relay/receive/receiver.cc", "src/relay/receive/user_check.cc"]
# They compare codes, or write them into the log.
READERS = ["src/smtp/client_outcome.cc", "src/smtp/client_session.cc", "src/smtp/client_transaction.cc", "src/smtp/host_refusal.cc",
           "src/verdict/greeting_probe.cc", "src/verdict/refusing_hosts.cc", "src/relay/log/client_log.cc"]
PASSED_ON = {"src/relay/receive/user_check.cc"}
# Replies that a function chooses; the enhanced code stands beside its call.
CHOSEN = {("src/verdict/decide.cc", "reply_for_refusing_hosts"): "X.3.2"}
# RFC 2034 section 4: no enhanced code in the greeting and in answers to EHLO and HELO; RFC 2034 names no class 3.
WITHOUT = {"greeting", "hello", "hello_syntax", "start_input", "refusal_greeting", "refusal_to_hello", "ehlo", "helo",
           "too_many_clients", "too_many_from_one_address", "extension"}
# Pairs that the registry does not list, and why they are right.
PAIRS = {
    (421, "X.7.0"): "RFC 3463 section 3.8: a policy of this host; other mail servers send the same",
    (421, "X.3.2"): "RFC 3463 section 3.4: the system is closing",
    (452, "X.5.3"): "RFC 5321 section 4.5.3.1.10",
    (502, "X.5.1"): "RFC 3463 section 3.6: the command is not supported",
    (501, "X.1.7"): "RFC 3463 section 3.2: the sender's address, as X.1.3 with 501",
    (550, "X.1.2"): "RFC 3463 section 3.2: the domain does not exist",
    (550, "X.3.2"): "RFC 3463 section 3.4: the next host takes no mail",
    (550, "X.4.4"): "RFC 3463 section 3.5: no route to the domain",
    (550, "X.4.6"): "RFC 3463 section 3.5; other mail servers send the same for a loop",
    (554, "X.4.6"): "RFC 3463 section 3.5; other mail servers send the same for a loop",
    (550, "X.6.0"): "RFC 3463 section 3.7: a fault in the content",
    (556, "X.3.2"): "ADR 15: known without a connection, and no null MX",
}


def code_table():
    names, pairs, broad = {}, {}, set()
    with (ROOT / "data/codes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] in ("reply", "enhanced") and row["name"]:
                names[row["name"]] = int(row["code"]) if row["kind"] == "reply" else row["code"]
            if row["kind"] == "enhanced":
                pairs[row["code"]] = row["pairs"]
                if row["broad"] == "yes":
                    broad.add(row["code"])
    return names, pairs, broad


NAMES, REGISTERED, BROAD = code_table()
REPLIES = [name for name, code in NAMES.items() if isinstance(code, int)]
# Where a reply is made, not compared: behind a bracket, a comma or the name of the member.
MAKES = re.compile(r"(?:[{(,]|\.(?:code|reply) = )\s*codes::(" + "|".join(sorted(REPLIES, key=len, reverse=True)) + r")\b")
# What a function returns: `return codes::a;`, `? codes::a : codes::b;`.
CHOOSES = re.compile(r"(?:return |[?:] )codes::(" + "|".join(sorted(REPLIES, key=len, reverse=True)) + r")\b")
FOLLOWS = re.compile(r"\s*,?\s*(?:\.(?:enhanced|status) =\s*)?(?:(?:codes::)?EnhancedCode::(success|temporary|permanent)\(\s*)?"
                     r"(?:codes::(\w+)|(\{\}))?")
CLASSES = {"success": 2, "temporary": 4, "permanent": 5}


def text_of(path):
    return re.sub(r"//[^\n]*", "", (ROOT / path).read_text(encoding="utf-8"))


def name_before(text, at):
    """Of the row, the constant or the function that the reply is in."""
    found = re.findall(r"ReplyRow\{\s*(\w+)|constexpr ReplyWords (\w+)|case RouteKind::(\w+)|^[\w:<>&* ]+\b(\w+)\([^;]*$", text[:at],
                       re.MULTILINE)
    return next(filter(None, found[-1]), "") if found else ""


def emissions(path):
    """(reply, "X.n.n" or "" or "passed on", name, text)"""
    text = text_of(path)
    for made in MAKES.finditer(text):
        reply = NAMES[made[1]]
        rest = text[made.end():]
        follows = FOLLOWS.match(rest)
        name = name_before(text, made.start())
        words = re.search(r'"((?:[^"\\]|\\.)*)"', re.split(r"ReplyRow|inline|;\n", rest)[0])
        detail = NAMES.get(follows[2] or "")
        makes_permanent = re.search(r"\b(?:refuse|permanent)\($", text[:made.start() + 1])
        enhanced_class = CLASSES.get(follows[1] or "", 5 if makes_permanent else reply // 100)
        if enhanced_class != reply // 100:
            raise SystemExit(f"{path}: {name}: {reply} has an enhanced code of class {enhanced_class} (RFC 2034 section 4)")
        if isinstance(detail, str):
            yield reply, detail, name, words[1] if words else ""
        elif follows[3] or re.match(r"\s*,\s*\.text", rest):
            yield reply, "", name if follows[3] else "extension", words[1] if words else ""
        elif path in PASSED_ON:
            yield reply, "passed on", name, words[1] if words else ""
        elif re.match(r"\s*,\s*codes::", rest) or follows[1]:
            raise SystemExit(f"{path}: {name}: the enhanced code behind {reply} cannot be read here")


def chosen(path):
    """The same of the functions in CHOSEN; a function that chooses and is not there ends the check."""
    text = text_of(path)
    for choice in CHOOSES.finditer(text):
        name = re.findall(r"^[\w:]+ (\w+)\([^;{]*\{", text[:choice.start()], re.MULTILINE)[-1]
        if (path, name) not in CHOSEN:
            raise SystemExit(f"{path}: {name} chooses {choice[1]}, and CHOSEN does not say with which enhanced code")
        yield NAMES[choice[1]], CHOSEN[path, name], name, ""


def fault_of(reply, detail, name):
    if detail == "passed on":
        return None
    if detail == "":
        return None if name in WITHOUT else "it has no enhanced code (RFC 2034 section 4)"
    if name in WITHOUT:
        return "it must have no enhanced code (RFC 2034 section 4)"
    pairs = REGISTERED[detail]
    if pairs == "any" or str(reply) in pairs.split() or (reply, detail) in PAIRS or (detail in BROAD and not pairs):
        return None
    return f"neither the registry nor an RFC pairs {reply} with {detail}"


def standing_of(reply, detail):
    if detail in ("", "passed on"):
        return "RFC 2034 section 4: none" if detail == "" else "from the next host"
    pairs = REGISTERED[detail]
    if pairs == "any" or str(reply) in pairs.split():
        return "registry"
    return PAIRS.get((reply, detail), "registry: without a reply code")


def page(rows):
    lines = ["# Replies that the programs can send", "",
             "Every pair of a reply code and an enhanced code in the source of `turnaway-refuse` and `turnaway-relay`. This page is written by "
             "`tests/checks/emissions.py --write` and checked by `./test`. `%` is the name of the host, `@` the client's address.", "",
             "| reply code | enhanced code | source of the pair | text | file |", "|---|---|---|---|---|"]
    for reply, detail, words, path in rows:
        code = detail.replace("X", str(reply // 100), 1) if detail.startswith("X") else detail or "none"
        lines.append(f"| {reply} | {code} | {standing_of(reply, detail)} | {words.replace('|', '/')} | `{path}` |")
    return "\n".join(lines) + "\n"


def main():
    faults, rows = [], set()
    for path in SENDERS:
        for reply, detail, name, words in [*emissions(path), *chosen(path)]:
            if fault := fault_of(reply, detail, name):
                faults.append(f"{path}: {name}: {fault}")
            rows.add((reply, detail, words, path))
    for file in sorted((ROOT / "src").rglob("*.[ch]*")):
        path = str(file.relative_to(ROOT))
        if path.split("/")[1] in ("smtp", "verdict", "relay", "route", "refuse") and path not in SENDERS + READERS:
            if MAKES.search(text_of(path)):
                faults.append(f"{path}: it makes replies and is not in tests/checks/emissions.py")
    text = page(sorted(rows))
    if "--write" in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        faults.append("docs/emissions.md does not agree with the source: python3 tests/checks/emissions.py --write")
    for fault in faults:
        print(fault)
    print(f"{len(rows)} replies, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
