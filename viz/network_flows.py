"""What moved in the last quarter cleared, flow by flow, and by which permission."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

import numpy as np

from agents.designer import Designer
from agents.foundry import Foundry
from agents.memory_maker import MemoryMaker
from agents.records import ChipRecord
from agents.toolmaker import Toolmaker
from model.chip_lines import RETICLE_MM2
from model.installed_base import Kind
from model.rulebook import RuleBook
from viz.network_graph import Link, Permission
from viz.network_seen import Seen

DESIGN_SOFTWARE = "Design software"
GO_BETWEENS = "Go-betweens"
_OUTCOMES: dict[str, Permission] = {
    "free": "allowed",
    "notified": "licence",
    "fee": "licence",
    "licence": "licence",
    "denied": "denied",
}
# A rule asked about an instant is asked about a period too short for anything to change in.
_INSTANT = 1e-6


# --- tools and design software --------------------------------------------------------------------


def tools(view: Seen) -> Iterator[Link]:
    """Tools from makers to foundries; those denied as links without a flow."""
    makers = {maker.name: maker for maker in view.world.agents_by_type[Toolmaker]}
    for (name, foundry_name, tool_class), sets in view.world.tool_market.latest.items():
        maker, foundry = makers[name], view.world.foundry(foundry_name)
        if (maker.region == "CN") and foundry.region != "CN":
            continue
        price = view.world.parameters[f"price_{tool_class.replace('-', '_')}"]
        amount = view.of(sets * price) * view.part(foundry)
        permission, why = _tool_permission(view.book, maker, foundry, tool_class, view)
        if amount > 0.0 or (permission == "denied" and view.shows(foundry)):
            yield Link(name, foundry_name, amount, "USD bn of tools", permission, why)


def _tool_permission(
    book: RuleBook, maker: Toolmaker, foundry: Foundry, tool_class: str, view: Seen
) -> tuple[Permission, str]:
    if maker.region == foundry.region:
        return "allowed", ""
    judged = book.judge_tool(tool_class, maker.country, foundry.region, foundry.name, view.day)
    return _OUTCOMES[judged.outcome], judged.instrument or ""


def software(view: Seen) -> Iterator[Link]:
    """Design software: a permission without a flow, as the model counts none."""
    for designer in view.world.agents_by_type[Designer]:
        finest = min((chip.node_nm for chip in designer.chips), default=7.0)
        access = view.book.design_software_access(
            designer.region, finest, view.now, view.now + _INSTANT
        )
        permission = _by_share(1.0 if designer.region == "US" else access)
        if view.shows(designer) and (permission != "allowed" or designer.region == "CN"):
            why = "design software; the model counts no flow of it"
            yield Link(DESIGN_SOFTWARE, designer.name, 0.0, "", permission, why)


# --- memory and dies ------------------------------------------------------------------------------


def memory(view: Seen) -> Iterator[Link]:
    """Memory from its makers to designers."""
    makers = {maker.name: maker for maker in view.world.agents_by_type[MemoryMaker]}
    designers = {one.name: one for one in view.world.agents_by_type[Designer]}
    for (name, buyer), stacks in view.world.chip_market.memory_market.latest.items():
        maker, designer = makers[name], designers[buyer]
        amount = view.of(stacks) / 1e3 * view.part(designer)
        permission: Permission = "allowed"
        if designer.region == "CN" and maker.region != "CN":
            permission = _by_share(view.book.memory_access("CN", view.now, view.now + _INSTANT))
        refused = permission == "denied" and view.of(maker.output()) > 0.0
        if amount > 0.0 or (refused and view.shows(designer)):
            yield Link(name, buyer, amount, "thousand stacks of memory", permission)


def dies(view: Seen) -> Iterator[Link]:
    """Compute made by each foundry for each designer, and dies that came by go-betweens."""
    for designer in view.world.agents_by_type[Designer]:
        made: defaultdict[str, float] = defaultdict(float)
        dies = 0.0
        for kind, units in view.sold_by(designer).items():
            chip = view.chips[kind.chip][0]
            made[chip.foundry] += units * view.ratings[kind.chip]
            dies += units * np.ceil(chip.die_mm2 / RETICLE_MM2)
        diverted = min(1.0, view.of(designer.latest_dies_used) / dies) if dies > 0.0 else 0.0
        everything = sum(made.values())
        if diverted * everything > 0.0:
            why = "dies that foreign foundries made, laid in through third parties"
            amount = diverted * everything
            yield Link(GO_BETWEENS, designer.name, amount, "H100e of dies", "smuggled", why)
        for foundry in {*made, *designer.foundries}:
            access = view.book.foundry_access(
                designer.name,
                designer.region,
                view.world.foundry(foundry).region,
                view.now,
                view.now + _INSTANT,
            )
            amount = made[foundry] * (1.0 - diverted)
            permission = _by_share(access)
            if amount > 0.0 or (permission == "denied" and view.shows(designer)):
                yield Link(foundry, designer.name, amount, "H100e of dies", permission)


# --- channels and firms ---------------------------------------------------------------------------


def channel_node(region: str, channel: str) -> str:
    """Name of the node of a channel into a region."""
    return f"{region}/{channel}"


def others_node(region: str) -> str:
    """Name of the node of a region's firms that are not shown by name."""
    return f"others/{region}"


def to_firms(view: Seen, shown: Collection[str]) -> Iterator[Link]:
    """From designers through channels to firms, those not in ``shown`` together."""
    for kind, units in view.deliveries.items():
        amount = units * view.ratings[kind.chip]
        if amount <= 0.0:
            continue
        chip, designer = view.chips[kind.chip]
        permission, why = _chip_permission(view, chip, kind)
        through = channel_node(kind.region, kind.channel)
        firm = kind.owner if kind.owner in shown else others_node(kind.region)
        yield Link(designer.name, through, amount, "H100e", permission, why)
        yield Link(through, firm, amount, "H100e", permission, why)
    yield from _barred_chips(view)


def _chip_permission(view: Seen, chip: ChipRecord, kind: Kind) -> tuple[Permission, str]:
    if kind.channel == "smuggled":
        return "smuggled", ""
    if kind.channel == "rented":
        return "rented", ""
    judged = view.book.judge_chip(chip, kind.region, kind.owner, view.day)
    return _OUTCOMES[judged.outcome], judged.instrument or ""


def _barred_chips(view: Seen) -> Iterator[Link]:
    """Designers whose chips on general sale may not be sold to China today."""
    for designer in view.world.agents_by_type[Designer]:
        if designer.region == "CN" or view.focus not in (None, "CN"):
            continue
        for chip in designer.on_sale(view.now, view.now + 1.0):
            judged = view.book.judge_chip(chip, "CN", "", view.day)
            if chip.sold_to == "anyone" and judged.admitted == 0.0:
                through = channel_node("CN", "direct")
                why = f"{chip.name}: {judged.instrument}"
                yield Link(designer.name, through, 0.0, "H100e", "denied", why)
                break


def _by_share(admitted: float) -> Permission:
    return "allowed" if admitted >= 1.0 else "licence" if admitted > 0.0 else "denied"
