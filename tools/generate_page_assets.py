#!/usr/bin/env python3
"""Turns a page's style and script into C++: each as text and as the hash that a Content-Security-Policy names.

Usage: generate_page_assets.py FOLDER OUTPUT_FOLDER
The text goes into the page as it is, without the spaces at both ends. Run by CMake.
"""
import base64
import hashlib
import pathlib
import sys


def literal(text):
    """Raw strings in pieces: a compiler need not take more than 65,536 characters at once."""
    pieces = [text[i:i + 8000] for i in range(0, len(text), 8000)]
    return "\n    ".join(f'R"page({piece})page"' for piece in pieces)


def main():
    folder, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2], "html_report_assets.inc")
    out = ["// Made from " + folder.name + " by tools/generate_page_assets.py. Change that, not this file.\n"]
    for name, file in (("page_style", "page.css"), ("page_script", "page.js")):
        text = (folder / file).read_text(encoding="utf-8").strip()
        if "</" in text or ")page" in text:
            raise SystemExit(f"{file}: would end its element or its literal")
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        out.append(f"constexpr std::string_view {name} =\n    {literal(text)};\n"
                   f'constexpr std::string_view {name}_hash = "sha256-{digest}";\n')
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text("".join(out), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
