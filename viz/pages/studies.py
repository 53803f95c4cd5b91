"""Page: stored studies, their outcomes, paired differences, and what these hang on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import solara
from solara.alias import rv

from experiments.joined import Joined
from model.calendar import parse_year_month
from viz import here
from viz.chart import ShowChart
from viz.comparison_charts import title_of
from viz.comparison_table import ComparisonTable
from viz.stored_studies import Examined, StudyFolderError, boxes, examined, listed, opened
from viz.study_charts import boxes_in_words, drivers_chart, over_time, table

_STATE = ("study", "outcome", "baseline", "on", "of")


@dataclass(frozen=True)
class Asked:
    """What the page is asked to show, fit for the study at hand."""

    study: str
    outcome: str
    baseline: str
    on: dt.date
    policy: str


@solara.component
def Page() -> None:
    """The page."""
    state = here.use_page_state()
    folder = here.studies_folder()
    entries = solara.use_memo(lambda: listed(folder), [])
    whole = [entry for entry in entries if entry.whole]
    if not whole:
        _Nothing(entries=[{"name": one.name, "words": one.words} for one in entries])
        return
    name = state.get("study") or whole[0].name
    try:
        studies = opened(folder, name)
        asked = read_state(studies, name, state)
    except StudyFolderError as error:
        studies, asked = None, None
        _Refused(str(error))
    _Choice(
        entries=[{"name": one.name, "words": one.words, "whole": one.whole} for one in entries],
        study=name,
        outcomes=_outcomes(studies) if studies else [],
        policies=_policies(studies) if studies else [],
        outcome=asked.outcome if asked else "",
        baseline=asked.baseline if asked else "",
        on=f"{asked.on:%Y-%m}" if asked else "",
        of=asked.policy if asked else "",
        event_choose=_choose,
    )
    if asked is not None:
        _Study(asked)


@solara.component
def _Study(asked: Asked) -> None:
    folder = here.studies_folder()
    task = solara.lab.use_task(
        lambda: examined(folder, asked.study, asked.outcome, asked.baseline, asked.on),
        dependencies=[asked],
    )
    if task.error:
        _Refused(str(task.error))
    elif task.pending or task.value is None:
        rv.Html(
            tag="div",
            class_="card aigap-waiting",
            attributes={"role": "status"},
            children=["Reading…"],
        )
    else:
        _Shown(task.value, asked)


@solara.component
def _Shown(found: Examined, asked: Asked) -> None:
    levels, changes = over_time(found)
    with rv.Html(tag="div", class_="aigap-grid"):
        ShowChart(levels)
        ShowChart(changes)
    order = [found.comparison.baseline, *(n for n in found.titles if n != asked.baseline)]
    ComparisonTable(
        month=f"{asked.on:%B %Y}",
        titles=[found.titles[name] for name in order],
        rows=table(found),
        shown=asked.outcome,
        ensemble=found.ensemble[:1].upper() + found.ensemble[1:],
        event_choose=lambda name: here.keep(outcome=str(name)),
    )
    ShowChart(drivers_chart(found, asked.policy))
    _Boxes(found, asked)


@solara.component
def _Boxes(found: Examined, asked: Asked) -> None:
    folder = here.studies_folder()
    bound, set_bound = solara.use_state(None, key=f"{asked}")

    def search() -> Any:
        if bound is None:
            return None
        return boxes(folder, asked.study, asked.outcome, asked.policy, asked.on, bound)

    task = solara.lab.use_task(search, dependencies=[asked, bound])
    words, shown = "", []
    if task.error:
        words = f"{task.error}."
    elif task.value is not None:
        shown = boxes_in_words(task.value)
        share = f"Such are {task.value.share:.0%} of {task.value.futures:,} futures."
        none = " They gather in no range of the parameters by more than chance explains."
        words = share + ("" if shown else none)
    _Discovery(
        what=f"{title_of(found.outcome)} in {asked.on:%B %Y}, {found.titles[asked.policy]}",
        unit=found.outcome.unit,
        busy=bool(task.pending),
        words=words,
        boxes=shown,
        event_search=lambda text: set_bound(_number(text)),
    )


def read_state(studies: Joined, name: str, state: Mapping[str, str]) -> Asked:
    """What the address asks to be shown of a study; defaults where it does not say.

    Raises:
        StudyFolderError: if it asks for what the study does not hold.
    """
    policies, outcomes = list(studies.policies), [one.name for one in studies.outcomes()]
    usual = "history" if "history" in policies else policies[0]
    outcome = state.get("outcome") or ("gap_months" if "gap_months" in outcomes else outcomes[0])
    baseline = state.get("baseline") or usual
    policy = state.get("of") or next((one for one in policies if one != baseline), baseline)
    for wanted, held, what in (
        (outcome, outcomes, "outcome"),
        (baseline, policies, "policy"),
        (policy, policies, "policy"),
    ):
        if wanted not in held:
            raise StudyFolderError(f"the study '{name}' holds no {what} '{wanted[:60]}'")
    months = studies.manifest.study.months
    last = max(month for month in months if month <= studies.until)
    try:
        on = parse_year_month(state["on"][:20]) if state.get("on") else last
    except ValueError as error:
        raise StudyFolderError(str(error)) from None
    if on not in months or on > last:
        raise StudyFolderError(f"the study '{name}' holds nothing for {on:%Y-%m}")
    return Asked(name, outcome, baseline, on, policy)


def _choose(chosen: Any) -> None:
    """Put what was chosen into the address; another study begins with its own defaults."""
    if not isinstance(chosen, Mapping):
        return
    kept: dict[str, str | None] = {key: str(chosen[key])[:200] for key in _STATE if chosen.get(key)}
    if "study" in kept:
        kept = dict.fromkeys(_STATE) | kept
    here.keep(**kept)


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _outcomes(studies: Joined) -> list[dict[str, str]]:
    companions = {outcome.censored_by for outcome in studies.outcomes()}
    return [
        {"name": one.name, "title": title_of(one)}
        for one in studies.outcomes()
        if one.name not in companions
    ]


def _policies(studies: Joined) -> list[dict[str, str]]:
    return [
        {"name": name, "title": policy.title or name} for name, policy in studies.policies.items()
    ]


def _Refused(words: str) -> Any:
    said = words[:1].upper() + words[1:] + "."
    return rv.Html(tag="p", class_="notice bad", attributes={"role": "alert"}, children=[said])


@solara.component_vue("../components/studies_none.vue")
def _Nothing(entries: Sequence[dict[str, str]] = ()) -> None:
    """What to do where there is no study."""


@solara.component_vue("../components/study_choice.vue")
def _Choice(
    entries: Sequence[dict[str, Any]] = (),
    study: str = "",
    outcomes: Sequence[dict[str, str]] = (),
    policies: Sequence[dict[str, str]] = (),
    outcome: str = "",
    baseline: str = "",
    on: str = "",
    of: str = "",
    event_choose: Callable[[Any], None] | None = None,
) -> None:
    """Which study, outcome, baseline and month."""


@solara.component_vue("../components/discovery.vue")
def _Discovery(
    what: str = "",
    unit: str = "",
    busy: bool = False,
    words: str = "",
    boxes: Sequence[dict[str, Any]] = (),
    event_search: Callable[[Any], None] | None = None,
) -> None:
    """Boxes of parameters in which futures gather, in the browser."""
