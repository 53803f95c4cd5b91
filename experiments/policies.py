"""The policy library, and policy files of one's own.

A policy file is YAML on top of recorded history (see ``model/policy.py``), or on top of another
policy that it ``extends``.  The library holds those that ship with aigap, one file each, named as
the policy is.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pydantic import Field

from experiments.hints import did_you_mean
from model.loading import read, recorded_instruments
from model.policy import Adaptive, Change, Policy, PolicyError
from model.reviews import combinations_of_stances

LIBRARY = Path(__file__).parent / "library"


class PolicyFile(Policy):
    """A policy of aigap: recorded history, or another policy, with some instruments changed."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]*$",
        max_length=64,
        description="what tables and folders call it: small letters, digits and hyphens",
    )
    extends: str | None = Field(
        default=None,
        description="the policy that this one builds on: a name of the library, or a YAML file, "
        "found from the folder of this one; its changes are made first",
    )
    title: str = Field(default="", description="a few words for headings")
    question: str = Field(default="", description="what the policy is meant to find out")
    description: str = Field(default="", description="what it changes, and what it leaves alone")
    changes: tuple[Change, ...] = Field(
        default=(), description="changes to instruments, made in this order"
    )
    adaptive: tuple[Adaptive, ...] = Field(
        default=(), description="governments that review their rules by an outcome"
    )

    def on_top_of(self, parent: Policy | None) -> Policy:
        """The policy itself: the changes of ``parent`` first, then those of the file.

        A government follows the course of the file if both give it one.
        """
        courses = {course.government: course for course in parent.adaptive} if parent else {}
        courses |= {course.government: course for course in self.adaptive}
        return Policy(
            name=self.name,
            title=self.title,
            question=self.question,
            description=self.description,
            changes=(*(parent.changes if parent else ()), *self.changes),
            adaptive=tuple(courses.values()),
        )


@cache
def library() -> dict[str, Policy]:
    """The policies that ship with aigap, by name; ``history`` first."""
    return {name: _read(_in_library(name)) for name in names_in_library()}


@cache
def names_in_library() -> tuple[str, ...]:
    """Their names, ``history`` first."""
    names = (path.stem for path in LIBRARY.glob("*.yaml"))
    return tuple(sorted(names, key=lambda name: (name != "history", name)))


def load_policy(name_or_path: str, folder: Path = Path()) -> Policy:
    """The library's policy of that name, or the one in a YAML file.

    Args:
        name_or_path: a name of the library, or a path that ends in ``.yaml`` or ``.yml``.
        folder: where the path begins.

    Returns:
        A policy known to fit the recorded instruments.

    Raises:
        PolicyError: in one line, if there is no such policy or it cannot be applied.
        DataError: in one line naming file and key, if the file is not a policy.
    """
    if not _is_path(name_or_path):
        _require_in_library(name_or_path)
        return fitted(library()[name_or_path], name_or_path)
    path = folder / name_or_path
    return fitted(_read(path), str(path))


def fitted(policy: Policy, origin: str) -> Policy:
    """The policy itself, once it is known to fit recorded history and to take no other's name.

    Raises:
        PolicyError: in one line that begins with ``origin``.
    """
    if policy.name in names_in_library() and policy != library()[policy.name]:
        raise PolicyError(
            f"{origin}: name: '{policy.name}' is a policy of the library, expected another"
        )
    recorded = recorded_instruments()
    try:
        for stances in combinations_of_stances(policy):
            policy.amend(recorded, stances)
    except PolicyError as error:
        known = [instrument.id for instrument in recorded]
        unknown = (name for name in _ids_selected(policy) if name not in known)
        hints = "".join(_suggestion(name, known) for name in unknown)
        raise PolicyError(f"{origin}: {error}{hints}") from None
    return policy


def resolved(file: PolicyFile, origin: Path, lineage: tuple[Path, ...] = ()) -> Policy:
    """The policy of a file, on top of what it extends.

    Args:
        file: what the file says.
        origin: the file, from whose folder a parent's path begins.
        lineage: files that led here, so that a circle is found.

    Raises:
        PolicyError: if the parent is not in the library, or extends this file in turn.
        DataError: if the parent's file is not a policy.
    """
    if file.extends is None:
        return file.on_top_of(None)
    if _is_path(file.extends):
        parent = origin.parent / file.extends
    else:
        _require_in_library(file.extends, f"{origin}: extends: ")
        parent = _in_library(file.extends)
    lineage = (*lineage, origin)
    if parent.resolve() in {path.resolve() for path in lineage}:
        raise PolicyError(f"{origin}: extends: '{file.extends}' extends this very file")
    return file.on_top_of(_read(parent, lineage))


def _read(path: Path, lineage: tuple[Path, ...] = ()) -> Policy:
    file: PolicyFile = read(path, PolicyFile)
    return resolved(file, path, lineage)


def _in_library(name: str) -> Path:
    return LIBRARY / f"{name}.yaml"


def _is_path(name_or_path: str) -> bool:
    return name_or_path.endswith((".yaml", ".yml")) or "/" in name_or_path


def _ids_selected(policy: Policy) -> Iterable[str]:
    changes = [*policy.changes, *(c for a in policy.adaptive for c in (*a.tighter, *a.looser))]
    return (name for change in changes if change.do != "add" for name in change.select.ids)


def lies_there(path: Path) -> bool:
    """Whether there is a file or folder of that name; a name that none can have is not one."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _require_in_library(name: str, prefix: str = "") -> None:
    names = list(names_in_library())
    if name in names:
        return
    if lies_there(Path(name)):
        raise PolicyError(f"{prefix}unknown policy '{name}': a policy file's name ends in .yaml")
    hint = _suggestion(name, names) or f"; the library has {', '.join(names)}"
    raise PolicyError(f"{prefix}unknown policy '{name}'{hint}")


def _suggestion(name: str, known: list[str]) -> str:
    return did_you_mean(get_close_matches(name, known, n=3, cutoff=0.5))
