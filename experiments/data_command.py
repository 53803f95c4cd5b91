"""``aigap data``: every figure of ``model/data/`` and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from experiments.durable import write_whole
from experiments.hints import did_you_mean
from experiments.options import AsJson
from experiments.terminal import console_for, plain_table, print_json, say
from model import sources
from model.loading import DATA, DataError, reason
from model.sources import Entry

BEGINS = "<!-- counts: written by 'make docs' -->"
ENDS = "<!-- end of counts -->"
_WIDTH_IN_PIPES = 160
_PAGE_HEAD = """\
# Sources of the data

Every figure in `model/data/`, file by file, in the order of the files: written by `make docs`, not
by hand. `aigap data [FILE]` prints the same. What a basis means, how figures were checked and how
to add one is in [data.md](data.md). Ranges are 5-95%; without one a figure is the same in every
future.
*On record* stands by a rule text, an announcement or a dated event; a *judgement* is one of this
project, with its reason.
"""


def data(
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="One file, as parameters.yaml; all if left out."),
    ] = None,
    as_json: AsJson = False,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a Markdown page of all figures.")
    ] = None,
    counts_in: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Renew the counts between the marks of a page."),
    ] = None,
) -> None:
    """List every figure of the world with value, range, unit, basis and source, and count them."""
    files = [_file_called(file)] if file else sources.data_files()
    if write or counts_in:
        if file:
            raise DataError("--write and --counts-in take all files; leave FILE out")
        renewed = None if counts_in is None else with_counts(_text_of(counts_in), counts_in)
        for path, text in ((write, page()), (counts_in, renewed)):
            if path is not None and text is not None:
                _write(path, text)
    elif as_json:
        print_json(_as_json(files))
    else:
        _print(files)


def page() -> str:
    """The page of all figures in Markdown."""
    parts = [_PAGE_HEAD]
    for path in sources.data_files():
        parts.append(f"## `{path.relative_to(DATA).as_posix()}`\n")
        rows = ([_cell(cell) for cell in _cells(entry)] for entry in sources.entries(path))
        parts.append(_markdown(_HEADINGS, rows))
    return "\n".join(parts)


def with_counts(text: str, path: Path) -> str:
    """A page with the counts of today between its marks.

    Raises:
        DataError: if the page lacks the marks.
    """
    before, begins, rest = text.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise DataError(f"{path}: expected the lines '{BEGINS}' and '{ENDS}'")
    return f"{before}{BEGINS}\n\n{counts_in_markdown()}\n{ENDS}{after}"


def counts_in_markdown() -> str:
    """How many figures stand on each basis by file, and how many values of instruments."""
    figures = [path for path in sources.data_files() if not _holds_instruments(path)]
    rows = [(path, sources.counts(path)) for path in figures]
    counted = [(path, row) for path, row in rows if any(row.values())]
    table = [
        (f"`{path.relative_to(DATA).as_posix()}`", *(str(row[basis]) for basis in sources.BASES))
        for path, row in counted
    ]
    sums = [str(sum(row[basis] for _, row in counted)) for basis in sources.BASES]
    return f"{_markdown(('file', *sources.BASES), [*table, ('all', *sums)])}\n{_instruments()}"


def _instruments() -> str:
    held = [e for p in sources.data_files() if _holds_instruments(p) for e in sources.entries(p)]
    values = [entry for entry in held if not entry.value.startswith("announced ")]
    assumed = sum(entry.basis == "assumption" for entry in values)
    return (
        f"The {len(held) - len(values)} instruments have {len(values)} dated values, of which"
        f' {assumed} begin with "assumption".\n'
    )


_HEADINGS = ("figure", "value", "5-95%", "unit", "basis", "source")


def _cells(entry: Entry) -> tuple[str, ...]:
    low, high = (None if bound is None else f"{bound:.10g}" for bound in (entry.low, entry.high))
    if low and high:
        spread = f"{low} to {high}"
    else:
        spread = f"from {low}" if low else f"to {high}" if high else ""
    return entry.place, entry.value, spread, entry.unit, entry.basis, entry.source


def _markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _print(files: Sequence[Path]) -> None:
    console = console_for(_WIDTH_IN_PIPES)
    for path in files:
        table = plain_table(path.relative_to(DATA).as_posix())
        for heading in _HEADINGS:
            table.add_column(heading.capitalize(), overflow="fold")
        for entry in sources.entries(path):
            table.add_row(*(escape(cell) for cell in _cells(entry)))
        console.print(table)
    counts = plain_table("Figures by basis")
    counts.add_column("File")
    for basis in sources.BASES:
        counts.add_column(basis.capitalize(), justify="right")
    for path in files:
        counted = sources.counts(path)
        counts.add_row(path.relative_to(DATA).as_posix(), *(str(n) for n in counted.values()))
    console.print(counts)


def _as_json(files: Sequence[Path]) -> dict[str, object]:
    """Stable within a ``schema_version``."""
    return {
        "schema_version": 1,
        "figures": [asdict(entry) for path in files for entry in sources.entries(path)],
        "counts": {path.relative_to(DATA).as_posix(): sources.counts(path) for path in files},
    }


def _file_called(name: str) -> Path:
    known = {path.relative_to(DATA).as_posix(): path for path in sources.data_files()}
    found = [path for key, path in known.items() if name in {key, path.name, path.stem}]
    if not found:
        near = get_close_matches(name, [path.name for path in known.values()], n=2)
        raise DataError(f"'{name}' is no file of model/data{did_you_mean(near)}")
    return found[0]


def _holds_instruments(path: Path) -> bool:
    return path.parent.name == "instruments"


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {reason(error)}") from None


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror}") from None
    say(f"{path} written")
