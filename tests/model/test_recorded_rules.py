"""The recorded instruments say what the law said: real chips on real days, and sums that add up."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from model import loading
from model.calendar import Calendar
from model.instruments import (
    ChipEmbargo,
    ChipLetter,
    ChipThreshold,
    HeadquartersRule,
    Instrument,
    ModelAccessLimit,
    PurchaseDiscouragement,
    Subsidy,
)
from model.programme_book import region_of
from model.rulebook import RuleBook
from model.specifications import Specification, known_chips

CASES = Path(__file__).parent / "cases" / "chip_sales.csv"
INSTRUMENTS = loading.recorded_instruments()
BY_ID = {instrument.id: instrument for instrument in INSTRUMENTS}
CALENDAR = Calendar()


def _cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _id_of_case(case: dict[str, str]) -> str:
    return f"{case['chip']}-{case['destination']}-{case['date']}"


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return RuleBook(INSTRUMENTS, CALENDAR)


@pytest.fixture(scope="module")
def chips() -> dict[str, Specification]:
    return dict(known_chips())


# --- chips on days --------------------------------------------------------------------------------


@pytest.mark.parametrize("case", _cases(), ids=_id_of_case)
def test_sale_is_judged_as_recorded(case, book, chips):
    day = date.fromisoformat(case["date"])

    judgement = book.judge_chip(chips[case["chip"]], case["destination"], "", day)

    assert judgement.outcome == case["outcome"], case["citation"]
    assert (judgement.instrument or "") == case["instrument"], case["citation"]


def test_the_table_covers_enough():
    cases = _cases()

    assert len(cases) >= 180
    assert len({case["destination"] for case in cases} - {"US", "CN", "RoW"}) >= 15
    assert len({_id_of_case(case) for case in cases}) == len(cases)
    assert all(case["citation"].strip() for case in cases)
    assert {case["outcome"] for case in cases} == {"free", "notified", "licence", "fee", "denied"}


def test_each_change_of_the_chip_rules_is_met_from_both_sides():
    """The day a chip rule takes effect or ends and the day before are both in the table."""
    met = {(case["destination"], date.fromisoformat(case["date"])) for case in _cases()}
    for rule in INSTRUMENTS:
        if isinstance(rule, ChipThreshold | ChipLetter | ChipEmbargo):
            days = {day for destination, day in met if rule.reaches(destination)}
            for turn in (rule.effective, rule.ended):
                if turn is not None and turn > date(2018, 1, 1):
                    assert {turn, turn - timedelta(days=1)} <= days, (rule.id, turn)


@pytest.mark.parametrize(
    ("chip", "day", "fee"),
    [
        ("H20", "2025-08-11", 0.15),
        ("MI308X", "2026-02-01", 0.15),
        ("H200", "2026-01-15", 0.25),
        ("MI325X", "2026-03-01", 0.25),
        ("H100", "2026-03-01", 0.0),
        ("H20", "2025-04-20", 0.0),
    ],
)
def test_fee_on_a_sale(chip, day, fee, book, chips):
    assert book.judge_chip(chips[chip], "CN", "", date.fromisoformat(day)).fee == fee


@pytest.mark.parametrize("case", _cases(), ids=_id_of_case)
def test_licences_for_china_before_2026_are_presumed_denied(case, book, chips):
    day = date.fromisoformat(case["date"])
    judgement = book.judge_chip(chips[case["chip"]], case["destination"], "", day)
    if judgement.outcome == "licence" and day < date(2026, 1, 15) and case["destination"] == "CN":
        assert judgement.admitted == 0.0
    if judgement.outcome == "free":
        assert judgement.admitted == 1.0


@pytest.mark.parametrize(
    ("buyer", "day", "outcome"),
    [
        ("Huawei", "2020-01-01", "denied"),
        ("SenseTime", "2019-10-08", "free"),
        ("SenseTime", "2019-10-09", "licence"),
        ("Zhipu", "2025-01-15", "free"),
        ("Zhipu", "2025-01-16", "denied"),
        ("Alibaba", "2025-01-16", "free"),
    ],
)
def test_listed_buyers_are_refused_chips_that_others_may_buy(buyer, day, outcome, book, chips):
    assert book.judge_chip(chips["L20"], "CN", buyer, date.fromisoformat(day)).outcome == outcome


def test_a_listing_never_opens_what_a_chip_rule_closes(book, chips):
    """SenseTime's listing lets some licences through; the letter on the A100 lets none."""
    day = date(2022, 9, 15)
    assert book.judge_chip(chips["L20"], "CN", "SenseTime", day).admitted > 0.0
    assert book.judge_chip(chips["A100"], "CN", "Alibaba", day).admitted == 0.0
    assert book.judge_chip(chips["A100"], "CN", "SenseTime", day).admitted == 0.0


@pytest.mark.parametrize("chip", ["H20", "MI308X", "H100", "H200", "MI325X"])
def test_a_relaxation_does_nothing_where_there_is_nothing_to_relax(chip, chips):
    """Without the rules that bar these chips, later licences and duties leave them free."""
    barring = {
        "us-advanced-computing-2023",
        "us-notified-advanced-computing-2023",
        "us-h20-letter-2025",
    }
    open_book = RuleBook([i for i in INSTRUMENTS if i.id not in barring], CALENDAR)
    for day in (date(2025, 9, 1), date(2026, 3, 1)):
        assert open_book.judge_chip(chips[chip], "CN", "", day).outcome == "free", day


# --- tools, memory, foundry service, discouragement -----------------------------------------------


def _on(day: str) -> tuple[float, float]:
    start = CALENDAR.months(date.fromisoformat(day))
    return start, start + 0.01


def _tool_access(book: RuleBook, tool: str, maker: str, day: str) -> float:
    start, end = _on(day)
    return book.tool_access(
        tool_class=tool,
        maker_country=maker,
        maker_region="US" if maker == "US" else "RoW",
        region="CN",
        foundry="Hua Hong",
        start=start,
        end=end,
    )


@pytest.mark.parametrize(
    ("tool", "maker", "day", "admitted"),
    [
        ("euv", "NL", "2022-01-01", 0.0),
        ("immersion-advanced", "NL", "2023-08-31", 1.0),
        ("immersion-advanced", "NL", "2023-12-31", 1.0),
        ("immersion-advanced", "NL", "2024-01-01", 0.0),
        ("immersion", "NL", "2023-11-16", 1.0),
        ("deposition-etch", "US", "2022-10-06", 1.0),
        ("deposition-etch", "JP", "2023-07-22", 1.0),
    ],
)
def test_tools_for_an_unlisted_fab(tool, maker, day, admitted, book):
    assert _tool_access(book, tool, maker, day) == pytest.approx(admitted)


@pytest.mark.parametrize(
    ("tool", "maker", "day"),
    [
        ("immersion", "NL", "2023-11-17"),
        ("immersion", "NL", "2024-09-07"),
        ("deposition-etch", "US", "2022-10-07"),
        ("deposition-etch", "US", "2024-12-31"),
        ("deposition-etch", "JP", "2023-07-23"),
    ],
)
def test_tool_controls_that_leave_something_through(tool, maker, day, book):
    assert 0.0 < _tool_access(book, tool, maker, day) < 1.0


def test_us_tool_rules_only_ever_tighten(book):
    days = ["2022-10-06", "2022-10-07", "2023-11-17", "2024-12-31", "2026-06-01"]
    shares = [_tool_access(book, "deposition-etch", "US", day) for day in days]
    assert shares == sorted(shares, reverse=True)


def test_memory_may_be_bought_until_compliance_is_due(book):
    assert book.memory_access("CN", *_on("2024-12-30")) == 1.0
    assert book.memory_access("CN", *_on("2024-12-31")) == 0.0
    assert book.memory_access("RoW", *_on("2024-12-31")) == 1.0


@pytest.mark.parametrize(
    ("designer", "day", "low", "high"),
    [
        ("HiSilicon", "2020-09-13", 1.0, 1.0),
        ("HiSilicon", "2020-09-14", 0.0, 0.0),
        ("Cambricon", "2022-12-15", 1.0, 1.0),
        ("Cambricon", "2022-12-16", 0.0, 0.0),
        ("Kunlunxin", "2024-11-10", 1.0, 1.0),
        ("Kunlunxin", "2024-11-11", 0.0, 0.2),
        ("Kunlunxin", "2025-01-31", 0.0, 0.1),
    ],
)
def test_foreign_foundry_service(designer, day, low, high, book):
    assert low <= book.foundry_access(designer, "CN", "RoW", *_on(day)) <= high


def test_chinese_calls_not_to_buy_follow_the_reported_turns():
    customs = BY_ID["cn-h200-customs-2026"]
    assert isinstance(customs, PurchaseDiscouragement)
    withheld = [dated.value for dated in customs.parameters["withheld"].values]
    blocked, conditional, paused, reversed_ = withheld
    assert conditional < blocked
    assert conditional < paused
    assert reversed_ < paused


# --- the record as a whole ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", sorted((loading.DATA / "instruments").glob("*.yaml")), ids=lambda path: path.stem
)
def test_each_file_loads_and_holds_something(path):
    assert loading.read(path, list[Instrument])


def test_ids_are_unique():
    ids = [instrument.id for instrument in INSTRUMENTS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: instrument.id)
def test_an_instrument_says_where_its_figures_come_from(instrument):
    assert instrument.title.strip()
    assert instrument.citation.strip()
    for parameter in instrument.parameters.values():
        assert parameter.unit.strip()
        assert all(dated.reference.strip() for dated in parameter.values)
        assert parameter.values[0].since == instrument.effective


NEEDED = {
    "entity-listing": {"approval_odds"},
    "affiliates-rule": {"ownership_share"},
    "tool-control": {"admitted"},
    "memory-control": {"admitted"},
    "foundry-control": {"admitted"},
    "cloud-control": {"admitted"},
    "design-software-control": {"admitted"},
    "servicing-control": {"admitted"},
    "site-authorisation": {"admitted"},
    "domestic-content": {"domestic_share"},
    "purchase-discouragement": {"withheld"},
    "subsidy": {"annual_usd_bn"},
    "enforcement": {"annual_usd_bn"},
    "talent-programme": {"migration_factor"},
    "model-access-limit": {"admitted"},
    "model-weight-control": {"training_flop"},
    "market-access-limit": {"admitted"},
    "use-regulation": {"permission_factor"},
    "adoption-policy": {"adoption_factor"},
}


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: instrument.id)
def test_an_instrument_states_the_parameters_its_kind_lives_on(instrument):
    needed = set(NEEDED.get(instrument.kind, ()))
    outcomes = set()
    if isinstance(instrument, ChipThreshold):
        outcomes = {test.outcome for test in instrument.tests}
    elif isinstance(instrument, ChipLetter | ChipEmbargo):
        outcomes = {instrument.outcome}
    if outcomes & {"licence", "fee", "notified"}:
        needed.add("approval_odds")
    if "fee" in outcomes:
        needed.add("fee")
    assert needed <= set(instrument.parameters)


@pytest.mark.parametrize("name", ["approval_odds", "fee", "admitted", "withheld"])
def test_shares_lie_between_nothing_and_everything(name):
    for instrument in INSTRUMENTS:
        if name in instrument.parameters:
            for dated in instrument.parameters[name].values:
                assert 0.0 <= dated.value <= 1.0, instrument.id


def test_a_rule_relaxes_and_extends_only_rules_that_exist():
    for instrument in INSTRUMENTS:
        if isinstance(instrument, ChipThreshold | ChipLetter | ChipEmbargo):
            assert set(instrument.relaxes) <= set(BY_ID), instrument.id
        if isinstance(instrument, HeadquartersRule):
            extended = [BY_ID[name] for name in instrument.extends]
            assert all(isinstance(rule, ChipThreshold | ChipLetter) for rule in extended)


def test_letters_and_calls_name_chips_of_the_record(chips):
    for instrument in INSTRUMENTS:
        if isinstance(instrument, ChipLetter | PurchaseDiscouragement):
            assert set(instrument.products) <= set(chips), instrument.id


def test_limits_on_access_name_developers_of_their_issuers_region():
    regions = {developer.name: developer.region for developer in loading.developers()}
    for instrument in INSTRUMENTS:
        if isinstance(instrument, ModelAccessLimit):
            named = {*instrument.developers, *filter(None, [instrument.decided_by])}
            assert {regions[name] for name in named} == {region_of(instrument.issuer)}


def test_every_family_has_instruments():
    families = {instrument.family for instrument in INSTRUMENTS}
    assert families == {
        "export-control",
        "counter-measure",
        "subsidy",
        "talent",
        "enforcement",
        "compute",
        "knowledge",
        "adoption",
    }


# --- money ----------------------------------------------------------------------------------------


def _paid(book: RuleBook, subsidy: Subsidy, until: date) -> float:
    return book.subsidy_paid(
        subsidy, CALENDAR.months(subsidy.effective), CALENDAR.months(subsidy.ended or until)
    )


def test_subsidies_go_to_actors_of_the_cast():
    actors = {
        record.name
        for records in (
            loading.foundries(),
            loading.memory_makers(),
            loading.toolmakers(),
            loading.developers(),
            loading.designers(),
        )
        for record in records
    }
    for instrument in INSTRUMENTS:
        if isinstance(instrument, Subsidy):
            assert set(instrument.recipients) <= actors, instrument.id


@pytest.mark.parametrize(
    "name", ["us-chips-act-grants", "us-chips-act-memory-grants", "jp-memory-grants"]
)
def test_grants_add_up_to_the_awards(name, book):
    grant = BY_ID[name]
    assert isinstance(grant, Subsidy)
    awarded = grant.value("award_usd_bn", grant.effective)
    assert _paid(book, grant, date(2031, 1, 1)) == pytest.approx(awarded, abs=0.005)


def test_chips_act_grants_as_recorded():
    """TSMC 6.6, Intel 7.86, Samsung 4.745, Micron 6.165 and SK Hynix 0.458 USD bn."""
    awarded = sum(
        BY_ID[name].value("award_usd_bn", BY_ID[name].effective)
        for name in ("us-chips-act-grants", "us-chips-act-memory-grants")
    )
    assert awarded == pytest.approx(6.6 + 7.86 + 4.745 + 6.165 + 0.458)


@pytest.mark.parametrize("fund", ["cn-big-fund-2", "cn-big-fund-3", "cn-national-ai-fund"])
def test_a_fund_pays_out_no_more_than_it_holds(fund, book):
    parts = [i for i in INSTRUMENTS if isinstance(i, Subsidy) and i.id.startswith(fund)]
    holding = BY_ID[fund].value("fund_usd_bn", BY_ID[fund].effective)
    paid = sum(_paid(book, part, date(2032, 1, 1)) for part in parts)
    assert 0.4 * holding <= paid <= holding


def test_enforcement_money_does_not_fall_over_the_record():
    budget = BY_ID["us-bis-budget"].parameters["annual_usd_bn"].values
    assert all(later.value >= earlier.value for earlier, later in pairwise(budget))
