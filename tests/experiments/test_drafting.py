"""Templates, schemas and checks for those who write policies."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from experiments.cli import status
from experiments.drafting import json_schema
from experiments.policies import PolicyFile, load_policy
from model.loading import recorded_instruments

PUBLISHED = Path(__file__).parents[2] / "docs" / "policy.schema.json"


def test_the_published_schema_is_that_of_the_code():
    """After a change: ``aigap policy schema > docs/policy.schema.json``."""
    assert PUBLISHED.read_text(encoding="utf-8") == json_schema(PolicyFile, "Policy of aigap")


def test_the_schema_knows_every_change_and_refuses_unknown_keys():
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    changes = schema["properties"]["changes"]["items"]["discriminator"]["mapping"]
    assert set(changes) == {"remove", "delay", "scale", "set", "tighten", "loosen", "add"}
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["name"]


@pytest.mark.parametrize("command", ["policy", "study"])
def test_schemas_are_printed(command: str, capsys):
    assert status([command, "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("https://json-schema.org")


def test_a_new_policy_can_be_run_as_it_is(tmp_path: Path, capsys):
    path = tmp_path / "late_rules.yaml"
    assert status(["policy", "new", str(path)]) == 0
    assert load_policy(str(path)).name == "late-rules"
    assert status(["policy", "check", str(path)]) == 0
    assert "can be run; it changes 1 instrument" in capsys.readouterr().out


def test_each_example_in_the_template_can_be_run(tmp_path: Path):
    """Every commented change, uncommented, fits recorded history."""
    path = tmp_path / "mine.yaml"
    assert status(["policy", "new", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    whole = re.sub(r"^  # (?=(- |  +)[a-z{ ])", "  ", text, flags=re.MULTILINE)
    assert len(yaml.safe_load(whole)["changes"]) == 7
    path.write_text(whole, encoding="utf-8")
    done = {change.do for change in load_policy(str(path)).changes}
    assert done == {"remove", "delay", "scale", "set", "tighten", "loosen", "add"}


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_text("my work", encoding="utf-8")
    assert status(["policy", "new", str(path)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "my work"


@pytest.mark.parametrize("name", ["mine.txt", "ö.yaml", "history.yaml", "nowhere/mine.yaml"])
def test_a_name_that_will_not_do_writes_nothing(name: str, tmp_path: Path, capsys):
    assert status(["policy", "new", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_check_names_what_is_on_record_only(tmp_path: Path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nchanges: [{do: remove, select: {ids: [cn-graphite-2023]}}]\n", encoding="utf-8"
    )
    assert status(["policy", "check", str(path), "history"]) == 0
    said = capsys.readouterr().out
    assert "1 on record only (cn-graphite-2023)" in said
    assert "it changes nothing" in said


def test_check_counts_what_adaptive_governments_may_change(capsys):
    assert status(["policy", "check", "adaptive-tightening"]) == 0
    assert "it changes 3 instruments" in capsys.readouterr().out
    assert len(recorded_instruments()) > 3
