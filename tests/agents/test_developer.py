"""The life of a developer, scene by scene."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.developer import CHANNELS
from agents.purchasing import Counter

NEVER = np.inf
# No luck in the length of runs: 3.2 months of training, 1 of evaluation, 5 of preparation.
STEADY = {"run_length_spread": 0.0, "run_months": 3.2, "preparation_months": 5.0}


@pytest.fixture
def world(cast):
    return cast.world(3, **STEADY)


# --- work under way at the start ------------------------------------------------------------------


def test_at_the_start_a_lab_may_be_in_the_middle_of_a_run(cast):
    # 9.2 months from one run's end to the next release, of which a tenth remains.
    lab = cast.developer(cast.world(1, chance=0.1, **STEADY))
    assert lab.run_due == pytest.approx([0.92])
    assert lab.runs_started.tolist() == [1]


def test_at_the_start_a_lab_may_be_preparing_one(cast):
    lab = cast.developer(cast.world(1, chance=0.9, **STEADY))
    assert lab.run_due.tolist() == [NEVER]
    assert lab.ready_to_train == pytest.approx([0.9 * 9.2 - 4.2])


@pytest.mark.parametrize(
    "fields", [{"business": "cloud"}, {"founded": date(2023, 1, 1)}], ids=["cloud", "to be founded"]
)
def test_who_does_not_train_or_does_not_exist_has_no_run_under_way(cast, fields):
    lab = cast.developer(cast.world(2, chance=0.1), **fields)
    assert np.isinf(lab.run_due).all()
    assert lab.runs_started.tolist() == [0, 0]


# --- models of its own ----------------------------------------------------------------------------


def test_models_of_the_past_are_out_at_the_start(cast, world):
    past = [
        {"name": "first", "released": date(2020, 1, 1), "training_flop": cast.figure(1e22)},
        {
            "name": "second",
            "released": date(2021, 7, 1),
            "training_flop": cast.figure(1e23),
            "open_weights": True,
        },
    ]
    lab = cast.developer(world, models=past)
    pace = world.parameters["research_pace"]
    assert [past.when for past in lab.past_releases] == [-24.0, -6.0]
    assert lab.released == pytest.approx(23.0 - 6.0 * pace)
    assert lab.released_at.tolist() == [-6.0] * 3
    assert (lab.released_open == lab.released).all()
    assert lab.practice.tolist() == [24.0] * 3


def test_models_can_be_used_from_their_day_on(cast, world):
    access = {"since": date(2022, 3, 1), "source": "none", "basis": "assumption"}
    lab, secretive = cast.developer(world, access=access), cast.developer(world)
    assert not lab.offers_models
    world.time = 2.0
    assert lab.offers_models
    world.time = 200.0
    assert not secretive.offers_models


# --- experience -----------------------------------------------------------------------------------


def test_utilisation_rises_with_practice_to_that_of_the_best(cast):
    world = cast.world(3, utilisation=0.4, untrained_utilisation=0.5)
    lab = cast.developer(world)
    lab.practice = np.array([0.0, 15.0, 1e9])
    got = lab.utilisation()
    assert got[0] == pytest.approx(0.2)
    assert got[0] < got[1] < got[2]
    assert got[2] == pytest.approx(0.4)


# --- compute --------------------------------------------------------------------------------------


def counter(haste=0.0, offered=((1.0,), (1.0,), (0.0,))) -> Counter:
    ones = np.ones((3, 2))
    price = np.array([[2e-5], [4e-5], [1e-5]]) * np.ones((1, 2))
    ways: dict[str, slice | list[int]] = {"direct": [0, 1], "smuggled": [2]}
    return Counter(np.array(offered), price, (ones, ones), haste, ways)


def test_a_firm_orders_for_the_part_of_its_cash_that_it_deploys(cast):
    lab = cast.developer(cast.world(2, cash_deployed=0.6))
    lab.cash = np.array([1.0, 3.0])
    units = lab.order_chips(counter())
    assert (units * counter().price).sum(axis=0) == pytest.approx([0.6, 1.8])
    assert (units[2] == 0.0).all(), "not on offer"
    assert not lab.decisions.taken
    hurried = lab.order_chips(counter(haste=0.5))
    assert "about to bind" in lab.decisions.of_future(0)[0][1]
    assert (hurried * counter().price).sum(axis=0) == pytest.approx([0.8, 2.4])
    everything = lab.order_chips(counter(haste=1.0))
    assert (everything * counter().price).sum(axis=0) == pytest.approx(lab.cash)


def test_a_firm_tells_when_it_turns_to_another_source(cast):
    lab = cast.developer(cast.world(2))
    lab.cash = np.array([1.0, 1.0])
    lab.order_chips(counter())
    assert not lab.decisions.taken, "it began with what is sold everywhere"
    lab.order_chips(counter(offered=((0.0,), (0.0,), (1.0,))))
    lab.order_chips(counter(offered=((0.0,), (0.0,), (1.0,))))
    assert len(lab.decisions.taken) == 1
    assert "barred chips" in lab.decisions.of_future(1)[0][1]


def test_a_firm_in_debt_or_with_nothing_on_offer_orders_nothing(cast):
    lab = cast.developer(cast.world(2))
    lab.cash = np.array([-1.0, 0.0])
    assert (lab.order_chips(counter()) == 0.0).all()
    lab.cash = np.array([1.0, 1.0])
    assert (lab.order_chips(counter(offered=((0.0,), (0.0,), (0.0,)))) == 0.0).all()


def test_a_trainer_weighs_lines_as_a_trainer_and_a_server_as_a_server(cast):
    lab = cast.developer(cast.world(3))
    lab.attention = np.array([1.0, 0.0, 0.25])
    training, serving = np.full((1, 3), 1.0), np.full((1, 3), 0.2)
    assert lab.appeal((training, serving))[0] == pytest.approx([1.0, 0.2, 0.4])


amounts = st.floats(0.0, 1e6)


@given(st.lists(st.tuples(st.sampled_from(CHANNELS), amounts, st.floats(0.0, 1.0)), max_size=8))
def test_what_came_stands_or_was_scrapped(cast, deliveries):
    lab = cast.developer(cast.world(2), fleet=500)
    for channel, h100e, share in deliveries:
        lab.install(channel, np.full(2, h100e), np.full(2, 0.5 * h100e))
        lab.scrap(np.full(2, share))
        assert (lab.fleet >= 0.0).all()
    assert lab.fleet.sum(axis=0) == pytest.approx(500.0 + lab.installed - lab.scrapped, abs=1e-6)
    assert lab.installed[0] == pytest.approx(sum(h100e for _, h100e, _ in deliveries))


def test_a_delivery_goes_to_its_channel_and_counts_for_training_as_delivered(cast):
    lab = cast.developer(cast.world(1), fleet=500)
    lab.install("smuggled", np.array([100.0]), np.array([40.0]))
    by_channel = dict(zip(CHANNELS, lab.fleet[:, 0].tolist(), strict=True))
    assert by_channel == {
        "direct": 500.0,
        "variant": 0.0,
        "domestic": 0.0,
        "smuggled": 100.0,
        "rented": 0.0,
    }
    assert lab.usable.tolist() == [540.0]


def test_a_firm_begins_with_the_shares_on_record(cast, world):
    lab = cast.developer(world, training_share=0.3, serving_share=0.4, foundation_focus=0.5)
    assert lab.uses.serving == pytest.approx([0.4] * 3)
    assert lab.uses.training == pytest.approx([0.15] * 3)
    assert lab.uses.experiments == pytest.approx([0.15] * 3)


# --- new firms ------------------------------------------------------------------------------------


def test_what_a_new_firm_buys_to_begin_with_is_no_growth(cast):
    world = cast.world(1, ramp_months=24.0)
    young = cast.developer(world, fleet=0, founded=date(2023, 1, 1))
    old = cast.developer(world)
    for firm in (young, old):
        world.time = 13.0
        firm.install("direct", np.array([4000.0]), np.array([4000.0]))
    assert young.compute_growth() == pytest.approx([1.0])
    assert old.compute_growth() == pytest.approx([5.0])
    world.time = 40.0
    young.install("direct", np.array([4000.0]), np.array([4000.0]))
    assert young.compute_growth() == pytest.approx([2.0]), "later purchases are"


def test_a_firm_exists_from_its_founding_on(cast, world):
    lab = cast.developer(world, founded=date(2023, 7, 17))
    world.time = world.calendar.months(date(2023, 7, 16))
    assert not lab.exists
    world.time = world.calendar.months(date(2023, 7, 17))
    assert lab.exists


def test_founders_bring_what_they_knew_and_need_time_to_prepare(cast, world):
    lab = cast.developer(world, founded=date(2023, 1, 1), efficiency_lag=0.25)
    world.time = 12.0
    lab.open_for_business(np.array([1.0, 2.0, 0.0]))
    assert lab.efficiency == pytest.approx([0.75, 1.75, -0.25])
    assert lab.ready_to_train == pytest.approx([17.0] * 3)


# --- orders that sellers cannot fill --------------------------------------------------------------


def reordered(cast, promised, *, moving=1.0, price=(1.0, 2.0, 1.0)):
    """Orders for 6 bn dollars over three equally liked lines, after sellers made promises."""
    world = cast.world(1, unfilled_reordered=moving, cash_deployed=1.0)
    firm = cast.developer(world)
    firm.cash = np.array([6.0])
    prices = np.array(price)[:, None]
    liked = np.ones((3, 1))
    counter = Counter(np.ones((3, 1)), prices, (liked, liked), 0.0)
    units = firm.order_chips(counter)
    return units, firm.reorder(counter, units, np.array(promised)[:, None]), prices


def test_money_for_what_cannot_be_had_goes_to_what_can(cast):
    units, again, _ = reordered(cast, [1.0, 1.0, 0.0])
    assert units[:, 0] == pytest.approx([2.0, 1.0, 2.0])
    assert again[:, 0] == pytest.approx([3.0, 1.5, 0.0])


def test_the_patient_wait_in_line_and_so_do_all_where_nothing_is_to_be_had(cast):
    units, again, _ = reordered(cast, [1.0, 0.5, 0.0], moving=0.0)
    assert np.array_equal(units, again)
    units, again, _ = reordered(cast, [0.0, 0.0, 0.0])
    assert np.array_equal(units, again)


@given(
    st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3),
    st.floats(0.0, 1.0),
    st.lists(st.floats(0.1, 10.0), min_size=3, max_size=3),
)
@example(promised=[0.0, 0.0, 1e-38], moving=1.0, price=[1.0, 1.0, 1.0])
def test_moving_orders_spends_the_same_money(cast, promised, moving, price):
    units, again, prices = reordered(cast, promised, moving=moving, price=price)
    assert (again >= 0.0).all()
    assert float((again * prices).sum()) == pytest.approx(float((units * prices).sum()))
