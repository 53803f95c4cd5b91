"""The supply chain of one quarter: who delivers to whom, how much, and by which permission.

Layers from left to right: toolmakers and design software; foundries and memory makers; designers;
channels; firms.  A flow is what moved in the last quarter cleared; a permission is what the rule
book in force on the world's present day says of it.  Nothing here knows how it is drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from agents.designer import Designer
from agents.developer import CHANNELS
from agents.foundry import Foundry
from agents.memory_maker import MemoryMaker
from agents.toolmaker import Toolmaker
from model.world import World
from viz import network_flows as flows
from viz.network_flows import DESIGN_SOFTWARE, GO_BETWEENS, channel_node, others_node
from viz.network_graph import LAYERS, PERMISSIONS, Layer, Link, Network, Node, Permission
from viz.network_seen import Seen

SHOWN_FIRMS = 6
_STRICTNESS: dict[Permission, int] = {name: place for place, name in enumerate(PERMISSIONS)}
_REGION_WORDS = {"US": "American", "CN": "Chinese", "RoW": "other"}
_WHERE = {"US": "United States", "CN": "China", "RoW": "Elsewhere"}
_CHANNEL_WORDS = {
    "direct": "open sale",
    "variant": "versions for China",
    "domestic": "home-made",
    "smuggled": "smuggled",
    "rented": "rented abroad",
}


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
    view = Seen(world, future, focus)
    firms = _firm_nodes(view, frozenset(expanded))
    links = _joined(
        [
            *flows.tools(view),
            *flows.software(view),
            *flows.memory(view),
            *flows.dies(view),
            *flows.to_firms(view, {node.name for node in firms}),
        ]
    )
    quarter = world.time - world.time % 3.0
    return Network(tuple(_nodes(view, links, firms)), tuple(links), quarter)


def _firm_nodes(view: Seen, expanded: frozenset[str]) -> list[Node]:
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


def _nodes(view: Seen, links: list[Link], firms: list[Node]) -> Iterator[Node]:
    used = {name for link in links for name in (link.source, link.target)}
    candidates = [*_maker_nodes(view), *_channel_nodes(), *firms]
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


def _maker_nodes(view: Seen) -> Iterator[Node]:
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
