"""Every recipe of docs/recipes.md, carried out as it is printed in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "recipes.md"
PACKAGES = ("agents", "model", "experiments", "viz")
PATIENCE = 180  # seconds for a command
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
# Commands share a process, as most of the time of a short one goes into its imports.
ONE_AFTER_ANOTHER = """
import os, shlex, sys
from viz.command_line import status
if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):  # one worker: starting another takes longer than the work
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for line in sys.argv[1:]:
        code = status(shlex.split(line)[1:])
        if code:
            sys.exit(f"{line}: exit code {code}")
"""
FILE = re.compile(r"# (\S+\.(?:py|yaml))\n")


def recipes() -> dict[str, str]:
    _, *sections = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(sections[::2], sections[1::2], strict=True))


class Copy:
    """A copy of the packages in which a recipe is carried out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        skipped = shutil.ignore_patterns("__pycache__", "vendor")
        for package in PACKAGES:
            shutil.copytree(ROOT / package, folder / package, ignore=skipped)
        self._surroundings = os.environ | {"PYTHONPATH": str(folder)}
        self.printed = ""

    def carry_out(self, language: str, text: str) -> None:
        named = FILE.match(text)
        if language == "diff":
            self._change(text)
        elif language == "text":
            assert self.printed == text
        elif named:
            path = self.folder / named[1]
            assert not path.exists(), f"{named[1]} is there already"
            path.write_text(text[named.end() :], encoding="utf-8")
        elif language == "python":
            self._run([sys.executable, "-c", text])
        else:
            assert language == "sh", f"a block of {language} is neither a file nor a command"
            lines = text.splitlines()
            assert all(line.startswith("aigap ") for line in lines), text
            self._run([sys.executable, "-c", ONE_AFTER_ANOTHER, *lines])

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._surroundings,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"{command[-1]}\n{done.stdout}{done.stderr}"
        assert done.stdout.strip(), f"{command[-1]}: prints nothing"
        self.printed = done.stdout

    def _change(self, text: str) -> None:
        for name, hunks in re.findall(r"^--- (\S+)\n((?:(?!---).*\n)+)", text, re.M):
            path = self.folder / name
            content = path.read_text(encoding="utf-8")
            for hunk in hunks.removeprefix("@@\n").split("@@\n"):
                lines = hunk.splitlines(keepends=True)
                before = "".join(line[1:] for line in lines if line[0] != "+")
                after = "".join(line[1:] for line in lines if line[0] != "-")
                assert content.count(before) == 1, f"{name}: not found once:\n{before}"
                content = content.replace(before, after)
            path.write_text(content, encoding="utf-8")


@pytest.mark.parametrize("recipe", recipes())
def test_a_recipe_works_as_printed(recipe: str, tmp_path: Path):
    blocks = BLOCK.findall(recipes()[recipe])
    assert any(language in {"sh", "python"} for language, _ in blocks), "nothing is run"
    copy = Copy(tmp_path)
    for language, text in blocks:
        copy.carry_out(language, text)


def test_a_recipe_that_no_longer_fits_the_code_is_told(tmp_path: Path):
    copy = Copy(tmp_path)
    with pytest.raises(AssertionError, match="not found once"):
        copy.carry_out("diff", "--- model/cast.py\n@@\n no such line\n+another\n")
    with pytest.raises(AssertionError, match="No module named"):
        copy.carry_out("python", "import agents.nobody\n")
