"""Study files and grids: what they say is what is run, to the byte."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from experiments.cli import status
from experiments.grids import axis_in_words, with_grid
from experiments.policies import load_policy
from experiments.store import load, read_manifest
from experiments.study_files import load_study
from model.loading import DataError, recorded_instruments
from model.policy import PolicyError

STUDY = """\
question: Does memory matter?
policies:
  - history
  - mine.yaml
  - name: theirs
    extends: mine.yaml
    changes: [{do: delay, select: {ids: [us-smic-listing-2020]}, months: 1}]
set: {us-hbm-2024.admitted@2025-06-01: [0.25, 0.5]}
design: lhs
futures: 5
seed: 3
until: 2022-03
outcomes: [gap_months, compute_cn]
"""
MINE = "name: mine\nchanges:\n  - {do: delay, select: {ids: [us-h20-letter-2025]}, months: 3}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    path = tmp_path / "study.yaml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def digests(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_a_study_file_reproduces_its_study_to_the_byte(file: Path, tmp_path: Path, monkeypatch):
    one, other = tmp_path / "one", tmp_path / "other"
    assert status(["run", "--study", str(file), "--out", str(one), "--workers", "1"]) == 0
    monkeypatch.chdir(tmp_path.parent)
    again = ["run", "--study", f"{tmp_path.name}/study.yaml", "--workers", "1", "--block", "2"]
    assert status([*again, "--out", str(other)]) == 0
    assert digests(one) == digests(other)
    manifest = read_manifest(one)
    assert manifest.study.design.method == "lhs"
    assert list(manifest.by_name) == ["gap_months", "gap_censored", "compute_cn"]
    assert list(load(one).columns) == ["policy", "future", "date", *manifest.by_name]


def test_options_say_the_same_as_a_study_file(file: Path, monkeypatch):
    monkeypatch.chdir(file.parent)
    file.write_text(
        "policies: [history, mine.yaml]\ndesign: sobol\nfutures: 4\nuntil: 2022-02\n"
        "set: {us-hbm-2024.admitted: [0.5, 1]}\n",
        encoding="utf-8",
    )
    asked = ["history", "mine.yaml", "--design", "sobol", "--futures", "4", "--until", "2022-02"]
    grid = ["--set", "us-hbm-2024.admitted=0.5,1"]
    assert status(["run", *asked, *grid, "--out", "one", "--workers", "1"]) == 0
    assert read_manifest(Path("one")).study == load_study(file)


def test_a_grid_tries_every_combination_on_every_policy_and_keeps_the_policies():
    grid: dict[str, list[float]] = {
        "us-bis-budget.staff": [100, 500],
        "us-hbm-2024.admitted": [0.5, 1.0],
    }
    policies = list(with_grid([load_policy("history")], grid))
    assert [policy.name for policy in policies] == [
        "history",
        "history+staff-100+admitted-0.5",
        "history+staff-100+admitted-1",
        "history+staff-500+admitted-0.5",
        "history+staff-500+admitted-1",
    ]
    for policy in policies[1:]:
        amended = {one.id: one for one in policy.amend(recorded_instruments())}
        staff, admitted = (float(part.rsplit("-", 1)[1]) for part in policy.name.split("+")[1:])
        day = date(2026, 1, 1)
        assert amended["us-bis-budget"].value("staff", day) == staff
        assert amended["us-hbm-2024"].value("admitted", day) == admitted


def test_axes_of_the_same_parameter_are_told_apart_by_their_instrument():
    grid = {"us-case-by-case-2026.approval_odds": [0.5], "us-chip-tariff-2026.approval_odds": [0.6]}
    _, derived = with_grid([load_policy("history")], grid)
    assert derived.name == (
        "history+us-case-by-case-2026.approval_odds-0.5+us-chip-tariff-2026.approval_odds-0.6"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("us-hbm-2024.admitted", "expected INSTRUMENT.PARAMETER"),
        ("us-hbm-2024.admitted=", "expected numbers with commas"),
        ("us-hbm-2024.admitted=a", "expected numbers with commas"),
        ("us-hbm-2024.admitted=-1", "expected numbers of 0 or more, got -1"),
        ("us-hbm-2024.admitted=nan", "expected numbers of 0 or more, got nan"),
        ("us-hbm-2024.admitted=2", "is a share: expected at most 1, got 2"),
        ("us-hbm-2024.admitted@2024-13-01=1", "'2024-13-01' is not a day"),
        ("us-hbm-2024.admited=1", "no parameter 'admited'"),
        ("us-hbm-2023.admitted=1", "did you mean 'us-hbm-2024'"),
        ("us-bis-budget.staff=" + ",".join(str(n) for n in range(1001)), "1001 combinations"),
    ],
)
def test_a_bad_grid_is_refused(text: str, words: str):
    with pytest.raises(PolicyError, match=words):
        list(with_grid([load_policy("history")], dict([axis_in_words(text)])))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("policies: []", "study.yaml: policies: "),
        ("policies: [histry]", "did you mean 'history'"),
        ("policies: [history, history]", "the policy 'history' is given twice"),
        ("policies: [{name: x, changes: [{do: ban}]}]", "policies[0].policy.changes[0]"),
        ("policies: [{name: x, extends: nix}]", "extends: unknown policy 'nix'"),
        ("policies: [{name: history, title: other}]", "'history' is a policy of the library"),
        ("design: latin", "no design is called 'latin'"),
        ("design: table:nowhere.csv", "nowhere.csv: cannot be read"),
        ("design: oat\nfutures: 4", "one at a time takes"),
        ("futures: 0", "futures"),
        ("seed: -1", "seed"),
        ("until: 2050-01", "'2050-01' is out of range"),
        ("until: soon", "'soon' is not a month"),
        ("until: 2025-01-01", "until"),
        ("outcomes: [gap_month]", "did you mean 'gap_months'"),
        ("products: real", "products"),
        ("horizon: 2030-12", "horizon"),
        ("set: {a: [1]}", "expected INSTRUMENT.PARAMETER"),
        ("set: 3", "set"),
    ],
)
def test_a_bad_study_file_is_refused_in_one_line(line: str, words: str, tmp_path: Path, capsys):
    path = tmp_path / "study.yaml"
    start = "" if line.startswith("policies") else "policies: [history]\n"
    path.write_text(f"{start}{line}\n", encoding="utf-8")
    for command in (["study", "check"], ["run", "--out", str(tmp_path / "out"), "--study"]):
        assert status([*command, str(path)]) == 2
        captured = capsys.readouterr()
        assert captured.err.count("\n") == 1
        assert words in captured.err
    assert list(tmp_path.iterdir()) == [path]


def test_a_study_file_stands_alone(file: Path, tmp_path: Path, capsys):
    for more in (["history"], ["--seed", "4"], ["--design", "lhs"], ["--futures", "2"]):
        assert status(["run", *more, "--study", str(file), "--out", str(tmp_path / "out")]) == 2
        assert "--study says all of a study" in capsys.readouterr().err


def test_check_says_what_a_study_comes_to(file: Path, capsys):
    assert status(["study", "check", str(file)]) == 0
    assert "9 policies (history, " in (said := capsys.readouterr().out)
    assert "x 5 futures, design lhs, seed 3, to 2022-03" in said


def test_the_reference_study_ships_and_is_found_by_name_unless_a_file_has_it(
    tmp_path: Path, monkeypatch
):
    study = load_study(Path("reference"))
    assert (len(study.policies), study.futures, study.until) == (13, 1000, date(2030, 12, 1))
    assert study.policies[0].name == "history"
    with pytest.raises(DataError):
        load_study(Path("referense"))
    monkeypatch.chdir(tmp_path)
    Path("reference").write_text("policies: [history]\nfutures: 3\n", encoding="utf-8")
    assert load_study(Path("reference")).futures == 3


def test_parameters_of_a_study_file_hold_in_every_future_whatever_the_design(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "study.yaml"
    asked = "policies: [history]\nparameters: {cash_deployed: 0.6}\ndesign: DESIGN\nfutures: 3\n"
    for design in ("random", "lhs", "nominal"):
        path.write_text(asked.replace("DESIGN", design), encoding="utf-8")
        assert load_study(path).rows(0, 3).fixed["cash_deployed"] == 0.6
        assert status(["study", "check", str(path)]) == 0
        assert "with cash_deployed = 0.6" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("{cash_deploied: 0.6}", "Did you mean 'cash_deployed'"),
        ("{cash_deployed: 1.6}", "cash_deployed: expected a number, 0 to 1, got 1.6"),
        ("{cash_deployed: .nan}", "0 to 1"),
        ("{cash_deployed: all}", "valid number"),
    ],
)
def test_parameters_that_cannot_be_are_refused_in_one_line(
    parameters: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(f"policies: [history]\nparameters: {parameters}\n", encoding="utf-8")
    assert status(["study", "check", str(path)]) == 2
    error = capsys.readouterr().err
    assert said.casefold() in error.casefold()
    assert "study.yaml: parameters" in error
    assert "Value error" not in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "history", "history"], "policies: the policy 'history' is given twice\n"),
        (["run", "history", "--keep", "gap_month"], "'gap_month'; did you mean 'gap_months'?\n"),
        (["run", "--study", "referense"], "or a YAML file; did you mean 'reference'?\n"),
        (["run", "--study", "mine.yaml"], "mine.yaml: cannot be read: No such file or directory\n"),
    ],
)
def test_what_cannot_be_run_is_told_without_the_words_of_a_library(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert status(arguments) == 2
    error = capsys.readouterr().err
    assert error.endswith(said)
    assert "Value error" not in error
    assert error.count("\n") == 1
