"""What a word of a reply is: the Python side of src/codes/word_fold.cc.

Latin letters without accents, Cyrillic ones in lower case, each character of Chinese, Japanese and
Korean by itself. Also makes the tables that the C++ side folds with.
"""
import unicodedata

LATIN_FIRST, LATIN_LAST = 0xC0, 0x24F
VIETNAMESE_FIRST, VIETNAMESE_LAST = 0x1E00, 0x1EFF
SPECIAL = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}


def latin(char: str) -> str:
    """One or two ASCII letters, or "" for a sign that is not a letter."""
    lower = char.lower()
    if lower in SPECIAL:
        return SPECIAL[lower]
    plain = unicodedata.normalize("NFKD", lower)
    return "".join(c for c in plain if c.isascii() and c.isalnum())[:2]


def is_word(char: str) -> bool:
    return "\u3041" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3"


def is_latin(char: str) -> bool:
    point = ord(char)
    return LATIN_FIRST <= point <= LATIN_LAST or VIETNAMESE_FIRST <= point <= VIETNAMESE_LAST


def folded(char: str) -> str:
    if char in "'\u2018\u2019\u02bc":
        return ""
    if char.isascii():
        return char.lower() if char.isalnum() or char == "*" else " "
    if is_latin(char):
        return latin(char) or " "
    if is_word(char):
        return f" {char} "
    if "\u0400" <= char <= "\u052f":
        return char.lower().replace("ё", "е")
    return char if char.isalpha() else " "


def plain_words(phrase: str) -> list[str]:
    """The words of a phrase as the C++ reader sees them. A star after a single character goes with it."""
    words = "".join(folded(c) for c in unicodedata.normalize("NFC", phrase)).split()
    return [word for word in words if word != "*"]


def spellings(phrase: str) -> list[list[list[str]]]:
    """A phrase as its parts, each a list of words; twice where ä may be written a or ae."""
    texts = [phrase]
    lower = phrase.lower()
    if any(c in lower for c in UMLAUTS):
        texts.append("".join(UMLAUTS.get(c, c) for c in lower))
    return [[plain_words(part) for part in text.split(" ... ")] for text in texts]


def fold_array(name: str, first: int, last: int) -> str:
    cells = []
    for point in range(first, last + 1):
        text = latin(chr(point))
        letters = [f"'{c}'" for c in text] + ["0"] * (2 - len(text))
        cells.append(f"{{{', '.join(letters)}}}")
    lines = [", ".join(cells[at : at + 8]) for at in range(0, len(cells), 8)]
    body = ",\n".join(f"    {line}" for line in lines)
    return (
        f"inline constexpr std::uint32_t {name}_first = {first};\n"
        f"inline constexpr std::array<LatinFold, {len(cells)}> {name}_folds{{{{\n{body}}}}};\n"
    )


def folds_text() -> str:
    return (
        "using LatinFold = std::array<char, 2>;\n"
        + fold_array("latin", LATIN_FIRST, LATIN_LAST)
        + fold_array("vietnamese", VIETNAMESE_FIRST, VIETNAMESE_LAST)
    )
