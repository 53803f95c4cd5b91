"""What governments did in one future: rules that took effect or ended, and reviews of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from experiments.wording import ADJECTIVES, Event, plural, with_article
from model.instruments import ON_RECORD_ONLY, DestinedInstrument, Instrument
from model.loading import recorded_instruments
from model.outcomes import OUTCOMES
from model.world import World

_NOUNS = {
    "export-control": "rule",
    "counter-measure": "counter-measure",
    "subsidy": "subsidy",
    "talent": "talent measure",
    "enforcement": "enforcement budget",
    "compute": "compute programme",
    "knowledge": "rule on knowledge",
    "adoption": "policy on the use of AI",
}
# By kind of instrument: what stands on chips, tools and memory moves most.
_RULE_WEIGHTS = dict.fromkeys(("chip-threshold", "chip-letter", "chip-embargo"), 3.0) | {
    "tool-control": 3.0,
    "memory-control": 3.0,
    "foundry-control": 2.8,
    "design-software-control": 2.6,
    "cloud-control": 2.6,
    "purchase-discouragement": 2.2,
    "model-access-limit": 2.0,
    "publication-restraint": 3.0,
    "open-weight-restraint": 3.0,
}
_OTHER_RULES, _ON_RECORD_ONLY, _ELSEWHERE = 1.2, 0.2, 0.5
_ENDS, _EACH_RULE = 0.8, 0.2
# An instrument that the policy made or changed is what the story is about.
_OF_THE_POLICY = 2.0
_REVIEW = 5.0
_RULE_VERBS = {
    "puts into force": ("takes effect", "take effect"),
    "ends": ("ends", "end"),
    "withdrawn": ("is withdrawn before it binds", "are withdrawn before they bind"),
}
# Notice worth a mention.
_NOTICE_DAYS = 31
_OUTCOMES = {"gap_months": "the capability gap", "chip_gap_years": "the chip gap"}


def of_governments(world: World, future: int) -> Iterator[Event]:
    """Rules and programmes, and what adaptive governments decided of them."""
    yield from _rules(world, future)
    for when, actor, event, subject in world.chronicle.of_future(future):
        if event in ("tightens", "loosens"):
            yield _of_stance(world, future, when, actor, event, subject)


def _rules(world: World, future: int) -> Iterator[Event]:
    """Rules and programmes that took effect or ended, those of one day and issuer together."""
    recorded = {one.id: one for one in recorded_instruments()}
    known = recorded | {one.id: one for one in world.rules.instruments}
    together: defaultdict[tuple[float, str, str, str], list[Instrument]] = defaultdict(list)
    for when, _, event, subject in world.chronicle.of_future(future):
        if event in ("puts into force", "ends") and subject in known:
            one = known[subject]
            if one.ended != one.effective:
                together[when, event, one.issuer, one.family].append(one)
            elif event == "ends":
                together[when, "withdrawn", one.issuer, one.family].append(one)
    for (when, event, issuer, family), instruments in together.items():
        weights = sorted(_rule_weight(world, one, recorded.get(one.id)) for one in instruments)
        weight = weights[-1] + _EACH_RULE * sum(weight >= 1.0 for weight in weights[:-1])
        weight *= 1.0 if event == "puts into force" else _ENDS
        what, verb = f"{ADJECTIVES[issuer]} {_NOUNS[family]}", _RULE_VERBS[event]
        titles = "; ".join(_announced(one) for one in instruments)
        if len(instruments) == 1:
            text = f"{with_article(what)} {verb[0]}: {titles}."
        else:
            text = f"{len(instruments)} {plural(what)} {verb[1]}: {titles}."
        yield Event(when, "rules", text, weight)


def _rule_weight(world: World, one: Instrument, recorded: Instrument | None) -> float:
    if isinstance(one, ON_RECORD_ONLY):
        return _ON_RECORD_ONLY
    if isinstance(one, DestinedInstrument) and not one.reaches("CN"):
        return _ELSEWHERE
    weight = _RULE_WEIGHTS.get(one.kind, _OTHER_RULES)
    return weight + _OF_THE_POLICY * (bool(world.policy.changes) and one != recorded)


def _announced(one: Instrument) -> str:
    if (one.effective - one.announced).days <= _NOTICE_DAYS:
        return one.title
    return f"{one.title} (announced {one.announced.day} {one.announced:%B %Y})"


def _of_stance(
    world: World,
    future: int,
    when: float,
    actor: str,
    event: str,
    subject: str,
) -> Event:
    name, _, rest = subject.partition(",")
    effective = float(rest.rpartition(" ")[2])
    value = world.record.values(name)[min(int(when), len(world.record.dates) - 1), future]
    outcome = OUTCOMES[name]
    seen = "is beyond the record" if np.isnan(value) else f"stands at {value:.{outcome.decimals}f}"
    unit = "" if np.isnan(value) else f" {outcome.unit}"
    later = f", from {world.calendar.date(effective):%B %Y}" if effective > when else ""
    the = "The " if actor.startswith(("United", "European")) else ""
    words = _OUTCOMES.get(name, name)
    text = f"{the}{actor} reviews its rules and {event} them{later}: {words} {seen}{unit}."
    return Event(when, "rules", text, _REVIEW, (actor,))
