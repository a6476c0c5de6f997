#!/usr/bin/env python3
"""Makes docs/park-audit.png and docs/park-audit-phone.png: the report of a real audit of a small portfolio, as Chromium shows it.

Usage: park_report_pictures.py TURNAWAY
The DNS is tests/live/dns_server.py on loopback; nothing is asked of the network. Run it again when the page changes.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/live"))
from dns_server import DnsServer  # noqa: E402

GOOD_SPF, GOOD_DMARC = "TXT v=spf1 -all", "TXT v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s"
PORTFOLIO = {
    "brand-protection.example": ["", "MX 0 .", GOOD_SPF, "_dmarc", GOOD_DMARC],
    "brand-protection-shop.example": ["", "MX 0 .", GOOD_SPF, "A 192.0.2.80", "_dmarc", GOOD_DMARC, "www", "A 192.0.2.80"],
    "campaign-2019.example": ["", "A 192.0.2.80", "www", "A 192.0.2.80"],
    "merged-company.example": ["", "MX 0 .", "MX 10 mx.old-host.example.", "TXT v=spf1 include:_spf.old-host.example ~all",
                               "_dmarc", "TXT v=DMARC1; p=none; rua=mailto:dmarc@merged-company.example"],
    "our-old-name.example": ["", "MX 0 .", "TXT v=spf1 –all", "_dmarc", GOOD_DMARC],
    "product-name.example": ["", "MX 0 .", GOOD_SPF, "_dmarc", GOOD_DMARC, "TXT v=DMARC1; p=none"],
    "short-link.example": ["", "MX 10 .", GOOD_SPF, "A 192.0.2.81", "_dmarc", "TXT v=DMARC1; p=quarantine"],
    "typo-of-our-name.example": ["", "MX 0 .", GOOD_SPF, "_dmarc", GOOD_DMARC],
    "xn--bcher-kva.example": ["", "MX 0 .", GOOD_SPF, "_dmarc", GOOD_DMARC],
    "with-a-broken-server.example": [],
}
OTHERS = ["_spf.old-host.example TXT v=spf1 ip4:192.0.2.0/24 -all", "mx.old-host.example A 192.0.2.25"]


def serve():
    server = DnsServer("127.0.0.1")
    server.add(*OTHERS)
    for domain, lines in PORTFOLIO.items():
        name = domain
        for line in lines:
            if " " in line:
                server.add(f"{name} {line}")
            else:
                name = f"{line}.{domain}" if line else domain
    broken = "with-a-broken-server.example"
    server.trouble |= {broken: "servfail", f"_dmarc.{broken}": "servfail"}
    return server


def picture(page, size, output, folder):
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
                    f"--window-size={size}", f"--screenshot={output}", page.as_uri()], check=True, capture_output=True, timeout=120)
    print(output)


def main():
    server = serve()
    with tempfile.TemporaryDirectory() as folder:
        page, domains = pathlib.Path(folder, "report.html"), pathlib.Path(folder, "domains.txt")
        domains.write_text("\n".join(PORTFOLIO) + "\n")
        done = subprocess.run([sys.argv[1], "park", "audit", "--input", domains, "--html", page, "--resolver",
                               f"{server.address}@{server.port}"], check=False)
        if done.returncode not in (0, 1, 2):
            return done.returncode
        picture(page, "1100,1500", ROOT / "docs/park-audit.png", folder)
        # On the phone: what a tap on the second domain opens.
        text = page.read_text(encoding="utf-8")
        page.write_text(re.sub(r"<h2>What is wrong most.*?(?=<h2>Domains)", "", text, flags=re.S)
                        .replace('<details id="d0"', '<details open id="d0"'), encoding="utf-8")
        picture(page, "390,1900", ROOT / "docs/park-audit-phone.png", folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
