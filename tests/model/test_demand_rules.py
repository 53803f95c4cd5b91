"""Rules on the demand half: what is published, opened, offered and used, and who buys at home."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from model import loading
from model.calendar import Calendar
from model.rulebook import RuleBook

YEAR = (12.0, 24.0)
START = date(2023, 7, 1)


def book(*instruments) -> RuleBook:
    return RuleBook(instruments, Calendar())


def restraint(cast, name="restraint", months=6.0, **fields):
    made = {"kept_from": ["CN"], "effective": START, "parameters": {"delay_months": months}}
    return cast.instrument("publication-restraint", name, **(made | fields))


def limit(cast, name="limit", **fields):
    made = {"kept_from": ["CN"], "effective": START, "parameters": {"admitted": 0.2}}
    return cast.instrument("model-access-limit", name, **(made | fields))


def test_without_rules_nothing_is_kept_back():
    none = book()
    assert none.publication_delay("US", "CN", *YEAR) == 0.0
    assert none.model_access("Lab", "US", "CN", *YEAR) == 1.0
    assert none.adoption_push("CN", *YEAR) == 1.0
    assert none.open_release_bound("US", 12.0) == np.inf


def test_a_restraint_delays_its_own_regions_work_for_the_readers_it_names(cast):
    rules = book(restraint(cast), restraint(cast, "longer", 9.0))
    assert rules.publication_delay("US", "CN", 24.0, 25.0) == 9.0, "the longest delay counts"
    assert rules.publication_delay("US", "CN", *YEAR) == pytest.approx(4.5), "half of the year"
    assert rules.publication_delay("US", "US", *YEAR) == 0.0
    assert rules.publication_delay("CN", "CN", *YEAR) == 0.0


def test_a_government_elsewhere_acts_on_the_rest_of_the_world(cast):
    rules = book(restraint(cast, issuer="EU"))
    assert rules.publication_delay("RoW", "CN", 24.0, 25.0) == 6.0
    assert rules.publication_delay("US", "CN", 24.0, 25.0) == 0.0


def test_a_limit_holds_for_the_developers_it_names_or_for_all_of_the_region(cast):
    one, every = limit(cast, developers=["Lab"]), limit(cast, parameters={})
    after = (24.0, 25.0)
    assert book(one).model_access("Lab", "US", "CN", *after) == 0.2
    assert book(one).model_access("Other", "US", "CN", *after) == 1.0
    assert book(one).model_access("Lab", "US", "RoW", *after) == 1.0
    assert book(every).model_access("Other", "US", "CN", *after) == 0.0
    assert book(every).model_access("Other", "CN", "CN", *after) == 1.0


def test_the_lowest_bound_on_open_release_holds(cast):
    bounds = [
        cast.instrument(
            "open-weight-restraint",
            f"bound-{flop:.0f}",
            effective=START,
            parameters={"training_flop": flop},
        )
        for flop in (26.0, 25.0)
    ]
    assert book(*bounds).open_release_bound("US", 24.0) == 25.0
    assert book(*bounds).open_release_bound("US", 12.0) == np.inf
    assert book(*bounds).open_release_bound("CN", 24.0) == np.inf


def test_policies_on_use_multiply(cast):
    policies = [
        cast.instrument(
            "adoption-policy",
            name,
            region="CN",
            issuer="CN",
            parameters={"adoption_factor": factor},
        )
        for name, factor in (("push", 1.5), ("brake", 0.8))
    ]
    assert book(*policies).adoption_push("CN", *YEAR) == pytest.approx(1.2)
    assert book(*policies).adoption_push("US", *YEAR) == 1.0


def test_a_procurement_ban_takes_its_share_of_its_suppliers_chips_alone(cast):
    chip = cast.chip()
    ban = {"issuer": "CN", "buyers": "state firms", "parameters": {"withheld": 0.3}}
    named = book(cast.instrument("procurement-ban", suppliers=["Designer"], **ban))
    another = book(cast.instrument("procurement-ban", suppliers=["Micron"], **ban))
    assert named.chip_access(chip, "CN", "", *YEAR) == pytest.approx(0.7)
    assert named.chip_sale(chip, "CN", "", *YEAR) == 1.0, "the seller's side admits all"
    assert named.chip_access(chip, "RoW", "", *YEAR) == 1.0
    assert another.chip_access(chip, "CN", "", *YEAR) == 1.0


def test_a_quota_for_domestic_tools_takes_its_share_of_foreign_orders_alone(cast):
    quota = {"domestic_share": 0.5, "withheld": 0.4}
    rules = book(
        cast.instrument("domestic-content", issuer="CN", goods="tools", parameters=quota),
        cast.instrument("tool-control", tool_classes=["euv"], toolmaker_countries=["NL"]),
    )

    def access(tool_class: str, region: str) -> float:
        return rules.tool_access(tool_class, "NL", "RoW", region, "Foundry", *YEAR)

    assert access("immersion", "CN") == pytest.approx(0.6)
    assert access("euv", "CN") == 0.0
    assert access("immersion", "US") == 1.0


def test_an_instrument_without_the_figure_it_lives_on_is_refused(cast):
    with pytest.raises(ValidationError, match="expected a parameter 'delay_months'"):
        restraint(cast, parameters={})
    with pytest.raises(ValidationError, match="'delay_months' cannot be negative"):
        restraint(cast, months=-1.0)


def test_limits_of_a_market_add_up_with_those_of_developers_and_end_on_their_day(cast):
    shut = {"market": "Europe", "origin": "US", "effective": START, "family": "adoption"}
    half = cast.instrument(
        "market-access-limit", "half", ended=date(2024, 1, 1), parameters={"admitted": 0.5}, **shut
    )
    one = cast.instrument(
        "market-access-limit", "one", developers=["Lab"], parameters={"admitted": 0.8}, **shut
    )
    away = limit(cast, kept_from=["RoW"])
    rules = book(half, one, away)

    def admitted(
        developer: str, *period: float, origin: Any = "US", market: Any = "Europe"
    ) -> float:
        home: Any = "RoW" if market in ("Europe", "Others") else market
        return rules.market_access(developer, origin, market, home, *period)

    first_half, second_half, year_after = (12.0, 18.0), (18.0, 24.0), (24.0, 36.0)
    assert admitted("Lab", *first_half) == 1.0
    assert admitted("Other", *second_half) == pytest.approx(0.5 * 0.2)
    assert admitted("Lab", *second_half) == pytest.approx(0.5 * 0.8 * 0.2)
    assert admitted("Lab", *year_after) == pytest.approx(0.8 * 0.2)
    assert admitted("Lab", *year_after, market="Others") == pytest.approx(0.2)
    assert admitted("Lab", *year_after, origin="CN") == 1.0


def test_regulations_multiply_in_the_sectors_that_they_name(cast):
    made = {"market": "Europe", "effective": START, "family": "adoption", "issuer": "EU"}
    every = cast.instrument(
        "use-regulation", "every", parameters={"permission_factor": 0.8}, **made
    )
    named = cast.instrument(
        "use-regulation", "named", sectors=["health"], parameters={"permission_factor": 0.5}, **made
    )
    after = (24.0, 25.0)
    assert book(every, named).permission_factor("Europe", "health", *after) == pytest.approx(0.4)
    assert book(every, named).permission_factor("Europe", "retail", *after) == 0.8
    assert book(every, named).permission_factor("Others", "health", *after) == 1.0
    assert book(every).permission_factor("Europe", "retail", 12.0, 18.0) == 1.0


def test_the_eu_ai_act_and_italys_pause_hold_on_their_days():
    rules = RuleBook(loading.recorded_instruments(), Calendar())
    day = Calendar().months

    def europe(developer: str, origin: Any, when: date) -> float:
        return rules.market_access(developer, origin, "Europe", "RoW", day(when), day(when) + 0.01)

    assert europe("OpenAI", "US", date(2023, 3, 30)) == 1.0
    assert europe("OpenAI", "US", date(2023, 4, 10)) < 1.0
    assert europe("OpenAI", "US", date(2023, 4, 29)) == 1.0
    assert europe("DeepSeek", "CN", date(2025, 3, 1)) < 1.0
    assert europe("Alibaba", "CN", date(2025, 3, 1)) == 1.0

    def permitted(when: date) -> float:
        return rules.permission_factor("Europe", "health", day(when), day(when) + 0.01)

    dated = [permitted(date(*d)) for d in ((2024, 12, 1), (2025, 3, 1), (2026, 9, 1), (2028, 1, 1))]
    assert dated[0] == 1.0
    assert dated == sorted(dated, reverse=True)
    assert dated[3] < dated[2], "the high-risk stage was put off to December 2027"
