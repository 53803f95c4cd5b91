"""Summaries as Parquet: the parts of a study under way, and the table that it ends in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from agents.arrays import Floats
from experiments.histograms import INFINITE, Histograms
from experiments.parquet import COMPRESSION
from experiments.study import Study
from experiments.summaries import Moments, Summary

QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)
_MOMENTS = ("level", "change", "base")
_HISTOGRAMS = ("levels", "changes")


def part_content(summaries: Iterable[Summary]) -> bytes:
    """Summaries of the policies, one after another, as the bytes of a file: one row per cell."""
    tables = [pa.table(dict(_columns(summary))) for summary in summaries]
    # It is read once or twice and thrown away, and its values are hardly ever the same.
    return _written(tables, compression="lz4", use_dictionary=False)


def part_read(content: bytes, policies: int) -> Iterator[Summary]:
    """The summaries of the policies in a part."""
    table = pq.read_table(pa.BufferReader(content))
    cells = table.num_rows // policies
    for policy in range(policies):
        rows = table.slice(policy * cells, cells).combine_chunks()
        parts: dict[str, Any] = {name: _moments(rows, name) for name in _MOMENTS}
        parts |= {name: _histograms(rows, name) for name in _HISTOGRAMS}
        yield Summary(**parts)


def table_content(study: Study, summaries: Iterable[Summary]) -> bytes:
    """Summaries of all futures as the table that a reader opens; rows by policy, outcome, date."""
    outcomes, months = study.outcomes, study.months
    cells = len(outcomes) * len(months)
    tables = []
    for policy, summary in zip(study.policies, summaries, strict=True):
        named = np.repeat(np.arange(len(outcomes), dtype=np.int32), len(months))
        keys = {
            "policy": pa.DictionaryArray.from_arrays(np.zeros(cells, np.int32), [policy.name]),
            "outcome": pa.DictionaryArray.from_arrays(named, list(outcomes)),
            "date": pa.array(np.tile(np.array(months, "datetime64[D]"), len(outcomes))),
        }
        tables.append(pa.table(keys | dict(_figures(summary, study.futures))))
    return _written(tables, compression=COMPRESSION)


def _figures(summary: Summary, futures: int) -> Iterator[tuple[str, Any]]:
    """The figures of a finished summary; missing where nothing is known."""
    level, change = summary.level, summary.change
    yield "count", level.count
    yield "above", summary.levels.between(INFINITE, INFINITE)
    yield "below", summary.levels.between(-INFINITE, -INFINITE)
    yield "futures", np.full(level.count.shape, futures)
    yield from _described(level, summary.levels, "")
    yield "pairs", change.count
    yield "higher", summary.changes.between(1, INFINITE)
    yield "lower", summary.changes.between(-INFINITE, -1)
    yield from _described(change, summary.changes, "difference_")
    yield "baseline_mean", _known(summary.base.mean, summary.base)
    yield "baseline_sd", summary.base.sd


def _described(moments: Moments, histograms: Histograms, prefix: str) -> Iterator[tuple[str, Any]]:
    yield f"{prefix}mean", _known(moments.mean, moments)
    yield f"{prefix}sd", moments.sd
    yield f"{prefix}min", _known(moments.least, moments)
    yield f"{prefix}max", _known(moments.most, moments)
    found = histograms.quantiles(QUANTILES, moments.least, moments.most)
    for probability, values in zip(QUANTILES, found, strict=True):
        yield f"{prefix}q{100 * probability:02.0f}", values


def _known(values: Floats, moments: Moments) -> Floats:
    return np.where(moments.count > 0, values, np.nan)


def _columns(summary: Summary) -> Iterator[tuple[str, Any]]:
    for name in _MOMENTS:
        moments = getattr(summary, name)
        for field in fields(Moments):
            yield f"{name}_{field.name}", getattr(moments, field.name)
    for name in _HISTOGRAMS:
        histograms = getattr(summary, name)
        starts = pa.array(histograms.starts)
        for what in ("bins", "counts"):
            values = pa.array(getattr(histograms, what))
            yield f"{name}_{what}", pa.LargeListArray.from_arrays(starts, values)


def _moments(rows: pa.Table, name: str) -> Moments:
    found = {field.name: rows[f"{name}_{field.name}"].to_numpy() for field in fields(Moments)}
    return Moments(**found)


def _histograms(rows: pa.Table, name: str) -> Histograms:
    lists = rows[f"{name}_bins"]
    lengths = lists.combine_chunks().value_lengths().to_numpy()
    return Histograms(
        starts=np.concatenate([[0], np.cumsum(lengths)]),
        bins=lists.combine_chunks().flatten().to_numpy(),
        counts=rows[f"{name}_counts"].combine_chunks().flatten().to_numpy(),
    )


def _written(tables: list[pa.Table], **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    pq.write_table(table, sink, **options)
    return bytes(sink.getvalue())
