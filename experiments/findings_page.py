"""The page of findings: sentences and tables made of numbers, put into a template of prose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from string import Template

from experiments.comparison import Difference
from experiments.cost_effectiveness import ACCOUNTS, CostEffect
from experiments.designs import uncertain
from experiments.discovery import Box
from experiments.findings import overview, percent
from experiments.findings_material import BASELINE, Gathering, Material, PolicyFindings
from experiments.flips import Flip, Part
from experiments.manifest import StoredOutcome
from experiments.robustness import Better
from experiments.sobol_results import SobolResult
from experiments.standing import (
    AGREEING,
    COMPUTE_RATIO,
    GAP,
    GAP_OOM,
    SMALL,
    UNTOUCHED,
    Kind,
    Place,
    Standing,
    agreeing,
)
from experiments.tables import signed, span_of
from experiments.terminal import compact
from experiments.wording import listed

TEMPLATE = Path(__file__).with_name("findings_template.md")
# USD bn; less rounds to nothing in the table.
_LEAST_COST = 0.05
_SOBOL_SHOWN = 5


def page(material: Material, figures: str) -> str:
    """The whole page, Markdown.

    Args:
        material: what it says.
        figures: the folder of its figures, as seen from the page.
    """
    prior = material.prior.manifest.study
    parts = {
        "figures": figures,
        "first": f"{material.first:%B %Y}",
        "last": f"{material.last:%B %Y}",
        "baseline_name": f"`{BASELINE}`",
        "provenance": _provenance(material),
        "overview": _overview(material),
        "regret": " ".join(_regrets(material)),
        "summary": _summary(material),
        "standing_rule": _standing_rule(material),
        "policies": "\n\n".join(_policy(material, one) for one in material.policies),
        "prior_futures": f"{prior.futures:,}",
        "measures": _measures(material),
        "tried": str(max((one.shares.tried for one in material.policies if one.shares), default=0)),
        "flips": _flips(material),
        "sobol": _sobol(material.sobol),
        "costs": _costs(material),
        "caution": _caution(material),
        "assumptions": _assumptions(),
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(parts)


def _provenance(material: Material) -> str:
    manifest = material.study.manifest
    study = manifest.study
    return (
        f"It rests on {study.futures:,} futures of the {study.ensemble.name} ensemble:"
        f" {study.ensemble.caveat} (seed {study.seed}, model"
        f" `{manifest.origin.model_sha256[:10]}`)."
    )


def _overview(material: Material) -> str:
    gap = _outcome(material, GAP)
    title = material.title(BASELINE)
    return overview(material.gaps(material.first), gap, title, material.first)


def _regrets(material: Material) -> Iterator[str]:
    """Which policy is the safest choice for either view of the gap."""
    views: dict[Better, str] = {"high": "wide", "low": "narrow"}
    for end, words in views.items():
        verdict = material.regret[end]
        best = min(verdict.policies, key=lambda one: (one.high_regret, one.mean_regret))
        yield (
            f"To whoever wants the gap {words} then, \u201c{material.title(best.policy)}\u201d is"
            f" the safest choice: in 95% of futures none of the {len(verdict.policies)} does better"
            f" by more than {best.high_regret:.1f} months."
        )


def _summary(material: Material) -> str:
    gap = _outcome(material, GAP)

    def cells(one: PolicyFindings) -> Iterator[str]:
        yield f"[{one.title}](#{_anchor(one.title)})"
        for on in (material.first, material.last):
            change = one.changes[Place(GAP, on)]
            yield _mean(change, gap)
            yield _range(change, gap)
        change = one.changes[Place(GAP, material.first)]
        yield f"{percent(change.higher or 0.0)} / {percent(change.lower or 0.0)}"
        yield _short(one.standing)

    first, last = f"{material.first:%b %Y}", f"{material.last:%b %Y}"
    headings = (
        *("Policy", f"{first}: mean", "futures", f"{last}: mean", "futures"),
        *("Wider / narrower", "Standing"),
    )
    ranked = sorted(
        material.policies, key=lambda one: -(one.changes[Place(GAP, material.first)].mean or 0.0)
    )
    return _table(headings, (list(cells(one)) for one in ranked), left=(0, 6))


def _short(found: Standing) -> str:
    way = {1: "wider", -1: "narrower", 0: ""}[found.direction]
    words: dict[Kind, str] = {
        "robust": f"**robust: {way}**",
        "robust on average": f"{way}, robust on average",
        "not robust": f"{way}, not robust",
        "small": f"small ({way})",
        "unclear": "no clear effect",
        "the same": "next to none",
    }
    return words[found.kind]


def _standing_rule(material: Material) -> str:
    tests = material.policies[0].standing.tests
    return (
        "robust if the mean clearly goes the same way on both dates, in months and in orders of"
        " magnitude, in the calibrated and the prior ensemble, if the ratio of compute nowhere"
        f" clearly goes the other way ({tests} means in all), and if {AGREEING:.0%} of the futures"
        f" that change agree (without these, robust on average); small if the mean is below"
        f" {SMALL:g} months on both dates; next to none if the gap in months is untouched in"
        f" {UNTOUCHED:.0%} of futures on both."
    )


def _policy(material: Material, one: PolicyFindings) -> str:
    said = [] if one.standing.kind == "the same" else [one.sentence]
    said += [_stands(one.standing, one, material), _in_magnitudes(material, one)]
    if one.gathering is not None:
        said.append(_gathers(one.gathering))
    said += _turns(one)
    return f"### {one.title}\n\n*{one.policy.question}* {' '.join(said)}"


def _in_magnitudes(material: Material, one: PolicyFindings) -> str:
    """The mean effect in the measure that does not move in steps."""
    change = one.changes[Place(GAP_OOM, material.first)]
    return f"In orders of magnitude: {_mean(change, _outcome(material, GAP_OOM))}."


def _stands(found: Standing, one: PolicyFindings, material: Material) -> str:
    if found.kind == "robust":
        return (
            f"**Robust:** no other date, measure or ensemble turns it round ({found.tests} of"
            f" {found.tests} means), and {_agreeing(found, one)}."
        )
    if found.kind == "robust on average":
        return f"**Robust on average:** all {found.tests} means agree, but {_agreeing(found, one)}."
    if found.kind == "not robust":
        return (
            f"**Not robust:** {found.tests - len(found.failed)} of {found.tests} means agree;"
            f" against it: {'; '.join(found.failed)}."
        )
    if found.kind == "the same":
        gap, dates = _outcome(material, GAP), (material.first, material.last)
        untouched = [
            f"{percent(one.changes[Place(GAP, on)].equal or 0.0)} ({on:%B %Y})" for on in dates
        ]
        return (
            f"**Next to no effect:** in {' and '.join(untouched)} of futures the gap in months is"
            f" exactly what it is without it; the mean difference in {material.first:%B %Y} is"
            f" {_mean(one.changes[Place(GAP, material.first)], gap)} months."
        )
    if found.kind == "small":
        return f"**Small:** below {SMALL:g} months on average on both dates, whatever its sign."
    return "**Unclear** on both dates."


def _agreeing(found: Standing, one: PolicyFindings) -> str:
    """Of the futures that change, how many go the way of the mean, by either measure."""
    by_months, by_magnitude = (
        percent(agreeing(one.changes[Place(name, found.told_on)]) or 0.0) for name in (GAP, GAP_OOM)
    )
    return (
        f"of the futures that change in {found.told_on:%B %Y} {by_months} go this way"
        f" ({by_magnitude} by orders of magnitude)"
    )


def _gathers(gathering: Gathering) -> str:
    said = f"In {percent(gathering.share)} of futures it {gathering.words}"
    if gathering.found is None:
        few = "few" if gathering.share < 0.5 else "many"
        return f"{said}: too {few} to look for what they share."
    if not gathering.found.boxes:
        return f"{said}; these gather in no range of the parameters by more than chance explains."
    (box,) = gathering.found.boxes
    held = box.held_out
    return (
        f"{said}; these gather where {_box(box)} (there {percent(held.density or 0.0)} of futures,"
        f" and {percent(held.coverage)} of all such, judged by futures held out)."
    )


def _box(box: Box) -> str:
    return listed(
        [" and ".join(_edges(limit.parameter, limit.low, limit.high)) for limit in box.limits]
    )


def _edges(name: str, low: float | None, high: float | None) -> Iterator[str]:
    unit = uncertain()[name].unit
    if low is not None:
        yield f"`{name}` is above {compact(low, unit)}"
    if high is not None:
        yield f"`{name}` is below {compact(high, unit)}"


def _turns(one: PolicyFindings) -> Iterator[str]:
    for found in one.flips:
        if found.reading == "turns round":
            yield (
                f"It turns round with `{found.parameter}`: {found.lowest.mean:+.2f} orders of"
                f" magnitude where that is lowest, {found.highest.mean:+.2f} where it is highest."
            )


def _measures(material: Material) -> str:
    places = [
        *(
            Place(name, on)
            for name in (GAP_OOM, COMPUTE_RATIO)
            for on in (material.first, material.last)
        ),
        *(Place(GAP, on, calibrated=False) for on in (material.first, material.last)),
    ]
    names = {GAP: "prior, months", GAP_OOM: "OOM", COMPUTE_RATIO: "compute ratio"}
    headings = ["Policy", *(f"{names[place.outcome]}, {place.on:%b %Y}" for place in places)]
    rows = [
        [one.title, *(_mean(one.changes[at], _outcome(material, at.outcome)) for at in places)]
        for one in material.policies
    ]
    return _table(headings, rows)


def _flips(material: Material) -> str:
    rows = [row for one in material.policies for row in _flip_rows(one)]
    if not rows:
        return "No parameter explains more than chance does, of any policy's effect."
    headings = ("Policy", "Parameter", "Share alone", "Where lowest", "Where highest", "Reading")
    return _table(headings, rows, left=(0, 1, 5))


def _flip_rows(one: PolicyFindings) -> Iterator[list[str]]:
    if one.shares is None:
        return
    shares = {share.parameter: share for share in one.shares.beyond_chance}
    for number, found in enumerate(one.flips):
        share, quantity = shares[found.parameter], uncertain()[found.parameter]
        mark = " *a*" if quantity.basis == "assumption" else ""
        yield [
            one.title if number == 0 else "",
            f"`{found.parameter}`{mark}",
            f"{share.share:.0%} \u00b1{share.reach:.0%}",
            f"to {compact(found.lowest.edge, quantity.unit)}: {_part(found.lowest)}",
            f"from {compact(found.highest.edge, quantity.unit)}: {_part(found.highest)}",
            _reading(found),
        ]


def _reading(found: Flip) -> str:
    return {
        "turns round": "**turns round**",
        "only where low": "clear only where low",
        "only where high": "clear only where high",
        "changes in size": "same way, other size",
        "no clear": "clear at neither end",
    }[found.reading]


def _part(part: Part) -> str:
    return f"{signed(part.mean, 2)} ({span_of(*part.interval, 2)})"


def _sobol(results: Sequence[SobolResult]) -> str:
    if not results:
        return ""
    rows = []
    for result in results:
        for number, factor in enumerate(result.factors[:_SOBOL_SHOWN]):
            named = f"`{factor.factor}`" if factor.factor in uncertain() else factor.factor
            rows.append(
                [
                    f"{result.policy}, {_when(result)}" if number == 0 else "",
                    named,
                    f"{factor.first:.2f} \u00b1{factor.first_reach:.2f}",
                    f"{factor.total:.2f} \u00b1{factor.total_reach:.2f}",
                ]
            )
    runs = sum(result.runs for result in results)
    return (
        "Sobol's indices of the effect on the gap in orders of magnitude, from designs of their own"
        f" in the prior ensemble (`aigap sensitivity`, {runs:,} runs on either side). *Total*"
        " counts all that a factor does together with others; *luck* is what draws other than of"
        f" parameters do. The largest {_SOBOL_SHOWN} of each:\n\n"
        + _table(("Effect of", "Factor", "Alone", "Total"), rows, left=(0, 1))
    )


def _when(result: SobolResult) -> str:
    return result.on if result.over == 1 else f"mean of {result.over} months to {result.on}"


def _costs(material: Material) -> str:
    of_policy: dict[str, dict[str, CostEffect]] = {}
    for cost in material.costs:
        of_policy.setdefault(cost.policy, {})[cost.account] = cost
    rows = []
    for policy, accounts in of_policy.items():
        found = [accounts[account.title] for account in ACCOUNTS]
        kind = next(one.standing.kind for one in material.policies if one.policy.name == policy)
        moved = kind != "the same"
        words = (_in_words(cost) for cost in found) if moved else ("next to no change of the gap",)
        readings = dict.fromkeys(words)
        rows.append([material.title(policy), *(_cost(one) for one in found), "; ".join(readings)])
    headings = (
        "Policy",
        *(account.title.split(" (")[0] for account in ACCOUNTS),
        "A month of the gap",
    )
    return _table(headings, rows, left=(0, 3))


def _cost(found: CostEffect) -> str:
    if found.cost is None or found.cost_interval is None:
        return "not known"
    return f"{signed(found.cost, 1)} ({span_of(*found.cost_interval, 1)})"


def _in_words(found: CostEffect) -> str:
    """The reading of one account, with the price of a month where there is one."""
    if found.cost is not None and abs(found.cost) < _LEAST_COST:
        return "no cost to speak of"
    if found.ratio is None or found.ratio_interval is None:
        return found.verdict
    account = "outlay" if found.account == ACCOUNTS[0].title else "orders"
    low, high = map(_price, found.ratio_interval)
    return f"{account}: {found.verdict}, {_price(found.ratio)} ({low} to {high})"


def _price(value: float) -> str:
    """To three digits, as it would be written in a sentence."""
    return f"{float(f'{value:.3g}'):,g}"


def _caution(material: Material) -> str:
    kinds: tuple[Kind, ...] = ("robust", "robust on average")
    counted = []
    for kind in kinds:
        titles = [one.title for one in material.policies if one.standing.kind == kind]
        words = f": {listed(titles)}" if titles else ""
        counted.append(f"*{kind}* ({len(titles)} of {len(material.policies)}{words})")
    return (
        f"A finding that is {' or '.join(counted)} is so within the model. So many policies are"
        " compared at once that about one 95% interval in twenty would leave out zero by chance."
        " What follows no interval shows."
    )


def _assumptions() -> str:
    basis = Counter(quantity.basis for quantity in uncertain().values())
    return (
        f"Of {basis.total()} uncertain parameters {basis['assumption']} have a range that is marked"
        " an assumption ([data](data.md))."
    )


def _outcome(material: Material, name: str) -> StoredOutcome:
    return material.study.manifest.outcome(name)


def _mean(change: Difference, outcome: StoredOutcome) -> str:
    if change.mean is None:
        return "not known"
    decimals = outcome.decimals + 1
    if change.equal == 1.0 or change.interval is None:
        return signed(change.mean, decimals)
    return f"{signed(change.mean, decimals)} ({span_of(*change.interval, decimals)})"


def _range(change: Difference, outcome: StoredOutcome) -> str:
    if change.low is None or change.high is None:
        return "not known"
    return span_of(change.low, change.high, outcome.decimals)


def _anchor(title: str) -> str:
    """The mark by which a heading is reached, as GitHub makes it."""
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def _table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], left: Sequence[int] = (0,)
) -> str:
    rules = [":--" if column in left else "--:" for column in range(len(headings))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (headings, rules, *rows))
