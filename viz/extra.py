"""The libraries of the extra ``aigap[viz]``, which everything else does without."""

from __future__ import annotations

from importlib.util import find_spec

from experiments.analysis_extra import MissingExtraError


def require_viz() -> None:
    """Make sure that the live view can start.

    Raises:
        MissingExtraError: naming what is not installed, and how to install it.
    """
    missing = [module for module in ("solara", "plotly") if find_spec(module) is None]
    if missing:
        raise MissingExtraError(
            f"the live view needs {' and '.join(missing)}, which is not installed:"
            " pip install 'aigap[viz]'"
        )
