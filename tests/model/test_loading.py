"""Files that cannot be used are refused in one line that says where and what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agents.records import GovernmentRecord, Quantity
from model.loading import DataError, read

GOOD = """
- name: Somewhere
  code: US
  region: US
  description: invented
  source: none
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "governments.yaml"


def fault(path: Path, schema: Any = list[GovernmentRecord]) -> str:
    with pytest.raises(DataError) as caught:
        read(path, schema)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_a_good_file_is_read(path):
    path.write_text(GOOD, encoding="utf-8")
    governments: list[GovernmentRecord] = read(path, list[GovernmentRecord])
    (government,) = governments
    assert government.name == "Somewhere"
    assert government.code == "US"


def test_a_missing_file(path):
    assert fault(path) == "cannot be read: No such file or directory"


def test_a_folder_is_no_file(tmp_path):
    assert fault(tmp_path).startswith("cannot be read: ")


@pytest.mark.parametrize(
    "text",
    ["- {name: Somewhere", "a: b: c", "\t- x", "- [1, 2", "? [1, 2]\n: x\n? {a: 1}\n: y", "- !x 1"],
)
def test_what_is_not_yaml_that_can_be_used(path, text):
    path.write_text(text, encoding="utf-8")
    assert fault(path)


def test_bytes_that_are_no_text(path):
    path.write_bytes(b"- name: \xff\xfe")
    assert fault(path).startswith("cannot be read: ")


def test_an_unknown_key_is_named(path):
    path.write_text(GOOD + "  capitol: Washington\n", encoding="utf-8")
    message = fault(path)
    assert message.startswith("[0].capitol: expected no such key, got ")
    assert "'Washington'" in message


@pytest.mark.parametrize(
    ("good", "bad", "key"),
    [
        ("name: Somewhere", "name: [1]", "[0].name"),
        ("code: US", "code: XX", "[0].code"),
        ("  source: none", "", "[0].source"),
    ],
)
def test_a_wrong_or_missing_value_is_named_by_its_key(path, good, bad, key):
    path.write_text(GOOD.replace(good, bad), encoding="utf-8")
    assert fault(path).startswith(f"{key}: ")


@pytest.mark.parametrize(
    ("content", "schema", "message"),
    [
        ("- {name: 1}", list[dict[str, str]], "[0].name: Input should be a valid string, got 1"),
        ("x: 1", dict[str, list[int]], "x: expected a list, got 1"),
        ("x: 1", dict[str, tuple[int, ...]], "x: expected a list, got 1"),
    ],
)
def test_what_was_expected_is_said_plainly(path, content, schema, message):
    path.write_text(content, encoding="utf-8")
    assert fault(path, schema) == message


def test_what_is_missing_is_said_to_be(path):
    path.write_text(GOOD.replace("  source: none", ""), encoding="utf-8")
    assert fault(path) == "[0].source: is missing"


def test_the_first_of_several_faults_is_shown_and_the_others_counted(path):
    path.write_text(GOOD.replace("US", "XX").replace("invented", "[1]"), encoding="utf-8")
    message = fault(path)
    assert message.startswith("[0].code: ")
    assert message.endswith("(and 2 more)")


def test_a_long_value_is_cut_short(path):
    path.write_text(GOOD.replace("US", "'" + "X" * 500 + "'"), encoding="utf-8")
    assert len(fault(path)) < 250


def test_a_key_given_twice_is_refused_with_its_line(path):
    path.write_text(GOOD + "  code: CN\n", encoding="utf-8")
    message = fault(path)
    assert "'code' is given twice" in message
    assert "line 2" in message


def test_a_key_given_twice_deep_down_is_refused(path):
    path.write_text("a: {b: {c: 1, d: 2, c: 3}}\n", encoding="utf-8")
    assert "'c' is given twice" in fault(path, dict[str, dict[str, dict[str, int]]])


@pytest.mark.parametrize("text", ["", "just words", "key: value", "42"])
def test_another_shape_than_expected(path, text):
    path.write_text(text, encoding="utf-8")
    assert fault(path).startswith("content: ")


def test_numbers_in_scientific_notation_are_numbers(path):
    path.write_text(
        "x: {value: 3e23, low: 1e+23, high: 1.5E24, unit: FLOP, basis: cited, source: none}",
        encoding="utf-8",
    )
    figures: dict[str, Quantity] = read(path, dict[str, Quantity])
    figure = figures["x"]
    assert (figure.value, figure.low, figure.high) == (3e23, 1e23, 1.5e24)


@pytest.mark.parametrize(
    ("figures", "says"),
    [
        ("value: 1, low: 2, high: 3", "low <= value <= high"),
        ("value: 4, low: 2, high: 3", "low <= value <= high"),
        ("value: 2, low: 1", "both 'low' and 'high'"),
        ("value: .nan", "finite"),
        ("value: .inf", "finite"),
        ("value: 2, low: .nan, high: 3", "low <= value <= high"),
    ],
)
def test_a_range_that_is_none(path, figures, says):
    path.write_text(f"x: {{{figures}, unit: u, basis: cited, source: none}}", encoding="utf-8")
    message = fault(path, dict[str, Quantity])
    assert message.startswith("x")
    assert says in message


def test_a_check_of_the_projects_own_is_told_in_its_words_alone(path):
    path.write_text(
        "x: {value: 1, low: 2, high: 3, unit: u, basis: cited, source: none}", encoding="utf-8"
    )
    message = fault(path, dict[str, Quantity])
    assert "Value error" not in message
    assert message.count("got") == 1
