"""An event of a story, and the words that sentences about events share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Topic = Literal["models", "chips", "rules", "money"]

ADJECTIVES = {
    "US": "American",
    "CN": "Chinese",
    "NL": "Dutch",
    "JP": "Japanese",
    "KR": "Korean",
    "TW": "Taiwanese",
    "EU": "European",
    "RoW": "other",
}
_FEW_FIRMS = 3
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in one future.

    Attributes:
        when: months since the start.
        topic: what it is about.
        text: a sentence.
        weight: how much it matters, for the choice of what is told.
        actors: who had a part in it.
    """

    when: float
    topic: Topic
    text: str
    weight: float
    actors: tuple[str, ...] = ()


def power(number: float) -> str:
    """A large number as a power of ten, such as 1.4 x 10^27 in print."""
    if number <= 0.0:
        return "0"
    digits, _, exponent = f"{number:.1e}".partition("e")
    return f"{digits} x 10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def multiple(oom: float) -> str:
    """An advance in orders of magnitude as a multiple."""
    factor = 10.0**oom
    return f"{factor:.1f} times" if factor < 10.0 else f"{factor:,.0f} times"


def several(names: Sequence[str]) -> str:
    """A few names, or the first of many and how many more."""
    if len(names) <= _FEW_FIRMS:
        return listed(names)
    return f"{', '.join(names[:2])} and {len(names) - 2} other firms"


def listed(names: Iterable[str]) -> str:
    """Names with commas and an 'and'."""
    *head, last = names
    return f"{', '.join(head)} and {last}" if head else last


def verb_for(subjects: Sequence[str], verb: str) -> str:
    """A verb as its subjects want it."""
    return verb if len(subjects) > 1 else f"{verb}s"


def plural(words: str) -> str:
    """What governments make, more than one."""
    head, of, rest = words.partition(" on ")
    return f"{head[:-1]}ies{of}{rest}" if head.endswith("y") else f"{head}s{of}{rest}"


def with_article(words: str) -> str:
    """Words after 'a' or 'an', at the beginning of a sentence."""
    return f"{'An' if words[0] in 'AEIO' else 'A'} {words}"
