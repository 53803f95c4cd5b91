from __future__ import annotations

from pathlib import Path

import pytest

from experiments.policies import LIBRARY, library, load_policy
from model.instruments import Subsidy
from model.loading import recorded_instruments
from model.policy import HISTORY, PolicyError


def test_each_library_file_is_named_as_its_policy_and_says_what_it_asks():
    for name, policy in library().items():
        assert (LIBRARY / f"{name}.yaml").is_file()
        assert policy.name == name
        assert policy.title
        assert policy.question.endswith("?")
        assert len(policy.description) > 100
        load_policy(name)


def test_history_comes_first_and_changes_nothing():
    assert next(iter(library())) == "history"
    assert library()["history"].changes == HISTORY.changes == ()
    assert library()["history"].question == HISTORY.question


def test_no_controls_removes_controls_and_their_answers_and_nothing_else():
    recorded = recorded_instruments()
    left = load_policy("no-controls").amend(recorded)
    gone = {one.family for one in recorded if one not in left}
    assert gone == {"export-control", "counter-measure"}
    assert not {one.family for one in left} & gone
    assert left == tuple(one for one in recorded if one.family not in gone)


def test_double_chips_act_doubles_american_subsidies_and_nothing_else():
    recorded = recorded_instruments()
    amended = load_policy("double-chips-act").amend(recorded)
    doubled = 0
    for before, after in zip(recorded, amended, strict=True):
        if isinstance(before, Subsidy) and (before.issuer, before.family) == ("US", "subsidy"):
            old = before.parameters["annual_usd_bn"].values
            new = after.parameters["annual_usd_bn"].values
            assert [dated.value for dated in new] == [2.0 * dated.value for dated in old]
            assert [dated.since for dated in new] == [dated.since for dated in old]
            doubled += 1
        else:
            assert after == before
    assert doubled >= 1


def test_a_path_is_read_and_applied(tmp_path: Path):
    first = recorded_instruments()[0].id
    path = tmp_path / "mine.yaml"
    path.write_text(
        f"name: mine\nchanges:\n  - do: remove\n    select: {{ids: [{first}]}}\n", encoding="utf-8"
    )
    policy = load_policy(str(path))
    assert policy.name == "mine"
    assert first not in {one.id for one in policy.amend(recorded_instruments())}


def test_a_near_miss_is_suggested():
    with pytest.raises(
        PolicyError, match=r"unknown policy 'no-control'; did you mean 'no-controls"
    ):
        load_policy("no-control")


def test_a_name_far_from_all_is_answered_with_the_list():
    with pytest.raises(PolicyError, match="the library has history, "):
        load_policy("zzzzzz")


def test_an_unknown_instrument_is_answered_with_its_neighbour(tmp_path: Path):
    known = recorded_instruments()[0].id
    path = tmp_path / "mine.yaml"
    path.write_text(
        f"name: mine\nchanges:\n  - do: remove\n    select: {{ids: [{known}x]}}\n", encoding="utf-8"
    )
    with pytest.raises(
        PolicyError, match=rf"mine\.yaml: change 1 .*'{known}x'; did you.*'{known}'"
    ):
        load_policy(str(path))


def test_a_library_name_is_not_lent_to_another_policy(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: history\ntitle: Not so\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="'history' is a policy of the library"):
        load_policy(str(path))
