"""The notebooks of the documentation run from top to bottom, and find what they say they do."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "docs" / "notebooks"
PATIENCE = 300  # seconds for a cell


def executed(name: str, expression: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a notebook, and give what an expression is worth at its end."""
    given = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *([given] if given else [])]))
    monkeypatch.setenv("MPLBACKEND", "agg")
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    last = nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({expression}))")
    notebook.cells.append(last)
    NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3").execute()
    (output,) = notebook.cells[-1].outputs
    return json.loads(output["text"])


def test_a_first_comparison_finds_more_compute_and_little_change_of_the_gap(monkeypatch):
    told = executed(
        "first-comparison.ipynb",
        "{'mean': gap.difference.mean, 'pairs': gap.difference.pairs, 'spread': float(spread),"
        " 'ratio': ratio.to_dict(), 'change': change.values[[0, -1]].tolist()}",
        monkeypatch,
    )
    assert told["pairs"] > 90
    assert told["ratio"]["no-controls"] < told["ratio"]["history"]
    assert abs(told["mean"]) < 0.5 * told["spread"]  # as it says: little beside what it varies by
    assert told["change"][0] == 0.0  # before any rule
    assert told["change"][-1] == pytest.approx(told["mean"], rel=0.05, abs=0.1)


def test_scenario_discovery_finds_where_the_rules_leak(monkeypatch):
    told = executed(
        "scenario-discovery.ipynb",
        "{'boxes': [[limits.parameter for limits in box.limits] for box in found.boxes],"
        " 'low': found.boxes[0].limits[0].low, 'times': float(best / share)}",
        monkeypatch,
    )
    assert "rentable_share" in told["boxes"][0]
    assert told["times"] > 1.8


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_notebooks_are_kept_without_outputs(path: Path):
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
