"""The supply chain as nodes and links, whatever they are made from and however they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
