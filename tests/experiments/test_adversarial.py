"""Whatever a command is given: one line on stderr, exit code 2, no simulation, nothing left behind.

Commands and options are found from the command line itself, so a new one is tried too.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from experiments.cli import app
from model.outcomes import OUTCOMES
from model.world import World
from viz.command_line import status

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
NUMBERS = ["", "many", "nan", "-1e999", "-3", "9" * 500, "0x10", "½", "1 2", "--"]
NAMES = ["", " ", "naïve-Πολιτική", "../..", "a" * 5000, "\x00", "no such thing", "*", "-"]
DATES = ["", "soon", "2025", "2025-13", "-2025-01", "99999-01", "0000-00", "2025-1½", "2025-01\x00"]
# Options whose name in the help says what they hold.
KINDS = {
    **dict.fromkeys(["N", "S", "W", "B", "X", "SHARE", "GB/S"], NUMBERS),
    **dict.fromkeys(["YYYY-MM", "YYYY-MM-DD", "YYYY-MM,..."], DATES),
    **dict.fromkeys(["NAME", "CC", "C", "F", "CLASS", "ID", "OUTCOME,..."], NAMES),
    **dict.fromkeys(["POLICY", "NAME|FILE", "prior|calibrated|FILE"], NAMES),
    "INSTRUMENT.PARAMETER=A,B,C": [*NAMES, "=", "a.b=", "us-hbm-2024.admitted=1e999"],
}


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = {" ".join(path): command for path, command in commands(typer.main.get_command(app))}
OPTIONS = [
    (name, parameter)
    for name, command in COMMANDS.items()
    for parameter in command.params
    if parameter.name != "help"
]
# What each command needs besides what is tried.
NEEDED = {
    "plot": ["STUDY"],
    "compare": ["STUDY"],
    "discover": ["STUDY", "--policy", "no-controls", "--fails-below", "6"],
    "robust": ["STUDY", "--better", "high"],
    "findings": ["STUDY", "--prior", "STUDY"],
    "run": ["history"],
    "sensitivity": ["--policy", "no-controls"],
    "policy show": ["history"],
    "policy check": ["history"],
    "policy new": ["new.yaml"],
    "study check": ["study.yaml"],
    "rules check": ["--chip", "H20"],
    "rules show": ["us-hbm-2024"],
}
# Free text, or read as a name that anything can have; and options that only start a server.
HARMLESS = {("rules check", "--buyer"), ("viz", "--host"), ("viz", "--studies")}
# Any finite number is a standard.
ANY_NUMBER = {("robust", "--standard"): {"-3"}}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("adversarial") / "study"
    asked = ["run", "history", "no-controls", "--futures", "2", "--until", "2022-03"]
    assert status([*asked, "--workers", "1", "--out", str(out)]) == 0
    return out


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[list[str]], str]:
    """Runs a command that is to be refused, and gives what it said."""

    def simulated(*_: object, **__: object) -> None:
        raise AssertionError("it began to simulate")

    monkeypatch.setattr(World, "run_to", simulated)
    monkeypatch.chdir(tmp_path)

    def run(arguments: list[str]) -> str:
        before = listing(tmp_path)
        capsys.readouterr()
        code = status(arguments)
        said = capsys.readouterr().err
        shown = [one[:60] for one in arguments]
        assert code == 2, (shown, code, said)
        assert said.startswith("aigap: "), (shown, said)
        assert said.count("\n") == 1, (shown, said)
        assert len(said) < 12_000, shown
        assert listing(tmp_path) == before, shown
        return said

    return run


def listing(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


def asked(name: str, parameter: Any, value: str, study: Path) -> list[str]:
    """A command line that is sound but for one value."""
    needed = [str(study) if word == "STUDY" else word for word in NEEDED.get(name, [])]
    option = parameter.opts[0]
    if parameter.param_type_name == "argument":
        return [*name.split(), *needed[1:], "--", value]
    if option in needed:
        del needed[needed.index(option) : needed.index(option) + 2]
    return [*name.split(), *needed, f"{option}={value}"]


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        pytest.param(name, parameter, id=f"{name} {parameter.opts[0]}")
        for name, parameter in OPTIONS
        if parameter.metavar in KINDS and (name, parameter.opts[0]) not in HARMLESS
    ],
)
def test_a_value_that_means_nothing_is_refused(
    name: str, parameter: Any, study: Path, refused: Callable[[list[str]], str]
):
    for value in KINDS[parameter.metavar]:
        if value in ANY_NUMBER.get((name, parameter.opts[0]), ()):
            continue
        refused(asked(name, parameter, value, study))


def spoil_files(folder: Path) -> list[Path]:
    """Files of which no command can make anything."""
    contents: dict[str, bytes] = {
        "empty.yaml": b"",
        "latin.yaml": "name: caf\xe9\n".encode("latin-1"),
        "nul.yaml": b"name: a\x00b\n",
        "bomb.yaml": BOMB.encode(),
        "deep.yaml": b"[" * 20_000,
        "binary.yaml": bytes(range(256)) * 64,
        "other.yaml": b"version: '3'\nservices: {db: {image: postgres}}\n",
        "python.yaml": b"!!python/object/apply:os.system ['true']\n",
        "half.csv": b"future\n1\n2,3\n",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "folder.yaml").mkdir()
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "nowhere.yaml").symlink_to("gone/file.yaml")
    names = [*contents, "folder.yaml", "loop.yaml", "nowhere.yaml", "missing.yaml"]
    return [folder / name for name in names]


FILES_READ = [
    ["policy", "check", "FILE"],
    ["policy", "show", "FILE"],
    ["study", "check", "FILE"],
    ["run", "FILE"],
    ["run", "--study", "FILE"],
    ["run", "history", "--design", "table:FILE"],
    ["run", "history", "--ensemble", "FILE"],
    ["run", "--resume", "FILE"],
    ["hindcast", "--policy", "FILE"],
    ["hindcast", "--ensemble", "FILE"],
    ["supply", "--ensemble", "FILE"],
    ["installed", "--policy", "FILE"],
    ["league", "--policy", "FILE"],
    ["explain", "--ensemble", "FILE"],
    ["tell", "--policy", "FILE"],
    ["sensitivity", "--policy", "FILE"],
    ["rules", "list", "--policy", "FILE"],
    ["compare", "FILE"],
    ["plot", "FILE"],
    ["discover", "FILE", "--policy", "no-controls", "--fails-below", "6"],
    ["robust", "FILE", "--better", "high"],
    ["findings", "FILE", "--prior", "FILE"],
    ["findings", "nowhere", "--prior", "nowhere", "--sobol", "FILE"],
]


@pytest.mark.parametrize("words", FILES_READ, ids=" ".join)
def test_a_file_of_which_nothing_can_be_made_is_refused(
    words: list[str], tmp_path: Path, refused: Callable[[list[str]], str]
):
    for path in spoil_files(tmp_path):
        said = refused([word.replace("FILE", str(path)) for word in words])
        assert path.stem in said


def spoil_studies(study: Path, folder: Path) -> Iterator[Path]:
    """Directories that are no study, or a study no more."""
    manifest = (study / "manifest.json").read_text(encoding="utf-8")
    content = json.loads(manifest)
    manifests: dict[str, bytes] = {
        "of-another-program": b'{"name": "app", "version": "1.0"}',
        "truncated": manifest[: len(manifest) // 2].encode(),
        "empty": b"",
        "a-list": b"[1, 2]",
        "newer": json.dumps(content | {"schema_version": 999}).encode(),
        "no-version": json.dumps({k: v for k, v in content.items() if k != "study"}).encode(),
        "latin": b'{"name": "\xe9"}',
        "deep": b"[" * 100_000,
        "huge-number": b'{"schema_version": 1' + b"0" * 5000 + b"}",
    }
    for name, text in manifests.items():
        path = folder / name
        shutil.copytree(study, path)
        (path / "manifest.json").write_bytes(text)
        yield path
    for name, spoil in {
        "cut": lambda file: file.write_bytes(file.read_bytes()[:-100]),
        "gone": lambda file: file.unlink(),
        "of-zeros": lambda file: file.write_bytes(b"\0" * 1000),
        "a-folder": lambda file: (file.unlink(), file.mkdir()),
    }.items():
        path = folder / name
        shutil.copytree(study, path)
        spoil(next((path / "results" / "no-controls").glob("*.parquet")))
        yield path
    path = folder / "manifest-is-a-folder"
    (path / "manifest.json").mkdir(parents=True)
    yield path


@pytest.mark.parametrize(
    "words",
    [words for words in FILES_READ if words[0] in {"compare", "plot", "robust", "discover"}],
    ids=" ".join,
)
def test_a_directory_that_is_no_study_is_refused(
    words: list[str], study: Path, tmp_path: Path, refused: Callable[[list[str]], str]
):
    for path in spoil_studies(study, tmp_path):
        assert path.name in refused([str(path) if word == "FILE" else word for word in words])


FILES_WRITTEN = [
    ["plot", "STUDY", "--out", "FILE.png"],
    ["compare", "STUDY", "--html", "FILE.html"],
    ["compare", "STUDY", "--csv", "FILE.csv"],
    ["policy", "new", "FILE.yaml"],
]


WRITTEN_AFTER_LONG_WORK = [
    ["hindcast", "--figure", "FILE.png"],
    ["explain", "--figure", "FILE.svg"],
    ["sensitivity", "--policy", "no-controls", "--figure", "FILE.png"],
    ["calibrate", "--figure", "FILE.png"],
    ["calibrate", "--report", "FILE.md"],
    ["calibrate", "--out", "FILE.csv"],
]


@pytest.mark.parametrize("words", WRITTEN_AFTER_LONG_WORK, ids=" ".join)
def test_what_cannot_be_written_is_refused_before_the_work(
    words: list[str], tmp_path: Path, refused: Callable[[list[str]], str], monkeypatch
):
    def works(*_: object) -> None:
        pytest.fail("a world lives although what comes of it has no place to go")

    monkeypatch.setattr(World, "run_to", works)
    ending = Path(words[-1]).suffix
    (tmp_path / f"folder{ending}").mkdir()
    for place in ("nowhere/file", "folder", "x" * 300):
        said = refused([*words[:-1], f"{tmp_path / place}{ending}"])
        assert "cannot be written" in said


@pytest.mark.parametrize("words", FILES_WRITTEN, ids=" ".join)
def test_a_file_that_cannot_be_written_is_refused(
    words: list[str], study: Path, tmp_path: Path, refused: Callable[[list[str]], str]
):
    ending = Path(words[-1]).suffix
    (tmp_path / "plain").write_text("", encoding="utf-8")
    (tmp_path / f"folder{ending}").mkdir()
    (tmp_path / f"loop{ending}").symlink_to(f"loop{ending}")
    for place in ("plain/file", "folder", "loop/file", "x" * 300, "nul\x00", "/proc/file"):
        target = f"{tmp_path / place}{ending}"
        refused([target if "FILE" in w else str(study) if w == "STUDY" else w for w in words])


@pytest.mark.parametrize("place", ["plain", "plain/out", "others", "loop", "x" * 300, "/proc/out"])
def test_a_study_is_put_nowhere_it_cannot_lie(
    place: str, tmp_path: Path, refused: Callable[[list[str]], str]
):
    (tmp_path / "plain").write_text("kept", encoding="utf-8")
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "thesis.tex").write_text("kept", encoding="utf-8")
    (tmp_path / "loop").symlink_to("loop")
    short = ["--futures", "2", "--until", "2022-03", "--workers", "1"]
    refused(["run", "history", *short, "--out", str(tmp_path / place)])


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_or_argument_too_many_is_refused(name: str, refused: Callable[[list[str]], str]):
    assert "--no-such-option" in refused([*name.split(), "--no-such-option"])


def test_every_option_that_holds_a_value_is_tried():
    """A new kind of option is to be added to the tables above."""
    known = {*KINDS, None, "FILE", "DIR", "DIR...", "ADDRESS"}
    other = {p.metavar for _, p in OPTIONS if p.metavar not in known}
    assert all("|" in metavar for metavar in other), other


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        pytest.param(name, parameter, id=f"{name} {parameter.opts[0]}")
        for name, parameter in OPTIONS
        if parameter.metavar is not None
        and "|" in parameter.metavar
        and parameter.metavar not in KINDS
    ],
)
def test_a_choice_that_there_is_not_is_refused(
    name: str, parameter: Any, study: Path, refused: Callable[[list[str]], str]
):
    for value in ["", "neither", "HIGH ", "\x00", "é" * 300]:
        refused(asked(name, parameter, value, study))


def test_a_world_that_goes_wrong_ends_a_study_with_one_line_and_nothing_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    lost = replace(OUTCOMES["compute_cn"], compute=lambda world: np.full(world.futures, np.nan))
    monkeypatch.setattr("model.record.OUTCOMES", {**OUTCOMES, "compute_cn": lost})
    short = ["--futures", "2", "--until", "2022-03", "--workers", "1"]
    assert status(["run", "history", *short, "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "compute_cn is nan in 2022-01 of future 0" in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())
