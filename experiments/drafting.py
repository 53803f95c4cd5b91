"""What helps to write a policy or a study: a template to fill in, and a schema for the editor."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError

from experiments.policies import PolicyFile, names_in_library
from experiments.study_files import StudyFile
from model.policy import PolicyError

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_HEAD = "# Of aigap. Use it with: aigap {what}\n"

_TEMPLATE = """\
# A policy of aigap. 'aigap policy check' says whether it can be run, and what it changes.
# Editors check it as you type if 'aigap policy schema > policy.schema.json' was run beside it:
# yaml-language-server: $schema=policy.schema.json
name: {name}
title: {title}
question: What if the controls on chips had been enforced twice as hard?
description: >-
  Say what is changed, from when on, and what is left alone.

# Build on another policy: a name of 'aigap policies', or another file. Its changes come first.
# extends: no-controls

# Changes to instruments ('aigap rules list' has their ids), made in this order. Pick them by
# 'ids', 'family', 'issuer' and 'kind'; all that are given must hold. Leave 'since' out to change
# an instrument throughout.
changes:
  # Multiply a parameter: budgets, subsidies, bounds ('aigap rules show ID' has its parameters).
  - do: scale
    select: {{ids: [us-bis-budget]}}
    parameter: annual_usd_bn
    factor: 2
    since: 2023-01-01

  # Give a parameter one value.
  # - do: set
  #   select: {{ids: [us-bis-budget]}}
  #   parameter: staff
  #   value: 500
  #   since: 2026-01-01

  # Stop a tenth of what rules let through, or let through a tenth of what they stop.
  # - {{do: tighten, select: {{family: export-control, issuer: JP}}, by: 0.1, since: 2026-01-01}}
  # - {{do: loosen, select: {{kind: tool-control, issuer: NL}}, by: 0.1, since: 2026-01-01}}

  # Take instruments out: as if never made, or from a day on.
  # - {{do: remove, select: {{ids: [us-h20-letter-2025]}}, since: 2025-07-14}}

  # Announce and begin later.
  # - {{do: delay, select: {{ids: [us-hbm-2024]}}, months: 24}}

  # Add an instrument, written as those of model/data/instruments are.
  # - do: add
  #   instrument:
  #     id: us-more-grants
  #     kind: subsidy
  #     title: More grants for logic fabs
  #     issuer: US
  #     family: subsidy
  #     citation: invented for this policy
  #     announced: 2026-01-01
  #     effective: 2027-01-01
  #     purpose: fab-capacity
  #     recipients: [Intel Foundry]
  #     parameters:
  #       annual_usd_bn:
  #         unit: USD bn a year
  #         values:
  #           - {{since: 2027-01-01, value: 5, reference: "assumption: invented for this policy"}}

# A government that reviews its rules: 'aigap policy show adaptive-tightening' is an example.
"""


def write_template(path: Path) -> None:
    """Write a commented policy to start from, never over a file that is there.

    Raises:
        PolicyError: in one line, if the name will not do or the file cannot be written.
    """
    if path.suffix not in {".yaml", ".yml"}:
        raise PolicyError(f"{path}: expected a name that ends in .yaml")
    name = path.stem.lower().replace("_", "-").replace(" ", "-")
    try:
        PolicyFile(name=name)
    except ValidationError:
        raise PolicyError(
            f"{path}: expected a name of small letters, digits and hyphens, as the policy's own"
        ) from None
    if name in names_in_library():
        raise PolicyError(f"{path}: '{name}' is a policy of the library, expected another name")
    text = _TEMPLATE.format(name=name, title=name.replace("-", " ").capitalize())
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise PolicyError(f"{path}: is there already; it is left as it is") from None
    except OSError as error:
        raise PolicyError(f"{path}: cannot be written: {error.strerror or error}") from None


def policy_yaml(file: PolicyFile) -> str:
    """A policy as the text of a policy file; what is left at its default is left out."""
    return _HEAD.format(what="policy check FILE.yaml") + _yaml(file)


def study_yaml(file: StudyFile) -> str:
    """A study as the text of a study file; what is left at its default is left out."""
    return _HEAD.format(what="run --study FILE.yaml") + _yaml(file)


def _yaml(file: BaseModel) -> str:
    content = file.model_dump(exclude_defaults=True, by_alias=True)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def json_schema(kind: type[BaseModel], title: str) -> str:
    """The JSON Schema of a kind of file, for editors that check YAML as it is typed."""
    schema = {"$schema": _DIALECT, **kind.model_json_schema(), "title": title}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
