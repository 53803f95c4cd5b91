"""What a session promises, without a browser."""

from __future__ import annotations

import datetime as dt
import gc
import threading
import weakref
from typing import cast

import numpy as np
import pytest

from experiments.policies import library
from model.policy import HISTORY
from model.world import World
from viz.beginning import Beginning, EnsembleName
from viz.levers import Lever
from viz.limits import LAST_MONTH, MOST_FUTURES, LiveError
from viz.live_charts import gap_chart
from viz.live_session import FASTEST, LiveSession

MID_2022 = dt.date(2022, 7, 1)
GAP = "gap_months"


@pytest.fixture
def session():
    session = LiveSession()
    yield session
    session.close()


def begun(session, until=MID_2022, **options):
    session.begin(Beginning(futures=5), until, **options)
    session.wait()
    return session.live


def same(one, other):
    return np.array_equal(one, other, equal_nan=True)


def test_what_it_shows_is_the_world_itself(session):
    track = begun(session)
    world = World(futures=5, seed=1)
    world.run_to(MID_2022)
    assert same(track.world.record.values(GAP), world.record.values(GAP))
    assert list(track.dates) == world.record.dates
    assert session.date == MID_2022


def test_quantiles_are_those_of_every_month_whenever_they_are_asked_for(session):
    track = begun(session, dt.date(2022, 3, 1))
    early = track.quantiles("compute_cn")
    session.jump(MID_2022)
    session.wait()
    late = track.quantiles("compute_cn")
    values = track.world.record.values("compute_cn")
    assert same(late[:, : early.shape[1]], early)
    assert np.allclose(late, np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95), axis=1))
    assert np.allclose(track.mean("compute_cn"), values.mean(axis=1))


def test_a_step_is_a_month_and_reset_takes_it_back(session):
    begun(session)
    session.step()
    session.wait()
    assert session.date == dt.date(2022, 8, 1)
    session.reset()
    session.wait()
    assert session.date == dt.date(2022, 1, 1)


def test_playing_goes_on_until_paused(session):
    begun(session)
    session.speed = FASTEST
    gone_on = threading.Event()
    session.on_change = lambda: gone_on.set() if session.date > dt.date(2022, 8, 1) else None
    session.play()
    assert gone_on.wait(60)
    assert session.playing
    session.pause()
    session.wait()
    stopped = session.date
    assert not session.playing
    session.wait()
    assert session.date == stopped


def test_a_long_way_can_be_cut_short(session):
    begun(session)
    on_the_way = threading.Event()
    session.on_change = lambda: on_the_way.set() if session.progress else None
    session.jump(LAST_MONTH)
    assert on_the_way.wait(60)
    assert "December 2035" in session.doing
    session.cancel()
    session.wait()
    assert MID_2022 < session.date < LAST_MONTH
    assert not session.doing
    assert session.progress is None


def test_a_lever_changes_what_follows_and_nothing_before(session):
    track = begun(session)
    past = track.world.record.values("compute_cn_direct")
    session.pull("impose", "us-advanced-computing-2022")
    session.jump(dt.date(2023, 1, 1))
    session.wait()
    assert not session.fault
    pulled = session.live.world.record.values("compute_cn_direct")
    untouched = World(futures=5, seed=1)
    untouched.run_to(dt.date(2023, 1, 1))
    recorded = untouched.record.values("compute_cn_direct")
    assert same(pulled[: len(past)], past)
    assert not same(pulled, recorded)


def test_a_value_of_the_users_own_holds_in_every_future_and_on_the_way_back(session):
    session.begin(Beginning(futures=5, fixed={"cash_deployed": 0.4}), MID_2022)
    session.wait()
    world = World(futures=5, seed=1, fixed={"cash_deployed": 0.4})
    world.run_to(MID_2022)
    assert same(session.live.world.record.values(GAP), world.record.values(GAP))
    assert session.live.ensemble == "prior ensemble, 5 futures, 1 parameter set by hand"
    session.jump(dt.date(2022, 4, 1))
    session.fork([None, library()["no-controls"]])
    session.wait()
    for track in (session.live, *session.forks):
        assert same(track.world.parameters["cash_deployed"], np.full(5, 0.4))
        assert "set by hand" in track.ensemble


@pytest.mark.parametrize(
    ("beginning", "said"),
    [
        (Beginning(fixed={"cash_deployed": 1.5}), "cash_deployed: expected a number, 0 to 1"),
        (Beginning(fixed={"cash": 0.5}), "no parameter is called 'cash'"),
        (Beginning(fixed={"reinvestment": 0.5}, ensemble="calibrated"), "has its own values"),
        (
            Beginning(ensemble=cast("EnsembleName", "posterior")),
            "expected the ensemble prior or calibrated",
        ),
    ],
)
def test_a_beginning_that_cannot_be_is_refused_at_once(session, beginning, said):
    with pytest.raises(LiveError, match=said):
        session.begin(beginning)


@pytest.fixture
def calibrated(calibrated_list, monkeypatch):
    """Let the ensemble that ships be these futures."""

    def ships(*numbers: int) -> None:
        path = calibrated_list(*numbers)
        monkeypatch.setattr("experiments.ensemble_choice.SHIPPED", path)
        monkeypatch.setattr("experiments.ensembles.SHIPPED", path)
        monkeypatch.setattr("viz.beginning.SHIPPED", path)

    return ships


def test_the_calibrated_ensemble_holds_the_futures_of_its_list(session, calibrated):
    calibrated(3, 7, 8, 20)
    session.begin(Beginning(futures=3, ensemble="calibrated"), MID_2022)
    session.wait()
    world = World(seed=1, numbers=np.array([3, 7, 8]))
    world.run_to(MID_2022)
    assert same(session.live.world.record.values(GAP), world.record.values(GAP))
    assert session.live.ensemble == "calibrated ensemble (seen to 2024-12), 3 futures"
    shown = gap_chart(session.live, 0)
    assert "calibrated ensemble" in shown.unit
    assert "prior" not in shown.unit


def test_an_ensemble_that_cannot_be_had_is_said_and_leaves_the_world(session, calibrated):
    calibrated(3, 7, 8, 20)
    session.begin(Beginning(futures=5, ensemble="calibrated"))
    session.wait()
    assert "holds 4 futures: expected no more, got 5; the prior ensemble is shown" in session.fault
    assert session.beginning.ensemble == "prior"
    before = session.live
    session.begin(Beginning(futures=2, seed=9, ensemble="calibrated"))
    session.wait()
    assert "expected no other seed, got 9" in session.fault
    assert session.live is before
    assert session.beginning == Beginning(futures=5)


def test_a_list_of_another_model_is_refused_without_saying_where_it_lies(
    session, calibrated_list, calibrated
):
    calibrated(3, 7, 8, 20)
    path = calibrated_list(3, 7, 8, 20, model_sha256="another")
    session.begin(Beginning(futures=4, ensemble="calibrated"))
    session.wait()
    assert "has changed since" in session.fault
    assert "calibrate again with: make calibrate" in session.fault
    assert str(path.parent) not in session.fault


def test_going_back_replays_the_levers_pulled_before_and_drops_the_later_ones(session):
    begun(session)
    session.pull("scale", "us-bis-budget", 4.0)
    session.jump(dt.date(2022, 10, 1))
    session.wait()
    session.pull("remove", "us-bis-budget")
    session.wait()
    there = session.live.world.record.values("enforcement_cost")
    session.jump(dt.date(2022, 9, 1))
    session.wait()
    assert [lever.action for lever in session.live.levers] == ["scale"]
    assert session.date == dt.date(2022, 9, 1)
    assert same(session.live.world.record.values("enforcement_cost"), there[:9])


def test_beginning_with_levers_gives_the_world_in_which_they_were_pulled(session):
    begun(session)
    session.pull("scale", "us-bis-budget", 4.0)
    session.jump(dt.date(2022, 12, 1))
    session.wait()
    pulled = session.live.world.record.values("enforcement_cost")
    again = LiveSession()
    lever = Lever(MID_2022, "scale", "us-bis-budget", 4.0)
    again.begin(Beginning(futures=5), dt.date(2022, 12, 1), [lever])
    again.wait()
    assert again.live is not None
    assert same(again.live.world.record.values("enforcement_cost"), pulled)
    again.close()


def test_forks_share_their_past_and_part_by_policy_alone(session):
    begun(session, dt.date(2022, 10, 1))
    session.fork([None, library()["no-controls"]])
    session.jump(dt.date(2023, 6, 1))
    session.wait()
    assert not session.fault
    stands, without = session.forks
    assert session.date == dt.date(2022, 10, 1)  # the live world waits where they parted
    assert {fork.date for fork in session.forks} == {dt.date(2023, 6, 1)}
    ours, theirs = (fork.values("compute_cn") for fork in (stands, without))
    assert same(ours[:10], theirs[:10])
    assert (theirs[-1] > ours[-1]).all()
    untouched = World(futures=5, seed=1)
    untouched.run_to(dt.date(2023, 6, 1))
    assert same(ours, untouched.record.values("compute_cn"))


def test_an_address_brings_forks_to_their_month_whichever_world_is_shown(session):
    parted, until = dt.date(2022, 3, 1), dt.date(2022, 8, 1)
    forked = [None, library()["no-controls"]]
    session.on_change = lambda: session.show("forks") if session.forks else None
    session.begin(Beginning(futures=5), parted, forked=forked, forks_until=until)
    session.wait()
    assert session.date == parted
    assert {fork.date for fork in session.forks} == {until}
    assert session.stage == "forks"


def test_the_chosen_future_can_be_found_by_its_gap(session):
    track = begun(session)
    now = track.values(GAP)[-1]
    assert now[track.ranked("widest")] == now.max()
    assert now[track.ranked("narrowest")] == now.min()
    assert np.sum(now <= now[track.ranked("median")]) >= 3


@pytest.mark.parametrize(
    ("futures", "until"),
    [
        (0, MID_2022),
        (MOST_FUTURES + 1, MID_2022),
        (5, dt.date(2036, 1, 1)),
        (5, dt.date(2021, 12, 1)),
    ],
)
def test_limits_protect_the_server(session, futures, until):
    with pytest.raises(
        LiveError, match=r"holds 1 to 2,000 futures|lies outside 2022-01 to 2035-12"
    ):
        session.begin(Beginning(futures=futures), until)


def test_what_cannot_be_done_is_said_and_leaves_the_world_as_it_is(session):
    track = begun(session)
    before = track.world
    session.pull("delay", "us-bis-budget", 3.0)
    session.wait()
    assert "cannot be put off" in session.fault
    assert session.live.world is before
    session.pull("remove", "no-such-thing")
    session.wait()
    assert "no instrument has the id 'no-such-thing'" in session.fault
    with pytest.raises(LiveError, match="numbered 0 to 4"):
        session.choose(5)
    with pytest.raises(LiveError, match="at most 3"):
        session.fork([None, *list(library().values())[:3]])
    with pytest.raises(LiveError, match="each policy once"):
        session.fork([HISTORY, HISTORY])


def test_a_slow_browser_is_waited_for_and_a_silent_one_is_not(session):
    begun(session)
    session.speed = FASTEST
    session.drawn(session.frame)
    ahead = []

    def draw_later() -> None:
        ahead.append(session.frame)
        threading.Timer(0.05, session.drawn, [session.frame]).start()

    session.on_change = draw_later
    session.play()
    threading.Event().wait(1.0)
    session.pause()
    session.wait()
    assert len(ahead) >= 2


def test_time_stands_still_once_nobody_watches(session, monkeypatch):
    monkeypatch.setattr("viz.live_session._PATIENCE", 0.01)
    begun(session)
    session.speed = FASTEST
    session.drawn(session.frame)
    session.play().result(60)
    assert not session.playing
    assert MID_2022 < session.date < dt.date(2023, 3, 1)


def test_a_closed_session_lets_its_worlds_go():
    session = LiveSession()
    live = begun(session)
    session.fork([None, library()["no-controls"]])
    session.wait()
    worlds = [weakref.ref(track.world) for track in (live, *session.forks)]
    del live
    session.play()
    session.close()
    assert session.live is None
    for _ in range(100):
        gc.collect()
        if not any(world() for world in worlds):
            break
        threading.Event().wait(0.1)
    assert [world() for world in worlds] == [None] * 3


def test_worlds_left_behind_are_let_go(session):
    begun(session)
    left = [weakref.ref(session.live.world)]
    session.pull("scale", "us-bis-budget", 2.0)
    session.wait()
    left.append(weakref.ref(session.live.world))
    session.reset()
    session.wait()
    gc.collect()
    assert [world() for world in left] == [None, None]
