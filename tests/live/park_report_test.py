#!/usr/bin/env python3
"""Opens the report of `turnaway park audit` in headless Chromium. Usage: park_report_test.py PAGE_PROGRAM

PAGE_PROGRAM writes the report of a made portfolio to standard output. Looked at: what the page is without script; that its policy lets
its own style and script work and nothing else; sorting, filtering, searching and links to a domain; that nothing is asked of the network;
that a phone needs no sideways scrolling; contrast in light and dark. Without Chromium those that need it are named as skipped.
"""
import base64
import hashlib
import html
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

PROGRAM = sys.argv.pop(1)
PAGE = subprocess.run([PROGRAM], capture_output=True, text=True, check=True).stdout
CHROMIUM = shutil.which("chromium")
LIMIT_S = 120
# Asked for by the page around the views, so that the log of the network is seen to hold what is asked for.
CANARY = "http://canary.invalid/"


def chromium_works():
    if not CHROMIUM:
        return "chromium is not installed"
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run([CHROMIUM, *options(folder), "--dump-dom", "data:text/html,<p>here"], capture_output=True, text=True,
                                  timeout=LIMIT_S, check=False)
        except subprocess.TimeoutExpired:
            return "chromium does not start here"
    return "" if "<p>here" in done.stdout else "chromium cannot run here: " + done.stderr[-200:]


def options(folder):
    # --no-sandbox: it will not run as root otherwise; the page is ours. The resolver maps every name to nothing.
    return ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", f"--user-data-dir={folder}/profile",
            "--host-resolver-rules=MAP * ~NOTFOUND"]


class Dom(html.parser.HTMLParser):
    """The elements of a page: `tags` are pairs of name and attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


class WithoutBrowser(unittest.TestCase):
    def test_policy_names_the_style_and_the_script_that_are_there(self):
        [policy] = [attributes["content"] for tag, attributes in Dom(PAGE).tags
                    if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"]
        self.assertTrue(policy.startswith("default-src 'none';"), policy)
        for element in ("style", "script"):
            bodies = re.findall(rf"<{element}>(.*?)</{element}>", PAGE, re.S)
            self.assertEqual(len(bodies), 1)
            digest = base64.b64encode(hashlib.sha256(bodies[0].encode()).digest()).decode()
            self.assertIn(f"{element}-src 'sha256-{digest}'", policy)

    def test_nothing_leads_outside(self):
        for tag, attributes in Dom(PAGE).tags:
            for name, value in attributes.items():
                if name in ("src", "href", "action", "srcset", "data"):
                    self.assertTrue(value.startswith("#") or value == "data:,", f"{tag} {name}={value}")
                self.assertFalse(name.startswith("on"), f"{tag} {name}")
        self.assertNotRegex(PAGE, r"@import|url\(")

    def test_hostile_text_is_text(self):
        self.assertIn("&lt;script&gt;document.title", PAGE)
        self.assertEqual(PAGE.count("<script>"), 1)

    def test_tables_have_captions_and_headers(self):
        tags = Dom(PAGE).tags
        self.assertEqual(sum(tag == "table" for tag, _ in tags), sum(tag == "caption" for tag, _ in tags))
        self.assertTrue(all(attributes.get("scope") in ("col", "row") for tag, attributes in tags if tag == "th"))
        ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
        self.assertEqual(len(ids), len(set(ids)))
        for tag, attributes in tags:
            if tag == "a":
                self.assertIn(attributes["href"][1:], ids)
            if tag == "label":
                self.assertIn(attributes["for"], ids)

    def test_colours_have_contrast(self):
        """WCAG 2 AA: 4.5 to 1 for every colour of text on both backgrounds, light and dark."""
        style = re.search(r"<style>(.*?)</style>", PAGE, re.S).group(1)
        schemes = [dict(re.findall(r"--(\w+): #(\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)]
        self.assertEqual(len(schemes), 2)

        def luminance(colour):
            parts = [int(colour[i:i + 2], 16) / 255 for i in (0, 2, 4)]
            parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

        for scheme in schemes:
            for name in ("ink", "soft", "link", "critical", "warning", "notice", "info", "invalid", "unknown", "clean"):
                for ground in ("page", "card"):
                    lighter, darker = sorted((luminance(scheme[name]), luminance(scheme[ground])), reverse=True)
                    self.assertGreaterEqual((lighter + 0.05) / (darker + 0.05), 4.5, f"{name} on {ground}")


DOMAINS = '[...document.querySelectorAll("#domains tbody a")].map((link) => link.textContent)'
SEEN = '[...document.querySelectorAll("#domains tbody tr")].filter((row) => row.offsetHeight > 0)'
STATES = SEEN + ".map((row) => row.dataset.state)"
NAMES = SEEN + '.map((row) => row.querySelector("a").textContent)'
# Each is one view of the page: the fragment it is opened with, and what JavaScript says of it then.
VIEWS = {
    "plain": ("", DOMAINS),
    "title": ("", "document.title"),
    "up": ("sort=domain", f'[{DOMAINS}, [...document.querySelectorAll("th")].map((head) => head.ariaSort)]'),
    "down": ("sort=-domain", f'[{DOMAINS}, [...document.querySelectorAll("th")].map((head) => head.ariaSort)]'),
    "warnings": ("sort=-warning", '[...document.querySelectorAll("#domains tbody tr")].map((row) => +row.cells[3].textContent)'),
    "states": ("sort=-state", '[...document.querySelectorAll("#domains tbody tr")].map((row) => row.dataset.state)'),
    "click": ("", f'(document.querySelectorAll("#domains thead button")[0].click(), {DOMAINS})'),
    "all": ("", STATES),
    **{f"show {state}": (f"show={state}", STATES) for state in ("critical", "warning", "invalid", "unknown", "notice", "clean")},
    "find finding": ("find=spf-typographic-dash", NAMES),
    "find domain": ("find=clean-1", NAMES),
    "find nothing": ("find=nothing-has-this", NAMES),
    "finding": ("finding=mx-implicit", f'[{NAMES}, document.querySelector(".chosen").textContent, '
                                       'document.querySelector("[role=status]").textContent]'),
    "finding taken back": ("finding=mx-implicit", f'(document.querySelector(".chosen").click(), [{NAMES}.length, '
                                                  'document.querySelector(".chosen").hidden])'),
    "count": ("find=clean&show=clean", 'document.querySelector("[role=status]").textContent'),
    "count nothing": ("find=nothing-has-this", 'document.querySelector("[role=status]").textContent'),
    "links": ("", '[...document.querySelectorAll("[data-finding]")].map((link) => link.hash.slice(1))'),
    "text until opened": ("", '[document.querySelectorAll("details p").length, document.querySelectorAll("details noscript").length]'),
    "opened": ("d0", '[...document.querySelectorAll("details[open] pre")].map((one) => [one.textContent, one.previousSibling.textContent])'),
    "print": ("", '(dispatchEvent(new Event("beforeprint")), [document.querySelectorAll("details:not([open])").length, '
                  'document.querySelectorAll("details noscript").length, (dispatchEvent(new Event("afterprint")), '
                  'document.querySelectorAll("details[open]").length)])'),
    "link": ("d1", '[...document.querySelectorAll("details[open]")].map((one) => one.id)'),
    "phone": ("", '(dispatchEvent(new Event("beforeprint")), [innerWidth, '
                  'document.documentElement.scrollWidth, '
                  'Math.max(...[...document.querySelectorAll("main *")].map((one) => one.getBoundingClientRect().right))])'),
    # Without the page's own script: the choice is made as a click makes it.
    "bare": ("", f'(document.getElementById("show-clean").click(), [document.querySelectorAll("button").length, {STATES}])'),
    "phone table": ("", SEEN + '.map((row) => [...row.cells].filter((cell) => cell.offsetWidth > 0).length)'),
}


def view_page(number, expression, is_bare):
    """The page with a second script that tells the frame's parent what it sees; the policy names that script too."""
    script = f'addEventListener("load", () => {{ parent.postMessage({{view: {number}, says: {expression}}}, "*"); }});'
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = re.sub(r"<script>.*?</script>", "", PAGE, flags=re.S) if is_bare else PAGE
    page = page.replace("script-src '", f"script-src 'sha256-{digest}' '", 1)
    return page.replace("</body>", f"<script>{script}</script>\n</body>")


class InBrowser(unittest.TestCase):
    """One start of the browser shows every view, each in a frame; then each test looks at what the views said."""
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if fault := chromium_works():
            raise unittest.SkipTest(fault)
        with tempfile.TemporaryDirectory() as folder:
            frames = ""
            for number, (name, (fragment, expression)) in enumerate(VIEWS.items()):
                pathlib.Path(folder, f"{number}.html").write_text(view_page(number, expression, name == "bare"), encoding="utf-8")
                width = 390 if name.startswith("phone") else 1100
                frames += f'<iframe src="{number}.html#{fragment}" style="width: {width}px; height: 844px"></iframe>'
            said = pathlib.Path(folder, "views.html")
            said.write_text('<script>const said = {}; addEventListener("message", (event) => { said[event.data.view] = event.data.says; '
                            "document.title = JSON.stringify(said); });</script>" + "<style>iframe { border: 0 }</style>" + f'<img src="{CANARY}">' + frames)
            log = pathlib.Path(folder, "net.json")
            done = subprocess.run([CHROMIUM, *options(folder), "--virtual-time-budget=20000", f"--log-net-log={log}",
                                   "--net-log-capture-mode=Everything", "--dump-dom", said.as_uri()],
                                  capture_output=True, text=True, timeout=LIMIT_S, check=True)
            title = html.unescape(re.search(r"<title>(.*?)</title>", done.stdout, re.S).group(1))
            cls.said = dict(zip(VIEWS, (json.loads(title).get(str(number)) for number in range(len(VIEWS)))))
            cls.net_log = log.read_text()

    def test_every_view_was_shown(self):
        self.assertEqual([name for name, says in self.said.items() if says is None], [])

    def test_the_worst_come_first(self):
        self.assertEqual(self.said["plain"][0], "nothing-published.example")
        self.assertEqual(self.said["plain"][-1], "clean-2.example")

    def test_hostile_text_did_nothing(self):
        self.assertEqual(self.said["title"], "Domains without mail")

    def test_sorting(self):
        domains = sorted(self.said["plain"])
        self.assertNotEqual(self.said["plain"], domains)
        for view, order, word in (("up", domains, "ascending"), ("down", domains[::-1], "descending")):
            names, sorts = self.said[view]
            self.assertEqual(names, order)
            self.assertEqual([one for one in sorts if one], [word])
        self.assertEqual(self.said["click"], domains)
        self.assertEqual(self.said["warnings"], sorted(self.said["warnings"], reverse=True))
        self.assertGreater(self.said["warnings"][0], self.said["warnings"][-1])
        self.assertEqual(self.said["states"][0], "clean")

    def test_filter_by_severity(self):
        every = self.said["all"]
        for state in ("critical", "invalid", "unknown", "notice", "clean"):
            self.assertTrue(self.said[f"show {state}"], state)
        for state in ("critical", "warning", "invalid", "unknown", "notice", "clean"):
            self.assertEqual(self.said[f"show {state}"], [one for one in every if one == state])

    def test_filter_works_without_script(self):
        self.assertEqual(self.said["bare"], [0, ["clean"] * 3])

    def test_search_finds_domains_and_findings(self):
        self.assertEqual(self.said["find finding"], ["dash.example"])
        self.assertEqual(self.said["find domain"], ["clean-1.example"])
        self.assertEqual(self.said["find nothing"], [])

    def test_what_matches_is_counted(self):
        self.assertEqual(self.said["count"], f"3 of {len(self.said['plain'])} shown")
        self.assertEqual(self.said["count nothing"], "Nothing matches.")

    def test_a_finding_leads_to_its_domains(self):
        self.assertIn("finding=mx-implicit", self.said["links"])
        self.assertEqual(self.said["finding"], [["nothing-published.example"], "Only mx-implicit \u2715",
                                                f"1 of {len(self.said['plain'])} shown"])
        self.assertEqual(self.said["finding taken back"], [len(self.said["plain"]), True])

    def test_a_link_opens_the_findings(self):
        self.assertEqual(self.said["link"], ["d1"])

    def test_findings_are_text_until_they_are_opened(self):
        self.assertEqual(self.said["text until opened"], [0, len(self.said["plain"])])

    def test_records_can_be_copied_by_zone(self):
        [[records, button]] = self.said["opened"]
        self.assertEqual(button, "Copy")
        self.assertIn("nothing-published.example. 3600 IN MX 0 .\n", records)
        self.assertIn('_dmarc.nothing-published.example. 3600 IN TXT "v=DMARC1;', records)

    def test_everything_is_printed(self):
        self.assertEqual(self.said["print"], [0, 0, 0])

    def test_a_phone_shows_domain_and_worst_finding(self):
        self.assertEqual(set(self.said["phone table"]), {2})

    def test_a_phone_scrolls_only_down(self):
        inner, scroll, right = self.said["phone"]
        self.assertEqual(inner, 390)
        self.assertLessEqual(scroll, 390)
        self.assertLessEqual(right, 390)

    def test_nothing_is_asked_of_the_network(self):
        addresses = set(re.findall(r'"url":"([^"]+)"', self.net_log))
        outside = {one for one in addresses if not one.startswith(("file:", "data:", "chrome"))}
        # What the browser asks for itself, whatever it shows.
        of_browser = {one for one in outside if (urllib.parse.urlsplit(one).hostname or "").endswith(
            ("google.com", "googleapis.com", "gvt1.com"))}
        self.assertEqual(outside - of_browser, {CANARY})


if __name__ == "__main__":
    unittest.main()
