"""Page: what if, from here.  Policies part from one moment and go on under common luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import solara
from solara.alias import rv

from model.outcomes import OUTCOMES
from viz import here
from viz.chart import ShowChart
from viz.comparison_table import ComparisonTable
from viz.controls import Controls, named_policy, offered
from viz.fork_charts import headline_outcomes, side_by_side, table
from viz.forking import AS_IT_STANDS, FORK, state_of
from viz.limits import LiveError
from viz.live_session import LiveSession
from viz.own_values import OwnValues
from viz.track import Track
from viz.waiting import Waiting

_FIRST_CHOICE = (AS_IT_STANDS, "no-controls")


@solara.component
def Page() -> None:
    """The page."""
    session = here.use_session()
    state = here.use_page_state()
    names = tuple(filter(None, state.get(FORK, "").split(","))) or _FIRST_CHOICE
    forks = list(session.forks)

    def arrive() -> None:
        if session.forks:
            session.show("forks")

    def keep_address() -> None:
        if forks:
            here.keep(**state_of(names, forks))

    solara.use_effect(arrive, [bool(forks)])
    solara.use_effect(keep_address, [forks and forks[0].date])
    _Setup(
        month=f"{session.date:%B %Y}",
        policies=_choices(session),
        chosen=names,
        ready=session.live is not None and not session.doing and not session.playing,
        parted=bool(forks),
        event_act=lambda asked: _told(session, asked),
    )
    if not forks and (session.doing or session.live is None):
        Waiting()
        return
    if not forks:
        words = "Nothing has parted yet: choose policies above, and fork."
        rv.Html(tag="p", class_="card quiet", children=[words])
        return
    Controls(setup=False)
    OwnValues()
    _Compared(forks, _outcome(state))


@solara.component
def _Compared(forks: Sequence[Track], outcome: str) -> None:
    session = here.use_session()
    with session.lock:
        # The live world stays at the moment at which the others parted from it.
        parted = session.date
        levels, changes = side_by_side(forks, outcome, parted)
        rows = table(forks, headline_outcomes())
        month, ensemble = f"{forks[0].date:%B %Y}", forks[0].ensemble
    with rv.Html(tag="div", class_="aigap-grid"):
        ShowChart(levels, frame=session.frame)
        ShowChart(changes, frame=session.frame)
    ComparisonTable(
        month=month,
        titles=[fork.title for fork in forks],
        rows=rows,
        shown=outcome,
        ensemble=ensemble[:1].upper() + ensemble[1:],
        event_choose=lambda name: here.keep(outcome=str(name)),
    )


def _outcome(state: Mapping[str, str]) -> str:
    name = state.get("outcome", "gap_months")
    return name if name in OUTCOMES else "gap_months"


def _choices(session: LiveSession) -> list[dict[str, str]]:
    stands = {"name": AS_IT_STANDS, "title": "The rules as they stand now"}
    return [stands, *offered(session)]


def _told(session: LiveSession, asked: Any) -> None:
    try:
        _obey(session, asked)
    except ValueError as error:
        session.refuse(str(error))


def _obey(session: LiveSession, asked: Any) -> None:
    deed = asked.get("do") if isinstance(asked, Mapping) else None
    if deed == "unfork":
        session.unfork()
        here.keep(**state_of((), ()))
        return
    names = asked.get("names") if deed == "fork" else None
    if not isinstance(names, list):
        raise LiveError("choose policies to fork under")
    texts = [str(name)[:100] for name in names]
    session.fork([None if t == AS_IT_STANDS else named_policy(session, t) for t in texts])
    here.keep(**{FORK: ",".join(texts)})


@solara.component_vue("../components/fork_setup.vue")
def _Setup(
    month: str = "",
    policies: Sequence[dict[str, str]] = (),
    chosen: Sequence[str] = (),
    ready: bool = False,
    parted: bool = False,
    event_act: Callable[[Any], None] | None = None,
) -> None:
    """Which policies part, in the browser."""
