"""The libraries of the extra ``aigap[analysis]``, which everything else does without."""

from __future__ import annotations

from importlib.util import find_spec


class MissingExtraError(ValueError):
    """A library that is not installed; the message says how to install it."""


class AnalysisError(ValueError):
    """An analysis that the results do not allow; the message says why in one line."""


def require_analysis(module: str) -> None:
    """Make sure that a library is there.

    Raises:
        MissingExtraError: saying how to install it.
    """
    if find_spec(module) is None:
        raise MissingExtraError(
            f"this needs {module}, which is not installed: pip install 'aigap[analysis]'"
        )
