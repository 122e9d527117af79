"""Judge broken runs, and make the table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .tasks import Outcome

HELD, BADLY_TOLD, DOUBLED, LOST, TRACEBACK = "held", "badly told", "doubled", "lost", "traceback"
COLUMNS = (HELD, BADLY_TOLD, DOUBLED, LOST, TRACEBACK)
# What was attempted and why it failed; of several, the first.
_ATTEMPT = re.compile(r"(?s)Cannot (?:[^:]|:\S){3,}: .+?[.?!](?=\s|$)")
# What the service's support will ask for.
_REFERENCE = re.compile(r"\[\w+: [^\]]*\]")
# A hint of fewer words says nothing.
_FEWEST_WORDS = 4
_DONE = re.compile(
    r"\b(was|were|is|are|has|have|had|still|already|done|made|created|changed|deleted|sent|granted|left)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Verdict:
    """Hold what happened to one case, in words."""

    kind: str
    case: str
    judgement: str = HELD
    words: str = ""


def badly_told(outcome: Outcome, wrote: bool) -> str:
    """Return what a failure's message lacks.

    Empty if it says what was attempted, what is done and what to do next.
    """
    attempt = _ATTEMPT.search(outcome.message)
    if attempt is None:
        return "it does not say what was attempted"
    hint = _REFERENCE.sub("", outcome.message[attempt.end() :]).strip(" .")
    if len(hint.split()) < _FEWEST_WORDS:
        return "it does not say what to do next"
    if wrote and not _DONE.search(hint):
        return "it does not say what is done already"
    return ""


def changed_wrongly(outcome: Outcome, certain: int, possible: int) -> str:
    """Return how `changed` differs from what was carried out.

    `certain` writes were carried out and answered; `possible` ones include those whose answer was lost.
    """
    if certain and not outcome.changed:
        return f"changed is false after {certain} writes"
    if outcome.changed and not possible:
        return "changed is true, and nothing was written"
    return ""


def table(verdicts: Iterable[Verdict]) -> str:
    """Return a line for each kind, and a sum."""
    counted: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        counted.setdefault(verdict.kind, Counter())[verdict.judgement] += 1
    rows = list(counted.items())
    rows.append(("all", sum(counted.values(), Counter())))
    lines = [_line("", ("tried", *COLUMNS))]
    for kind, counts in rows:
        lines.append(_line(kind, (counts.total(), *(counts[column] for column in COLUMNS))))
    return "\n".join(lines)


def _line(kind: str, cells: Iterable[object]) -> str:
    return f"{kind:<24}" + "".join(f"{cell:>12}" for cell in cells)
