"""Holds the tables of rules about replies and reports against each other, one rule of the tables a test.

What a phrase means in a text is tested with the program (tests/unit/codes/text_evidence_test.cc). Here: each rule has a date; none is there
twice; none is unreachable, because its own words speak against it; every concept rule has a word that decides in its example; every enhanced
code has a reason with each reply code that its row lists, judged by the program; and the work for a word does not depend on the text. Each
check is also shown tables that break it.
Usage: reply_rules.py TURNAWAY
"""
import csv
import datetime
import json
import pathlib
import re
import subprocess
import sys
import unittest
from collections import Counter

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from generate_text_rules import Automaton, Symbols, concept_phrases, expanded  # noqa: E402
from text_words import plain_words, spellings  # noqa: E402

DATED = ("phrases", "reply_families", "concepts", "concept_rules", "notice_phrases", "collisions", "code_causes")
TURNAWAY = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "build/release/bin/turnaway")
FIRST_DATE = datetime.date(2026, 11, 1)
# A text of a certain length costs at most this much for each of its words: effects of one state, and rules of one concept.
EFFECTS_OF_A_STATE_MAX, RULES_OF_A_CONCEPT_MAX = 40, 60


def table(name):
    with (ROOT / f"data/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def undated(rows):
    """The rows without a date, or with one that cannot be."""
    def is_date(text):
        return re.fullmatch(r"\d{4}-\d\d-\d\d", text or "") and datetime.date.fromisoformat(text) >= FIRST_DATE
    return [row for row in rows if not is_date(row.get("date"))]


def twice(rows):
    """(means, phrase) that two rows have, with every alternative written out."""
    found = Counter((row["means"], row["phrase"]) for written in rows for row in expanded(written))
    return sorted(key for key, count in found.items() if count > 1)


class Engine:
    """The phrases and concepts as the program reads them: words to rows."""

    def __init__(self, rows):
        self.rows = rows
        whole = [(number, parts) for number, row in enumerate(rows) for one in expanded(row) for parts in spellings(one["phrase"])]
        self.symbols = Symbols([part for _, parts in whole for part in parts])
        self.exact = set(self.symbols.exact)
        self.automaton = Automaton()
        self.outputs = []
        for number, parts in whole:
            for at, part in enumerate(parts):
                # (row, opening words if any, whether this part ends the phrase)
                self.outputs.append((number, " ".join(parts[0]) if len(parts) == 2 else "", at + 1 == len(parts)))
                self.automaton.add([self.symbols.alternatives(word) for word in part], len(self.outputs) - 1)
        self.automaton.link()

    def symbol(self, word):
        if word in self.exact:
            return self.symbols.number[word]
        open_ones = [prefix for prefix in self.symbols.prefixes if word.startswith(prefix)]
        return self.symbols.number[max(open_ones, key=len) + "*"] if open_ones else 0

    def matched(self, words):
        """The numbers of the rows that a text of these words shows."""
        state, found, opened = 0, set(), {}
        for at, word in enumerate(words):
            symbol = self.symbol(word)
            while state and symbol not in self.automaton.edges[state]:
                state = self.automaton.fallback[state]
            state = self.automaton.edges[state].get(symbol, 0)
            ended = [self.outputs[output] for output in self.automaton.outputs[state]]
            for number, opening, is_end in ended:
                if opening and not is_end:
                    opened[opening] = at
            for number, opening, is_end in ended:
                if is_end and (not opening or opened.get(opening, at) < at):
                    found.add(number)
        return found

    def means(self, text):
        return {self.rows[number]["means"] for number in self.matched(plain_words(text.replace("*", "").replace(" ... ", " x ")))}


def unreachable(engine, rows):
    """Rows whose own words always speak against their cause, and are not taken back."""
    def counts(row, phrase):
        shown = engine.means(phrase)
        return row["means"] in shown and ("!" + row["means"] not in shown or "~" + row["means"] in shown)
    plain = [row for row in rows if not re.match(r"[!~]|\w+:", row["means"])]
    return [f"{row['means']},{row['phrase']}" for row in plain if not any(counts(row, one["phrase"]) for one in expanded(row))]


def has_deciding_word(engine, row):
    """Whether the example has all concepts of the rule, and no longer when a word, or two or three that say the same, is left out."""
    words = plain_words(row["example"])
    needs, unless = ({f"concept:{name}" for name in row[key].split()} for key in ("needs", "unless"))

    def fires(some):
        shown = {engine.rows[number]["means"] for number in engine.matched(some)}
        return needs <= shown and not unless & shown
    return fires(words) and not all(fires(words[:at] + words[at + size :]) for size in (1, 2, 3) for at in range(len(words)))


def pairs_of(rows):
    """Every enhanced code of a failure with a meaning of its own, with each reply code that its row lists, or else the usual one."""
    for row in rows:
        if row["kind"] != "enhanced" or row["broad"] == "yes":
            continue
        listed = [reply for reply in row["pairs"].split() if reply[0] in "45"]
        for reply in listed or [{"4": "450", "5": "550"}[digit] for digit in row["classes"] if digit in "45"]:
            yield f"{reply} {row['code'].replace('X', reply[0])}"


def without_reason(pairs):
    run = subprocess.run([TURNAWAY, "diagnose", "--as", "replies", "--json", "-"], input="\n".join(pairs) + "\n",
                         capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(rows) == len(pairs), run.stderr
    return [pair for pair, row in zip(pairs, rows) if row.get("reason", "unknown") == "unknown"]


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.phrases = table("phrases") + table("reply_families")
        cls.notices = [dict(row, means=f"mark:{row['mark']}") for row in table("notice_phrases")]
        cls.engine = Engine(cls.phrases + cls.notices + concept_phrases(table("concepts")))

    def test_each_has_a_date(self):
        for name in DATED:
            self.assertEqual(undated(table(name)), [], name)
        self.assertEqual(len(undated([{"date": ""}, {}, {"date": "2026-13-01x"}, {"date": "1999-01-01"}])), 4)

    def test_none_is_there_twice(self):
        self.assertEqual(twice(self.phrases), [])
        self.assertEqual(twice([{"means": "a", "phrase": "x|y z"}, {"means": "a", "phrase": "y z"}]), [("a", "y z")])

    def test_none_is_unreachable(self):
        self.assertEqual(unreachable(self.engine, self.phrases), [])
        rows = [{"means": "full", "phrase": "box is full"}, {"means": "!full", "phrase": "is full"}]
        self.assertEqual(unreachable(Engine(rows), rows), ["full,box is full"])

    def test_each_phrase_of_a_notice_has_an_example_and_a_counterexample(self):
        for row in self.notices:
            number = self.engine.rows.index(row)
            self.assertIn(number, self.engine.matched(plain_words(row["example"])), row)
            self.assertNotIn(number, self.engine.matched(plain_words(row["counterexample"])), row)

    def test_a_word_decides_in_the_example_of_each_concept_rule(self):
        self.assertEqual([row["example"] for row in table("concept_rules") if not has_deciding_word(self.engine, row)], [])
        rows = concept_phrases([{"concept": "box", "words": "mailbox"}, {"concept": "full", "words": "full"}])
        engine, rule = Engine(rows), {"needs": "box full", "unless": ""}
        self.assertTrue(has_deciding_word(engine, dict(rule, example="mailbox full")))
        self.assertFalse(has_deciding_word(engine, dict(rule, example="mailbox empty")))

    def test_every_code_has_a_reason_with_each_of_its_reply_codes(self):
        pairs = list(pairs_of(table("codes")))
        self.assertGreater(len(pairs), 100)
        self.assertEqual(without_reason(pairs), [])
        self.assertEqual(without_reason(["550 5.1.1", "550 5.99.99"]), ["550 5.99.99"])

    def test_the_work_for_a_word_is_bounded(self):
        """An Aho-Corasick automaton takes one step forward for each word; what it does there must not grow with the text."""
        effects = max(len({self.engine.rows[self.engine.outputs[output][0]]["means"] for output in outputs})
                      for outputs in self.engine.automaton.outputs)
        self.assertLessEqual(effects, EFFECTS_OF_A_STATE_MAX)
        uses = Counter(name for row in table("concept_rules") for name in row["needs"].split())
        keys = Counter(min(row["needs"].split(), key=lambda name: uses[name]) for row in table("concept_rules"))
        self.assertLessEqual(max(keys.values()), RULES_OF_A_CONCEPT_MAX)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
