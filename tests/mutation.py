"""Mutation testing of the pure mechanisms: does a test notice when a formula is changed?

Usage: ``python tests/mutation.py [MODULE ...]``, or ``make mutation``.  One operator, comparison,
number or sign is changed at a time; the unit tests of that module then run in a process of their
own on a copy of the sources.  A mutant is *killed* if they fail or take too long.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TARGETS = {
    "agents/capability.py": "tests/agents/test_capability.py",
    "agents/lithography.py": "tests/agents/test_lithography.py",
    "agents/chip_design.py": "tests/agents/test_chip_design.py",
    "agents/migration.py": "tests/agents/test_migration.py",
    "agents/purchasing.py": "tests/agents/test_purchasing.py",
    "agents/adoption_choice.py": "tests/agents/test_adoption_choice.py",
    "agents/software.py": "tests/agents/test_software.py",
    "agents/sector_choice.py": "tests/agents/test_sector_choice.py",
    "agents/fleet_split.py": "tests/agents/test_fleet_split.py",
    "agents/product_planning.py": "tests/agents/test_product_planning.py",
    "agents/arrays.py": "tests/agents/test_arrays.py",
    "model/frontier.py": "tests/model/test_frontier.py",
}
SECONDS = 120
_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_CALLS = {"maximum": "minimum", "minimum": "maximum", "exp": "expm1", "expm1": "exp"}


def mutants(tree: ast.Module) -> Iterator[tuple[int, str, ast.Module]]:
    """Every mutant of a module: line, what was changed, and the changed tree."""
    for number, node in enumerate(ast.walk(tree)):
        for change in _changes(node):
            copy = deepcopy(tree)
            twin = list(ast.walk(copy))[number]
            words = change(twin)
            if words:
                yield getattr(node, "lineno", 0), words, ast.fix_missing_locations(copy)


def _changes(node: ast.AST) -> list[Callable[[Any], str]]:
    """What can be changed in a node: functions that do it and say so in words."""
    if isinstance(node, ast.BinOp) and type(node.op) in _SWAPS:
        return [_other_operator]
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        return [_other_comparison]
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return [_other_number]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
        return [_no_sign]
    if isinstance(node, ast.Attribute) and node.attr in _CALLS:
        return [_other_call]
    return []


def _other_operator(node: Any) -> str:
    was = type(node.op)
    node.op = _SWAPS[was]()
    return f"{was.__name__} -> {type(node.op).__name__}"


def _other_comparison(node: Any) -> str:
    was = type(node.ops[0])
    node.ops[0] = _SWAPS[was]()
    return f"{was.__name__} -> {type(node.ops[0]).__name__}"


def _other_number(node: Any) -> str:
    was = node.value
    node.value = was + 1.0
    return f"{was!r} -> {node.value!r}"


def _no_sign(node: Any) -> str:
    was = type(node.op).__name__
    node.op = ast.UAdd()
    return f"{was} -> nothing"


def _other_call(node: Any) -> str:
    was = node.attr
    node.attr = _CALLS[was]
    return f"{was} -> {node.attr}"


def killed(folder: Path, module: str, source: str) -> bool:
    """Whether the tests of a module notice the changed source."""
    path = folder / module
    kept = path.read_text(encoding="utf-8")
    path.write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-qx", "-p", "no:cacheprovider", TARGETS[module]]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(kept, encoding="utf-8")
    return done.returncode != 0


def main(modules: list[str]) -> int:
    """Try every mutant of the modules; say which survive, and the score of each module."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("model", "agents", "experiments", "viz", "tests"):
            shutil.copytree(
                ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        shutil.copy(ROOT / "pyproject.toml", folder)
        for module in modules:
            text = (ROOT / module).read_text(encoding="utf-8")
            if killed(folder, module, text):
                print(f"{module}: its tests fail as they are", file=sys.stderr)
                return 1
            tried = survived = 0
            for line, words, tree in mutants(ast.parse(text)):
                tried += 1
                if not killed(folder, module, ast.unparse(tree)):
                    survived += 1
                    print(f"  survived: {module}:{line}: {words}", flush=True)
            print(f"{module}: {tried - survived} of {tried} killed", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(TARGETS)))
