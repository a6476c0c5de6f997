"""Holds turnaway-monitoring(7) and the exit codes of the daemons' manuals against the programs, in both directions.

Metrics, their kinds, labels and values are those of the pages that the running programs serve, which have every series from the
start. Events and fields are those that the source hands to the log; a running daemon must write no other. Exit codes are those of
the faults that the source of a daemon names.
"""
import http.client
import re
import signal
import subprocess
import unittest

import refuse_daemon
from gate_daemon import GateScene
from relay_daemon import ROOT, WAIT_S, wait_until
from relay_metrics import scene_of

PAGE = (ROOT / "man/turnaway-monitoring.7").read_text()
ALWAYS = {"event", "time"}


def section(title, page=PAGE):
    return page.partition(f".Sh {title}\n")[2].partition("\n.Sh ")[0]


def items(text):
    """[(what stands behind .It, the lines up to the next)] of a list."""
    pieces = re.split(r"^\.It ", text.partition(".Bl ")[2].partition("\n.El")[0], flags=re.MULTILINE)[1:]
    return [(head, body.splitlines()) for head, _, body in (piece.partition("\n") for piece in pieces)]


def words(lines, macro):
    """What the lines of a macro name, without punctuation."""
    return [word for line in lines if line.startswith(f".{macro} ") for word in line.split()[1:] if word not in ",.:;"]


def metrics_of_manual(title):
    """{name: (kind, {label: values})}"""
    found = {}
    for head, body in items(section(title)):
        name, kind = re.fullmatch(r"Li (\w+) Pq (counter|gauge)", head).groups()
        labels, label = {}, None
        for line in body:
            if line.startswith(".Va "):
                label = line.split()[1]
                labels[label] = set()
            elif line.startswith(".Cm "):
                labels[label] = set(words([line], "Cm"))
        found[name] = (kind, labels)
    return found


def metrics_of_page(text, prefix):
    found = {name: (kind, {}) for name, kind in re.findall(rf"^# TYPE {prefix}(\w+) (\w+)$", text, re.MULTILINE)}
    for name, labels in re.findall(rf"^{prefix}(\w+)(?:{{(.*)}})? \d+$", text, re.MULTILINE):
        for label, value in re.findall(r'(\w+)="([^"]*)"', labels):
            # The value of the version is anything.
            found[name][1].setdefault(label, set()).update([] if label == "version" else [value])
    return found


def events_of_manual(title):
    return {head.split()[1]: set(words(body, "Va")) for head, body in items(section(title))}


def events_of_relay():
    # Its own events, and those of every daemon.
    source = "".join((ROOT / "src" / path).read_text() for path in ("relay/log/log_json.cc", "daemon/service_event.cc"))
    names = dict(re.findall(r'event_name\(const (\w+)&\) \{\s*return "([\w-]+)";', source))
    clients = re.findall(r'line\.add\("(\w+)"', source.partition("void add_client(")[2].partition("\n}")[0])
    found = {}
    for kind, body in re.findall(r"^void add\(LogLine& line, const (\w+)& event\) \{\n(.*?)^\}", source, re.MULTILINE | re.DOTALL):
        fields = set(re.findall(r'(?:line\.add\(|add_time\(line, )"(\w+)"', body))
        found[names[kind]] = fields | (set(clients) if "add_client" in body else set())
    assert set(names.values()) == set(found)
    return found


def events_of_gate():
    source = (ROOT / "src/gate/log/decision_log.cc").read_text()
    found = {event: set(re.findall(r'line\.add\("(\w+)"', body))
             for event, body in re.findall(r'json_line\(now, "([\w-]+)"(.*?)\n    \}\);', source, re.DOTALL)}
    of_every_daemon = set(re.findall(r'event_name\(const \w+&\) \{\s*return "([\w-]+)";', (ROOT / "src/daemon/service_event.cc").read_text()))
    return found | {event: fields for event, fields in events_of_relay().items() if event in of_every_daemon}


def events_of_refuse():
    source = (ROOT / "src/refuse/connection_log.cc").read_text()
    found = {"connection": set(re.findall(r'line\.(?:add|begin_list)\("(\w+)"', source))}
    for path in ("supervisor.cc", "main.cc"):
        text = (ROOT / "src/refuse" / path).read_text()
        for call in re.findall(r'(?:\blog|->log|\.log)\(("[\w-]+",\s*\{.*?\})\);', text, re.DOTALL):
            event, fields = re.match(r'"([\w-]+)",\s*\{(.*)\}$', call, re.DOTALL).groups()
            found.setdefault(event, set()).update(re.findall(r'\{"(\w+)",', fields))
    return found


def unknown_lines(log, events):
    """Events and fields that a running daemon wrote and the table does not have."""
    return {(line["event"], key) for line in log for key in line if key not in events.get(line["event"], set()) | ALWAYS}


class Metrics(unittest.TestCase):
    maxDiff = None

    def test_of_the_relay(self):
        scene = scene_of().start()
        try:
            text = scene.metrics.page("/metrics")[2]
        finally:
            scene.stop()
        self.assertEqual(metrics_of_page(text, "turnaway_relay_"), metrics_of_manual("METRICS OF turnaway-relay"))

    def test_of_the_gate(self):
        with GateScene({"listen": {"policy": ["127.0.0.1:0"]}, "metrics": {"listen": "127.0.0.1:0"}}) as scene:
            address, port = scene.gate.places("http")[0]
            text = get(f"{address}:{port}", "/metrics")[1]
        self.assertEqual(metrics_of_page(text, "turnaway_gate_"), metrics_of_manual("METRICS OF turnaway-gate"))

    def test_of_the_refusing_host(self):
        with refuse_daemon.Daemon("--metrics", "127.0.0.1:0") as daemon:
            text = get(daemon.metrics, "/metrics")[1]
        self.assertEqual(metrics_of_page(text, "turnaway_refuse_"), metrics_of_manual("METRICS OF turnaway-refuse"))

    def test_the_same_are_called_the_same(self):
        relay, refuse = (metrics_of_manual(f"METRICS OF turnaway-{name}") for name in ("relay", "refuse"))
        self.assertLessEqual({"start_time_seconds", "build_info", "connections_total", "log_lines_dropped_total"}, set(relay) & set(refuse))
        self.assertEqual({name for name in set(relay) & set(refuse) if relay[name][0] != refuse[name][0]}, set())


def get(place, path):
    connection = http.client.HTTPConnection(*place.rsplit(":", 1), timeout=WAIT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class Log(unittest.TestCase):
    maxDiff = None

    def test_events_and_fields_of_the_relay(self):
        self.assertEqual(events_of_relay(), events_of_manual("LOG OF turnaway-relay"))

    def test_events_and_fields_of_the_gate(self):
        events = events_of_gate()
        self.assertLessEqual({"decision", "host-refuses", "host-forgotten", "started"}, set(events))
        self.assertEqual(events, events_of_manual("LOG OF turnaway-gate"))

    def test_events_and_fields_of_the_refusing_host(self):
        events = events_of_refuse()
        self.assertEqual(len(events), 8)
        self.assertEqual(events, events_of_manual("LOG OF turnaway-refuse"))

    def test_every_field_is_explained(self):
        used = set().union(*events_of_relay().values(), *events_of_refuse().values(), *events_of_gate().values()) | ALWAYS | {"cut"}
        heads = [head for head, _ in items(section("LOG FIELDS"))]
        explained = [word for head in heads for word in words(["." + head], "Va")]
        self.assertEqual(len(explained), len(set(explained)))
        self.assertEqual(set(explained), used)

    def test_running_daemons_write_nothing_else_and_numbers_as_numbers(self):
        scene = scene_of({"log": {"level": "debug"}}).start()
        try:
            host = scene.host({"greeting": "521 mx.refuses.example Host does not accept mail"})
            scene.domain("refuses.example", host)
            scene.send("bob@refuses.example")
            scene.relay.delivery("bob@refuses.example", "bounced")
            scene.send("bob@refuses.example")  # what is known by now
            wait_until(lambda: scene.relay.lines("refused"), "a refusal")
        finally:
            scene.stop()
        with refuse_daemon.Daemon("--hostname", "web", "--stage", "rcpt") as daemon:
            with daemon.connect() as client:
                client.sendall(b"EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\nQUIT\r\n")
                refuse_daemon.read_all(client)
            daemon.wait_for_line("connection")
            daemon.process.send_signal(signal.SIGHUP)
            daemon.wait_for_line("reloaded")
            daemon.process.send_signal(signal.SIGTERM)
            daemon.process.wait(WAIT_S)
            wait_until(lambda: daemon.log[-1]["event"] == "stopped", "the last line")
        for name, log, events in (("relay", scene.relay.log, events_of_relay()), ("refuse", daemon.log, events_of_refuse())):
            self.assertEqual(unknown_lines(log, events), set(), name)
            self.assertEqual({line["exit_code"] for line in log if line["event"] == "stopped"}, {0})
            of_clients = [line for line in log if line.get("client")]
            self.assertTrue(of_clients, name)
            for line in of_clients:
                self.assertIs(type(line["client_port"]), int)
                self.assertNotIn(str(line["client_port"]), line["client"])
            numbers = {key: value for line in log for key, value in line.items() if isinstance(value, str) and value.isdigit()}
            self.assertLessEqual(set(numbers), {"hostname", "id"}, numbers)


class Health(unittest.TestCase):
    def test_one_that_is_ending_is_not_healthy(self):
        with refuse_daemon.Daemon("--metrics", "127.0.0.1:0", "--stage", "rcpt") as daemon, daemon.connect() as client:
            refuse_daemon.read_line(client)
            self.assertEqual(get(daemon.metrics, "/healthz"), (200, "ok\n"))
            daemon.process.send_signal(signal.SIGTERM)
            daemon.wait_for_line("stopping")
            self.assertEqual(get(daemon.metrics, "/healthz"), (503, "ending\n"))


class ExitCodes(unittest.TestCase):
    LAYERS = {"turnaway-refuse": ("refuse", "process"), "turnaway-gate": ("gate", "daemon", "process", "settings"), "turnaway-relay": ("relay", "process", "spool", "io")}

    def test_those_of_the_manual_are_those_of_the_program(self):
        table = dict(re.findall(r"case Fault::(\w+):\s*return (\d+);", (ROOT / "src/base/result.h").read_text()))
        self.assertEqual(len(table), 9)
        for name, layers in self.LAYERS.items():
            sources = [path.read_text() for layer in layers for path in (ROOT / "src" / layer).rglob("*.cc")]
            codes = {table[fault] for source in sources for fault in re.findall(r"Fault::(\w+)", source)}
            codes |= {code for source in sources for code in re.findall(r"constexpr int \w*exit_code = (\d+);", source)}
            manual = section("EXIT STATUS", (ROOT / f"man/{name}.8").read_text())
            self.assertEqual({head for head, _ in items(manual)}, codes | {"0"}, name)

    # What ends each command how, without any network.
    ENDINGS = (
        ("check", (64, []), (64, ["a b"]), (2, ["--input", "-"]), (65, ["--input", "-", "--column", "x"]),
         (66, ["--input", "/nowhere"]), (66, ["--trust-anchor", "/nowhere", "x.test"]), (78, ["--resolver", "x", "x.test"]),
         (74, ["--input", "-", "--output", "/nowhere/x"])),
        ("explain", (0, ["521"]), (64, ["--what"]), (65, ["rubbish"])),
        ("codes", (0, ["521"]), (64, ["--what"]), (65, ["rubbish"])),
        ("demo", (64, ["--what"])),
        ("doctor", (64, ["--what"]), (2, ["--config", "/nowhere"])),
        ("park records", (0, ["x.test"]), (64, []), (65, ["a b"]), (66, ["--input", "/nowhere"]),
         (78, ["--look", "--resolver", "x", "x.test"])),
        ("park audit", (64, []), (64, ["a b"]), (2, ["--input", "-"]), (65, ["--input", "-", "--column", "x"]),
         (66, ["--since", "/nowhere", "x.test"]), (74, ["--html", "/nowhere/x", "x.test"]), (78, ["--resolver", "x", "x.test"])),
        ("queue list", (64, ["--what"]), (66, ["--config", "/nowhere"]), (69, ["--socket", "/nowhere"]), (78, ["--config", "-"])),
        ("queue recover", (64, ["--what"]), (66, ["--config", "/nowhere"]), (78, ["--config", "-"])),
    )

    def test_a_command_ends_as_its_help_and_manual_say(self):
        for command, *endings in self.ENDINGS:
            program = [refuse_daemon.BIN / "turnaway", *command.split()]
            manual = section("EXIT STATUS", (ROOT / f"man/turnaway-{command.split()[0]}.1").read_text())
            if command.startswith("park"):  # one page, a list for each of the two
                manual = manual.partition(f".Nm turnaway {command}\n")[2]
            documented = {int(code) for head, _ in items(manual) for code in re.findall(r"\d+", head)}
            told = subprocess.run([*program, "--help"], capture_output=True, text=True, check=True).stdout
            told = told.rpartition("\nExit:")[2].partition("\nManual:")[0]
            self.assertLessEqual({int(code) for code in re.findall(r"\b\d+\b", told)}, documented, command)
            for code, arguments in endings:
                with self.subTest(command, arguments=arguments):
                    ended = subprocess.run([*program, *arguments], input="a b\n", capture_output=True, text=True, timeout=WAIT_S)
                    self.assertEqual(ended.returncode, code, ended.stderr)
                    self.assertIn(code, documented)

    def test_both_say_their_version(self):
        for name in self.LAYERS:
            told = [subprocess.run([refuse_daemon.BIN / name, option], capture_output=True, text=True, check=True).stdout
                    for option in ("-V", "--version")]
            self.assertEqual(told[0], told[1])
            self.assertRegex(told[0], rf"\A{name} \d+\.\d+\.\d+\n\Z")


if __name__ == "__main__":
    unittest.main()
