"""Builds the API reference from the docstrings of the four packages; needs no network.

    python docs/api.py build/docs/api

Anything that pdoc cannot make sense of is an error, so that the reference stays whole.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import pkgutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pdoc
import pdoc.render

PACKAGES = ("model", "agents", "experiments", "viz")
# What pdoc cannot look up, and shows as it is written: type variables; the types of a named tuple's
# fields; classes that are generic to the type checker alone.
NOT_LOOKED_UP = (
    r"Error parsing type annotation .* Import of ([A-Z]|Entry) failed",
    r"Error parsing type annotation ForwardRef\(.*\) for .*\.__init__\.",
    r"Error parsing type annotation .* is not subscriptable",
)


def modules() -> Iterator[str]:
    """The packages, with what they hold; a package that has an ``__all__`` names its modules."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield name
        if hasattr(package, "__all__"):
            below = pkgutil.walk_packages(package.__path__, f"{name}.")
            yield from (module.name for module in below)


def build(out: Path, *, with_source: bool = True) -> None:
    """Write the reference below ``out``.

    Args:
        out: directory, made if it is not there.
        with_source: whether pages show the code and can be searched, which takes most of the time.

    Raises:
        Warning: if a docstring or an annotation cannot be read.
    """
    pdoc.render.configure(
        docformat="google",
        footer_text=f"aigap {importlib.metadata.version('aigap')}",
        search=with_source,
        show_source=with_source,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("error", category=UserWarning)
        for message in NOT_LOOKED_UP:
            warnings.filterwarnings("ignore", message=message, category=UserWarning)
        pdoc.pdoc(*modules(), output_directory=out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the API reference.")
    parser.add_argument("out", type=Path, help="directory to write to")
    parser.add_argument("--quick", action="store_true", help="leave out source code and search")
    given = parser.parse_args()
    build(given.out, with_source=not given.quick)
