"""Who takes part in a world: the recorded cast, or another that a test or a study makes up."""

from __future__ import annotations

from dataclasses import dataclass

from agents.records import (
    ChipRecord,
    DemandShock,
    DesignerRecord,
    DeveloperRecord,
    FoundryRecord,
    GovernmentRecord,
    MemoryMakerRecord,
    TalentPoolRecord,
    Technique,
    ToolmakerRecord,
)
from model import loading


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Records of the actors, and of the dated events that come over them.

    `dataclasses.replace` makes another cast of the recorded one.
    """

    developers: tuple[DeveloperRecord, ...]
    chips: tuple[ChipRecord, ...]
    designers: tuple[DesignerRecord, ...]
    foundries: tuple[FoundryRecord, ...]
    toolmakers: tuple[ToolmakerRecord, ...]
    memory_makers: tuple[MemoryMakerRecord, ...]
    talent_pools: tuple[TalentPoolRecord, ...]
    governments: tuple[GovernmentRecord, ...]
    demand_shocks: tuple[DemandShock, ...]
    techniques: tuple[Technique, ...]


def recorded() -> Cast:
    """The cast on record in ``model/data/``."""
    return Cast(
        developers=loading.developers(),
        chips=loading.chips(),
        designers=loading.designers(),
        foundries=loading.foundries(),
        toolmakers=loading.toolmakers(),
        memory_makers=loading.memory_makers(),
        talent_pools=loading.talent_pools(),
        governments=loading.governments(),
        demand_shocks=loading.demand_shocks(),
        techniques=loading.techniques(),
    )
