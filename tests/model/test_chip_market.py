"""One clearing of the chip market: who gets how much, who pays whom, and what it moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.calendar import Calendar
from model.rulebook import RuleBook

# What a billion dollars buys at 25,000 dollars a unit; each is 1 H100e by rating and in training.
ORDERED = 40000.0


def ban(cast, *products, **fields):
    return cast.instrument(
        "chip-letter", "ban", **({"outcome": "denied", "products": products} | fields)
    )


# --- money and deliveries -------------------------------------------------------------------------


def test_with_room_for_all_orders_buyers_get_what_they_pay_for(marketplace):
    place = marketplace().clear(us=[1.0, 0.0])
    assert place.units("Fast", "Lab") == pytest.approx([ORDERED, 0.0])
    assert place.lab.cash == pytest.approx([0.0, 0.0])
    for booked in (place.lab.installed, place.lab.usable, place.best.shipped):
        assert booked == pytest.approx([ORDERED, 0.0])
    assert place.best.revenue == pytest.approx([1.0, 0.0])


def test_half_as_capable_chips_count_half(marketplace):
    place = marketplace(on_sale="Slow").clear(us=1.0)
    assert place.units("Slow") == pytest.approx([ORDERED] * 2)
    for booked in (place.lab.installed, place.lab.usable, place.best.shipped):
        assert booked == pytest.approx([0.5 * ORDERED] * 2)


def test_money_goes_from_buyer_to_designer_to_its_suppliers_and_none_stays_between(marketplace):
    place = marketplace().clear(us=1.0)
    assert (place.market.cash == 0.0).all()
    assert place.best.cash == pytest.approx([0.5, 0.5]), "its margin"
    ledger = place.world.ledger
    assert ledger.total("accelerators") == pytest.approx([2.0, 2.0]), "in and out of the market"
    assert ledger.total("dies, memory and assembly") == pytest.approx([0.5, 0.5])
    assert place.world.cash() == pytest.approx([1.0, 1.0])


def test_at_twice_the_price_a_budget_buys_half(marketplace):
    place = marketplace()
    place.best.price_level = np.array([1.0, 2.0])
    place.clear(us=1.0)
    assert place.units("Fast") == pytest.approx([ORDERED, 0.5 * ORDERED])


@pytest.mark.parametrize(("attention", "share"), [(1.0, 1.0 / 3.0), (0.0, 1.0 / 5.0)])
def test_who_trains_buys_by_speed_and_who_serves_by_memory(marketplace, attention, share):
    place = marketplace(on_sale="Fast Slow")
    place.lab.attention = np.full(2, attention)
    place.clear(us=1.0)
    assert place.units("Slow") == pytest.approx([ORDERED * share] * 2)
    assert place.units("Fast") == pytest.approx([ORDERED * (1.0 - share)] * 2)


def test_familiar_software_draws_buyers(marketplace):
    place = marketplace(on_sale="Fast Rival", software_loyalty=2.0)
    place.second.software = np.full(2, 0.5)
    place.second._software_at_start = np.full(2, 0.5)
    place.lab.attention = np.array([1.0, 0.0])
    place.clear(us=1.0)
    # Half the worth for a dollar, and a quarter of the pull of what is mature.
    assert place.units("Rival") == pytest.approx(place.units("Fast") / 8.0)


amounts = st.floats(0.0, 1e5)


@settings(max_examples=25)
@given(dies=amounts, packages=amounts, stacks=amounts, budgets=st.tuples(amounts, amounts))
def test_whatever_is_scarce_no_chip_or_dollar_is_made_or_lost(
    marketplace, dies, packages, stacks, budgets
):
    place = marketplace(on_sale="Fast Bare Home", unfilled_reordered=0.5)
    place.let_make(place.foundry, dies)
    place.let_package(place.foundry, packages)
    place.memory.stacks_a_quarter = np.full(2, stacks)
    us, cn = (budget / ORDERED for budget in budgets)
    place.clear(us=us, cn=cn)
    assert (np.abs(place.market.cash) < 1e-12).all()
    assert place.world.cash() == pytest.approx([us + cn] * 2)
    shipped = place.best.shipped + place.chinese.shipped
    assert place.lab.installed + place.chinese_lab.installed == pytest.approx(shipped)
    limit = min(dies, packages, stacks / 5.0)
    assert (place.units("Fast") <= limit * (1.0 + 1e-9) + 1e-9).all()
    assert (place.memory.sold <= stacks * (1.0 + 1e-9)).all()


# --- what can be made -----------------------------------------------------------------------------


def test_dies_limit_what_is_delivered_and_the_rest_of_the_money_is_kept(marketplace):
    place = marketplace()
    place.let_make(place.foundry, 0.25 * ORDERED)
    place.clear(us=1.0)
    assert place.units("Fast") == pytest.approx([0.25 * ORDERED] * 2)
    assert place.lab.cash == pytest.approx([0.75, 0.75])


def test_a_chip_of_two_dies_takes_two(marketplace):
    place = marketplace(on_sale="Large")
    place.let_make(place.foundry, ORDERED)
    place.best.die_bank = np.array([1000.0, 1e6])
    place.clear(us=1.0)
    # 40,000 dies from the foundry and those in store, for orders that take 80,000.
    assert place.units("Large") == pytest.approx([(ORDERED + 1000.0) / 2.0, ORDERED])
    assert place.best.dies_used == pytest.approx([1000.0, 2.0 * ORDERED])


def test_dies_in_store_come_before_those_of_the_foundry(marketplace):
    place = marketplace()
    place.best.die_bank = np.array([10000.0, 1e6])
    place.let_make(place.foundry, 5000.0)
    place.clear(us=1.0)
    assert place.units("Fast") == pytest.approx([15000.0, ORDERED])
    assert place.best.dies_used == pytest.approx([10000.0, ORDERED])
    assert place.best.die_bank == pytest.approx([0.0, 1e6 - ORDERED])


@pytest.mark.parametrize("dies", [0.5 * ORDERED, 10.0 * ORDERED, 0.25 * ORDERED])
def test_a_foundry_takes_the_orders_that_rules_let_it_take(cast, marketplace, dies):
    control = cast.instrument("foundry-control", parameters={"admitted": 0.5})
    place = marketplace(control, on_sale="Home")
    place.mill.region = "RoW"
    place.let_make(place.mill, dies)
    place.clear(cn=1.0)
    assert place.units("Home") == pytest.approx([min(dies, 0.5 * ORDERED)] * 2)


def test_packaging_limits_what_holds_memory_by_the_size_of_its_dies(marketplace):
    place = marketplace(on_sale="Fast")
    place.let_package(place.foundry, 10000.0)
    place.clear(us=1.0)
    assert place.units("Fast") == pytest.approx([10000.0] * 2)
    large = marketplace(on_sale="Large")
    large.let_package(large.foundry, 10000.0)
    large.clear(us=1.0)
    assert large.units("Large") == pytest.approx([5000.0] * 2)


def test_packagers_expand_on_what_was_asked_of_them(marketplace):
    place = marketplace(comfortable_use=0.8, packaging_growth=0.3)
    place.let_package(place.foundry, ORDERED)
    before = place.foundry.packaging
    place.clear(us=1.0)
    assert place.foundry.packaging == pytest.approx(before * (1.0 + 0.3 * 0.25))


def test_memory_is_asked_for_what_else_allows(marketplace):
    place = marketplace()
    place.let_make(place.foundry, 0.5 * ORDERED)
    place.memory.stacks_a_quarter = np.array([0.5, 0.25]) * ORDERED * 5.0
    place.clear(us=1.0)
    assert place.units("Fast") == pytest.approx([0.5 * ORDERED, 0.25 * ORDERED])


def test_chinese_designers_use_up_the_memory_that_they_laid_in(marketplace):
    place = marketplace(on_sale="Home").clear(cn=1.0)
    assert place.chinese.memory_laid_in == pytest.approx([5.0 * ORDERED] * 2)
    assert place.chinese.memory_used == pytest.approx([5.0 * ORDERED] * 2)
    assert place.best.memory_used.tolist() == [0.0, 0.0], "bought when needed"


def test_what_cannot_be_promised_is_ordered_elsewhere(marketplace):
    place = marketplace(on_sale="Fast Bare", unfilled_reordered=1.0)
    place.let_make(place.foundry, 0.25 * ORDERED)
    place.memory.stacks_a_quarter = np.full(2, 0.25 * ORDERED * 5.0)
    place.clear(us=1.0)
    # Half the budget each; half of the first can be had, so of what is moved it gets a third.
    moved = 0.25 * ORDERED
    assert place.units("Fast") == pytest.approx([0.25 * ORDERED] * 2)
    assert place.units("Bare") == pytest.approx([0.5 * ORDERED + moved * 2.0 / 3.0] * 2)


def test_where_there_is_no_memory_all_money_goes_to_what_needs_none(marketplace):
    place = marketplace(on_sale="Fast Bare", unfilled_reordered=1.0)
    place.memory.stacks_a_quarter = np.zeros(2)
    place.clear(us=1.0)
    assert place.units("Fast").tolist() == [0.0, 0.0]
    assert place.units("Bare") == pytest.approx([ORDERED] * 2)


def test_prices_rise_where_orders_were_not_filled(marketplace):
    place = marketplace(price_memory=1.0, highest_price_level=9.0)
    place.let_make(place.foundry, 0.5 * ORDERED)
    place.clear(us=1.0)
    assert place.best.price_level == pytest.approx([2.0**0.2] * 2)
    assert place.chinese.price_level == pytest.approx([1.0] * 2)


# --- around the rules -----------------------------------------------------------------------------


def barred(cast, marketplace, **changes):
    """A market in which the fast chip is kept from China, and may be smuggled or rented."""
    return marketplace(ban(cast, "Fast"), **changes)


def test_smuggled_chips_cost_a_premium_and_some_are_seized(cast, marketplace):
    place = barred(cast, marketplace)
    place.market.grey.rentable = np.zeros(2)
    place.clear(cn=1.0)
    # Worth for a dollar: 1/2 smuggled, 2/3 rented; the latter share of the budget is kept.
    spent = 0.5 / (0.5 + 2.0 / 3.0)
    units = spent * ORDERED / 2.0
    assert place.units("Fast", channel="smuggled") == pytest.approx([0.75 * units] * 2)
    assert place.chinese_lab.installed == pytest.approx([0.75 * units] * 2)
    assert place.chinese_lab.usable == pytest.approx([0.75 * units] * 2)
    assert place.market.seized_h100e == pytest.approx([0.25 * units] * 2)
    assert place.market.grey.seized == pytest.approx([0.25 * units] * 2)
    assert place.market.grey.smuggled == pytest.approx([units] * 2)
    assert place.chinese_lab.cash == pytest.approx([1.0 - spent] * 2)
    premium = place.world.ledger.total("premium on accelerators")
    assert premium == pytest.approx([0.5 * spent] * 2)
    assert place.best.revenue == pytest.approx([0.5 * spent] * 2)
    assert place.world.cash() == pytest.approx([1.0, 1.0])


def test_rented_chips_are_not_seized_and_cost_their_own_premium(cast, marketplace):
    place = barred(cast, marketplace)
    place.market.grey.network = np.zeros(2)
    place.clear(cn=1.0)
    units = (2.0 / 3.0) / (0.5 + 2.0 / 3.0) * ORDERED / 1.5
    assert place.units("Fast", channel="rented") == pytest.approx([units] * 2)
    assert place.chinese_lab.installed == pytest.approx([units] * 2)
    assert place.market.seized_h100e.tolist() == [0.0, 0.0]


def test_networks_move_units_and_clouds_set_up_compute(cast, marketplace):
    place = marketplace(ban(cast, "Slow"), on_sale="Slow")
    place.market.grey.network, place.market.grey.rentable = np.full(2, 1000.0), np.full(2, 1000.0)
    place.clear(cn=1.0)
    assert place.market.grey.smuggled == pytest.approx([1000.0] * 2)
    assert place.units("Slow", channel="rented") == pytest.approx([2000.0] * 2), "at half an H100e"


@pytest.mark.parametrize("scarce", ["dies", "packages"])
def test_what_smugglers_cannot_carry_claims_nothing(cast, marketplace, scarce):
    place = barred(cast, marketplace, comfortable_use=1.0, packaging_growth=0.3)
    place.market.grey.network, place.market.grey.rentable = np.full(2, 1000.0), np.zeros(2)
    if scarce == "dies":
        place.let_make(place.foundry, ORDERED + 1000.0)
    else:
        place.let_package(place.foundry, ORDERED + 1000.0)
    before = place.foundry.packaging
    place.clear(us=1.0, cn=1.0)
    assert place.units("Fast", "Lab") == pytest.approx([ORDERED] * 2)
    assert place.market.grey.smuggled == pytest.approx([1000.0] * 2)
    assert place.foundry.packaging == pytest.approx(before), "nor does a packager expand for it"


def told_to_smugglers(place):
    """What the grey market is told of a quarter, by its place among the arguments."""
    told: list[tuple[object, ...]] = []
    place.market.grey.settle = lambda *figures: told.append(figures)
    return told


def test_smugglers_see_orders_and_what_is_in_circulation(cast, marketplace):
    place = barred(cast, marketplace, on_sale="Fast Rival Home")
    place.market.grey.network = np.full(2, 1000.0)
    told = told_to_smugglers(place)
    place.clear(us=1.0, cn=1.0)
    ((ordered, moved, seizure, in_circulation, months, where),) = told
    assert in_circulation == pytest.approx(place.units("Fast", "Lab"))
    assert (ordered > 1000.0).all()
    assert moved == pytest.approx([1000.0] * 2)
    assert seizure.tolist() == [0.25, 0.25]
    assert months == 3.0
    assert np.all(where)


class BarredInOneFuture(RuleBook):
    """A rule book that keeps the fast chip from China in the second future only, at a fee there."""

    def chip_sale(self, chip, destination, buyer, start, end):
        return np.array([1.0, 0.0]) if (chip.name, destination) == ("Fast", "CN") else 1.0

    def chip_access(self, chip, destination, buyer, start, end):
        return self.chip_sale(chip, destination, buyer, start, end)

    def chip_fee(self, chip, destination, buyer, start, end):
        return np.array([0.0, 0.5]) if destination == "CN" else 0.0


def test_rules_of_one_future_leave_the_others_alone(marketplace):
    place = marketplace(on_sale="Fast Rival")
    told = told_to_smugglers(place)
    place.clear(us=1.0, cn=1.0, rules=BarredInOneFuture([], Calendar()))
    in_circulation, where = told[0][3], told[0][5]
    assert in_circulation == pytest.approx([0.0, place.units("Fast", "Lab")[1]])
    assert np.asarray(where).tolist() == [False, True]
    assert (place.units("Fast", channel="smuggled") > 0.0).tolist() == [False, True]
    from_china = place.market.us_revenue_from_china
    assert place.government.fees_taken == pytest.approx([0.0, 0.5 * from_china[1]])


def test_where_the_best_is_barred_a_supply_that_no_rule_can_cut_is_worth_more(cast, marketplace):
    def at_home(*products: str):
        place = marketplace(ban(cast, *products), on_sale="Fast Rival Home", security_of_supply=3.0)
        place.clear(cn=1.0)
        return place.units("Home") / place.units("Rival", "Chinese lab")

    assert at_home("another") == pytest.approx([0.998 / 0.999] * 2)
    assert at_home("Fast") == pytest.approx([4.0 * 0.998 / 0.999] * 2)


# --- books ----------------------------------------------------------------------------------------


def test_sales_to_china_are_counted_and_pay_the_fee_that_a_licence_asks(cast, marketplace):
    fee = ban(cast, "Fast", outcome="fee", parameters={"approval_odds": 1.0, "fee": 0.15})
    place = marketplace(fee, on_sale="Fast Home")
    place.clear(us=1.0, cn=1.0)
    taken = place.units("Fast", "Chinese lab") / ORDERED
    assert (taken > 0.4).all()
    assert place.market.us_revenue_from_china == pytest.approx(taken)
    assert place.best.china_revenue == pytest.approx(taken)
    assert place.chinese.china_revenue.tolist() == [0.0, 0.0]
    assert place.government.fees_taken == pytest.approx(0.15 * taken)
    place.clear(us=1.0, cn=0.0)
    assert place.best.china_revenue.tolist() == [0.0, 0.0], "each quarter has books of its own"
    assert place.market.us_revenue_from_china == pytest.approx(taken), "since the start"


def test_without_rules_no_sale_is_lost_and_nothing_is_smuggled(marketplace):
    place = marketplace(on_sale="Fast Rival Home").clear(us=1.0, cn=1.0)
    assert place.market.lost_revenue == pytest.approx([0.0, 0.0], abs=1e-12)
    assert place.market.grey.smuggled.tolist() == [0.0, 0.0]


def no_way_around(cast, marketplace, *products, **changes):
    """A market of alike chips of which rules keep some from China.

    What is smuggled or rented is so dear that hardly anybody buys it.
    """
    dear = {"smuggling_premium": 1e9, "rent_markup": 1e9, "price_sensitivity": 2.0}
    place = marketplace(ban(cast, *products), **(dear | changes))
    for designer in (place.second, place.chinese):
        designer.software = np.ones(2)
    return place


def test_what_rules_cost_is_what_buyers_would_have_spent_without_them(cast, marketplace):
    place = no_way_around(cast, marketplace, "Fast", on_sale="Fast Rival Home")
    place.clear(us=1.0, cn=1.2)
    # A third of 1.2 bn each, and without the fast chip a half.
    assert place.best.forgone == pytest.approx([0.4, 0.4])
    assert place.second.forgone.tolist() == [0.0, 0.0], "it gains"
    assert place.market.lost_revenue == pytest.approx([2.0 * 0.4 - 0.6] * 2)
    place.clear(us=1.0, cn=1.2)
    assert place.best.forgone == pytest.approx([0.4, 0.4]), "in the last quarter"
    assert place.market.lost_revenue == pytest.approx([2.0 * 0.2] * 2), "since the start"


def test_a_rule_that_keeps_their_rivals_out_costs_sellers_nothing(cast, marketplace):
    place = no_way_around(cast, marketplace, "Rival", on_sale="Fast Rival Home")
    place.second.region = "RoW"
    place.clear(cn=1.0)
    assert place.units("Fast") == pytest.approx([0.5 * ORDERED] * 2)
    assert place.market.lost_revenue.tolist() == [0.0, 0.0]


def test_clouds_abroad_can_set_aside_a_share_of_what_was_delivered_elsewhere(marketplace):
    place = marketplace(on_sale="Slow", rentable_start=0.0, rentable_share=0.5)
    place.clear(us=1.0, cn=2.0)
    assert place.market.grey.rentable == pytest.approx(0.5 * place.lab.installed)


def test_the_domestic_share_is_of_the_compute_delivered_to_china(marketplace):
    place = marketplace(on_sale="Slow Home")
    place.clear(us=5.0, cn=1.0)
    home, foreign = place.units("Home", "Chinese lab"), place.units("Slow", "Chinese lab")
    assert place.market.domestic_share == pytest.approx(home / (home + 0.5 * foreign))
    place.clear(us=1.0, cn=0.0)
    assert place.market.domestic_share.tolist() == [0.0, 0.0], "nothing was delivered"
