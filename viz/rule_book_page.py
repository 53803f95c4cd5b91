"""The rule book as data for its page: the timeline, one instrument, and the chip checker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from experiments import rule_questions as ask
from experiments import rule_tables as tell
from experiments.rule_questions import RuleQuestionError
from model.destinations import REST_OF_WORLD, geography
from model.instruments import Instrument
from model.loading import governments
from model.policy import Policy
from model.specifications import known_chips
from viz.chart import Chart
from viz.theme import token

OWN_CHIP = "a chip of your own"
FIGURES = {
    "tpp": "total processing performance (TPP)",
    "performance_density": "performance density",
    "interconnect": "interconnect, GB/s",
    "memory_bandwidth": "memory bandwidth, GB/s",
}
_ISSUERS = {
    "US": ("us", "circle"),
    "CN": ("cn", "square"),
    "NL": ("other", "diamond"),
    "JP": ("policy-4", "triangle-up"),
    "KR": ("policy-5", "triangle-down"),
    "TW": ("policy-6", "cross"),
    "EU": ("policy-7", "star"),
}
_FAMILIES = {
    "export-control": "Export controls",
    "counter-measure": "Counter-measures",
    "subsidy": "Subsidies",
    "talent": "Talent",
    "enforcement": "Enforcement",
    "compute": "Compute",
    "knowledge": "Knowledge",
    "adoption": "Use of AI",
}
_FIRST_DAY, _LAST_DAY = "2018-06-01", "2027-01-01"


def timeline(instruments: Sequence[Instrument], chosen: str = "") -> Chart:
    """When each instrument took effect, in lanes by family; colour and shape are its issuer."""
    data: list[dict[str, Any]] = []
    for issuer, (colour, symbol) in _ISSUERS.items():
        of_issuer = [one for one in instruments if one.issuer == issuer]
        if not of_issuer:
            continue
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [one.effective.isoformat() for one in of_issuer],
                "y": [_FAMILIES[one.family] for one in of_issuer],
                "customdata": [one.id for one in of_issuer],
                "text": [f"{one.effective}: {one.title}" for one in of_issuer],
                "hovertemplate": "%{text}<extra></extra>",
                "marker": {
                    "color": token(colour, 0.75),
                    "symbol": symbol,
                    "size": [15 if one.id == chosen else 9 for one in of_issuer],
                    "line": {
                        "color": token("ink"),
                        "width": [2 if one.id == chosen else 0 for one in of_issuer],
                    },
                },
                "name": _names()[issuer],
            }
        )
    layout = {
        "hovermode": "closest",
        "xaxis": {"type": "date", "range": [_FIRST_DAY, _LAST_DAY], "tickformat": "%Y"},
        "yaxis": {
            "type": "category",
            "categoryarray": list(reversed(_FAMILIES.values())),
            "categoryorder": "array",
            "range": [-0.5, len(_FAMILIES) - 0.5],
        },
    }
    return Chart(
        "rule-timeline",
        "When rules and programmes took effect",
        "day of effect; pick one to read it",
        {"data": data, "layout": layout},
        description=f"{len(instruments)} instruments by family and day; the list below has them.",
        empty="" if instruments else "No instrument fits the filter.",
        height=330,
    )


def _names() -> dict[str, str]:
    """Names of the governments by code."""
    return {government.code: government.name for government in governments()}


def described(instrument: Instrument) -> dict[str, Any]:
    """Everything on record of an instrument."""
    return {
        "id": instrument.id,
        "title": instrument.title,
        "fields": [{"label": label, "words": words} for label, words in tell.fields_of(instrument)],
        "parameters": list(instrument.parameters),
        "values": [
            {
                "parameter": name,
                "unit": parameter.unit,
                "since": dated.since.isoformat(),
                "value": f"{dated.value:g}",
                "reference": dated.reference,
            }
            for name, parameter in instrument.parameters.items()
            for dated in parameter.values
        ],
    }


def checked(asked: Mapping[str, str], policy: Policy) -> dict[str, Any]:
    """What the rules of a day say of selling a chip.

    Args:
        asked: ``chip``, or the figures of one's own; ``destination``, ``buyer`` and ``on``.
        policy: whose rule book is asked.

    Raises:
        RuleQuestionError: in one line, saying what was expected.
    """
    day = ask.day_named(asked.get("on", "")[:20])
    where = ask.destination_named(asked.get("destination", "")[:60])
    buyer = asked.get("buyer", "").strip()[:100]
    name = asked.get("chip", "")[:100]
    if name == OWN_CHIP:
        figures = {label: _number(asked.get(key, "")) for key, label in FIGURES.items()}
        own = ask.custom_chip(figures, data_centre=asked.get("data_centre", "yes") == "yes")
        if own is None:
            raise RuleQuestionError(f"give the chip's {', '.join(FIGURES.values())}")
        answer = ask.ask_about_chip(own, where, buyer, day, policy)
    else:
        answer = ask.ask_about_chip(ask.chip_named(name), where, buyer, day, policy)
    first, *others = answer.judgements
    unknown = f"'{buyer}' is on no list, judged as any buyer{ask.near_buyers(answer)}"
    return {
        "outcome": first.outcome,
        "headline": tell.headline(answer).partition(": ")[2],
        "details": list(tell.details(answer)),
        "note": "" if answer.known_buyer else unknown,
        "others": [
            {
                "outcome": other.outcome,
                "instrument": other.instrument or "",
                "replaced": other.replaced_by or "",
                "why": tell.why(answer, other),
            }
            for other in others
        ],
        "calls": [
            f"{call.title}: {call.value('withheld', day):.0%} of purchases given up"
            for call in answer.calls
        ],
    }


def chips() -> list[dict[str, str]]:
    """Chips that the rule book knows, by name, with the figures that rules test."""
    return [
        {
            "name": chip.name,
            "words": f"{chip.name} (TPP {chip.tpp:,.0f})",
        }
        for chip in sorted(known_chips().values(), key=lambda chip: chip.name)
    ]


def destinations() -> list[dict[str, str]]:
    """Countries by name, those that rules turn on first."""
    known = geography().countries
    first = [
        code for code in ("CN", "MO", "AE", "SA", "SG", "MY", "IN", "RU", "US") if code in known
    ]
    rest = sorted((code for code in known if code not in first), key=lambda code: known[code])
    found = [{"code": code, "words": f"{known[code]} ({code})"} for code in [*first, *rest]]
    return [*found, {"code": REST_OF_WORLD, "words": "countries without rules of their own"}]


def today() -> str:
    """The present day as the form has it."""
    return date.today().isoformat()


def _number(text: str) -> float | None:
    text = text.strip()[:40]
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise RuleQuestionError(f"'{text}' is not a number") from None
