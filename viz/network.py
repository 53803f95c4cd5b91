"""The supply chain of one quarter: who delivers to whom, how much, and by which permission.

Layers from left to right: toolmakers and design software; foundries and memory makers; designers;
channels; firms.  A flow is what moved in the last quarter cleared; a permission is what the rule
book in force on the world's present day says of it.  Nothing here knows how it is drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from agents.arrays import Floats
from agents.designer import Designer
from agents.developer import CHANNELS
from agents.foundry import Foundry
from agents.memory_maker import MemoryMaker
from agents.records import ChipRecord
from agents.toolmaker import Toolmaker
from model.chip_lines import RETICLE_MM2
from model.installed_base import Kind
from model.rulebook import RuleBook
from model.world import World

Permission = Literal["allowed", "licence", "denied", "smuggled", "rented"]
Layer = Literal["tools", "makers", "designers", "channels", "firms"]

LAYERS: tuple[Layer, ...] = ("tools", "makers", "designers", "channels", "firms")
PERMISSIONS: dict[Permission, str] = {
    "allowed": "allowed",
    "licence": "by licence, notice or fee",
    "denied": "denied",
    "smuggled": "smuggled or diverted",
    "rented": "rented abroad",
}
"""Words for each, in the order of the legend."""

SHOWN_FIRMS = 6
DESIGN_SOFTWARE = "Design software"
GO_BETWEENS = "Go-betweens"
_STRICTNESS: dict[Permission, int] = {name: place for place, name in enumerate(PERMISSIONS)}
_OUTCOMES: dict[str, Permission] = {
    "free": "allowed",
    "notified": "licence",
    "fee": "licence",
    "licence": "licence",
    "denied": "denied",
}
_REGION_WORDS = {"US": "American", "CN": "Chinese", "RoW": "other"}
_WHERE = {"US": "United States", "CN": "China", "RoW": "Elsewhere"}
_CHANNEL_WORDS = {
    "direct": "open sale",
    "variant": "versions for China",
    "domestic": "home-made",
    "smuggled": "smuggled",
    "rented": "rented abroad",
}
# A rule asked about an instant is asked about a period too short for anything to change in.
_INSTANT = 1e-6


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the network.

    Attributes:
        name: unique; of an actor, if ``actor``.
        label: what is written beside it.
        layer: where it stands.
        region: US, CN or RoW.
        actor: whether it is an actor, with a state and a history of its own.
        members: firms that it stands for, where it is "others".
    """

    name: str
    label: str
    layer: Layer
    region: str
    actor: bool = True
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """What one delivers to another.

    Attributes:
        source, target: names of nodes.
        amount: what moved in the last quarter; 0 where only a permission is shown.
        unit: its unit.
        permission: what the rules of the present day say of it.
        why: the instrument that says so, or what kind of thing moves.
    """

    source: str
    target: str
    amount: float
    unit: str
    permission: Permission
    why: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """The supply chain at a moment, of one future or in the middle of all.

    Attributes:
        nodes: by layer, in order of what passes through them.
        links: with those that carry nothing but are denied.
        quarter_ends: months since the start; 0 before the first quarter was cleared.
    """

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    quarter_ends: float

    def node(self, name: str) -> Node:
        """The node of that name.

        Raises:
            KeyError: if there is none.
        """
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def touching(self, name: str) -> list[Link]:
        """Links from or to a node."""
        return [link for link in self.links if name in (link.source, link.target)]


def network(
    world: World,
    future: int | None = None,
    *,
    focus: str | None = None,
    expanded: Iterable[str] = (),
) -> Network:
    """The network of a world now.

    Args:
        world: the world; only read.
        future: number of the future; the median of all, flow by flow, if left out.
        focus: only the part of each flow that ends with buyers of this region, in proportion to
            what makers and designers sell there.
        expanded: regions whose firms are all shown.
    """
    view = _View(world, future, focus)
    links = [
        *_tools(view),
        *_software(view),
        *_memory(view),
        *_dies(view),
        *_to_firms(view, frozenset(expanded)),
    ]
    links = _joined(links)
    quarter = world.time - world.time % 3.0
    return Network(tuple(_nodes(view, links, frozenset(expanded))), tuple(links), quarter)


class _View:
    """A world seen in one future, or in the middle of all."""

    def __init__(self, world: World, future: int | None, focus: str | None) -> None:
        self.world = world
        self.future = future
        self.focus = focus
        self.now = world.time
        self.day = world.calendar.date(world.time)
        books = world.rules.in_force(world.time)
        if future is None:
            _, self.book, _ = max(books, key=lambda book: int(np.sum(book[2])))
        else:
            self.book = next(b for _, b, where in books if where is True or where[future])  # type: ignore[index]
        base = world.chip_market.installed_base
        self.ratings = world.ratings()
        self.chips: dict[str, tuple[ChipRecord, Designer]] = {
            chip.name: (chip, designer)
            for designer in world.agents_by_type[Designer]
            for chip in (*designer.chips, *(planned.chip for planned in designer.planned))
        }

        everything = dict(zip(base.latest, self.all_of(base.latest.values()), strict=True))
        self._parts = _Parts(everything, self, focus)
        self.deliveries: dict[Kind, float] = {
            kind: units for kind, units in everything.items() if focus in (None, kind.region)
        }

    def shows(self, actor: Designer | Foundry) -> bool:
        """Whether what is denied to an actor belongs in the picture."""
        return self.focus in (None, actor.region)

    def part(self, actor: Designer | Foundry) -> float:
        """Share of what passes an actor that ends in the region in focus."""
        return self._parts.of(actor)

    def of(self, values: Floats) -> float:
        """A figure as seen: of the future, or the median."""
        value = np.median(values) if self.future is None else values[self.future]
        return float(value)

    def all_of(self, values: Iterable[Floats]) -> list[float]:
        """Many figures as seen."""
        rows = np.array(list(values)).reshape(-1, self.world.futures)
        seen = np.median(rows, axis=1) if self.future is None else rows[:, self.future]
        return [float(value) for value in seen]

    def sold_by(self, designer: Designer) -> dict[Kind, float]:
        """What reached developers of a designer's chips, units."""
        return {
            kind: units
            for kind, units in self.deliveries.items()
            if self.chips[kind.chip][1] is designer
        }


class _Parts:
    """Shares of what designers and foundries made in the quarter that end in a region."""

    def __init__(self, deliveries: dict[Kind, float], view: _View, focus: str | None) -> None:
        self._focus = focus
        self._through: defaultdict[str, float] = defaultdict(float)
        self._ending: defaultdict[str, float] = defaultdict(float)
        for kind, units in deliveries.items():
            chip, designer = view.chips[kind.chip]
            for name in (designer.name, chip.foundry):
                self._through[name] += units * view.ratings[kind.chip]
                self._ending[name] += units * view.ratings[kind.chip] * (kind.region == focus)

    def of(self, actor: Designer | Foundry) -> float:
        if self._focus is None:
            return 1.0
        if self._through[actor.name] <= 0.0:
            return float(actor.region == self._focus)
        return self._ending[actor.name] / self._through[actor.name]


# --- tools and design software --------------------------------------------------------------------


def _tools(view: _View) -> Iterator[Link]:
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
    book: RuleBook, maker: Toolmaker, foundry: Foundry, tool_class: str, view: _View
) -> tuple[Permission, str]:
    if maker.region == foundry.region:
        return "allowed", ""
    judged = book.judge_tool(tool_class, maker.country, foundry.region, foundry.name, view.day)
    return _OUTCOMES[judged.outcome], judged.instrument or ""


def _software(view: _View) -> Iterator[Link]:
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


def _memory(view: _View) -> Iterator[Link]:
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


def _dies(view: _View) -> Iterator[Link]:
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


def _to_firms(view: _View, expanded: frozenset[str]) -> Iterator[Link]:
    """From designers through channels to firms, the small ones together."""
    shown = {node.name for node in _firm_nodes(view, expanded)}
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


def _chip_permission(view: _View, chip: ChipRecord, kind: Kind) -> tuple[Permission, str]:
    if kind.channel == "smuggled":
        return "smuggled", ""
    if kind.channel == "rented":
        return "rented", ""
    judged = view.book.judge_chip(chip, kind.region, kind.owner, view.day)
    return _OUTCOMES[judged.outcome], judged.instrument or ""


def _barred_chips(view: _View) -> Iterator[Link]:
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


def _firm_nodes(view: _View, expanded: frozenset[str]) -> list[Node]:
    """Firms by name, the largest buyers of each region, and one node for its others."""
    bought: defaultdict[str, float] = defaultdict(float)
    for kind, units in view.deliveries.items():
        bought[kind.owner] += units * view.ratings[kind.chip]
    found = []
    for region in ("US", "CN", "RoW"):
        firms = sorted(view.world.developers_of(region), key=lambda firm: -bought[firm.name])
        buying = [firm for firm in firms if bought[firm.name] > 0.0]
        number = len(buying) if region in expanded else SHOWN_FIRMS if region != "RoW" else 1
        if len(buying) <= number + 1:
            number = len(buying)
        found += [Node(firm.name, firm.name, "firms", region) for firm in buying[:number]]
        rest = tuple(firm.name for firm in buying[number:])
        if rest:
            label = f"{len(rest)} more {_REGION_WORDS[region]} firms"
            found.append(Node(others_node(region), label, "firms", region, False, rest))
    return found


# --- nodes ----------------------------------------------------------------------------------------


def _nodes(view: _View, links: list[Link], expanded: frozenset[str]) -> Iterator[Node]:
    used = {name for link in links for name in (link.source, link.target)}
    candidates = [*_maker_nodes(view), *_channel_nodes(), *_firm_nodes(view, expanded)]
    through: defaultdict[str, float] = defaultdict(float)
    for link in links:
        through[link.source] += link.amount
        through[link.target] += link.amount
    regions = {"US": 0, "RoW": 1, "CN": 2}

    def place(node: Node) -> tuple[int, int, bool, float, str]:
        kept_last = bool(node.members)
        layer, region = LAYERS.index(node.layer), regions[node.region]
        return layer, region, kept_last, -through[node.name], node.name

    yield from sorted((node for node in candidates if node.name in used), key=place)


def _maker_nodes(view: _View) -> Iterator[Node]:
    kinds: tuple[tuple[type, Layer], ...] = (
        (Toolmaker, "tools"),
        (Foundry, "makers"),
        (MemoryMaker, "makers"),
        (Designer, "designers"),
    )
    for kind, layer in kinds:
        for actor in view.world.agents_by_type[kind]:
            yield Node(actor.name, actor.name, layer, actor.region)
    yield Node(DESIGN_SOFTWARE, DESIGN_SOFTWARE, "tools", "US", False)
    yield Node(GO_BETWEENS, "Dies through go-betweens", "makers", "RoW", False)


def _channel_nodes() -> Iterator[Node]:
    for region in ("US", "CN", "RoW"):
        for channel in CHANNELS:
            label = f"{_WHERE[region]}: {_CHANNEL_WORDS[channel]}"
            yield Node(channel_node(region, channel), label, "channels", region, False)


def _joined(links: Iterable[Link]) -> list[Link]:
    """Links between the same two, of the same permission, as one; empty ones where nothing else."""
    together: dict[tuple[str, str, Permission, str], list[Link]] = {}
    for link in links:
        together.setdefault((link.source, link.target, link.permission, link.unit), []).append(link)
    found = []
    for (source, target, permission, unit), parts in together.items():
        reasons = list(dict.fromkeys(part.why for part in parts if part.why))
        why = "; ".join(reasons[:3]) + ("; ..." if len(reasons) > 3 else "")
        amount = sum(part.amount for part in parts)
        found.append(Link(source, target, amount, unit, permission, why))
    return sorted(found, key=lambda one: (one.source, one.target, _STRICTNESS[one.permission]))


def _by_share(admitted: float) -> Permission:
    return "allowed" if admitted >= 1.0 else "licence" if admitted > 0.0 else "denied"
