"""The supply chain as a drawing: layers from left to right, ribbons as wide as their flows.

The drawing is SVG with nothing from outside.  In a page its colours are those of the theme, by
name; in a file that leaves the page they are written out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from experiments.terminal import compact
from viz.network_graph import LAYERS, PERMISSIONS, Layer, Link, Network, Node, Permission

WIDTH = 1240
_COLUMN = 252
_BAR = 12
_LABEL_SLOT, _GAP = 15.0, 6.0
_TOP, _BOTTOM = 34.0, 12.0
_LEAST_RIBBON, _REFUSED_RIBBON, _LEAST_BAR = 1.2, 1.6, 3.0
# Height of all ribbons of a unit together; stacks and tools beside, not inside, what they go into.
_HEIGHTS = {
    "USD bn of tools": 230.0,
    "thousand stacks of memory": 110.0,
    "H100e of dies": 270.0,
    "H100e": 270.0,
}
HEADINGS: dict[Layer, str] = {
    "tools": "Tools and software",
    "makers": "Foundries and memory",
    "designers": "Chip designers",
    "channels": "Channels",
    "firms": "AI developers",
}
# Never colour alone: each permission has a stroke of its own.
_DASHES: dict[Permission, str] = {
    "allowed": "",
    "licence": "14 3",
    "denied": "3 5",
    "smuggled": "5 3",
    "rented": "12 3 3 3",
}
_TOKENS: dict[str, tuple[str, str]] = {
    "allowed": ("ink-3", "#687586"),
    "licence": ("policy-5", "#b27d00"),
    "denied": ("bad", "#a8201a"),
    "smuggled": ("policy-4", "#aa4499"),
    "rented": ("us", "#0072b2"),
    "US": ("us", "#0072b2"),
    "CN": ("cn", "#d55e00"),
    "RoW": ("other", "#009e73"),
    "ink": ("ink", "#1b2430"),
    "ink-2": ("ink-2", "#4a5666"),
    "paper": ("panel", "#ffffff"),
}


@dataclass
class _Place:
    """Where a node stands, and how much of its sides ribbons have taken."""

    x: float
    y: float
    height: float
    taken_in: float = 0.0
    taken_out: float = 0.0


def draw(shown: Network, *, selected: str = "", in_page: bool = True) -> str:
    """The drawing, as the text of one ``svg`` element.

    Args:
        shown: what to draw.
        selected: name of the node whose links stand out; all do if empty.
        in_page: whether the page's theme gives the colours and clicks are heard.
    """
    ink = _Ink(in_page)
    widths = _ribbon_widths(shown.links)
    places = _placed(shown, widths)
    height = max((p.y + max(p.height, _LABEL_SLOT) for p in places.values()), default=_TOP)
    height += _BOTTOM
    ribbons = _ribbons(shown, widths, places, ink, selected)
    nodes = [_node(node, places[node.name], shown, ink, selected) for node in shown.nodes]
    headings = [
        f'<text x="{_x(layer)}" y="16" font-weight="600" fill="{ink("ink-2")}">'
        f"{HEADINGS[layer]}</text>"
        for layer in LAYERS
    ]
    background = "" if in_page else f' style="background:{ink("paper")}"'
    title = "Supply chain: who delivers to whom, and by which permission"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}"'
        f' width="{WIDTH}" height="{height:.0f}" font-family="Roboto, system-ui, sans-serif"'
        f' font-size="12.5" role="group" aria-label="{title}"'
        f"{background}>"
        f"<title>{title}</title>{''.join(headings)}{''.join(ribbons)}{''.join(nodes)}</svg>"
    )


def legend(*, in_page: bool = True) -> str:
    """The legend: a sample of each kind of ribbon with its words, as HTML that wraps."""
    ink = _Ink(in_page)
    return "".join(
        f'<span><svg viewBox="0 0 34 10" width="34" height="10" aria-hidden="true"><line x1="0"'
        f' x2="34" y1="5" y2="5" stroke-width="7" {_stroke(permission, ink)}/></svg>'
        f" {escape(words)}</span>"
        for permission, words in PERMISSIONS.items()
    )


def amount_in_words(link: Link) -> str:
    """What a link carries, with its unit."""
    if not link.unit:
        return "no flow counted"
    if link.amount <= 0.0:
        return "nothing"
    if link.unit.startswith("USD bn"):
        billions = link.amount
        shown = f"{1e3 * billions:,.0f} m" if billions < 1.0 else f"{billions:.2f} bn"
        return f"USD {shown}{link.unit.removeprefix('USD bn')}"
    if link.unit.startswith("thousand "):
        return f"{compact(1e3 * link.amount, '')} {link.unit.removeprefix('thousand ')}"
    return f"{compact(link.amount, '')} {link.unit}"


class _Ink:
    """Colours: by the theme's names in a page, written out elsewhere."""

    def __init__(self, in_page: bool) -> None:
        self._in_page = in_page

    def __call__(self, what: str) -> str:
        name, plain = _TOKENS[what]
        return f"var(--{name}, {plain})" if self._in_page else plain


def _x(layer: Layer) -> float:
    return 4.0 + _COLUMN * LAYERS.index(layer)


def _ribbon_widths(links: Sequence[Link]) -> dict[Link, float]:
    """Width of each ribbon: in proportion to its flow among those of its unit."""
    totals: defaultdict[str, float] = defaultdict(float)
    into_firms = {link for link in links if "/" in link.source}
    for link in links:
        totals[link.unit] += 0.0 if link in into_firms else link.amount
    return {
        link: max(_LEAST_RIBBON, _HEIGHTS[link.unit] * link.amount / totals[link.unit])
        if link.amount > 0.0
        else _REFUSED_RIBBON
        for link in links
    }


def _placed(shown: Network, widths: Mapping[Link, float]) -> dict[str, _Place]:
    """Nodes below each other in their columns, each as high as what enters or leaves it."""
    entering: defaultdict[str, float] = defaultdict(float)
    leaving: defaultdict[str, float] = defaultdict(float)
    for link, width in widths.items():
        leaving[link.source] += width
        entering[link.target] += width
    places: dict[str, _Place] = {}
    for layer in LAYERS:
        y, region = _TOP, ""
        for node in shown.nodes:
            if node.layer != layer:
                continue
            if region and region != node.region:
                y += 2.0 * _GAP
            region = node.region
            height = max(_LEAST_BAR, entering[node.name], leaving[node.name])
            places[node.name] = _Place(_x(layer), y, height)
            y += max(height, _LABEL_SLOT) + _GAP
    return places


def _ribbons(
    shown: Network,
    widths: Mapping[Link, float],
    places: Mapping[str, _Place],
    ink: _Ink,
    selected: str,
) -> list[str]:
    order = sorted(shown.links, key=lambda one: (places[one.source].y, places[one.target].y))
    drawn = []
    for link in order:
        start, end, width = places[link.source], places[link.target], widths[link]
        y1 = start.y + start.taken_out + width / 2.0
        y2 = end.y + end.taken_in + width / 2.0
        start.taken_out += width
        end.taken_in += width
        x1, x2 = start.x + _BAR, end.x
        bend = (x2 - x1) * 0.5
        faded = bool(selected) and selected not in (link.source, link.target)
        refused = link.amount <= 0.0
        opacity = 0.1 if faded else 0.9 if refused else 0.5
        why = f" ({link.why})" if link.why else ""
        said = (
            f"{_label(shown, link.source)} to {_label(shown, link.target)}:"
            f" {amount_in_words(link)}, {PERMISSIONS[link.permission]}{why}"
        )
        drawn.append(
            f'<path d="M{x1:.1f},{y1:.1f} C{x1 + bend:.1f},{y1:.1f} {x2 - bend:.1f},{y2:.1f}'
            f' {x2:.1f},{y2:.1f}" fill="none" stroke-width="{width:.2f}" opacity="{opacity}"'
            f" {_stroke(link.permission, ink)}><title>{escape(said)}</title></path>"
        )
    return drawn


def _node(node: Node, place: _Place, shown: Network, ink: _Ink, selected: str) -> str:
    around = {name for link in shown.touching(selected) for name in (link.source, link.target)}
    faded = bool(selected) and node.name != selected and node.name not in around
    weight = "700" if node.name == selected else "400"
    centre = place.y + place.height / 2.0
    label = escape(node.label)
    return (
        f'<g class="network-node" data-node="{escape(node.name)}" tabindex="0" role="button"'
        f' aria-pressed="{"true" if node.name == selected else "false"}" aria-label="{label}"'
        f' style="cursor:pointer" opacity="{0.35 if faded else 1}">'
        f'<rect x="{place.x - 2:.1f}" y="{centre - max(place.height, 24.0) / 2.0:.1f}"'
        f' width="{_BAR + 150}" height="{max(place.height, 24.0):.1f}" fill="transparent"/>'
        f'<rect x="{place.x:.1f}" y="{place.y:.1f}" width="{_BAR}" height="{place.height:.1f}"'
        f' rx="2" fill="{ink(node.region)}"/>'
        f'<text x="{place.x + _BAR + 5:.1f}" y="{centre + 4.0:.1f}" font-weight="{weight}"'
        f' fill="{ink("ink")}" stroke="{ink("paper")}" stroke-width="3" paint-order="stroke"'
        f' stroke-linejoin="round">{label}</text></g>'
    )


def _stroke(permission: Permission, ink: _Ink) -> str:
    dashes = _DASHES[permission]
    pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'stroke="{ink(permission)}"{pattern}'


def _label(shown: Network, name: str) -> str:
    return shown.node(name).label
