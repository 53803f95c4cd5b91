"""The API reference builds from the docstrings, without a network and without a warning."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_reference_builds_and_holds_every_package(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "api.py", tmp_path, "--quick"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    for module in ("model/world", "agents/developer", "experiments/store", "viz/app"):
        assert (tmp_path / f"{module}.html").exists(), module
    told = (tmp_path / "agents" / "software.html").read_text(encoding="utf-8")
    assert "learning by using (Rosenberg 1982)" in told
