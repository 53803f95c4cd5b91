"""What a designer's next accelerator can be: pure functions on data sheets and node dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents import lithography
from agents.arrays import Floats, Ints
from agents.chip_design import worth
from agents.records import ChipRecord

NO_NODE = -1


@dataclass(frozen=True, slots=True)
class Gains:
    """How data sheets improve; all are factors, and the same in every future.

    Attributes:
        node: rate per area for each class down the node ladder.
        architecture: rate per area a year, at the same node.
        area: logic area of a package a year.
        memory: memory bandwidth and size of a package a year, with the best memory to be had.
        memory_at_home: the same without foreign memory.
        links: link bandwidth a year.
        price: exponent of the price over the worth of a chip.
    """

    node: float
    architecture: float
    area: float
    memory: float
    memory_at_home: float
    links: float
    price: float


def successor(
    anchor: ChipRecord,
    gains: Gains,
    *,
    name: str,
    foundry: str,
    rung: int,
    years: float,
    open_memory: float,
) -> ChipRecord:
    """The data sheet of a chip that comes some years after another of its line.

    ``rate = anchor's x node^(rungs down) x (architecture x area)^years``; memory and links grow by
    their own yearly factors.  It depends on launch and node alone, not on the chips between, so
    that futures which launch in the same year on the same node launch the same chip.

    Args:
        anchor: the last chip of the line on record.
        gains: yearly and node gains.
        name: its name.
        foundry: who makes its dies.
        rung: node class, position on the ladder.
        years: from the anchor's launch to its own, not negative.
        open_memory: share of that time in which foreign memory was to be had.

    Returns:
        The data sheet: the anchor's figures at no distance in years and rungs.
    """
    down = rung - lithography.rung(anchor.node_nm)
    area = gains.area**years
    rate = gains.node**down * gains.architecture**years * area
    memory = gains.memory ** (years * open_memory)
    memory *= gains.memory_at_home ** (years * (1.0 - open_memory))
    return anchor.model_copy(
        update={
            "name": name,
            "foundry": foundry,
            "node_nm": float(lithography.LADDER[rung]),
            "discontinued": None,
            "fp16_tflops": anchor.fp16_tflops * rate,
            "int8_tops": anchor.int8_tops * rate,
            "die_mm2": anchor.die_mm2 * area,
            "memory_gb": anchor.memory_gb * memory,
            "hbm_stacks": round(anchor.hbm_stacks * area),
            "memory_bandwidth_gbs": anchor.memory_bandwidth_gbs * memory,
            "interconnect_gbs": anchor.interconnect_gbs * gains.links**years,
            "source": f"planned in the simulation after the {anchor.name}",
            "basis": "derived",
        }
    )


def price_factor(chip: ChipRecord, anchor: ChipRecord, exponent: float) -> float:
    """List price of a chip relative to an earlier one's: ``(worth / worth)^exponent``.

    With an exponent below 1 worth per dollar rises from generation to generation.
    """
    return float((worth(chip) / worth(anchor)) ** exponent)


def usable_rung(reached: Floats, by: Floats, patience: Floats) -> Ints:
    """Best node class that a designer may commit to, ``(futures,)``; ``NO_NODE`` for none.

    A class counts once it has been in volume for some time: large dies wait for yields.

    Args:
        reached: when a foundry had each class in volume, months, ``(rungs, futures)``.
        by: the moment of commitment, months, ``(futures,)``.
        patience: how long it must have been in volume, months, ``(futures,)``.
    """
    proven = reached + patience <= by
    rungs = np.arange(len(reached))[:, None]
    best: Ints = np.where(proven, rungs, NO_NODE).max(axis=0)
    return best
