from __future__ import annotations

from pathlib import Path

import pytest

from experiments.policies import LIBRARY, library, load_policy
from model.instruments import Subsidy
from model.loading import DataError, recorded_instruments
from model.policy import HISTORY, PolicyError


def test_each_library_file_is_named_as_its_policy_and_says_what_it_asks():
    for name, policy in library().items():
        assert (LIBRARY / f"{name}.yaml").is_file()
        assert policy.name == name
        assert policy.title
        assert policy.question.endswith("?")
        assert len(policy.description) > 100
        load_policy(name)


def test_the_library_holds_what_the_design_names():
    assert {
        *("history", "no-controls", "controls-without-allies", "chips-only", "tools-only"),
        *("full-embargo", "h20-carve-out", "strict-enforcement", "open-door"),
        *("double-chips-act", "double-big-fund", "talent-open", "talent-closed"),
        *("publication-restraint", "adaptive-tightening"),
    } <= set(library())


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


# --- extending another policy --------------------------------------------------------------------


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text("\n".join([f"name: {name}", *lines]) + "\n", encoding="utf-8")
    return path


LATE = "changes: [{do: delay, select: {ids: [us-chips-act-grants]}, months: 12}]"


def test_a_policy_extends_one_of_the_library_or_a_file_beside_it(tmp_path: Path):
    (tmp_path / "parents").mkdir()
    write(tmp_path / "parents", "parent", "extends: no-controls", LATE)
    child = write(
        tmp_path,
        "child",
        "extends: parents/parent.yaml",
        "changes: [{do: remove, select: {ids: [cn-big-fund-2]}}]",
    )
    policy = load_policy(str(child))
    assert policy.changes[: len(library()["no-controls"].changes)] == (
        library()["no-controls"].changes
    )
    assert [change.do for change in policy.changes[-2:]] == ["delay", "remove"]
    assert policy.name == "child"


def test_to_extend_without_changes_is_the_same_policy(tmp_path: Path):
    for name in library():
        extended = load_policy(str(write(tmp_path, f"like-{name}", f"extends: {name}")))
        recorded = recorded_instruments()
        assert extended.amend(recorded) == library()[name].amend(recorded)
        assert extended.adaptive == library()[name].adaptive


@pytest.mark.parametrize(
    ("parent", "words"),
    [
        ("no-control", "extends: unknown policy 'no-control'; did you mean 'no-controls'"),
        ("nowhere.yaml", "nowhere.yaml: cannot be read"),
        ("mine.yaml", "extends: 'mine.yaml' extends this very file"),
        ("round.yaml", "extends: 'mine.yaml' extends this very file"),
    ],
)
def test_a_parent_that_cannot_be_is_refused(tmp_path: Path, parent: str, words: str):
    write(tmp_path, "round", "extends: mine.yaml")
    path = write(tmp_path, "mine", f"extends: {parent}")
    with pytest.raises((PolicyError, DataError), match=words):
        load_policy(str(path))
