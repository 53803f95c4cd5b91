"""Whatever a policy or study file holds: an answer or one line, and a whole store or none."""

from __future__ import annotations

import tempfile
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.cli import status
from experiments.policies import LIBRARY
from experiments.store import load
from model.loading import recorded_instruments

FILES = sorted(LIBRARY.glob("*.yaml"))
IDS = sorted(one.id for one in recorded_instruments())
KINDS = sorted({one.kind for one in recorded_instruments()})
PARAMETERS = sorted({name for one in recorded_instruments() for name in one.parameters})
DAYS = ["2022-06-01", "2023-11-17", "2024-12-31", "2026-01-01", "1999-01-01", "2050-01-01"]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**20),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["US", "CN", "history", "no-controls", "2030-12", "lhs", *DAYS, *IDS[:9]]),
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@cache
def instruments() -> list[dict[str, Any]]:
    """Recorded instruments as files have them, under ids that are free."""
    return [
        {**one.model_dump(mode="json", exclude_defaults=True), "id": f"new-{one.id}"}
        for one in recorded_instruments()
    ]


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where anything lies in a tree of mappings and lists."""
    inner = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


@st.composite
def spoilt(draw: st.DrawFn, start: st.SearchStrategy[Any], most: int = 3) -> Any:
    """A tree with a few of its parts replaced or taken out."""
    tree = deepcopy(draw(start))
    for _ in range(draw(st.integers(0, most))):
        *way, last = draw(st.sampled_from(places(tree)[1:] or [(None,)]))
        holder = tree
        for key in way:
            holder = holder[key]
        if last is None:
            return draw(anything)
        if draw(st.booleans()):
            holder[last] = draw(anything)
        else:
            del holder[last]
        if not isinstance(tree, dict) or len(places(tree)) < 2:
            break
    return tree


days = st.sampled_from(DAYS)
selectors = st.one_of(
    st.builds(lambda ids: {"ids": ids}, st.lists(st.sampled_from(IDS), min_size=1, max_size=3)),
    st.builds(lambda kind: {"kind": kind}, st.sampled_from(KINDS)),
    st.builds(lambda issuer: {"issuer": issuer}, st.sampled_from(["US", "CN", "NL", "JP"])),
)
numbers = st.floats(0.0, 1.0) | st.sampled_from([0.0, 1.0, 50.0, 1e9, 1e300])
figures = st.sampled_from(
    [(one.id, name) for one in recorded_instruments() for name in one.parameters]
)
verbs = st.sampled_from(["tighten", "loosen"])
amendments = st.one_of(
    st.builds(lambda s, d: {"do": "remove", "select": s, "since": d}, selectors, days),
    st.builds(lambda s, m: {"do": "delay", "select": s, "months": m}, selectors, st.just(9)),
    st.builds(
        lambda verb, s, by, d: {"do": verb, "select": s, "by": by, "since": d},
        *(verbs, selectors, st.floats(0.01, 1.0), days),
    ),
    st.builds(
        lambda of, n, d: {
            "do": "scale",
            "select": {"ids": [of[0]]},
            "parameter": of[1],
            "factor": n,
            "since": d,
        },
        *(figures, numbers, days),
    ),
    st.builds(
        lambda of, n, d: {
            "do": "set",
            "select": {"ids": [of[0]]},
            "parameter": of[1],
            "value": n,
            "since": d,
        },
        *(figures, numbers, days),
    ),
)
additions = st.builds(
    lambda one: {"do": "add", "instrument": one},
    spoilt(st.deferred(lambda: st.sampled_from(instruments())), most=1),
)
policies_of_changes = st.builds(
    lambda parent, some: {"name": "mine", "changes": some} | parent,
    st.sampled_from([{}, {"extends": "open-door"}, {"extends": "chips-only"}]),
    st.lists(additions, min_size=1, max_size=2) | st.lists(amendments, min_size=1, max_size=2),
)
policies = st.one_of(
    spoilt(st.sampled_from([yaml.safe_load(path.read_text("utf-8")) for path in FILES])),
    policies_of_changes,
    anything,
)
studies = spoilt(
    st.fixed_dictionaries(
        {"policies": st.lists(st.sampled_from(["history", "no-controls"]) | policies, max_size=2)},
        optional={
            "design": st.sampled_from(["random", "lhs", "sobol", "nominal", "oat", "table:x.csv"]),
            "set": st.dictionaries(
                st.builds("{}.{}".format, st.sampled_from(IDS), st.sampled_from(PARAMETERS)),
                st.lists(numbers, max_size=2),
                max_size=2,
            ),
            "outcomes": st.lists(st.sampled_from(["gap_months", "compute_cn", "x"]), max_size=2),
            "seed": st.integers(-1, 2**64),
        },
    )
)


def written(folder: str, tree: Any) -> Path:
    path = Path(folder) / "file.yaml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    return path


def answered(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether a command was carried out; if not, it said why in one line."""
    capsys.readouterr()
    code = status(arguments)
    errors = capsys.readouterr().err
    assert code in {0, 2}, errors
    assert errors.count("\n") == 1 or code == 0
    return code == 0


quick = settings(
    max_examples=75,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(tree=policies)
@quick
def test_any_policy_file_is_checked_or_refused_in_a_line(tree: Any, capsys):
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, tree)
        answered(["policy", "check", str(path)], capsys)
        assert list(Path(folder).iterdir()) == [path]


@given(text=st.text(max_size=60) | st.binary(max_size=60))
@settings(parent=quick, max_examples=30)
def test_any_bytes_are_refused_or_read(text: str | bytes, capsys):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
        answered(["policy", "check", str(path)], capsys)
        answered(["study", "check", str(path)], capsys)


@pytest.mark.slow
@given(tree=policies_of_changes)
@settings(parent=quick, max_examples=40)
def test_any_policy_that_passes_the_check_can_be_lived_under(tree: Any, capsys):
    with tempfile.TemporaryDirectory() as folder:
        path, out = written(folder, tree), Path(folder) / "out"
        fit = answered(["policy", "check", str(path)], capsys)
        run = ["run", str(path), "--futures", "2", "--until", "2026-07", "--workers", "1"]
        assert answered([*run, "--out", str(out)], capsys) == fit
        assert out.exists() == fit
        if fit:
            assert len(load(out)) == 2 * 55


@given(tree=studies)
@settings(parent=quick, max_examples=25)
def test_any_study_that_passes_the_check_is_stored_whole_and_no_other_at_all(tree: Any, capsys):
    if isinstance(tree, dict):
        tree |= {"until": "2022-03"} | ({"futures": 2} if tree.get("design") != "oat" else {})
    with tempfile.TemporaryDirectory() as folder:
        path, out = written(folder, tree), Path(folder) / "out"
        fit = answered(["study", "check", str(path)], capsys)
        run = ["run", "--study", str(path), "--workers", "1", "--out", str(out)]
        assert answered(run, capsys) == fit
        assert out.exists() == fit
        if fit:
            assert len(load(out)) > 0
