#!/usr/bin/env python3
"""Turns the tables about the words of replies into what src/codes includes.

Usage: generate_text_rules.py DATA_FOLDER OUTPUT_FOLDER
Reads causes.csv, code_causes.csv, collisions.csv, phrases.csv, reply_families.csv, notice_phrases.csv,
concepts.csv and concept_rules.csv; writes causes.inc, code_causes.inc, collisions.inc, marks.inc,
phrases.inc and folds.inc. The phrases become
one automaton over words (Aho-Corasick), so a text is read once, in linear time, whatever it holds.
Run by CMake. tools/text_words.py says what a word is.

A phrase is a row of words as they follow each other in a reply. "word*" is any word that begins so,
" ... " between two parts is a gap of a few words. "a|b_c|" is one of a, b c and nothing. `means` is a cause, "sure:CAUSE" (counts before all
other causes), "weak:CAUSE" (counts where nothing else is found), "!CAUSE" (the phrase speaks against
the cause), "~CAUSE" (it takes back what spoke against the cause up to the word before its last:
"accept mail from" is about a client, "accept mail from anyone" is not) or "provider:NAME" (only this provider says so).
The phrases of notice_phrases.csv mean a mark: what a line of a non-delivery report is, whatever the cause. A row of concepts.csv holds phrases of one
language that stand for a concept, with "|" between them; a row of concept_rules.csv says what concepts
mean when a clause has all of `needs` and none of `unless`.
"""
import csv
import itertools
import pathlib
import sys
from collections import Counter, deque

from cxx_text import literal
from text_words import folds_text, spellings

HEAD = (
    "// Made from data/*.csv by tools/generate_text_rules.py. "
    "Change the tables, not this file.\n"
)
HASH_FACTOR, HASH_MASK = 0x9E3779B97F4A7C15, 0xFFFFFFFFFFFFFFFF
PREFIX_SALT = 0x5BD1E995
START_BYTES, START_BITS, KNOWN_HASHES = 3, 12, 1024


def read(path: pathlib.Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def boolean(text: str) -> str:
    return {"yes": "true", "no": "false"}[text]


def identifier(text: str) -> str:
    return text.replace("-", "_")


def array(kind: str, name: str, items: list) -> str:
    lines, line = [], "    "
    for item in (f"{value}, " for value in items):
        if len(line) + len(item) > 98 and line.strip():
            lines.append(line.rstrip())
            line = "    "
        line += item
    lines.append(line.rstrip())
    body = "\n".join(lines)
    return f"inline constexpr std::array<{kind}, {len(items)}> {name}{{{{\n{body}\n}}}};\n"


def word_hash(word: bytes) -> int:
    """That of codes/text_evidence.cc: eight letters at a time."""
    value = len(word)
    for at in range(0, len(word), 8):
        value = ((value ^ int.from_bytes(word[at : at + 8], "little")) * HASH_FACTOR) & HASH_MASK
        value ^= value >> 32
    return value & 0xFFFFFFFF


def prefix_lengths(prefixes: list[bytes]) -> list[int]:
    """For each hash of the first letters the lengths, as bits, of the open beginnings with these letters."""
    lengths = [0] * (1 << START_BITS)
    for prefix in prefixes:
        if not START_BYTES <= len(prefix) < 32:
            raise SystemExit(f"{prefix.decode()}*: an open beginning has {START_BYTES} to 31 letters")
        start = int.from_bytes(prefix[:START_BYTES], "little") * HASH_FACTOR & HASH_MASK
        lengths[start >> (64 - START_BITS)] |= 1 << len(prefix)
    return lengths


def code_match(text: str) -> str:
    """X.1.1 or 4.2.1 or 550 as a CodeMatch: reply, class, subject, detail; 0 stands for any."""
    if "." not in text:
        return f"CodeMatch{{{text}, 0, 0, 0}}"
    digit, subject, detail = text.split(".")
    return f"CodeMatch{{0, {0 if digit == 'X' else digit}, {subject}, {detail}}}"


def acting(row: dict) -> str:
    return f"Actor::{identifier(row['who'])}, Retry::{row['retry']}, {literal(row['advice'])}"


def causes_text(rows: list[dict]) -> str:
    names = "".join(f"    {identifier(row['name'])},\n" for row in rows)
    fits: list[str] = []
    out = []
    for row in rows:
        codes = row["fits"].split()
        texts = ", ".join(literal(row[key]) for key in ("name", "title", "answer"))
        out.append(
            f"CauseRow{{{texts}, {len(fits)}, {len(codes)}, {boolean(row['overrides'])}, {boolean(row['vague'])}, "
            f"{acting(row)}, {literal(row['advice_if_temporary'])}}}"
        )
        fits += [code_match(code) for code in codes]
    return (
        HEAD
        + f"enum class Cause : std::uint8_t {{\n{names}}};\n"
        + array("CodeMatch", "cause_fits", fits)
        + array("CauseRow", "cause_rows", out)
    )


def marks_text(marks: list[str]) -> str:
    names = "".join(f"    {identifier(name)},\n" for name in marks)
    return HEAD + f"enum class Mark : std::uint8_t {{\n{names}}};\n"


def collisions_text(rows: list[dict], providers: list[str]) -> str:
    out = []
    for row in rows:
        named = row["provider"].split(", ")
        known = all(name in providers for name in named)
        mask = sum(1 << providers.index(name) for name in named) if known else 0
        when = ", ".join(f"Cause::{identifier(name)}" for name in row["when"].split())
        shown = f"{mask}ULL, CauseSet{{{when}}}, {boolean(row['always'])}"
        shown += f", Cause::{identifier(row['cause'])}" if row["cause"] else ", std::nullopt"
        texts = f"{literal(row['provider'])}, {shown}, {literal(row['meaning'])}"
        out.append(
            f"CollisionRow{{{code_match(row['code'])}, {texts}, {acting(row)}, "
            f"{literal(row['source'])}}}"
        )
    return (
        HEAD
        + array("std::string_view", "provider_names", [literal(name) for name in providers])
        + array("CollisionRow", "collision_rows", out)
    )


def expanded(row: dict) -> list[dict]:
    """The phrases that a row with alternatives stands for."""
    choices = [word.split("|") for word in row["phrase"].split(" ")]
    texts = (" ".join(filter(None, words)) for words in itertools.product(*choices))
    return [{"means": row["means"], "phrase": text.replace("_", " ")} for text in texts]


class Symbols:
    """Numbers for words: 0 unknown, then the exact words, then one for each open beginning."""

    def __init__(self, phrases: list[list[str]]):
        spelled = {word for phrase in phrases for word in phrase}
        self.prefixes = sorted(word[:-1] for word in spelled if word.endswith("*"))
        self.exact = sorted({word for word in spelled if not word.endswith("*")})
        names = self.exact + [prefix + "*" for prefix in self.prefixes]
        self.number = {name: at + 1 for at, name in enumerate(names)}

    def alternatives(self, word: str) -> list[int]:
        """Every symbol a text word can get that fits this word of a phrase."""
        if not word.endswith("*"):
            return [self.number[word]]
        begin = word[:-1]
        exact = [self.number[name] for name in self.exact if name.startswith(begin)]
        longer = [self.number[p + "*"] for p in self.prefixes if p.startswith(begin)]
        return exact + longer


class Automaton:
    def __init__(self) -> None:
        self.edges: list[dict[int, int]] = [{}]
        self.outputs: list[set[int]] = [set()]
        self.fallback: list[int] = [0]

    def add(self, symbols: list[list[int]], output: int) -> None:
        states = [0]
        for choices in symbols:
            following = []
            for state in states:
                for symbol in choices:
                    if symbol not in self.edges[state]:
                        self.edges[state][symbol] = len(self.edges)
                        self.edges.append({})
                        self.outputs.append(set())
                        self.fallback.append(0)
                    following.append(self.edges[state][symbol])
            states = following
        for state in states:
            self.outputs[state].add(output)

    def link(self) -> None:
        queue = deque(self.edges[0].values())
        while queue:
            state = queue.popleft()
            for symbol, target in self.edges[state].items():
                back = self.fallback[state]
                while back and symbol not in self.edges[back]:
                    back = self.fallback[back]
                self.fallback[target] = self.edges[back].get(symbol, 0)
                self.outputs[target] |= self.outputs[self.fallback[target]]
                queue.append(target)


def words_text(symbols: Symbols) -> str:
    """The dictionary: a hash table of symbols, and for each symbol its letters."""
    size = 1
    while size < 2 * len(symbols.number):
        size *= 2
    slots = [0] * size
    known = [0] * KNOWN_HASHES
    words = [b""] + [name.rstrip("*").encode("utf-8") for name in symbols.number]
    for name, number in symbols.number.items():
        kind = word_hash(words[number]) ^ (PREFIX_SALT if name.endswith("*") else 0)
        known[kind // 64 % KNOWN_HASHES] |= 1 << kind % 64
        at = kind & (size - 1)
        while slots[at]:
            at = (at + 1) & (size - 1)
        slots[at] = number
    begins = itertools.accumulate((len(word) for word in words), initial=0)
    rows = [f"WordRow{{{int.from_bytes(w[:8], 'little')}U, {begin}, {len(w)}}}" for w, begin in zip(words, begins)]
    letters = "".join(name.rstrip("*") for name in symbols.number)
    lines = [literal(letters[at : at + 90]) for at in range(0, len(letters), 90)]
    return "".join(
        [
            f"inline constexpr std::uint16_t exact_symbols = {len(symbols.exact)};\n",
            f"inline constexpr unsigned start_bits = {START_BITS};\n",
            f"inline constexpr std::size_t word_bytes_max = {max(len(word) for word in words)};\n",
            array("std::uint32_t", "prefix_lengths", prefix_lengths(words[len(symbols.exact) + 1 :])),
            array("std::uint64_t", "known_hashes", [f"{bits}U" for bits in known]),
            array("std::uint16_t", "word_slots", slots),
            array("WordRow", "words", rows),
            "inline constexpr std::string_view word_letters =\n    " + "\n    ".join(lines) + ";\n",
        ]
    )


def outcome(means: str, names: dict[str, list[str]]) -> tuple[str, int]:
    kind, _, value = means.partition(":")
    if value:
        return ("meaning" if kind == "concept" else kind), names.get(kind, names["cause"]).index(value)
    if means.startswith("!"):
        return "against", names["cause"].index(means[1:])
    if means.startswith("~"):
        return "takes_back", names["cause"].index(means[1:])
    return "cause", names["cause"].index(means)


def concept_phrases(rows: list[dict]) -> list[dict]:
    return [
        {"means": f"concept:{row['concept']}", "phrase": phrase.strip()}
        for row in rows
        for phrase in row["words"].split("|")
    ]


def concept_set(text: str, concepts: list[str]) -> str:
    bits = sum(1 << concepts.index(name) for name in text.split())
    return f"ConceptSet{{{bits & 0xFFFFFFFFFFFFFFFF}ULL, {bits >> 64}ULL}}"


def rules_text(rows: list[dict], names: dict[str, list[str]]) -> str:
    """The rules, grouped by one concept that each needs: the one that the fewest rules need, so that few are looked at."""
    concepts = names["concept"]
    uses = Counter(name for row in rows for name in row["needs"].split())

    def key_of(row: dict) -> int:
        return concepts.index(min(row["needs"].split(), key=lambda name: uses[name]))

    by_key = sorted(rows, key=key_of)
    keys = [key_of(row) for row in by_key]
    begins = [sum(key < number for key in keys) for number in range(len(concepts) + 1)]
    items = []
    for row in by_key:
        kind, value = outcome(row["means"], names)
        needs, unless = (concept_set(row[column], concepts) for column in ("needs", "unless"))
        items.append(f"ConceptRule{{{needs}, {unless}, EffectKind::{kind}, {value}}}")
    return array("std::uint16_t", "rule_begins", begins) + array("ConceptRule", "concept_rules", items)


def phrases_text(rows: list[dict], names: dict[str, list[str]]) -> str:
    whole = [phrase for row in rows for phrase in expanded(row)]
    pairs = [(row, parts) for row in whole for parts in spellings(row["phrase"])]
    for row, parts in pairs:
        if not 1 <= len(parts) <= 2 or not all(parts):
            raise SystemExit(f"{row['phrase']!r} must have one or two parts, each with words")
    symbols = Symbols([part for _, parts in pairs for part in parts])
    automaton, openings, effects = Automaton(), {}, []
    numbers: dict[str, int] = {}
    for row, parts in pairs:
        opening = 0
        if len(parts) == 2:
            key = " ".join(parts[0])
            if key not in openings:
                openings[key] = len(openings) + 1
                effects.append(f"Effect{{EffectKind::opens, {openings[key]}, 0}}")
                automaton.add([symbols.alternatives(w) for w in parts[0]], len(effects) - 1)
            opening = openings[key]
        kind, value = outcome(row["means"], names)
        effect = f"Effect{{EffectKind::{kind}, {value}, {opening}}}"
        if effect not in numbers:
            numbers[effect] = len(effects)
            effects.append(effect)
        automaton.add([symbols.alternatives(word) for word in parts[-1]], numbers[effect])
    automaton.link()
    return automaton_text(automaton, symbols, effects, len(openings))


def automaton_text(automaton: Automaton, symbols: Symbols, effects: list, openings: int) -> str:
    states, edges, outputs = [], [], []
    for state, following in enumerate(automaton.edges):
        symbols_after = sorted(following.items()) if state else []
        mask = sum({1 << symbol % 32 for symbol, _ in symbols_after})
        states.append(f"WordState{{{mask}U, {len(outputs)}, {len(edges)}, {automaton.fallback[state]}}}")
        edges += [f"WordEdge{{{symbol}, {target}}}" for symbol, target in symbols_after]
        outputs += sorted(automaton.outputs[state])
    states.append(f"WordState{{0, {len(outputs)}, {len(edges)}, 0}}")
    root = [automaton.edges[0].get(symbol, 0) for symbol in range(len(symbols.number) + 1)]
    return "".join(
        [
            f"inline constexpr std::size_t opening_count = {openings + 1};\n",
            words_text(symbols),
            array("std::uint16_t", "root_targets", root),
            array("WordState", "states", states),
            array("WordEdge", "word_edges", edges),
            array("std::uint16_t", "outputs", outputs),
            array("Effect", "effects", effects),
        ]
    )


def code_causes_text(rows: list[dict], causes: list[str]) -> str:
    out = [f"CodeCause{{{code_match(r['code'])}, Cause::{identifier(r['cause'])}}}" for r in rows]
    return array("CodeCause", "code_causes", out)


def main() -> int:
    data, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    cause_rows = read(data / "causes.csv")
    phrase_rows = read(data / "phrases.csv") + read(data / "reply_families.csv")
    concept_rows, rule_rows = read(data / "concepts.csv"), read(data / "concept_rules.csv")
    notice_rows = read(data / "notice_phrases.csv")
    phrase_rows += [{"means": f"mark:{row['mark']}", "phrase": row["phrase"]} for row in notice_rows]
    marks = list(dict.fromkeys(row["mark"] for row in notice_rows))
    causes = [row["name"] for row in cause_rows]
    means = [row["means"] for row in phrase_rows if row["means"].startswith("provider:")]
    providers = list(dict.fromkeys(text.split(":", 1)[1] for text in means))
    concepts = list(dict.fromkeys(row["concept"] for row in concept_rows))
    if len(causes) > 126 or len(providers) > 40 or len(concepts) > 128 or len(marks) > 32:
        raise SystemExit("causes fit into 126 bits, providers into 40, concepts into 128, marks into 32")
    names = {"cause": causes, "provider": providers, "concept": concepts, "mark": marks}
    folder.mkdir(parents=True, exist_ok=True)
    collision_rows = read(data / "collisions.csv")
    phrases = phrases_text(phrase_rows + concept_phrases(concept_rows), names)
    code_causes = code_causes_text(read(data / "code_causes.csv"), causes)
    for name, text in (
        ("causes.inc", causes_text(cause_rows)),
        ("code_causes.inc", HEAD + code_causes),
        ("collisions.inc", collisions_text(collision_rows, providers)),
        ("marks.inc", marks_text(marks)),
        ("phrases.inc", HEAD + phrases + rules_text(rule_rows, names)),
        ("folds.inc", HEAD + folds_text()),
    ):
        # What did not change keeps its time, so that nothing that includes it is compiled again.
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
