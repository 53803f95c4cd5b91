"""The policy library, and policy files of one's own.

A policy is YAML on top of recorded history (see ``model/policy.py``).  The library holds those
that ship with aigap, one file each, named as the policy is.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from pathlib import Path

from experiments.hints import did_you_mean
from model.loading import read, recorded_instruments
from model.policy import Policy, PolicyError
from model.reviews import combinations_of_stances

LIBRARY = Path(__file__).parent / "library"


@cache
def library() -> dict[str, Policy]:
    """The policies that ship with aigap, by name; ``history`` first."""
    names = sorted(
        (path.stem for path in LIBRARY.glob("*.yaml")), key=lambda n: (n != "history", n)
    )
    return {name: read(LIBRARY / f"{name}.yaml", Policy) for name in names}


def load_policy(name_or_path: str) -> Policy:
    """The library's policy of that name, or the one in a YAML file.

    Args:
        name_or_path: a name of the library, or a path that ends in ``.yaml`` or ``.yml``.

    Returns:
        A policy known to fit the recorded instruments.

    Raises:
        PolicyError: in one line, if there is no such policy or it cannot be applied.
        DataError: in one line naming file and key, if the file is not a policy.
    """
    if not _is_path(name_or_path):
        policies = library()
        if name_or_path not in policies:
            raise PolicyError(_unknown(name_or_path, policies))
        return _applied(policies[name_or_path], name_or_path)
    policy: Policy = read(Path(name_or_path), Policy)
    if policy.name in library() and policy != library()[policy.name]:
        raise PolicyError(
            f"{name_or_path}: name: '{policy.name}' is a policy of the library, expected another"
        )
    return _applied(policy, name_or_path)


def _is_path(name_or_path: str) -> bool:
    return name_or_path.endswith((".yaml", ".yml")) or "/" in name_or_path


def _applied(policy: Policy, origin: str) -> Policy:
    """The policy itself, once it is known to fit recorded history."""
    recorded = recorded_instruments()
    try:
        for stances in combinations_of_stances(policy):
            policy.amend(recorded, stances)
    except PolicyError as error:
        message = f"{origin}: {error}"
        for change in policy.changes:
            if change.do == "add":
                continue
            known = [instrument.id for instrument in recorded]
            for unknown in (name for name in change.select.ids if name not in known):
                message += _suggestion(unknown, known)
        raise PolicyError(message) from None
    return policy


def _unknown(name: str, policies: dict[str, Policy]) -> str:
    if Path(name).exists():
        return f"unknown policy '{name}': a policy file's name ends in .yaml"
    hint = _suggestion(name, list(policies)) or f"; the library has {', '.join(policies)}"
    return f"unknown policy '{name}'{hint}"


def _suggestion(name: str, known: list[str]) -> str:
    return did_you_mean(get_close_matches(name, known, n=3, cutoff=0.5))
