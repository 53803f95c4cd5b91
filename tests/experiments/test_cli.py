from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.cli import status
from model.loading import recorded_instruments

ROOT = Path(__file__).parents[2]
KNOWN = recorded_instruments()[0].id

BAD_POLICIES = {
    "syntax": ("name: [mine\n", ("mine.yaml", "cannot be read")),
    "a date of no calendar": (
        "name: mine\ntitle: 2025-13-01\n",
        ("mine.yaml", "cannot be read", "month"),
    ),
    "a list as a key": ("? [name]\n: mine\n", ("mine.yaml", "cannot be read", "unhashable")),
    "not a mapping": ("- 1\n- 2\n", ("mine.yaml", "content")),
    "empty": ("", ("mine.yaml", "content")),
    "unknown key": ("name: mine\ncolour: red\n", ("mine.yaml", "colour", "expected no such key")),
    "key twice": ("name: mine\nname: yours\n", ("mine.yaml", "'name' is given twice")),
    "no name": ("title: Mine\n", ("mine.yaml", "name", "is missing")),
    "bad name": ("name: Mine and yours\n", ("mine.yaml", "name", "pattern")),
    "wrong type": ("name: mine\nchanges: 3\n", ("mine.yaml", "changes", "expected a list")),
    "unknown change": (
        "name: mine\nchanges:\n  - do: ban\n",
        (
            "mine.yaml",
            "changes[0]",
            "'remove', 'delay', 'scale', 'set', 'tighten', 'loosen', 'add'",
        ),
    ),
    "bad date": (
        f"name: mine\nchanges:\n  - {{do: remove, select: {{ids: [{KNOWN}]}}, since: soon}}\n",
        ("mine.yaml", "changes[0].remove.since", "date"),
    ),
    "bad number": (
        f"name: mine\nchanges:\n  - {{do: delay, select: {{ids: [{KNOWN}]}}, months: -3}}\n",
        ("mine.yaml", "changes[0].delay.months", "greater than 0"),
    ),
    "selects nothing": (
        "name: mine\nchanges:\n  - {do: remove, select: {}}\n",
        ("mine.yaml", "changes[0].remove.select", "needs 'ids'"),
    ),
    "unknown instrument": (
        f"name: mine\nchanges:\n  - {{do: remove, select: {{ids: [{KNOWN}s]}}}}\n",
        ("mine.yaml", f"'{KNOWN}s'", f"did you mean '{KNOWN}'"),
    ),
    "unknown parameter": (
        "name: mine\nchanges:\n"
        "  - {do: scale, select: {kind: subsidy}, parameter: yearly, factor: 2}\n",
        ("mine.yaml", "no parameter 'yearly'", "annual_usd_bn"),
    ),
}


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line a refused command prints."""
    assert status(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("aigap: ")
    assert "Traceback" not in captured.err
    return captured.err


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("cli") / "study"
    arguments = [
        "history",
        "no-controls",
        "--futures",
        "20",
        "--until",
        "2024-06",
        "--workers",
        "1",
    ]
    assert status(["run", *arguments, "--out", str(out)]) == 0
    return str(out)


@pytest.mark.parametrize("case", BAD_POLICIES)
def test_a_bad_policy_file_is_refused(case: str, tmp_path: Path, capsys):
    content, words = BAD_POLICIES[case]
    path = tmp_path / "mine.yaml"
    path.write_text(content, encoding="utf-8")
    line = refused(["run", str(path), "--out", str(tmp_path / "out")], capsys)
    for word in words:
        assert word in line
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-control"], "unknown policy 'no-control'; did you mean 'no-controls'?"),
        (["nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["history", "history"], "the policy 'history' is given twice"),
        (["history", "--until", "2025"], "'2025' is not a month: expected YYYY-MM"),
        (["history", "--until", "2025-13"], "'2025-13' is not a month: expected YYYY-MM"),
        (["history", "--until", "2021-12"], "'2021-12' is out of range: expected 2022-01 to 2040"),
        (["history", "--until", "2041-01"], "'2041-01' is out of range: expected 2022-01 to 2040"),
        (["history", "--futures", "0"], "--futures"),
        (
            ["history", "--products", "real"],
            "products: Input should be 'recorded', 'versions-planned' or 'planned'",
        ),
        (["history", "--futures", "many"], "--futures"),
        (["history", "--futures", "1.5"], "--futures"),
        (["history", "--futures", "99999999999"], "--futures"),
        (["history", "--seed", "-1"], "--seed"),
        (["history", "--seed", "99999999999999999999"], "seed"),
        (["history", "--workers", "0"], "--workers"),
        (["history", "--block", "0"], "--block"),
        (["history", "--keep", "gap_month"], "no outcome is named 'gap_month'; did you mean"),
        (["history", "--keep", ""], "no outcome is named ''"),
        (["history", "--every", "0"], "--every"),
        (["history", "--every", "241"], "--every"),
        (["--resume", "nowhere"], "--resume finishes the study as it is: expected no out beside"),
        (["history", "--colour", "red"], "--colour"),
        ([], "POLICY"),
    ],
)
def test_a_bad_run_is_refused_before_anything_is_written(arguments, words, tmp_path: Path, capsys):
    assert words in refused(["run", *arguments, "--out", str(tmp_path / "out")], capsys)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_directory_is_refused(tmp_path: Path, capsys):
    (tmp_path / "file").touch()
    line = refused(["run", "history", "--out", str(tmp_path / "file" / "out")], capsys)
    assert "file/out: cannot be written: Not a directory" in line
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_directory_of_other_things_is_refused_even_to_overwrite(tmp_path: Path, capsys):
    (tmp_path / "thesis.tex").touch()
    line = refused(["run", "history", "--out", str(tmp_path), "--overwrite"], capsys)
    assert "not a study of aigap" in line
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--baseline", "historic"], "no policy 'historic'; did you mean 'history'?"),
        (["--outcome", "gap_month"], "no outcome 'gap_month'; did you mean 'gap_months'?"),
        (["--on", "2024-07"], "'2024-07' is out of range: expected 2022-01 to 2024-06"),
        (["--on", "2021-12"], "'2021-12' is out of range: expected 2022-01 to 2024-06"),
        (["--on", "mid-2023"], "'mid-2023' is not a month: expected YYYY-MM"),
    ],
)
def test_a_bad_comparison_is_refused(study: str, arguments: list[str], words: str, capsys):
    assert words in refused(["compare", study, *arguments], capsys)


@pytest.mark.parametrize("command", ["compare", "plot"])
def test_a_directory_that_is_no_study_is_refused(command: str, tmp_path: Path, capsys):
    for directory in (tmp_path, tmp_path / "nowhere"):
        assert "is not a study" in refused([command, str(directory)], capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "gap.docx"], "gap.docx: expected a name that ends in .png or .svg"),
        (["--out", "nowhere/gap.png"], "nowhere/gap.png: cannot be written"),
        (["--baseline", "historic"], "no policy 'historic'"),
    ],
)
def test_a_bad_plot_is_refused(study: str, arguments, words, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert words in refused(["plot", study, *arguments], capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["policy", "show", "no-control"], "did you mean 'no-controls'"),
        (["policy"], "command"),
        (["simulate"], "simulate"),
        (["bench", "--futures", "0"], "--futures"),
        (["bench", "--until", "2050-01"], "out of range"),
    ],
)
def test_other_bad_commands_are_refused(arguments: list[str], words: str, capsys):
    assert words in refused(arguments, capsys)


def test_run_says_in_one_line_on_stderr_what_it_did_and_is_not_run_twice(tmp_path: Path, capsys):
    arguments = ["run", "history", "--futures", "3", "--until", "2022-02"]
    out = tmp_path / "out"
    assert status([*arguments, "--out", str(out)]) == 0
    first = capsys.readouterr()
    assert first.out == ""
    assert first.err.count("\n") == 1
    assert "1 policy x 3 futures to 2022-02" in first.err
    assert status([*arguments, "--out", str(out)]) == 0
    assert "holds this very study, finished" in capsys.readouterr().err
    assert "give --overwrite" in refused([*arguments, "--seed", "2", "--out", str(out)], capsys)
    assert status([*arguments, "--seed", "2", "--out", str(out), "--overwrite"]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "holds no study to resume"),
        (["history"], "expected no policies beside it"),
        (["--seed", "1"], "expected no seed beside it"),
        (["--keep", "gap_months"], "expected no --keep beside it"),
        (["--study", "study.yaml"], "expected no study beside it"),
        (["--overwrite"], "expected no overwrite beside it"),
    ],
)
def test_a_bad_resumption_is_refused(arguments, words, tmp_path: Path, capsys):
    assert words in refused(["run", *arguments, "--resume", str(tmp_path)], capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_finished_study_is_resumed_in_a_line(tmp_path: Path, capsys):
    out = tmp_path / "out"
    assert (
        status(["run", "history", "--futures", "2", "--until", "2022-01", "--out", str(out)]) == 0
    )
    capsys.readouterr()
    assert status(["run", "--resume", str(out)]) == 0
    assert "finished; nothing to do" in capsys.readouterr().err
    next(out.rglob("*.parquet")).unlink()
    assert status(["run", "--resume", str(out)]) == 0
    assert "1 policy x 2 futures to 2022-01" in capsys.readouterr().err


def test_a_thin_study_is_compared_as_far_as_it_goes(tmp_path: Path, capsys):
    out = str(tmp_path / "out")
    thin = ["--futures", "4", "--until", "2022-06", "--keep", "compute_cn", "--every", "4"]
    assert status(["run", "history", "no-controls", *thin, "--out", out]) == 0
    capsys.readouterr()
    assert status(["compare", out, "--on", "2022-05", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [outcome["name"] for outcome in found["outcomes"]] == ["compute_cn"]
    assert status(["compare", out]) == 0, "the last month is always stored"
    capsys.readouterr()
    assert "2022-04 is not stored; the nearest" in refused(
        ["compare", out, "--on", "2022-04"], capsys
    )
    assert "has no outcome 'gap_months'" in refused(["plot", out], capsys)


def test_results_go_to_a_folder_named_after_the_policies(tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ["--futures", "1", "--until", "2022-01", "--workers", "1"]
    assert status(["run", "history", "no-controls", *arguments]) == 0
    assert (tmp_path / "results" / "history+no-controls" / "manifest.json").is_file()


def test_the_table_has_units_and_puts_the_baseline_first(study: str, capsys):
    assert status(["compare", study, "--baseline", "no-controls", "--on", "2024-01"]) == 0
    table = capsys.readouterr().out
    lines = table.splitlines()
    assert "January 2024, prior ensemble, 20 futures; differences from no-controls" in lines[0]
    at = next(number for number, line in enumerate(lines) if "gap_months, months" in line)
    assert lines[at + 1].split()[0] == "no-controls"
    assert lines[at + 2].split()[0] == "history"
    assert "gap_censored" not in table
    assert max(len(line) for line in lines) <= 120


def test_the_json_is_plain_and_complete(study: str, capsys):
    assert status(["compare", study, "--json", "--all"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["baseline"], found["on"], found["futures"]) == ("history", "2024-06", 20)
    names = [outcome["name"] for outcome in found["outcomes"]]
    assert {"gap_months", "chip_gap_years", "smuggled_units"} <= set(names)
    for outcome in found["outcomes"]:
        assert outcome["unit"]
        base, other = outcome["policies"]
        assert (base["policy"], base["difference"]) == ("history", None)
        assert other["difference"]["pairs"] + other["difference"]["dropped"] == 20


def test_several_months_are_compared_in_one_go(study: str, tmp_path: Path, capsys):
    out = tmp_path / "months.csv"
    wanted = ["--outcome", "compute_cn", "--on", "2024-01,2023-06"]
    assert status(["compare", study, "--json", "--csv", str(out), *wanted]) == 0
    months = json.loads(capsys.readouterr().out)["months"]
    assert [month["on"] for month in months] == ["2023-06", "2024-01"]
    alone = ["compare", study, "--json", "--outcome", "compute_cn", "--on", "2023-06"]
    assert status(alone) == 0
    assert json.loads(capsys.readouterr().out) == months[0]
    assert {line.split(",")[2] for line in out.read_text().splitlines()[1:]} == {
        "2023-06",
        "2024-01",
    }
    assert status(["compare", study, *wanted]) == 0
    shown = capsys.readouterr().out
    assert shown.index("June 2023") < shown.index("January 2024")
    page = str(tmp_path / "page.html")
    assert "--html shows one month" in refused(["compare", study, *wanted, "--html", page], capsys)
    assert "'2023'" in refused(["compare", study, "--on", "2023-06,2023"], capsys)


def test_only_the_outcomes_named_are_compared(study: str, capsys):
    wanted = ["--outcome", "compute_cn", "--outcome", "gap_censored"]
    assert status(["compare", study, "--json", *wanted]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [outcome["name"] for outcome in found["outcomes"]] == ["compute_cn", "gap_censored"]


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_figure_is_written_in_the_format_of_its_name(study: str, suffix: str, tmp_path: Path):
    out = tmp_path / f"gap{suffix}"
    assert status(["plot", study, "--out", str(out)]) == 0
    assert (b"\x89PNG" if suffix == ".png" else b"<svg") in out.read_bytes()[:1000]


def test_lists_name_every_policy_and_outcome(capsys):
    assert status(["policies"]) == 0
    assert "double-chips-act" in capsys.readouterr().out
    assert status(["outcomes"]) == 0
    listed = capsys.readouterr().out
    assert "gap_months" in listed
    assert "orders of magnitude" in " ".join(listed.split())


def test_a_policy_is_shown_with_what_it_changes(capsys):
    assert status(["policy", "show", "no-controls"]) == 0
    shown = capsys.readouterr().out
    removed = [one for one in recorded_instruments() if one.family == "export-control"]
    assert all(one.id in shown for one in removed)
    assert "removed" in shown
    assert "changed" not in shown
    assert status(["policy", "show", "history"]) == 0
    assert "Changes nothing" in capsys.readouterr().out


def test_without_a_command_help_is_shown(capsys):
    assert status([]) == 0
    assert "compare" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("viz.cli", ("experiments", "model", "numpy")),  # every worker process loads it
        ("experiments.cli", ("matplotlib", "scipy.stats", "SALib", "xarray")),
    ],
)
def test_a_command_begins_without_what_it_may_not_need(module: str, heavy: tuple[str, ...]):
    code = f"import sys, {module}; print(*(name for name in {heavy} if name in sys.modules))"
    begun = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert begun.stdout.split() == []


def test_version_and_help_end_well(capsys):
    assert status(["--version"]) == 0
    assert capsys.readouterr().out.startswith("aigap ")
    assert status(["run", "--help"]) == 0
    assert "Example: aigap run" in " ".join(capsys.readouterr().out.split())


def test_as_a_program_in_a_pipe_it_is_quiet_and_exits_with_the_code(tmp_path: Path):
    command = [sys.executable, "-m", "experiments.cli", "run", "history", "--futures", "4"]
    command += ["--until", "2022-02", "--workers", "1"]
    good = subprocess.run(
        [*command, "--out", str(tmp_path / "s")], cwd=ROOT, capture_output=True, check=True
    )
    assert good.stdout == b""
    assert good.stderr.count(b"\n") == 1
    assert b"\x1b" not in good.stderr
    bad = subprocess.run([*command, "--seed", "x"], cwd=ROOT, capture_output=True, check=False)
    assert bad.returncode == 2


def test_policy_show_tells_when_an_adaptive_government_acts_and_what_it_then_changes(capsys):
    assert status(["policy", "show", "adaptive-tightening"]) == 0
    shown = capsys.readouterr().out
    assert "US tightens where gap_months is below 6, reviewed every 12 months" in shown
    assert "us-adaptive-embargo" in shown
    assert "Changes nothing" not in shown
