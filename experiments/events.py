"""What of one future is worth telling: its events as sentences, each with a weight.

Weights say how much an event matters to the question, so that a story can keep the few that matter
most.  They choose what is told and change no result.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from agents import lithography
from agents.decisions import Decision
from agents.designer import Designer
from agents.developer import CHANNELS, Channel, Developer
from agents.purchasing import BUYING_REASONS, HOARDING_REASONS
from agents.records import Region
from agents.run_planning import START_REASONS
from experiments.rule_events import of_governments
from experiments.wording import ADJECTIVES, Event, multiple, power, several, verb_for
from model.instruments import ChipEmbargo, ChipLetter, ChipThreshold, Instrument
from model.world import World

_SHOCK, _TECHNIQUE, _FOUNDED = 4.0, 3.0, 0.6
_NODE_IN_CHINA, _NODE_FIRST, _NODE_LATER = 4.0, 2.4, 0.8
_LEAD_TAKEN = 5.5
_GAP_CUT_PER_MONTH, _ADVANCE_PER_OOM, _NEW_LEADER = 0.55, 3.0, 0.8
_RECORD_RUN, _HOARDING, _SOURCE, _EACH_FIRM = 1.0, 1.6, 1.0, 0.25
_OPENS = 1.2
_VERSION_FOR_CHINA, _CHIP_IN_CHINA, _CHIP = 2.4, 1.6, 0.7
# A run is told where it is this much larger, OOM, than any before it in its region.
_LARGER = 0.4
_RIVALS: tuple[Region, ...] = ("US", "CN")
_CHANNEL_WORDS: dict[Channel, str] = {
    "direct": "chips sold everywhere",
    "variant": "versions made for the Chinese market",
    "domestic": "chips of Chinese design",
    "smuggled": "smuggled chips",
    "rented": "chips rented abroad",
}

Decided = Sequence[tuple[Developer, Sequence[Decision]]]


def events_of(world: World, future: int) -> list[Event]:
    """Everything worth telling of one future since the start, in order of time.

    Args:
        world: lived to the day up to which events are wanted.
        future: its place in the world.
    """
    decided = [(firm, firm.decisions.taken_in(future)) for firm in world.developers]
    found = [
        *_releases(world, future),
        *_runs(decided),
        *_openings(decided),
        *_purchases(world, decided),
        *_happenings(world, future),
        *of_governments(world, future),
        *_products(world, future),
    ]
    return sorted(found, key=lambda event: (event.when, -event.weight, event.text))


# --- models ---------------------------------------------------------------------------------------


def _releases(world: World, future: int) -> Iterator[Event]:
    """Releases that moved a frontier, and what each did to the gap."""
    steps = {region: world.knowledge.frontiers[region].steps_of(future) for region in _RIVALS}
    who = _releasers(world, future)
    levels = dict.fromkeys(_RIVALS, -np.inf)
    leaders: dict[Region, str] = {}
    advances = sorted((when, side, level) for side in _RIVALS for when, level in steps[side])
    for when, region, level in advances:
        other: Region = "CN" if region == "US" else "US"
        before, rival = levels[region], levels[other]
        levels[region] = level
        firm = who.get((region, when))
        if when <= 0.0 or firm is None:
            continue
        weight = _ADVANCE_PER_OOM * (level - before)
        weight += _NEW_LEADER * (firm != leaders.get(region))
        leaders[region] = firm
        text = (
            f"{firm} releases the best {ADJECTIVES[region]} model yet, worth"
            f" {multiple(level - before)} the training compute of the one before"
        )
        if level > rival >= before:
            nation = "the United States" if other == "US" else "China"
            text, weight = f"{text}, and takes the lead from {nation}", _LEAD_TAKEN
        elif region == "CN":
            lags = [when - _first_reached(steps["US"], reached) for reached in (before, level)]
            if np.isfinite(lags[0]) and lags[0] - lags[1] >= 1.0:
                text += f", which cuts the gap from {lags[0]:.1f} to {lags[1]:.1f} months"
                weight += _GAP_CUT_PER_MONTH * (lags[0] - lags[1])
        yield Event(when, "models", f"{text}.", weight, (firm,))


def _first_reached(steps: Sequence[tuple[float, float]], level: float) -> float:
    """When a frontier first reached a level, months; before its record begins, long ago."""
    if not steps or steps[0][1] > level:
        return -np.inf
    return next((when for when, reached in steps if reached >= level), np.inf)


def _releasers(world: World, future: int) -> dict[tuple[str, float], str]:
    """Who released a better model when, by region and the very moment."""
    return {
        (world.region_of(actor), when): actor
        for when, actor, event, _ in world.chronicle.of_future(future)
        if event == "releases a better model"
    }


def _runs(decided: Decided) -> Iterator[Event]:
    """Training runs clearly larger than any before them in their region."""
    largest: dict[str, float] = {}
    for when, firm, run in _started(decided):
        size = float(np.log10(max(run.size or 1.0, 1.0)))
        known = largest.get(firm.region)
        if known is None or size > known:
            largest[firm.region] = size
        if known is None or firm.region == "RoW" or size < known + _LARGER:
            continue
        text = (
            f"{firm.name} starts the largest {ADJECTIVES[firm.region]} training run so far,"
            f" {power(run.size or 0.0)} FLOP: {run.why}."
        )
        yield Event(when, "models", text, _RECORD_RUN + (size - known), (firm.name,))


def _started(decided: Decided) -> list[tuple[float, Developer, Decision]]:
    runs = [
        (one.when, firm, one)
        for firm, decisions in decided
        for one in decisions
        if one.why in START_REASONS
    ]
    return sorted(runs, key=lambda run: run[0])


def _openings(decided: Decided) -> Iterator[Event]:
    """Firms that change between selling access and opening their weights."""
    for firm, decisions in decided:
        before = ""
        for one in decisions:
            if one.what != "releases a model":
                continue
            way, _, reason = one.why.partition(":")
            way = way.partition(",")[0]
            if before and way != before and "does not offer" not in before + way:
                why = f":{reason}" if reason else ""
                text = f"{firm.name} now {way}{why}."
                yield Event(one.when, "models", text, _OPENS, (firm.name,))
            before = way


# --- purchases ------------------------------------------------------------------------------------


def _purchases(world: World, decided: Decided) -> Iterator[Event]:
    """How Chinese developers buy: changes of source, and reserves spent ahead of a rule."""
    turned: defaultdict[tuple[float, str], list[str]] = defaultdict(list)
    hoarded: defaultdict[float, list[str]] = defaultdict(list)
    for firm, decisions in decided:
        for one in decisions if firm.region == "CN" else ():
            if one.why in BUYING_REASONS:
                turned[one.when, one.why].append(firm.name)
            elif one.why in HOARDING_REASONS:
                hoarded[one.when].append(firm.name)
    for (when, why), firms in turned.items():
        channel = CHANNELS[BUYING_REASONS.index(why)]
        many = why.replace("its ", "their ").replace(" it", " them")
        reason = why if len(firms) == 1 else many
        way = f"{verb_for(firms, 'turn')} to {_CHANNEL_WORDS[channel]}"
        text = f"{several(firms)} {way}: {reason}."
        yield Event(when, "chips", text, _SOURCE + _EACH_FIRM * len(firms), tuple(firms))
    for when, firms in hoarded.items():
        rule = _rule_ahead(world, when)
        ahead = "a rule about to bind" + ("" if rule is None else f" ({rule.title})")
        text = f"{several(firms)} {verb_for(firms, 'spend')} reserves on chips ahead of {ahead}."
        yield Event(when, "chips", text, _HOARDING + 0.05 * len(firms), tuple(firms))


def _rule_ahead(world: World, when: float) -> Instrument | None:
    """The next rule on chips for China that took effect after the quarter's beginning."""
    months = world.calendar.months
    ahead = [
        one
        for one in world.rules.instruments
        if isinstance(one, ChipThreshold | ChipLetter | ChipEmbargo)
        and not one.relaxes
        and one.reaches("CN")
        and months(one.effective) > when - 3.0
    ]
    return min(ahead, key=lambda one: one.effective, default=None)


# --- what the world noted -------------------------------------------------------------------------


def _happenings(world: World, future: int) -> Iterator[Event]:
    for when, actor, event, _ in world.chronicle.of_future(future):
        if event == "stirs demand":
            text = f"{actor} draws money and attention to large models everywhere."
            yield Event(when, "money", text, _SHOCK)
        elif event == "is found":
            text = f"The leading laboratory finds a new technique: {actor.lower()}."
            yield Event(when, "models", text, _TECHNIQUE)
        elif event == "is founded":
            yield Event(when, "money", f"{actor} is founded.", _FOUNDED, (actor,))
        elif event == "makes a new node class in volume":
            yield _of_node(world, future, when, actor)


def _of_node(world: World, future: int, when: float, actor: str) -> Event:
    foundry = world.foundry(actor)
    reached = foundry.reached[:, future]
    row = int(np.argmin(np.abs(reached - when)))
    nm = f"{lithography.LADDER[row]:g} nm"
    dates = {other.name: float(other.reached[row, future]) for other in world.foundries}
    first, began = min(dates.items(), key=lambda one: one[1])
    if began >= when:
        text, weight = f"{actor} is the first to make {nm} chips in volume.", _NODE_FIRST
    else:
        years = (when - began) / 12.0
        text = f"{actor} makes {nm} chips in volume, {years:.1f} years after {first}."
        weight = _NODE_LATER
    if foundry.region == "CN":
        weight = _NODE_IN_CHINA
    return Event(when, "chips", text, weight, (actor,))


# --- products -------------------------------------------------------------------------------------


def _products(world: World, future: int) -> Iterator[Event]:
    """Chips brought out: of the designers' own planning, and those on record."""
    for designer in world.agents_by_type[Designer]:
        for planned in designer.planned:
            launched, variant = float(planned.launches[future]), planned in designer.variants
            if launched > world.time:
                continue
            what = (
                f"a version of the {planned.base.name} that the rules let pass"
                if variant
                else planned.chip.name
            )
            weight = _VERSION_FOR_CHINA if variant else _CHIP
            text = f"{designer.name} ships {what}."
            yield Event(launched, "chips", text, weight, (designer.name,))
        for chip in designer.chips:
            launched = world.calendar.months(chip.launched)
            if not 0.0 < launched <= world.time or chip.sold_to == "developer":
                continue
            china = chip.sold_to == "china" or designer.region == "CN"
            abroad = designer.region != "CN" and chip.sold_to == "china"
            name = chip.name if chip.name.startswith(designer.name) else f"the {chip.name}"
            text = (
                f"{designer.name} brings out {name}{' for the Chinese market' if abroad else ''}."
            )
            weight = _CHIP_IN_CHINA if china else _CHIP
            yield Event(launched, "chips", text, weight, (designer.name,))
