"""What the rule book says: on days, over periods, across a fork."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.calendar import Calendar
from model.rulebook import RuleBook

CALENDAR = Calendar()
NOVEMBER = (10.0, 11.0)  # of 2022: thirty days
QUARTER = (9.0, 12.0)


def book(*instruments, succeeds=None, since=float("-inf")) -> RuleBook:
    return RuleBook(instruments, CALENDAR, succeeds, since)


# --- periods --------------------------------------------------------------------------------------


@given(st.integers(0, 30))
def test_a_rule_that_takes_effect_in_a_month_leaves_the_days_before_open(cast, days):
    ban = cast.instrument("memory-control", effective=date(2022, 11, 1) + timedelta(days=days))
    assert book(ban).memory_access("CN", *NOVEMBER) == pytest.approx(days / 30.0)


def test_a_period_is_averaged_over_all_its_spells(cast):
    # Open until 15 November, a fifth let through until 15 December, then nothing.
    ban = cast.instrument(
        "memory-control",
        effective=date(2022, 11, 16),
        parameters={
            "admitted": {
                "unit": "share",
                "values": [
                    {"since": date(2022, 11, 16), "value": 0.2, "reference": "none"},
                    {"since": date(2022, 12, 16), "value": 0.0, "reference": "none"},
                ],
            }
        },
    )
    december = 15.0 / 31.0
    expected = (1.5 + 0.2 * (0.5 + december)) / 3.0
    assert book(ban).memory_access("CN", *QUARTER) == pytest.approx(expected)


@given(
    st.dates(date(2022, 1, 1), date(2024, 12, 31)),
    st.integers(1, 400),
    st.floats(0.0, 30.0),
    st.floats(0.1, 12.0),
)
def test_two_halves_of_a_period_average_to_the_whole(cast, effective, days, start, length):
    ban = cast.instrument(
        "memory-control", effective=effective, ended=effective + timedelta(days=days)
    )
    rules = book(ban)
    middle, end = start + length / 2.0, start + length
    halves = [rules.memory_access("CN", start, middle), rules.memory_access("CN", middle, end)]
    whole = rules.memory_access("CN", start, end)
    # A cut within a day may count that day to either side.
    assert whole == pytest.approx(sum(halves) / 2.0, abs=2.0 * 0.036 / length)
    assert 0.0 <= whole <= 1.0


def test_a_rule_that_ends_stops_binding_on_that_day(cast):
    ban = cast.instrument("memory-control", effective=date(2022, 11, 1), ended=date(2022, 11, 11))
    rules = book(ban)
    assert rules.memory_access("CN", *NOVEMBER) == pytest.approx(20.0 / 30.0)
    assert rules.memory_access("CN", 11.0, 12.0) == 1.0


def test_a_turn_elsewhere_in_the_book_changes_no_digit(cast):
    ban = cast.instrument(
        "memory-control", "ban", effective=date(2022, 11, 17), parameters={"admitted": 0.3}
    )
    others = [
        cast.instrument("cloud-control", f"other-{day}", effective=date(2022, 11, day))
        for day in range(2, 30, 3)
    ]
    alone, among = book(ban), book(ban, *others)
    for period in (NOVEMBER, QUARTER, (0.0, 60.0), (10.1, 10.9)):
        assert among.memory_access("CN", *period) == alone.memory_access("CN", *period)
    assert book(*others).memory_access("CN", *QUARTER) == 1.0


def test_the_same_question_has_the_same_answer(cast):
    rules = book(cast.instrument("memory-control", effective=date(2022, 11, 11)))
    first = rules.memory_access("CN", *QUARTER)
    assert rules.memory_access("CN", *NOVEMBER) != first
    assert rules.memory_access("CN", *QUARTER) == first


# --- chips ----------------------------------------------------------------------------------------


def threshold(cast, name="threshold", bound=4800.0, outcome="licence", **fields):
    figures = {"bound": bound} | fields.pop("figures", {})
    test = {"all_of": [{"metric": "tpp", "at_least": "bound"}], "outcome": outcome}
    return cast.instrument("chip-threshold", name, tests=[test], parameters=figures, **fields)


def letter(cast, name="letter", outcome="licence", products=("Chip",), **fields):
    return cast.instrument("chip-letter", name, outcome=outcome, products=products, **fields)


DAY = date(2022, 11, 15)


def test_a_threshold_catches_what_reaches_it_and_nothing_below(cast):
    chip = cast.chip(fp16_tflops=300, int8_tops=600)
    assert chip.tpp == 4800.0
    rules = book(threshold(cast))
    caught = rules.judge_chip(chip, "CN", "", DAY)
    assert (caught.outcome, caught.admitted, caught.instrument) == ("licence", 0.0, "threshold")
    below = cast.chip(fp16_tflops=299, int8_tops=599)
    assert rules.judge_chip(below, "CN", "", DAY).outcome == "free"


def test_all_conditions_of_a_test_must_hold(cast):
    conditions = [
        {"metric": "tpp", "at_least": "fast"},
        {"metric": "interconnect_gbs", "at_least": "linked"},
        {"metric": "performance_density", "below": "dense"},
    ]
    rules = book(
        cast.instrument(
            "chip-threshold",
            tests=[{"all_of": conditions, "outcome": "denied"}],
            parameters={"fast": 4800.0, "linked": 600.0, "dense": 30.0},
        )
    )

    def denied(**fields) -> bool:
        return rules.judge_chip(cast.chip(**fields), "CN", "", DAY).outcome == "denied"

    assert denied()
    assert not denied(interconnect_gbs=599)
    assert not denied(fp16_tflops=299, int8_tops=599)
    assert not denied(die_mm2=400)


def test_the_strictest_outcome_decides(cast):
    rules = book(
        letter(cast, "a", "notified"), letter(cast, "b", "denied"), letter(cast, "c", "licence")
    )
    assert rules.judge_chip(cast.chip(), "CN", "", DAY).instrument == "b"


def test_of_two_licences_the_one_that_lets_less_through_decides(cast):
    two = [threshold(cast, f"t{n}", figures={"approval_odds": n / 10}) for n in (8, 3, 5)]
    judged = book(*two).judge_chip(cast.chip(), "CN", "", DAY)
    assert (judged.instrument, judged.admitted) == ("t3", 0.3)


def test_a_rule_bears_on_its_destination_and_not_on_home(cast):
    rules = book(threshold(cast))
    assert rules.judge_chip(cast.chip(), "RoW", "", DAY).outcome == "free"
    assert rules.judge_chip(cast.chip(home="CN"), "CN", "", DAY).outcome == "free"


def test_licences_let_their_share_through(cast):
    rules = book(threshold(cast, figures={"approval_odds": 0.25}, effective=date(2022, 11, 16)))
    assert rules.judge_chip(cast.chip(), "CN", "", DAY).admitted == 1.0
    assert rules.judge_chip(cast.chip(), "CN", "", date(2022, 11, 16)).admitted == 0.25
    assert rules.chip_sale(cast.chip(), "CN", "", *NOVEMBER) == pytest.approx(0.5 + 0.5 * 0.25)


def test_a_fee_is_owed_on_what_is_sold_for_one(cast):
    odds = {"approval_odds": 1.0, "fee": 0.15}
    fee = threshold(cast, outcome="fee", figures=odds, effective=date(2022, 11, 16))
    assert book(fee).chip_fee(cast.chip(), "CN", "", *NOVEMBER) == pytest.approx(0.075)
    licence = threshold(cast, figures=odds)
    assert book(licence).chip_fee(cast.chip(), "CN", "", *NOVEMBER) == 0.0


# --- relaxations ----------------------------------------------------------------------------------


def test_a_relaxation_replaces_what_it_relaxes_from_its_day_on(cast):
    rules = book(
        threshold(cast, outcome="denied"),
        letter(cast, outcome="free", relaxes=["threshold"], effective=date(2022, 11, 21)),
    )
    assert rules.judge_chip(cast.chip(), "CN", "", date(2022, 11, 20)).outcome == "denied"
    assert rules.judge_chip(cast.chip(), "CN", "", date(2022, 11, 21)).outcome == "free"
    assert rules.chip_sale(cast.chip(), "CN", "", *NOVEMBER) == pytest.approx(10.0 / 30.0)


def test_a_relaxation_frees_no_other_chip_and_lifts_no_other_rule(cast):
    relaxation = letter(cast, outcome="free", relaxes=["threshold"], effective=date(2022, 11, 1))
    rules = book(threshold(cast, outcome="denied"), relaxation)
    assert rules.judge_chip(cast.chip(name="Other"), "CN", "", DAY).outcome == "denied"
    stricter = book(threshold(cast), threshold(cast, "another", outcome="denied"), relaxation)
    assert stricter.judge_chip(cast.chip(), "CN", "", DAY).instrument == "another"


def test_a_relaxation_of_a_rule_that_does_not_catch_the_chip_is_no_rule_of_its_own(cast):
    relaxation = letter(cast, outcome="licence", relaxes=["threshold"], effective=date(2022, 11, 1))
    slow = cast.chip(fp16_tflops=10, int8_tops=20)
    assert book(threshold(cast), relaxation).judge_chip(slow, "CN", "", DAY).outcome == "free"
    caught = book(threshold(cast, outcome="denied"), relaxation).judge_chip(
        cast.chip(), "CN", "", DAY
    )
    assert (caught.outcome, caught.instrument) == ("licence", "letter")


# --- buyers ---------------------------------------------------------------------------------------


def test_unlisted_buyers_are_all_alike_and_listed_ones_barred(cast):
    listing = cast.instrument(
        "entity-listing",
        "listing",
        entities=["Barred"],
        scope=["chips"],
        effective=date(2022, 11, 16),
    )
    rules, chip = book(listing, threshold(cast, figures={"approval_odds": 0.5})), cast.chip()
    anyone = rules.chip_sale(chip, "CN", "", *NOVEMBER)
    assert anyone == 0.5
    assert rules.chip_sale(chip, "CN", "Alibaba", *NOVEMBER) == anyone
    assert rules.chip_sale(chip, "CN", "Tencent", *NOVEMBER) == anyone
    assert rules.chip_sale(chip, "CN", "Barred", *NOVEMBER) == pytest.approx(0.25)
    assert rules.judge_chip(chip, "CN", "Barred", date(2022, 11, 16)).instrument == "listing"


def test_a_listing_bars_what_it_covers(cast):
    listing = cast.instrument("entity-listing", entities=["Barred"], scope=["foundry-service"])
    rules = book(listing)
    assert rules.chip_sale(cast.chip(), "CN", "Barred", *NOVEMBER) == 1.0
    assert rules.foundry_access("Barred", "CN", "RoW", *NOVEMBER) == 0.0
    assert rules.foundry_access("Barred", "CN", "CN", *NOVEMBER) == 1.0
    assert rules.foundry_access("", "CN", "RoW", *NOVEMBER) == 1.0


def test_a_listed_buyer_is_bound_by_the_rules_on_the_chip_too(cast):
    listing = cast.instrument(
        "entity-listing",
        "listing",
        entities=["Barred"],
        scope=["chips"],
        parameters={"approval_odds": 0.5},
    )
    rules = book(listing, letter(cast, outcome="denied"))
    assert rules.judge_chip(cast.chip(), "CN", "Barred", DAY).admitted == 0.0
    assert rules.judge_chip(cast.chip(name="Other"), "CN", "Barred", DAY).admitted == 0.5


def test_what_a_government_talks_its_firms_out_of_is_bought_less(cast):
    call = cast.instrument(
        "purchase-discouragement",
        issuer="CN",
        family="counter-measure",
        parameters={"withheld": 0.4},
        products=["Chip", "Home"],
    )
    rules = book(call)
    assert rules.chip_access(cast.chip(), "CN", "", *NOVEMBER) == pytest.approx(0.6)
    assert rules.chip_sale(cast.chip(), "CN", "", *NOVEMBER) == 1.0, "the seller is willing"
    assert rules.chip_access(cast.chip(name="Other"), "CN", "", *NOVEMBER) == 1.0
    assert rules.chip_access(cast.chip(), "RoW", "", *NOVEMBER) == 1.0
    assert rules.chip_access(cast.chip(name="Home", home="CN"), "CN", "", *NOVEMBER) == 1.0


# --- tools, service, money ------------------------------------------------------------------------


def test_a_tool_control_binds_its_countries_classes_and_destination(cast):
    control = cast.instrument(
        "tool-control",
        toolmaker_countries=["NL"],
        tool_classes=["immersion"],
        parameters={"admitted": 0.25},
        effective=date(2022, 11, 16),
    )
    rules = book(control)

    def access(tool_class="immersion", maker="NL", region="CN") -> float:
        return rules.tool_access(tool_class, maker, "RoW", region, "Foundry", *NOVEMBER)

    assert access() == pytest.approx(0.5 + 0.5 * 0.25)
    assert access(tool_class="euv") == 1.0
    assert access(maker="JP") == 1.0
    assert access(region="US") == 1.0


def test_the_strictest_of_several_controls_binds(cast):
    controls = [
        cast.instrument("cloud-control", f"control-{share}", parameters={"admitted": share / 10})
        for share in (7, 3, 5)
    ]
    assert book(*controls).cloud_access("CN", *NOVEMBER) == 0.3
    assert book(*controls).cloud_access("RoW", *NOVEMBER) == 1.0


def subsidy_for_memory(cast, **dates):
    return cast.instrument(
        "subsidy",
        family="subsidy",
        purpose="memory",
        recipients=["Maker"],
        parameters={"annual_usd_bn": 12.0},
        **dates,
    )


def test_a_subsidy_pays_its_yearly_rate_while_it_lasts(cast):
    subsidy = subsidy_for_memory(cast, effective=date(2022, 11, 16), ended=date(2023, 1, 1))
    rules = book(subsidy)
    assert rules.subsidy_paid(subsidy, *NOVEMBER) == pytest.approx(0.5)
    assert rules.subsidy_paid(subsidy, *QUARTER) == pytest.approx(1.5)
    assert rules.subsidy_paid(subsidy, 12.0, 24.0) == 0.0


def test_means_of_enforcement_of_one_government_add_up(cast):
    means = [
        cast.instrument(
            "enforcement",
            f"means-{issuer.lower()}-{n}",
            issuer=issuer,
            parameters={"annual_usd_bn": n / 10},
        )
        for issuer, n in (("US", 1), ("US", 2), ("NL", 4))
    ]
    assert book(*means).enforcement_rate("US", *NOVEMBER) == pytest.approx(0.3)
    assert book(*means).enforcement_rate("JP", *NOVEMBER) == 0.0
    effort = book(*means).enforcement_effort("US", (0.6, 100.0), *NOVEMBER)
    assert effort == pytest.approx(0.5), "no staff on record: the budget's ratio"
    assert book().enforcement_effort("US", (0.6, 100.0), *NOVEMBER) == 0.0


def test_staff_counts_beside_the_budget(cast):
    means = cast.instrument(
        "enforcement", "means", parameters={"annual_usd_bn": 0.3, "staff": 25.0}
    )
    effort = book(means).enforcement_effort("US", (0.6, 100.0), *NOVEMBER)
    assert effort == pytest.approx((0.5 * 0.25) ** 0.5)


def test_talent_programmes_multiply(cast):
    programmes = [
        cast.instrument(
            "talent-programme",
            f"programme-{n}",
            family="talent",
            origin="US",
            destination="CN",
            parameters={"migration_factor": factor},
        )
        for n, factor in enumerate((2.0, 1.5))
    ]
    assert book(*programmes).migration_factor("US", "CN", *NOVEMBER) == 3.0
    assert book(*programmes).migration_factor("CN", "US", *NOVEMBER) == 1.0


# --- looking ahead --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "known"), [(3.9, False), (4.0, True), (9.9, True), (10.0, False), (20.0, False)]
)
def test_an_unannounced_rule_is_known_its_lead_ahead_and_until_it_binds(cast, now, known):
    ban = cast.instrument("memory-control", effective=date(2022, 11, 1))
    assert book(ban).memory_control_ahead("CN", now, 6.0) is known
    assert book(ban).memory_control_ahead("US", now, 6.0) is False


def test_an_announced_rule_is_known_from_its_announcement_on(cast):
    ban = cast.instrument("memory-control", announced=date(2022, 2, 1), effective=date(2022, 11, 1))
    assert not book(ban).memory_control_ahead("CN", 0.5, 6.0)
    assert book(ban).memory_control_ahead("CN", 1.0, 0.0)


def test_a_chip_control_to_come_is_a_reason_for_haste_and_a_relaxation_is_none(cast):
    control = threshold(cast, effective=date(2022, 11, 1))
    relaxation = letter(cast, relaxes=["threshold"], effective=date(2022, 11, 1))
    assert book(control).chip_control_ahead("CN", 9.0, 2.0)
    assert not book(control).chip_control_ahead("RoW", 9.0, 2.0)
    assert not book(relaxation).chip_control_ahead("CN", 9.0, 2.0)


def test_a_tool_control_to_come_is_known_for_its_classes_and_destination(cast):
    control = cast.instrument(
        "tool-control",
        toolmaker_countries=["NL"],
        tool_classes=["immersion"],
        effective=date(2022, 11, 1),
    )
    rules = book(control)
    assert rules.tool_control_ahead("immersion", "CN", 9.0, 2.0)
    assert not rules.tool_control_ahead("euv", "CN", 9.0, 2.0)
    assert not rules.tool_control_ahead("immersion", "US", 9.0, 2.0)


def test_a_chip_may_be_planned_for_that_passes_today_and_under_what_is_announced(cast):
    today = threshold(cast, "today", 12000.0)
    to_come = threshold(
        cast, "to-come", 4800.0, announced=date(2022, 6, 1), effective=date(2023, 1, 1)
    )
    rules = book(today, to_come)
    fast, middling, slow = (
        cast.chip(name=str(tops), fp16_tflops=tops / 2, int8_tops=tops)
        for tops in (1979, 1000, 500)
    )
    for chip, before, after in ((fast, False, False), (middling, True, False), (slow, True, True)):
        assert rules.will_admit(chip, "CN", 4.0) is before, chip.name
        assert rules.will_admit(chip, "CN", 5.0) is after, chip.name
    assert rules.will_admit(fast, "RoW", 5.0)
    assert rules.chip_bounds("CN", 4.0) == {"tpp": [12000.0]}
    assert rules.chip_bounds("CN", 5.0) == {"tpp": [4800.0, 12000.0]}
    assert rules.chip_bounds("RoW", 5.0) == {}


# --- forks ----------------------------------------------------------------------------------------


def test_a_successor_leaves_the_past_to_the_book_it_succeeds(cast):
    first = book(cast.instrument("memory-control", effective=date(2022, 6, 1)))
    second = book(succeeds=first, since=10.5)
    assert second.memory_access("CN", 9.0, 10.0) == 0.0
    assert second.memory_access("CN", *NOVEMBER) == pytest.approx(0.5)
    assert second.memory_access("CN", 11.0, 12.0) == 1.0
    assert first.memory_access("CN", 11.0, 12.0) == 0.0


def test_a_new_rule_of_a_successor_does_not_bind_in_the_past(cast):
    second = book(
        cast.instrument("memory-control", effective=date(2022, 1, 1)), succeeds=book(), since=11.0
    )
    assert second.memory_access("CN", *QUARTER) == pytest.approx(2.0 / 3.0)


def test_successors_succeed_one_another(cast):
    ban = cast.instrument("memory-control")
    third = book(ban, succeeds=book(succeeds=book(ban), since=10.0), since=11.0)
    assert [third.memory_access("CN", m, m + 1.0) for m in (9.0, 10.0, 11.0)] == [0.0, 1.0, 0.0]


def test_a_listing_of_the_past_is_still_known_after_a_fork(cast):
    listing = cast.instrument("entity-listing", entities=["Barred"], scope=["chips"])
    second = book(succeeds=book(listing), since=10.5)
    assert second.chip_sale(cast.chip(), "CN", "Barred", *NOVEMBER) == pytest.approx(0.5)
    assert second.chip_sale(cast.chip(), "CN", "Other", *NOVEMBER) == 1.0


def test_a_subsidy_of_the_past_is_paid_up_to_the_fork(cast):
    subsidy = subsidy_for_memory(cast)
    second = book(succeeds=book(subsidy), since=10.5)
    assert [paid.id for paid in second.subsidies()] == [subsidy.id]
    assert second.subsidy_paid(subsidy, *NOVEMBER) == pytest.approx(0.5)
    assert second.subsidy_paid(subsidy, 11.0, 12.0) == 0.0
