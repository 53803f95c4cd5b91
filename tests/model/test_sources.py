"""Where the figures in ``model/data/`` come from: every file as it is written, nothing left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from model import sources
from model.loading import DATA, parameter_quantities

FILES = sorted([*DATA.glob("*.yaml"), *DATA.glob("actors/*.yaml")])
BASES = ("cited", "derived", "assumption")
YEAR = re.compile(r"\b(?:19[5-9]\d|20[0-3]\d)\b")
DAY = re.compile(r"\b20[0-3]\d-\d\d-\d\d\b")
UNNAMED = re.compile(
    r"(the |trade |chinese |company |media )*(press|reports?|records|sources|brokers?)\b", re.I
)
UNSEEN = re.compile(r"\b(from memory|not checked|not seen)\b", re.I)
LAW = re.compile(r"\d FR \d|\d CFR |\d U\.S\.C\. |Public Law \d|Proclamation \d|ECCN ")


def entries(node: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping below ``node`` that says on what basis it stands or has a value and a unit."""
    if isinstance(node, dict):
        if "basis" in node or {"value", "unit"} <= node.keys():
            yield place, node
        for key, below in node.items():
            yield from entries(below, f"{place}.{key}")
    elif isinstance(node, list):
        for position, below in enumerate(node):
            label = below.get("name") or below.get("id") if isinstance(below, dict) else None
            yield from entries(below, f"{place}[{label or position}]")


@cache
def content(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def recorded(path: Path) -> list[tuple[str, dict[str, Any]]]:
    return list(entries(content(path), path.relative_to(DATA).as_posix()))


def fault_of(citation: str) -> str | None:
    """What a citation lacks to be found again, if anything.

    Enough are a publisher who has a name and, after it, a title with the year or the day of
    publication.
    """
    publisher, separator, rest = re.match(r"([^,:]*)([,:]?)(.*)", citation, re.S).groups()  # type: ignore[union-attr]
    if not separator or not re.match(r"[A-Z0-9]", publisher) or UNNAMED.match(publisher):
        return "names no publisher"
    year = YEAR.search(rest)
    if year is None:
        return "has no year"
    title = re.findall(r"[^\W\d]{2,}", rest[: year.start()])
    about = re.findall(r"[^\W\d]{2,}", rest[year.end() :])
    if not DAY.search(rest) and len(title) < 2 and len(about) < 2:
        return "has no title"
    return "was not seen" if UNSEEN.search(citation) else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_cited_figure_can_be_looked_up(path: Path) -> None:
    faults = [
        f"{place}: {fault}: {entry['source']}"
        for place, entry in recorded(path)
        if entry.get("basis") == "cited" and (fault := fault_of(entry["source"]))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("citation", "fault"),
    [
        ("Press reports, 2024-25", "names no publisher"),
        ("Chinese brokers, notes on the market, 2024", "names no publisher"),
        ("by a note of Citi, 2024", "names no publisher"),
        ("International Energy Agency", "names no publisher"),
        ("ASML, annual reports", "has no year"),
        ("Epoch AI, 2026", "has no title"),
        ("ASML, annual report 2022, from memory", "was not seen"),
        ("Ipsos, Global opinions and expectations about AI, January 2022: 35%", None),
        ("SMIC, 2015-08-10: 28 nm in volume production", None),
    ],
)
def test_what_a_citation_lacks_is_told(citation: str, fault: str | None) -> None:
    assert fault_of(citation) == fault


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_figure_has_unit_order_source_and_basis(path: Path) -> None:
    for place, entry in recorded(path):
        assert entry.get("basis") in BASES, place
        assert len(entry["source"].split()) >= 2, place
        if "value" in entry:
            assert entry["unit"].strip(), place
            bounds = [float(entry[key]) for key in ("low", "value", "high") if key in entry]
            assert bounds == sorted(bounds), place


@pytest.mark.parametrize(
    "path", sorted(DATA.glob("instruments/*.yaml")), ids=lambda path: path.stem
)
def test_every_instrument_can_be_looked_up(path: Path) -> None:
    for one in content(path):
        citation = one["citation"]
        assert LAW.search(citation) or (re.match(r"[A-Z]", citation) and YEAR.search(citation)), (
            one["id"]
        )
        for name, parameter in one.get("parameters", {}).items():
            for dated in parameter["values"]:
                assert len(dated["reference"].split()) >= 2, (one["id"], name, dated["since"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_figures_are_counted_by_basis(path: Path) -> None:
    text = re.sub(r"^ *#.*$", "", path.read_text(encoding="utf-8"), flags=re.M)
    written = {basis: len(re.findall(rf"\bbasis: {basis}\b", text)) for basis in BASES}
    assert sources.counts(path) == written


@pytest.mark.parametrize("path", sources.data_files(), ids=lambda path: path.stem)
def test_whatever_says_where_it_comes_from_is_listed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    said = re.findall(r"^(?!\s*#).*?\b(source|reference|citation):", text, re.M)
    listed = sources.entries(path)
    assert len(listed) == len(said)
    assert all(entry.source and entry.basis for entry in listed)
    places = [(entry.place, entry.value) for entry in listed]
    assert len(places) == len(set(places))


def test_a_figure_is_listed_as_it_is_recorded() -> None:
    listed = {entry.place: entry for entry in sources.entries(DATA / "parameters.yaml")}
    for name, quantity in parameter_quantities().items():
        entry = listed[name]
        assert (float(entry.value), entry.low, entry.high) == pytest.approx(
            (quantity.value, quantity.low, quantity.high)
        )
        assert (entry.unit, entry.basis) == (quantity.unit, quantity.basis)


def test_a_dated_value_of_an_instrument_has_the_unit_of_its_parameter() -> None:
    (found,) = (
        entry
        for entry in sources.entries(DATA / "instruments" / "enforcement.yaml")
        if entry.place == "us-bis-budget, annual_usd_bn, 2021-10-01"
    )
    assert (found.value, found.unit, found.basis) == ("0.141", "USD bn a year", "on record")
