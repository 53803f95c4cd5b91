"""How a designer answers a rule: the most useful version of a chip that the rule lets pass.

Pure functions on data sheets; what passes, and what a chip is worth, come from the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from agents.records import ChipRecord

# How far below a bound a designer stays, as a share of it: H20's 2368 against 2400.
MARGIN = 0.013


def compliant_variant(
    chip: ChipRecord,
    bounds: Mapping[str, Sequence[float]],
    passes: Callable[[ChipRecord], bool],
    worth: Callable[[ChipRecord], float],
) -> ChipRecord | None:
    """The version of a chip, cut down just under bounds, that passes and is worth most.

    A chip has three things to cut: its rate, its links and its memory bandwidth.  Each is left
    alone or cut to just under one of the bounds that rules set on it; the die stays the same, so
    the rate carries performance density with it.

    Args:
        chip: the chip to cut down.
        bounds: bounds that rules set, by metric (``tpp``, ``performance_density``,
            ``interconnect_gbs``, ``memory_bandwidth_gbs``).
        passes: whether a version may be sold.
        worth: usefulness of a version to a buyer, any unit.

    Returns:
        The best version; None if none passes.
    """
    # The best first, so that few have to be judged; of equals the one less cut.
    versions = sorted(_versions(chip, bounds), key=worth, reverse=True)
    return next((version for version in versions if passes(version)), None)


def worth(chip: ChipRecord) -> float:
    """Usefulness of a chip, training and serving in equal parts; only ratios have a meaning."""
    links = max(chip.interconnect_gbs, 1.0)
    return float((chip.fp16_tflops * chip.memory_bandwidth_gbs * links) ** 0.5)


def relative_price(version: ChipRecord, chip: ChipRecord) -> float:
    """Price of a version relative to the chip that it is cut down from.

    The geometric mean of what it keeps of rate and of memory bandwidth: an H20, with 0.15 of the
    rate of an H100 and 1.2 of its bandwidth, sold at about 0.44 of its price.
    """
    rate = version.fp16_tflops / chip.fp16_tflops
    bandwidth = version.memory_bandwidth_gbs / chip.memory_bandwidth_gbs
    return float((rate * bandwidth) ** 0.5)


def _versions(chip: ChipRecord, bounds: Mapping[str, Sequence[float]]) -> Iterator[ChipRecord]:
    rates = [bound / chip.tpp for bound in bounds.get("tpp", ())]
    rates += [bound / chip.performance_density for bound in bounds.get("performance_density", ())]
    kept = [1.0, *((1.0 - MARGIN) * share for share in rates if share <= 1.0)]
    links = _options(chip.interconnect_gbs, bounds.get("interconnect_gbs", ()))
    bandwidths = _options(chip.memory_bandwidth_gbs, bounds.get("memory_bandwidth_gbs", ()))
    for share, link, bandwidth in product(kept, links, bandwidths):
        yield chip.model_copy(
            update={
                "fp16_tflops": chip.fp16_tflops * share,
                "int8_tops": chip.int8_tops * share,
                "interconnect_gbs": link,
                "memory_bandwidth_gbs": bandwidth,
            }
        )


def _options(present: float, bounds: Sequence[float]) -> list[float]:
    return [present, *((1.0 - MARGIN) * bound for bound in bounds if bound <= present)]
