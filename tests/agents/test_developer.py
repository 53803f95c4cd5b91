"""The life of a developer, scene by scene."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents import capability, releases, research, runs
from agents.developer import CHANNELS
from agents.portfolio import Outlook
from agents.purchasing import Counter
from agents.records import SECTORS
from agents.side_by_side import Team

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


def test_a_run_under_way_gets_its_part_of_the_fleet_of_the_start(cast):
    figures = {"utilisation": 0.4, "untrained_utilisation": 0.5, "months_to_learn": 12.0}
    lab = cast.developer(
        cast.world(1, chance=0.1, **figures, **STEADY), training_share=0.3, serving_share=0.4
    )
    assert lab.practice.tolist() == [0.0], "it released nothing before"
    flop = capability.training_flop(np.array([300.0]), 0.2, 3.2)
    assert lab.run_flop == pytest.approx(flop)


def test_who_is_founded_later_can_begin_no_run_before_and_who_never_trains_waits_for_nothing(cast):
    world = cast.world(1, **STEADY)
    assert cast.developer(world, founded=date(2023, 1, 1)).ready_to_train.tolist() == [12.0]
    assert cast.developer(world, business="cloud").ready_to_train.tolist() == [0.0]


def test_a_firm_begins_without_people_and_knows_whom_it_wants(cast, world):
    lab = cast.developer(world, researchers=100, engineers=50)
    assert lab.planned["researchers"].tolist() == [100.0] * 3
    assert lab.planned["engineers"].tolist() == [50.0] * 3
    assert (lab.researchers == 0.0).all()
    assert (lab.engineers == 0.0).all()


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


def past(cast, name: str, year: int, flop: float, *, is_open=False):
    return {
        "name": name,
        "released": date(year, 1, 1),
        "training_flop": cast.figure(flop),
        "open_weights": is_open,
    }


def test_of_past_models_the_best_is_at_hand_and_the_best_open_one_is_open(cast):
    world = cast.world(1, research_pace=0.0)
    models = [
        past(cast, "open", 2018, 1e23, is_open=True),
        past(cast, "best", 2019, 1e24),
        past(cast, "as good", 2020, 1e24),
        past(cast, "small", 2021, 1e22, is_open=True),
    ]
    lab = cast.developer(world, models=models, openness="api")
    assert lab.base.flop == pytest.approx([24.0])
    assert lab.released == pytest.approx([24.0])
    assert lab.released_at.tolist() == [-36.0], "as good is not better"
    assert lab.released_open == pytest.approx([23.0])
    assert lab.parts[:, 0] == pytest.approx([24.0, 0.0, 0.0, 0.0, 0.0])


def test_a_firm_begins_with_its_habit_of_opening_weights(cast, world):
    for openness in ("open-weights", "api", "closed"):
        lab = cast.developer(world, openness=openness)
        assert lab.open_weights.tolist() == [openness == "open-weights"] * 3


def test_who_sells_models_is_in_that_business_and_has_begun_to(cast, world):
    since = {"since": date(2022, 3, 1), "source": "none", "basis": "assumption"}
    seller, in_house = (
        cast.developer(world, openness=openness, access=since) for openness in ("api", "closed")
    )
    assert not seller.sells_models
    world.time = 2.0
    assert seller.sells_models
    assert in_house.offers_models
    assert not in_house.sells_models


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


# --- people ---------------------------------------------------------------------------------------


def test_who_leaves_takes_methods_along_or_practice(cast, world):
    lab = cast.developer(world)
    lab.efficiency, lab.practice = np.full(3, 0.5), np.full(3, 24.0)
    assert lab.know_how("researchers").tolist() == [0.5] * 3
    assert lab.know_how("engineers").tolist() == [24.0] * 3


def exchanged(cast, tier: str, *, leaving: float, joining: float, experienced: float, **fields):
    """A firm of 100 people after an exchange; the experienced know 1 OOM, or 40 months."""
    known = {"mover_worth": 2.0, "experience_dilution": 0.5}
    firm = cast.developer(cast.world(1, **known), **fields)
    firm.researchers, firm.engineers = np.full(1, 100.0), np.full(1, 100.0)
    firm.practice = np.full(1, 20.0)
    know = np.array([[1.0 if tier == "researchers" else 40.0]])
    people = (np.full(1, leaving), np.full(1, joining), np.full((1, 1), experienced))
    firm.exchange_people(tier, *people, know)
    return firm


def test_researchers_who_come_from_others_bring_their_methods(cast):
    firm = exchanged(cast, "researchers", leaving=20.0, joining=70.0, experienced=30.0)
    assert firm.researchers.tolist() == [150.0]
    assert firm.engineers.tolist() == [100.0]
    assert firm.efficiency == pytest.approx(1.0 - np.exp(-2.0 * 30.0 / 150.0))
    assert firm.practice.tolist() == [20.0]


@pytest.mark.parametrize(
    ("leaving", "joining", "practice"),
    [
        # Of 150, 30 know 20 months more and 20 by whom the team grows know nothing.
        (20.0, 70.0, 20.0 + 0.5 * (30.0 * 20.0 - 20.0 * 20.0) / 150.0),
        # Who takes the place of a leaver dilutes nothing.
        (70.0, 70.0, 20.0 + 0.5 * 30.0 * 20.0 / 100.0),
    ],
)
def test_engineers_bring_practice_and_beginners_by_whom_a_team_grows_dilute_it(
    cast, leaving, joining, practice
):
    firm = exchanged(cast, "engineers", leaving=leaving, joining=joining, experienced=30.0)
    assert firm.engineers.tolist() == [100.0 + joining - leaving]
    assert firm.practice == pytest.approx([practice])
    assert firm.efficiency.tolist() == [0.0]


def test_who_does_not_train_learns_nothing_from_newcomers(cast):
    for tier in ("researchers", "engineers"):
        firm = exchanged(cast, tier, leaving=0.0, joining=50.0, experienced=30.0, business="cloud")
        assert firm.people(tier).tolist() == [150.0]
        assert firm.efficiency.tolist() == [0.0]
        assert firm.practice.tolist() == [20.0]


# --- attention and applications -------------------------------------------------------------------


def test_notice_draws_in_a_part_of_the_effort_not_yet_given(cast, world):
    lab = cast.developer(world, foundation_focus=0.2)
    lab.take_notice(np.array([0.0, 0.5, 1.0]))
    assert lab.aim == pytest.approx([0.2, 0.6, 1.0])
    assert lab.attention.tolist() == [0.2] * 3, "it takes time"


def test_a_firm_enters_a_sector_that_pays_and_tells_why(cast):
    world = cast.world(1, entry_hurdle=0.1, entry_distance_cost=1.0, exit_hurdle=99.0)
    count = len(SECTORS)
    takings = np.ones((count, 1))
    takings[SECTORS.index("finance")] = 3.0
    outlook = Outlook(
        takings=takings,
        effort=np.ones((count, 1)),
        own=np.full(1, 0.01),
        able=np.ones((count, 1), dtype=np.bool_),
        usual=np.ones((count, 1)),
        between=1.0 - np.eye(count),
    )
    for focus, enters in ((0.0, False), (0.5, True)):
        firm = cast.developer(world, sectors=("transport",), foundation_focus=focus)
        firm.review_sectors(outlook)
        assert bool(firm.portfolio.entered[SECTORS.index("finance"), 0]) is enters, (
            "who works on general models has a shorter way"
        )
        assert len(firm.decisions.of_future(0)) == int(enters)


# --- alone and in a team --------------------------------------------------------------------------


def at_work(cast, *names: str):
    """Laboratories with something to do: a run due, one to begin, techniques, a new aim."""
    world = cast.world(2, time=1.0, absorption=0.1, **STEADY)
    world.knowledge.literature = np.ones(2)
    labs = [cast.developer(world, name=name, fleet=1000 * len(name)) for name in names]
    for lab in labs:
        lab.researchers, lab.engineers = np.full(2, 80.0), np.full(2, 40.0)
        lab.learn_of(np.array([0.8, 0.0]), np.zeros(2))
        lab.aim = np.full(2, 0.5)
        lab.run_due, lab.ready_to_train = np.array([0.5, NEVER]), np.array([9.0, 1.0])
        lab.run_flop, lab.run_efficiency = np.full(2, 1e24), np.zeros(2)
    return labs


def told_of(lab) -> list[list[float]]:
    names = ("usable", "scrapped", "attention", "efficiency", "post_training", "released",
             "run_due", "runs_started")  # fmt: skip
    return [getattr(lab, name).tolist() for name in names]


def test_a_firm_does_alone_what_it_would_do_beside_others(cast):
    (alone,) = at_work(cast, "one")
    team = Team(at_work(cast, "one", "another"))
    share = np.full(2, 0.1)
    before = told_of(alone)
    alone.scrap(share)
    alone.reorganise(1.0)
    alone.do_research(1.0, np.full(2, 1e4))
    better = alone.release()
    alone.start_training()
    research.scrap(team, share)
    research.reorganise(team, 1.0)
    research.do_research(team, 1.0, np.full(2, 1e4))
    assert np.array_equal(better, releases.release(team)[0])
    assert better.tolist() == [True, False]
    runs.start_training(team)
    assert told_of(alone) == told_of(team.first)
    assert all(now != then for now, then in zip(told_of(alone), before, strict=True))
    assert alone.post_training[0] > 0.0 == alone.post_training[1]


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
    lab.order_chips(counter(offered=((0.0,), (0.0,), (0.0,))))
    lab.order_chips(counter(offered=((0.0,), (0.0,), (1.0,))))
    assert len(lab.decisions.taken) == 1, "to buy nothing for a time is no other source"
    for _ in range(2):
        lab.order_chips(counter())
        assert len(lab.decisions.taken) == 2
    assert "sold everywhere" in lab.decisions.of_future(1)[-1][1]


def test_reserves_are_spent_where_a_rule_is_about_to_bind_and_there_are_any(cast):
    lab = cast.developer(cast.world(2))
    lab.cash = np.array([1.0, 1.0])
    lab.order_chips(counter(haste=np.array([0.5, 0.0])))
    assert [len(lab.decisions.of_future(future)) for future in (0, 1)] == [1, 0]
    lab.cash = np.array([0.0, 1.0])
    lab.order_chips(counter(haste=np.array([0.5, 0.5])))
    assert [len(lab.decisions.of_future(future)) for future in (0, 1)] == [1, 1]


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


def test_a_firm_is_new_if_it_was_founded_after_the_start_and_until_its_ramp_is_over(cast):
    def grown(founded: date, *moments: float) -> float:
        world = cast.world(1, ramp_months=24.0)
        firm = cast.developer(world, fleet=1000, founded=founded)
        for world.time in moments:
            firm.install("direct", np.array([1000.0]), np.array([1000.0]))
        return float(firm.compute_growth()[0])

    assert grown(date(2022, 1, 1), 12.0) == 2.0, "as old as the record"
    assert grown(date(2022, 1, 15), 12.0) == 1.0
    assert grown(date(2023, 1, 1), 35.9) == 1.0
    assert grown(date(2023, 1, 1), 36.0) == 2.0
    assert grown(date(2023, 1, 1), 13.0, 36.0) == 1.5


def test_what_wore_out_while_a_firm_was_new_is_not_forgotten(cast):
    firm = cast.developer(cast.world(1, ramp_months=24.0, time=13.0), founded=date(2023, 1, 1))
    firm.scrap(np.array([0.5]))
    firm.install("direct", np.array([100.0]), np.array([100.0]))
    assert firm.compute_growth() == pytest.approx([0.6])


def test_who_began_with_nothing_has_grown_against_one_accelerator(cast):
    firm = cast.developer(cast.world(1), fleet=0)
    firm.install("direct", np.array([5.0]), np.array([5.0]))
    assert firm.compute_growth().tolist() == [5.0]


def test_a_firm_exists_from_its_founding_on(cast, world):
    lab = cast.developer(world, founded=date(2023, 7, 17))
    world.time = world.calendar.months(date(2023, 7, 16))
    assert not lab.exists
    world.time = world.calendar.months(date(2023, 7, 17))
    assert lab.exists


def test_founders_bring_what_they_knew_and_need_time_to_prepare(cast, world):
    lab = cast.developer(world, founded=date(2023, 1, 1), efficiency_lag=0.25)
    world.time = 12.0
    lab.open_for_business(np.array([1.0, 2.0, -1.0]))
    assert lab.efficiency == pytest.approx([0.75, 1.75, -0.25]), "no less than they knew"
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


def liked(*appeal: float) -> Counter:
    """Two lines at a price of 1, weighed alike by who trains and who serves."""
    weights = np.array(appeal)[:, None]
    return Counter(np.ones((2, 1)), np.ones((2, 1)), (weights, weights), 0.0)


def test_money_moves_to_what_is_liked_as_far_as_it_can_be_had(cast):
    firm = cast.developer(cast.world(1, unfilled_reordered=1.0, cash_deployed=1.0))
    firm.cash = np.array([6.0])
    counter = liked(2.0, 1.0)
    units = firm.order_chips(counter)
    assert units[:, 0] == pytest.approx([4.0, 2.0])
    # Two of the first cannot be had; half of twice the liking is as much as all of the other.
    promised = np.array([[0.5], [1.0]])
    assert firm.reorder(counter, units, promised)[:, 0] == pytest.approx([3.0, 3.0])
    again = firm.reorder(counter, units, promised)
    assert again[:, 0] == pytest.approx([3.0, 3.0]), "as often as it is asked"
    firm.order_chips(counter)
    elsewhere = firm.reorder(liked(6.0, 1.0), units, promised)
    assert elsewhere[:, 0] == pytest.approx([2.0 + 1.5, 2.0 + 0.5]), "as liked at that counter"


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
