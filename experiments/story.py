"""One future, told: the years it lived through, what moved the gap, and the events that mattered.

A story is chosen and worded here; where it is shown, in a terminal or a page, is for others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from agents.arrays import Floats
from experiments.events import events_of
from experiments.study import StudyError
from experiments.wording import Event
from model.frontier import beyond_record
from model.outcomes import OUTCOMES
from model.world import World

GAP = "gap_months"
WAYS = ("median", "widest", "narrowest")
USUAL_EVENTS = 8
_PARTS = {
    "compute": "training compute",
    "methods": "own methods",
    "literature": "published methods",
    "post_training": "post-training",
    "learned": "learning from better models",
}
# Changes of the gap and of its parts smaller than this are no change worth words, OOM and months.
_STILL_OOM, _STILL_MONTHS = 0.05, 0.5
# A part is named beside the greatest one if it is at least this share of it.
_ALSO = 0.5


@dataclass(frozen=True, slots=True)
class Chapter:
    """A year of a story.

    Attributes:
        year: which.
        lead: what became of the gap in that year, and why, in a few sentences.
        told: the events that mattered most, in order of time.
        untold: the events left out, in order of time.
    """

    year: int
    lead: str
    told: tuple[Event, ...]
    untold: tuple[Event, ...]

    def quarters(self) -> list[tuple[int, list[Event]]]:
        """The events told, by quarter of the year: 1 to 4, those without any left out."""
        found: defaultdict[int, list[Event]] = defaultdict(list)
        for event in self.told:
            found[int(event.when % 12.0) // 3 + 1].append(event)
        return sorted(found.items())


@dataclass(frozen=True, slots=True)
class Story:
    """One future of a policy, told.

    Attributes:
        policy: name of the policy.
        future: number of the future in the study.
        futures: how many futures it is one of.
        until: the day up to which it is told.
        place: which of them it is, in words.
        chapters: a chapter for each year.
    """

    policy: str
    future: int
    futures: int
    until: date
    place: str
    chapters: tuple[Chapter, ...]


def tell(world: World, future: int, *, most: int = USUAL_EVENTS) -> Story:
    """The story of one future up to the present moment of the world.

    Args:
        world: lived to the day up to which the story goes.
        future: its place in the world.
        most: events told of each year; the most important ones, in order of time.

    Raises:
        StudyError: if the world has no such future.
    """
    if not 0 <= future < world.futures:
        raise StudyError(
            f"future {future}: expected a number from 0 to {world.futures - 1}, or"
            f" {', '.join(WAYS)}"
        )
    by_year: defaultdict[int, list[Event]] = defaultdict(list)
    for event in events_of(world, future):
        if 0.0 < event.when <= world.time:
            by_year[world.calendar.date(event.when).year].append(event)
    last = world.record.dates[-1]
    years = range(world.record.dates[0].year, last.year + (last.month > 1))
    chapters = []
    for year in years:
        told, untold = _chosen(by_year[year], most)
        chapters.append(Chapter(year, _lead(world, future, year), told, untold))
    return Story(
        world.policy.name,
        int(world.streams.numbers[future]),
        world.futures,
        last,
        _place(world, future),
        tuple(chapters),
    )


def chosen_future(world: World, which: str) -> int:
    """The future that a user names: a number, or the one of the median, widest or narrowest gap.

    Censored gaps count as wider, or as longer leads, than all that are known.  Of several equal
    ones the first.

    Raises:
        StudyError: saying what was expected.
    """
    if which.strip().isdecimal():
        number = int(which)
        if number >= world.futures:
            raise StudyError(
                f"there is no future {number}: expected 0 to {world.futures - 1}, or"
                f" {', '.join(WAYS)}"
            )
        return number
    if which not in WAYS:
        raise StudyError(
            f"'{which}' is no future: expected a number from 0 to {world.futures - 1}, or"
            f" {', '.join(WAYS)}"
        )
    gap = _gap_now(world)
    if which == "widest":
        return int(np.argmax(gap))
    if which == "narrowest":
        return int(np.argmin(gap))
    ranks = np.argsort(np.argsort(gap, kind="stable"), kind="stable")
    return int(np.argmin(np.abs(ranks - (len(gap) - 1) // 2)))


def _gap_now(world: World) -> Floats:
    """The gap as last recorded, infinite where beyond the record; undefined ones in the middle."""
    side = OUTCOMES[GAP].censored_by
    assert side is not None
    gap = beyond_record(world.record.last(GAP), world.record.last(side))
    return np.where(np.isnan(gap), np.nanmedian(np.where(np.isfinite(gap), gap, np.nan)), gap)


def _place(world: World, future: int) -> str:
    """Which of the futures it is, by the gap at the end."""
    if world.futures == 1:
        return "the only future simulated"
    gap = _gap_now(world)
    named = [way for way in WAYS if chosen_future(world, way) == future]
    wider = float(np.mean(gap > gap[future]))
    of_all = f"of the {world.futures:,} futures"
    if named:
        return f"the {named[0]} gap {of_all}"
    return f"its gap is narrower than that of {wider:.0%} {of_all}"


def _chosen(events: Sequence[Event], most: int) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events that matter most, and the others, both in order of time."""
    ranked = sorted(range(len(events)), key=lambda at: (-events[at].weight, events[at].when))
    kept = set(ranked[:most])
    told = tuple(event for at, event in enumerate(events) if at in kept)
    return told, tuple(event for at, event in enumerate(events) if at not in kept)


# --- the year in a few sentences ------------------------------------------------------------------


def _lead(world: World, future: int, year: int) -> str:
    dates = world.record.dates
    start = next(row for row, day in enumerate(dates) if day.year == year)
    end = min(start + 12, len(dates) - 1)
    sentences = [_of_gap(world, future, start, end), _of_parts(world, future, start, end)]
    sentences.append(_of_disagreement(world, future, start, end))
    sentences += [_of_compute(world, future, end), _of_chips(world, future, start, end)]
    return " ".join(sentence for sentence in sentences if sentence)


def _of_gap(world: World, future: int, start: int, end: int) -> str:
    before, after = (_shown_gap(world, future, row) for row in (start, end))
    first, last = (world.record.values(GAP)[row, future] for row in (start, end))
    if np.isnan(first) or np.isnan(last):
        return f"The capability gap goes from {before} to {after}."
    if abs(last - first) < _STILL_MONTHS:
        return f"The capability gap ends the year where it began, at {after}."
    verb = "narrows" if abs(last) < abs(first) else "widens"
    if (first > 0.0) != (last > 0.0):
        verb = "turns"
    return f"The capability gap {verb} from {before} to {after}."


def _shown_gap(world: World, future: int, row: int) -> str:
    value = world.record.values(GAP)[row, future]
    if np.isnan(value):
        side = world.record.values("gap_censored")[row, future]
        return "longer than the record shows" if side > 0 else "a lead longer than the record shows"
    if value < 0.0:
        return f"a Chinese lead of {-value:.1f} months"
    return f"{value:.1f} months"


def _of_parts(world: World, future: int, start: int, end: int) -> str:
    """What moved the distance between the two frontiers most, and what worked against it."""
    distance = world.record.values("gap_oom")[[start, end], future]
    moved = {
        words: float(np.diff(world.record.values(f"gap_oom_{part}")[[start, end], future])[0])
        for part, words in _PARTS.items()
    }
    change = float(distance[1] - distance[0])
    if not np.isfinite(change):
        return ""
    times = 10.0 ** abs(float(distance[1]))
    side = "behind" if distance[1] >= 0.0 else "ahead of"
    stands = f"The best Chinese model is then a factor of {times:,.{1 if times < 100 else 0}f}"
    stands += f" in effective training compute {side} the best American one"
    if abs(change) < _STILL_OOM:
        return f"{stands}, as a year before." if end - start == 12 else f"{stands}."
    sign = np.sign(change)
    for_it = _greatest({words: sign * by for words, by in moved.items()})
    against = _greatest({words: -sign * by for words, by in moved.items()})
    did = "closed" if change < 0.0 else "opened"
    reasons = f"{' and '.join(for_it)} {did} the distance most" if for_it else ""
    if reasons and against:
        reasons += f", {' and '.join(against)} worked against it"
    return f"{stands}; {reasons}." if reasons else f"{stands}."


def _of_disagreement(world: World, future: int, start: int, end: int) -> str:
    """Why months and orders of magnitude can move apart."""
    months, oom = (
        float(np.diff(np.abs(world.record.values(name)[[start, end], future]))[0])
        for name in (GAP, "gap_oom")
    )
    if not np.isfinite(months + oom) or abs(months) < _STILL_MONTHS or abs(oom) < _STILL_OOM:
        return ""
    if months > 0.0 > oom:
        return "In months it grew all the same: the American frontier moved more slowly."
    if oom > 0.0 > months:
        return "In months it shrank all the same: the American frontier moved faster."
    return ""


def _greatest(by: dict[str, float]) -> list[str]:
    """The part that did most, and any that did nearly as much."""
    ranked = sorted(by.items(), key=lambda part: -part[1])
    if ranked[0][1] < _STILL_OOM:
        return []
    return [
        words for words, amount in ranked[:2] if amount >= max(_STILL_OOM, _ALSO * ranked[0][1])
    ]


def _of_compute(world: World, future: int, end: int) -> str:
    ratio = world.record.values("compute_ratio")[end, future]
    if not np.isfinite(ratio):
        return ""
    return f"American developers have {ratio:.1f} times the Chinese compute."


def _of_chips(world: World, future: int, start: int, end: int) -> str:
    gap = world.record.values("chip_gap_years")[end, future]
    smuggled = world.record.values("smuggled_units")[:, future]
    by_hand = float(smuggled[end] - smuggled[start])
    made = "" if np.isnan(gap) else f"The best Chinese foundry trails by {gap:.1f} years"
    moved = f"about {_rounded(by_hand)} accelerators are smuggled" if by_hand >= 1000.0 else ""
    if not made:
        return f"{moved.capitalize()}." if moved else ""
    return f"{made}; {moved}." if moved else f"{made}."


def _rounded(number: float) -> str:
    """To two digits, as a figure that nobody counts should be."""
    digits = int(np.floor(np.log10(number))) - 1
    return f"{round(number, -digits):,.0f}"
