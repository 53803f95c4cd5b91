"""The life of a developer, scene by scene."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents import capability
from agents.developer import CHANNELS
from agents.purchasing import Counter

NEVER = np.inf
# No luck in the length of runs: 3.2 months of training, 1 of evaluation, 5 of preparation.
STEADY = {"run_length_spread": 0.0, "run_months": 3.2, "preparation_months": 5.0}


@pytest.fixture
def world(cast):
    return cast.world(3, **STEADY)


# --- training -------------------------------------------------------------------------------------


def test_a_run_begins_and_ends_at_times_of_its_own_between_wake_ups(cast, world):
    lab = cast.developer(world)
    lab.ready_to_train = np.array([2.25, 2.75, 3.5])
    world.time = 3.0
    lab.start_training()
    assert lab.run_due == pytest.approx([2.25 + 4.2, 2.75 + 4.2, NEVER])
    assert lab.ready_to_train == pytest.approx([2.25 + 8.2, 2.75 + 8.2, 3.5])
    assert lab.runs_started.tolist() == [1, 1, 0]


def test_a_firm_that_waited_for_something_begins_when_it_has_come(cast, world):
    lab = cast.developer(world)
    lab.ready_to_train = np.full(3, 1.0)
    world.time = 9.0
    lab.start_training()
    assert lab.run_due == pytest.approx([9.0 + 4.2] * 3)


def test_one_run_at_a_time(cast, world):
    lab = cast.developer(world)
    lab.ready_to_train = np.zeros(3)
    lab.run_due = np.array([5.5, NEVER, NEVER])
    world.time = 0.5
    lab.start_training()
    assert lab.run_due == pytest.approx([5.5, 4.2, 4.2])
    assert lab.runs_started.tolist() == [0, 1, 1]


def test_no_compute_or_no_attention_no_run(cast, world):
    lab = cast.developer(world)
    lab.ready_to_train = np.zeros(3)
    lab.usable = np.array([0.0, 100.0, 100.0])
    lab.attention = np.array([1.0, 0.0, 1.0])
    lab.divide_fleet()
    lab.start_training()
    assert np.isfinite(lab.run_due).tolist() == [False, False, True]


def test_the_length_of_a_run_depends_on_its_number_not_on_when_it_began(cast):
    lengths = []
    for begun in (0.0, 7.0):
        world = cast.world(5, run_length_spread=0.3, time=begun, chance=0.99)
        lab = cast.developer(world)
        lab.ready_to_train = np.full(5, begun)
        lab.start_training()
        lengths.append(lab.run_due - begun)
    assert lengths[0] == pytest.approx(lengths[1])
    assert len(set(np.round(lengths[0], 6))) == 5, "futures have luck of their own"


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


# --- release --------------------------------------------------------------------------------------


def with_runs_due(cast, world, due, **fields):
    """A lab whose runs, begun at the start, are due at given times."""
    lab = cast.developer(world, **fields)
    lab.ready_to_train = np.zeros(world.futures)
    lab.start_training()
    lab.run_due = np.array(due)
    return lab


def test_a_model_is_released_at_its_own_time_though_the_wake_up_is_monthly(cast, world):
    lab = with_runs_due(cast, world, [2.3, 5.7, 3.0])
    world.time = 3.0
    assert lab.release().tolist() == [True, False, True]
    assert lab.released_at.tolist() == [2.3, -NEVER, 3.0]
    assert lab.run_due.tolist() == [NEVER, 5.7, NEVER]


def test_in_futures_that_are_not_due_nothing_happens(cast, world):
    lab = with_runs_due(cast, world, [5.1, 5.7, 3.01])
    world.time = 3.0
    assert not lab.release().any()
    assert np.isneginf(lab.released).all()
    assert (lab.largest_run == 0.0).all()
    assert lab.run_due.tolist() == [5.1, 5.7, 3.01]


def test_a_model_is_its_compute_and_the_efficiency_of_the_day_the_run_began(cast, world):
    lab = with_runs_due(cast, world, [4.2] * 3, efficiency_lag=0.25)
    flop = capability.training_flop(
        lab.usable * lab.uses.training, lab.utilisation(), np.full(3, 3.2)
    )
    lab.efficiency = lab.efficiency + 2.0  # found too late for this run
    lab.usable = lab.usable * 10.0  # bought too late
    world.time = 5.0
    lab.release()
    assert lab.released == pytest.approx(np.log10(flop) - 0.25)
    assert lab.largest_run == pytest.approx(flop)


def test_a_worse_model_changes_nothing(cast, world):
    lab = with_runs_due(cast, world, [2.3, 2.3, 2.3])
    lab.released = np.array([99.0, 10.0, 99.0])
    lab.released_at = np.array([-5.0, -5.0, -5.0])
    world.time = 3.0
    assert lab.release().tolist() == [False, True, False]
    assert lab.released[[0, 2]].tolist() == [99.0, 99.0]
    assert lab.released[1] > 10.0
    assert lab.released_at.tolist() == [-5.0, 2.3, -5.0]
    assert np.isinf(lab.run_due).all(), "the run is over all the same"


@given(st.lists(st.floats(1e18, 1e27), min_size=1, max_size=6))
def test_what_is_released_never_gets_worse(cast, sizes):
    world = cast.world(1)
    lab = cast.developer(world)
    best = -np.inf
    for month, flop in enumerate(sizes):
        lab.run_flop = np.array([flop])
        lab.run_due = np.array([month + 0.5])
        world.time = month + 1.0
        better = lab.release()
        assert better[0] == (np.log10(flop) > best)
        best = max(best, np.log10(flop))
        assert lab.released[0] == pytest.approx(best)
        assert lab.largest_run[0] == pytest.approx(max(sizes[: month + 1]))


def test_a_skilled_lab_learns_from_a_better_model_and_does_not_pass_it(cast):
    world = cast.world(3, imitation=0.5, **STEADY)
    lab = with_runs_due(cast, world, [1.0] * 3)
    lab.practice = np.array([0.0, 1e6, 1e6])
    alone = np.log10(lab.run_flop)
    world.knowledge.teacher = alone + np.array([2.0, 2.0, -2.0])
    world.time = 1.0
    lab.release()
    assert lab.released - alone == pytest.approx([0.0, 1.0, 0.0])


@pytest.mark.parametrize(("openness", "is_open"), [("open-weights", True), ("api", False)])
def test_only_open_models_count_as_open(cast, world, openness, is_open):
    lab = with_runs_due(cast, world, [0.5] * 3, openness=openness)
    world.knowledge.leader = np.full(3, 99.0 if is_open else 1.0)
    world.time = 1.0
    lab.release()
    assert np.isfinite(lab.released).all()
    if is_open:
        assert (lab.released_open == lab.released).all()
    else:
        assert np.isneginf(lab.released_open).all()


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


# --- when to train, when to rework ----------------------------------------------------------------


def test_an_unpressed_firm_waits_until_a_run_pays_and_a_trailing_one_is_content_with_less(cast):
    world = cast.world(3, worthwhile_step=0.5, urgent_step=0.2, **STEADY)
    lab = with_runs_due(cast, world, [1.0] * 3)
    world.time = 1.0
    lab.release()
    lab.ready_to_train = np.full(3, 1.5)
    world.time = 2.0
    lab.usable = lab.usable * np.array([2.0, 2.0, 4.0])  # 0.3 and 0.6 OOM
    world.knowledge.leader = np.array([1.0, 99.0, 1.0])
    lab.start_training()
    assert np.isfinite(lab.run_due).tolist() == [False, True, True]
    assert lab.run_due[1:] == pytest.approx([1.5 + 4.2] * 2)
    why = [lab.decisions.of_future(future)[-1][1] for future in (1, 2)]
    assert "overtaken" in why[0]
    assert "fleet has grown" in why[1]


def test_a_model_is_reworked_once_enough_was_learned_and_no_sooner_than_customers_bear(cast):
    world = cast.world(3, update_step=0.2, update_months=3.0, chance=0.25)
    lab = with_runs_due(cast, world, [1.0] * 3)
    world.time = 1.0
    lab.release()
    before = lab.released.copy()
    lab.post_training = np.array([0.1, 0.3, 0.3])
    world.time = 3.5
    assert not lab.release().any()
    world.time = 9.0
    assert lab.release().tolist() == [False, True, True]
    assert lab.released - before == pytest.approx([0.0, 0.3, 0.3])
    assert lab.released_at == pytest.approx([1.0, 8.75, 8.75])
    assert lab.parts[3] == pytest.approx([0.0, 0.3, 0.3])


def test_the_parts_of_a_model_add_up_to_its_level(cast):
    world = cast.world(2, imitation=0.5, **STEADY)
    lab = with_runs_due(cast, world, [1.0] * 2, efficiency_lag=0.25)
    lab.practice = np.full(2, 1e6)
    lab.post_training = np.array([0.0, 0.4])
    world.knowledge.teacher = np.array([30.0, 20.0])
    world.time = 1.0
    lab.release()
    flop, efficiency, _, post_training, learned = lab.parts
    assert flop == pytest.approx(np.log10(lab.largest_run))
    assert efficiency == pytest.approx([-0.25] * 2)
    assert post_training.tolist() == [0.0, 0.4]
    assert learned[0] == pytest.approx(0.5 * (30.0 - (flop - 0.25)[0]))
    assert learned[1] == 0.0
    assert lab.parts.sum(axis=0) == pytest.approx(lab.released, abs=1e-12)


def test_a_technique_helps_from_the_day_it_is_known(cast):
    world = cast.world(2, post_training_pace=0.2)
    lab = cast.developer(world)
    lab.engineers = np.full(2, 100.0)
    lab.learn_of(np.full(2, 0.8), np.array([0.0, 2.0]))
    for month in range(200):
        world.time = float(month)
        lab.do_research(1.0, lab.usable)
        assert lab.post_training[0] > 0.0
        assert (lab.post_training[1] > 0.0) == (month >= 2)
    assert lab.post_training == pytest.approx([0.8, 0.8], abs=1e-3)


# --- openness ------------------------------------------------------------------------------------


def test_a_seller_of_access_opens_its_weights_once_it_trails_too_far(cast):
    world = cast.world(3, open_when_trailing=1.0, openness_spread=0.0)
    access = {"since": date(2022, 1, 1), "source": "none", "basis": "assumption"}
    lab = with_runs_due(cast, world, [0.5] * 3, openness="api", access=access)
    world.time = 1.0
    level = np.log10(lab.run_flop)
    world.knowledge.leader = level + np.array([-1.0, 0.7, 1.3])
    lab.release()
    assert lab.open_weights.tolist() == [False, False, True]
    reasons = [lab.decisions.of_future(future)[-1][1] for future in range(3)]
    assert ["leads" in reasons[0], "near" in reasons[1], "trails" in reasons[2]] == [True] * 3
    lab.strategy.open_up(np.full(3, 0.5))  # a demand shock
    lab.run_due = np.full(3, 5.0)
    lab.run_flop = lab.run_flop * 1.01
    world.time = 5.0
    lab.release()
    assert lab.open_weights.tolist() == [False, True, True]


@pytest.mark.parametrize("openness", ["closed", "api"])
def test_who_does_not_offer_its_models_does_not_open_them(cast, world, openness):
    lab = with_runs_due(cast, world, [0.5] * 3, openness=openness)
    world.knowledge.leader = np.full(3, 99.0)
    world.time = 1.0
    assert lab.release().all()
    assert not lab.open_weights.any()
    assert "does not offer" in lab.decisions.of_future(0)[-1][1]


# --- research -------------------------------------------------------------------------------------


def test_a_month_alone_is_a_month_of_own_progress(cast, world):
    lab = cast.developer(world)
    lab.researchers = np.array([0.0, 100.0, 400.0])
    lab.do_research(1.0, lab.usable)
    gained = lab.efficiency
    assert gained[0] == 0.0
    assert 0.0 < gained[1] < gained[2]


def test_who_does_no_research_can_catch_up_with_the_literature_and_no_more(cast, world):
    lab = cast.developer(world, efficiency_lag=1.0)
    world.knowledge.literature = np.array([-0.5, 2.0, -3.0])
    for _ in range(200):
        lab.do_research(1.0, lab.usable)
    assert lab.efficiency == pytest.approx([-0.5, 2.0, -1.0])


def test_a_leading_lab_of_the_start_advances_at_the_reference_pace(cast):
    # A tenth of 1,000 H100e for the largest run, and twice as much for experiments.
    world = cast.world(1, reference_researchers=80.0, reference_compute=200.0, research_pace=0.03)
    lab = cast.developer(world, fleet=1000, training_share=0.1, serving_share=0.7)
    lab.researchers = np.array([80.0])
    lab.do_research(2.0, lab.usable)
    assert lab.efficiency == pytest.approx([0.06])


def test_scarcity_makes_a_lab_inventive(cast, world):
    lab = cast.developer(world)
    lab.researchers = np.full(3, 100.0)
    lab.do_research(1.0, np.array([1.0, 10.0, 100.0]) * lab.usable)
    assert (np.diff(lab.efficiency) > 0.0).all()


def test_practice_is_had_in_runs_only(cast, world):
    lab = cast.developer(world, foundation_focus=0.5)
    lab.run_due = np.array([NEVER, 4.0, 4.0])
    lab.do_research(2.0, lab.usable)
    assert lab.practice.tolist() == [0.0, 1.0, 1.0]


def test_utilisation_rises_with_practice_to_that_of_the_best(cast):
    world = cast.world(3, utilisation=0.4, untrained_utilisation=0.5)
    lab = cast.developer(world)
    lab.practice = np.array([0.0, 15.0, 1e9])
    got = lab.utilisation()
    assert got[0] == pytest.approx(0.2)
    assert got[0] < got[1] < got[2]
    assert got[2] == pytest.approx(0.4)


# --- attention ------------------------------------------------------------------------------------


def test_attention_moves_towards_its_aim_and_not_beyond(cast):
    world = cast.world(1, reorganisation_months=10.0)
    lab = cast.developer(world, foundation_focus=0.2)
    lab.take_notice(np.array([0.5]))  # of the 0.8 not yet given
    seen = []
    for _ in range(100):
        lab.reorganise(1.0)
        seen.append(float(lab.attention[0]))
    assert seen[0] == pytest.approx(0.2 + 0.4 / 10.0)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(0.6, abs=1e-4)
    lab.reorganise(50.0)
    assert lab.attention[0] == pytest.approx(0.6)


def test_without_notice_attention_stays(cast, world):
    lab = cast.developer(world, foundation_focus=0.3)
    lab.reorganise(5.0)
    assert lab.attention.tolist() == [0.3] * 3


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


def test_users_come_before_the_largest_run_and_a_limit_before_the_users(cast):
    world = cast.world(3, serving_limit=0.7, serving_cost_share=0.5, compute_cost_start=2e-5)
    lab = cast.developer(world, fleet=100_000, training_share=0.3, serving_share=0.1)
    lab.revenue = np.array([0.0, 0.8, 80.0])  # the compute of a fifth of the fleet, and of all
    lab.divide_fleet()
    assert lab.uses.serving == pytest.approx([0.1, 0.3, 0.7])
    assert lab.uses.training == pytest.approx([0.3, 0.7 / 3.0, 0.1])


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
