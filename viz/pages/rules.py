"""Rule book and assumptions: read them, ask them, and change them for a run of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import solara

from experiments.policies import library
from experiments.rule_questions import RuleQuestionError
from model.instruments import Instrument
from model.loading import recorded_instruments
from model.policy import Policy
from viz import assumptions, here, rule_book_page
from viz.assumptions import ACTIONS, Draft, DraftError
from viz.beginning import values_in_words
from viz.chart import ShowChart
from viz.limits import LiveError
from viz.live_session import LiveSession

PARTS = {
    "timeline": "Rule book",
    "checker": "Chip checker",
    "parameters": "Assumptions",
    "draft": "Your changes",
}
_DRAFT = "your changes"
_STUDY_UNTIL = "2030-12"
_STUDY_FUTURES = 1000


@solara.component
def Page() -> None:
    """The page."""
    state = here.use_page_state()
    part = state.get("part", "")
    part = part if part in PARTS else next(iter(PARTS))
    draft = here.use_draft()
    count = len(draft.changes) + len(draft.parameters)
    _Parts(
        parts=[
            {"value": value, "label": label + (f" ({count})" if value == "draft" else "")}
            for value, label in PARTS.items()
        ],
        part=part,
        event_show=lambda value: here.keep(part=str(value)[:20]),
    )
    if part == "timeline":
        _Timeline()
    elif part == "checker":
        _Checker()
    elif part == "parameters":
        _Parameters()
    else:
        _Changes()


# --- the rule book --------------------------------------------------------------------------------


@solara.component
def _Timeline() -> None:
    state = here.use_page_state()
    wanted = {name: state.get(name, "")[:60] for name in ("issuer", "kind", "find")}
    chosen = assumptions.instrument_named(state.get("instrument", ""))
    fault, set_fault = solara.use_state("")
    shown = [one for one in recorded_instruments() if _fits(one, wanted)]

    def edit(asked: dict[str, Any]) -> None:
        assert chosen is not None
        try:
            here.keep_draft(assumptions.with_change(here.draft_now(), chosen.id, asked))
            set_fault("")
        except DraftError as error:
            set_fault(str(error))

    def pick(point: dict[str, Any]) -> None:
        set_fault("")
        here.keep(instrument=str(point["id"])[:100])

    ShowChart(
        rule_book_page.timeline(shown, chosen.id if chosen else ""),
        frame=len(shown),
        on_click=pick,
    )
    ids = {one.id for one in shown}
    everything = assumptions.instrument_rows()
    edits = list(map(assumptions.in_words, here.use_draft().changes))
    _Instruments(
        rows=[row for row in everything if row["id"] in ids],
        total=len(everything),
        issuers=sorted({row["issuer"] for row in everything}),
        kinds=sorted({row["kind"] for row in everything}),
        wanted=wanted,
        chosen=rule_book_page.described(chosen) if chosen else {},
        actions=[{"value": value, "label": label} for value, label in ACTIONS.items()],
        edits=[words for words in edits if chosen and words.startswith(f"{chosen.id}:")],
        fault=fault,
        event_filter=lambda asked: here.keep(
            **{name: str(asked.get(name, ""))[:60] or None for name in wanted}
        ),
        event_pick=lambda name: pick({"id": name}),
        event_edit=edit,
    )


def _fits(one: Instrument, wanted: dict[str, str]) -> bool:
    text = f"{one.id} {one.title} {one.citation}".casefold()
    return (
        wanted["issuer"] in ("", one.issuer)
        and wanted["kind"] in ("", one.kind)
        and wanted["find"].casefold() in text
    )


# --- the chip checker -----------------------------------------------------------------------------


@solara.component
def _Checker() -> None:
    state = here.use_page_state()
    asked = {
        "chip": state.get("chip", "H20"),
        "destination": state.get("to", "CN"),
        "on": state.get("on", rule_book_page.today()),
        "buyer": state.get("buyer", ""),
        "under": state.get("under", "history"),
        "data_centre": state.get("data_centre", "yes"),
        **{name: state.get(name, "") for name in rule_book_page.FIGURES},
    }
    fault, answer = "", {}
    try:
        answer = rule_book_page.checked(asked, _policy(asked["under"]))
    except (RuleQuestionError, DraftError) as error:
        fault = str(error)

    def check(form: dict[str, Any]) -> None:
        names = {"destination": "to"}
        here.keep(
            **{
                names.get(name, name): str(form.get(name, ""))[:100].strip() or None
                for name in asked
            }
        )

    under = [{"value": name, "label": one.title or name} for name, one in library().items()]
    if here.use_draft().changes:
        under.append({"value": _DRAFT, "label": "your changes to history"})
    figures = [{"name": name, "label": words} for name, words in rule_book_page.FIGURES.items()]
    _CheckerForm(
        asked=asked,
        chips=[
            *rule_book_page.chips(),
            {"name": rule_book_page.OWN_CHIP, "words": rule_book_page.OWN_CHIP},
        ],
        own=rule_book_page.OWN_CHIP,
        figures=figures,
        destinations=rule_book_page.destinations(),
        under=under,
        answer=answer,
        fault=fault,
        event_check=check,
    )


def _policy(name: str) -> Policy:
    """A policy of the library, or the draft; never a file."""
    if name == _DRAFT:
        draft = here.use_draft()
        return Draft(name="your-changes", changes=draft.changes).policy()
    if name not in library():
        raise RuleQuestionError(f"the library has no policy '{name[:60]}'")
    return library()[name]


# --- assumptions and the draft --------------------------------------------------------------------


@solara.component
def _Parameters() -> None:
    session, router = here.use_session(), solara.use_router()
    state = here.use_page_state()
    fault, set_fault = solara.use_state({"name": "", "words": ""})

    def edit(asked: dict[str, Any]) -> None:
        name = str(asked.get("name", ""))[:100]
        try:
            value = str(asked.get("value", ""))
            here.keep_draft(assumptions.with_parameter(here.draft_now(), name, value))
            set_fault({"name": "", "words": ""})
        except DraftError as error:
            set_fault({"name": name, "words": str(error)})

    _ParameterTable(
        rows=assumptions.parameter_rows(here.use_draft()),
        find=state.get("search", "")[:60],
        fault=fault,
        event_edit=edit,
        event_search=lambda text: here.keep(search=str(text)[:60] or None),
        event_watch=lambda _: set_fault({"name": "", "words": _watch(session, router)}),
    )


@solara.component
def _Changes() -> None:
    session = here.use_session()
    router = solara.use_router()
    draft = here.use_draft()
    fault, set_fault = solara.use_state("")
    policy_text, study_text, words = "", "", fault
    try:
        if draft.changes:
            policy_text = draft.policy_text()
        if draft.changes or draft.parameters:
            study_text = draft.study_text(_STUDY_FUTURES, _STUDY_UNTIL)
    except DraftError as error:
        words = str(error)

    def rename(asked: dict[str, Any]) -> None:
        name, question = str(asked.get("name", ""))[:64], str(asked.get("question", ""))[:500]
        here.keep_draft(replace(here.draft_now(), name=name, question=question))

    def undo(place: int) -> None:
        try:
            here.keep_draft(assumptions.without_change(here.draft_now(), int(place)))
            set_fault("")
        except (DraftError, ValueError) as error:
            set_fault(str(error))

    _DraftPanel(
        name=draft.name,
        question=draft.question,
        changes=[assumptions.in_words(change) for change in draft.changes],
        parameters=values_in_words(draft.parameters),
        policy_text=policy_text,
        study_text=study_text,
        fault=words,
        event_rename=rename,
        event_undo=undo,
        event_redraw=lambda name: here.keep_draft(
            assumptions.with_parameter(here.draft_now(), str(name), "")
        ),
        event_clear=lambda _: here.keep_draft(Draft()),
        event_watch=lambda _: set_fault(_watch(session, router)),
    )


def _watch(session: LiveSession, router: Any) -> str:
    """Begin a live world with the draft, and go there; why not, in words, if that cannot be."""
    draft, now = here.draft_now(), session.beginning
    try:
        policy = draft.policy() if draft.changes else now.policy
        session.begin(replace(now, policy=policy, fixed=draft.parameters))
    except (DraftError, LiveError) as error:
        return str(error)
    router.push("/")
    return ""


# --- in the browser -------------------------------------------------------------------------------


@solara.component_vue("../components/parts.vue")
def _Parts(
    parts: Sequence[dict[str, str]] = (),
    part: str = "",
    event_show: Callable[[str], None] | None = None,
) -> None:
    """The parts of the page."""


@solara.component_vue("../components/instruments.vue")
def _Instruments(
    rows: Sequence[dict[str, Any]] = (),
    total: int = 0,
    issuers: Sequence[str] = (),
    kinds: Sequence[str] = (),
    wanted: dict[str, str] | None = None,
    chosen: dict[str, Any] | None = None,
    actions: Sequence[dict[str, str]] = (),
    edits: Sequence[str] = (),
    fault: str = "",
    event_filter: Callable[[dict[str, Any]], None] | None = None,
    event_pick: Callable[[str], None] | None = None,
    event_edit: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """The list of instruments, and the one chosen."""


@solara.component_vue("../components/checker.vue")
def _CheckerForm(
    asked: dict[str, str] | None = None,
    chips: Sequence[dict[str, str]] = (),
    own: str = "",
    figures: Sequence[dict[str, str]] = (),
    destinations: Sequence[dict[str, str]] = (),
    under: Sequence[dict[str, str]] = (),
    answer: dict[str, Any] | None = None,
    fault: str = "",
    event_check: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """The question, and its answer."""


@solara.component_vue("../components/parameters.vue")
def _ParameterTable(
    rows: Sequence[dict[str, Any]] = (),
    find: str = "",
    fault: dict[str, str] | None = None,
    event_edit: Callable[[dict[str, Any]], None] | None = None,
    event_search: Callable[[str], None] | None = None,
    event_watch: Callable[[object], None] | None = None,
) -> None:
    """The table of parameters."""


@solara.component_vue("../components/draft.vue")
def _DraftPanel(
    name: str = "",
    question: str = "",
    changes: Sequence[str] = (),
    parameters: Sequence[dict[str, str]] = (),
    policy_text: str = "",
    study_text: str = "",
    fault: str = "",
    event_rename: Callable[[dict[str, Any]], None] | None = None,
    event_undo: Callable[[int], None] | None = None,
    event_redraw: Callable[[str], None] | None = None,
    event_clear: Callable[[object], None] | None = None,
    event_watch: Callable[[object], None] | None = None,
) -> None:
    """The changes made so far, and the files that say so."""
