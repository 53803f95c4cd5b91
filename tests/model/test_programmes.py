"""What subsidies owe to whom."""

from __future__ import annotations

from datetime import date

import pytest

from model.calendar import Calendar
from model.programmes import grants
from model.rulebook import RuleBook


def subsidy(cast, name: str, *recipients: str, **fields):
    defaults = {
        "family": "subsidy",
        "purpose": "memory",
        "parameters": {"annual_usd_bn": 8.0},
        "recipients": recipients,
    }
    return cast.instrument("subsidy", name, **(defaults | fields))


@pytest.fixture
def actors(cast):
    world = cast.world()
    return {name: cast.memory_maker(world, name=name) for name in ("One", "Other")}


def owed(actors, *instruments, issuer="US", start=0.0, end=3.0):
    rules = RuleBook(instruments, Calendar())
    return [
        (grant.recipient.name, grant.amount.tolist(), grant.purpose)
        for grant in grants(rules, actors, issuer, start, end, 2)
    ]


def test_recipients_share_in_equal_parts(cast, actors):
    assert owed(actors, subsidy(cast, "both", "One", "Other")) == [
        ("One", [1.0, 1.0], "memory"),
        ("Other", [1.0, 1.0], "memory"),
    ]


def test_a_government_pays_its_own_subsidies(cast, actors):
    both = subsidy(cast, "us", "One"), subsidy(cast, "cn", "Other", issuer="CN", purpose="compute")
    assert owed(actors, *both) == [("One", [2.0, 2.0], "memory")]
    assert owed(actors, *both, issuer="CN") == [("Other", [2.0, 2.0], "compute")]
    assert owed(actors, *both, issuer="EU") == []


def test_what_is_not_in_force_pays_nothing(cast, actors):
    programme = subsidy(cast, "later", "One", effective=date(2023, 1, 1), ended=date(2024, 1, 1))
    assert owed(actors, programme, start=0.0, end=12.0) == []
    assert owed(actors, programme, start=11.0, end=13.0)[0][1] == pytest.approx([8.0 / 12.0] * 2)
    assert owed(actors, programme, start=24.0, end=27.0) == []


def test_a_recipient_that_is_nobody_is_an_error_that_names_both(cast, actors):
    with pytest.raises(KeyError, match="'misdirected' pays 'Nobody'"):
        owed(actors, subsidy(cast, "misdirected", "One", "Nobody"))
