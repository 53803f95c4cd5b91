"""Buyers: listed by name, owned by listed parties, headquartered in a country of concern."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from model import loading
from model.calendar import Calendar
from model.ownership import Ownership, Party, Stake, recorded_ownership
from model.rulebook import RuleBook
from model.specifications import known_chips

CASES = Path(__file__).parent / "cases" / "buyers.csv"
DAY = date(2022, 11, 15)
MONTH = (10.0, 11.0)


def _cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def recorded() -> RuleBook:
    return RuleBook(loading.recorded_instruments(), Calendar())


@pytest.mark.parametrize(
    "case", _cases(), ids=lambda case: f"{case['chip']}-{case['buyer']}-{case['date']}"
)
def test_sale_to_a_buyer_is_judged_as_recorded(case, recorded):
    chip, day = known_chips()[case["chip"]], date.fromisoformat(case["date"])

    judgement = recorded.judge_chip(chip, case["destination"], case["buyer"], day)

    assert judgement.outcome == case["outcome"], case["citation"]
    assert (judgement.instrument or "") == case["instrument"], case["citation"]


# --- ownership ------------------------------------------------------------------------------------


def owned(*parties: tuple[str, str, dict[str, float]]) -> Ownership:
    return Ownership(
        [
            Party(
                name=name,
                headquarters=seat,
                owners=tuple(
                    Stake(owner=owner, share=share, source="invented", basis="assumption")
                    for owner, share in owners.items()
                ),
            )
            for name, seat, owners in parties
        ]
    )


def affiliates(cast, **fields):
    return cast.instrument(
        "affiliates-rule", "affiliates", parameters={"ownership_share": 0.5}, **fields
    )


def listing(cast, name="listing", entities=("Barred",), odds=0.0, **fields):
    return cast.instrument(
        "entity-listing",
        name,
        entities=entities,
        scope=["chips", "tools"],
        parameters={"approval_odds": odds},
        **fields,
    )


@pytest.mark.parametrize(
    ("owners", "counts"),
    [
        ({"Barred": 0.5}, True),
        ({"Barred": 0.4999}, False),
        ({"Barred": 0.3, "Also barred": 0.2}, True),
        ({"Barred": 0.3, "Also barred": 0.19}, False),
        ({"Barred": 0.3, "Free": 0.7}, False),
        ({"Half barred": 0.5}, True),
        ({"Half barred": 0.3, "Barred": 0.2}, True),
        ({"Quarter barred": 1.0}, False),
    ],
)
def test_shares_of_listed_owners_add_up_through_their_firms(cast, owners, counts):
    ownership = owned(
        ("Buyer", "CN", owners),
        ("Half barred", "CN", {"Barred": 0.5}),
        ("Quarter barred", "CN", {"Barred": 0.25}),
    )
    book = [listing(cast, entities=["Barred", "Also barred"]), affiliates(cast)]
    rules = RuleBook(book, Calendar(), ownership=ownership)
    judgement = rules.judge_chip(cast.chip(), "CN", "Buyer", DAY)
    assert (judgement.outcome == "denied") is counts
    if counts:
        assert judgement.instrument == "listing"
        assert "Buyer counts as listed under affiliates" in judgement.reason


def test_without_an_affiliates_rule_in_force_owners_do_not_count(cast):
    ownership = owned(("Buyer", "CN", {"Barred": 1.0}))
    alone = RuleBook([listing(cast)], Calendar(), ownership=ownership)
    assert alone.judge_chip(cast.chip(), "CN", "Buyer", DAY).outcome == "free"
    rule = affiliates(cast, effective=date(2022, 11, 16), ended=date(2022, 11, 26))
    rules = RuleBook([listing(cast), rule], Calendar(), ownership=ownership)
    assert rules.judge_chip(cast.chip(), "CN", "Buyer", date(2022, 11, 15)).outcome == "free"
    assert rules.judge_chip(cast.chip(), "CN", "Buyer", date(2022, 11, 16)).outcome == "denied"
    assert rules.judge_chip(cast.chip(), "CN", "Buyer", date(2022, 11, 26)).outcome == "free"
    assert rules.chip_sale(cast.chip(), "CN", "Buyer", *MONTH) == pytest.approx(20.0 / 30.0)
    assert rules.chip_sale(cast.chip(), "CN", "Another", *MONTH) == 1.0


def test_the_strictest_listing_of_the_owners_holds(cast):
    ownership = owned(("Buyer", "CN", {"Mild": 0.3, "Barred": 0.3}))
    book = [listing(cast, "mild", ["Mild"], odds=0.5), listing(cast), affiliates(cast)]
    rules = RuleBook(book, Calendar(), ownership=ownership)
    assert rules.judge_chip(cast.chip(), "CN", "Buyer", DAY).instrument == "listing"


def test_an_owned_fab_is_denied_tools_of_the_issuer(cast):
    ownership = owned(("Fab", "CN", {"Barred": 0.6}))
    rules = RuleBook([listing(cast), affiliates(cast)], Calendar(), ownership=ownership)
    assert rules.judge_tool("immersion", "US", "CN", "Fab", DAY).outcome == "denied"
    assert rules.judge_tool("immersion", "NL", "CN", "Fab", DAY).outcome == "free"


def test_a_listed_buyer_is_named_in_the_reason(cast):
    rules = RuleBook([listing(cast)], Calendar(), ownership=owned())
    assert "Barred is listed by name" in rules.judge_chip(cast.chip(), "CN", "Barred", DAY).reason


def test_a_listing_of_the_past_counts_for_affiliates_after_a_fork(cast):
    ownership = owned(("Buyer", "CN", {"Barred": 1.0}))
    first = RuleBook([listing(cast), affiliates(cast)], Calendar(), ownership=ownership)
    second = RuleBook([], Calendar(), first, 10.5, ownership)
    assert second.chip_sale(cast.chip(), "CN", "Buyer", *MONTH) == pytest.approx(0.5)


# --- headquarters ---------------------------------------------------------------------------------


@pytest.fixture
def headquartered(cast) -> RuleBook:
    letter = cast.instrument("chip-letter", "letter", outcome="licence", products=["Chip"])
    rule = cast.instrument("headquarters-rule", "seat", headquarters=["CN"], extends=["letter"])
    ownership = owned(
        ("Firm", "CN", {}),
        ("Daughter", "SG", {"Firm": 0.5}),
        ("Venture", "SG", {"Firm": 0.4}),
        ("Stranger", "SG", {}),
    )
    return RuleBook([letter, rule], Calendar(), ownership=ownership)


@pytest.mark.parametrize(
    ("buyer", "destination", "outcome"),
    [
        ("Firm", "SG", "licence"),
        ("Daughter", "MY", "licence"),
        ("Firm", "RoW", "licence"),
        ("Venture", "SG", "free"),
        ("Stranger", "SG", "free"),
        ("Nobody", "SG", "free"),
        ("", "SG", "free"),
        ("Firm", "US", "free"),
        ("Stranger", "CN", "licence"),
    ],
)
def test_headquarters_carry_the_chip_rules_abroad(buyer, destination, outcome, headquartered, cast):
    judgement = headquartered.judge_chip(cast.chip(), destination, buyer, DAY)
    assert judgement.outcome == outcome
    abroad = destination != "CN" and outcome == "licence"
    assert ("headquarters in CN" in judgement.reason) is abroad


def test_headquarters_count_over_periods_too(headquartered, cast):
    assert headquartered.chip_sale(cast.chip(), "RoW", "Firm", *MONTH) == 0.0
    assert headquartered.chip_sale(cast.chip(), "RoW", "Stranger", *MONTH) == 1.0


# --- the record -----------------------------------------------------------------------------------


def test_owners_on_record_are_cited_and_known():
    ownership = recorded_ownership()
    listed = {
        name
        for one in loading.recorded_instruments()
        if one.kind == "entity-listing"
        for name in one.entities
    }
    for name, party in ownership.parties.items():
        assert all(stake.source.strip() for stake in party.owners)
        owners = {stake.owner for stake in party.owners}
        assert owners <= listed | set(ownership.parties), name


def test_every_chinese_firm_of_the_cast_has_its_headquarters_on_record():
    for firm in loading.developers():
        seats = recorded_ownership().headquarters(firm.name)
        assert (seats == {"CN"}) is (firm.region == "CN"), firm.name


def _record(*parties: tuple[str, dict[str, float]]) -> str:
    lines = []
    for name, owners in parties:
        lines += [f"- name: {name}", "  headquarters: CN", "  owners:"]
        lines += [
            f"    - {{owner: {owner}, share: {share}, source: invented, basis: cited}}"
            for owner, share in owners.items()
        ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (_record(("A", {"B": 1.0}), ("A", {"B": 1.0})), "'A' is given twice"),
        (_record(("A", {"B": 0.7, "C": 0.4})), "add up to more than 1"),
        (_record(("A", {"B": 1.0}), ("B", {"A": 1.0})), "owners in a circle"),
        (_record(("A", {"B": 1.5})), "share"),
        ("- {name: A, headquarters: China}\n", "headquarters"),
    ],
)
def test_a_faulty_record_of_ownership_is_refused(text, fault, tmp_path, monkeypatch):
    path = tmp_path / "ownership.yaml"
    path.write_text(text)
    monkeypatch.setattr("model.ownership._FILE", path)
    with pytest.raises(loading.DataError, match=fault) as refused:
        recorded_ownership.__wrapped__()
    assert "ownership.yaml" in str(refused.value)
