"""An architecture as an SVG that a browser shows in its light or its dark colours.

Each top-level package is a panel, in the order of the layers. In it stand its own packages, those that import left of
those that are imported. Imports inside a panel are arcs, between panels arrows; what one package imports of another
panel stands in its box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Final

from import_graph import Architecture, Package, importing_first

_MARGIN: Final = 24
_LANE: Final = 46
_BETWEEN_PANELS: Final = 56
_BETWEEN_BOXES: Final = 18
_HEADING: Final = 40
_LINE: Final = 15

_STYLE: Final = """\
svg { color-scheme: light dark; font: 12px system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
.ground { fill: #ffffff; }
.panel { fill: #f3f5f8; stroke: #c3cad5; }
.box { fill: #ffffff; stroke: #5b6b82; }
text { fill: #1b2533; }
.heading { font-size: 16px; font-weight: 600; }
.name { font-size: 13px; font-weight: 600; }
.small { fill: #4a586c; }
.number { font-weight: 600; paint-order: stroke; stroke: #f3f5f8; stroke-width: 4px; text-anchor: middle; }
.between { stroke: #ffffff; }
.import { fill: none; stroke: #2f6fb3; stroke-opacity: 0.75; }
.against { stroke: #b3472f; stroke-dasharray: 5 3; }
.head { fill: #2f6fb3; }
.head-against { fill: #b3472f; }
@media (prefers-color-scheme: dark) {
  .ground { fill: #12161c; }
  .panel { fill: #1b212b; stroke: #3d4858; }
  .box { fill: #252d39; stroke: #8a99ae; }
  text { fill: #e8edf4; }
  .small { fill: #b3bfce; }
  .number { stroke: #1b212b; }
  .between { stroke: #12161c; }
  .import { stroke: #74b0ee; }
  .against { stroke: #f0917c; }
  .head { fill: #74b0ee; }
  .head-against { fill: #f0917c; }
}"""


@dataclass(kw_only=True)
class Panel:
    """A top-level package on the drawing; ``arrange`` says where its boxes stand."""

    architecture: Architecture
    top: str
    x: float = 0
    y: float = 0
    width: float = 0
    height: int = 0
    order: list[str] = field(init=False)
    imports: dict[tuple[str, str], int] = field(init=False)

    def __post_init__(self) -> None:
        mine = [name for name, package in self.architecture.packages.items() if package.top == self.top]
        self.imports = self.architecture.inside(self.top)
        self.order = importing_first(mine, self.imports)

    @cached_property
    def packages(self) -> list[Package]:
        return [self.architecture.packages[each] for each in self.order]

    @cached_property
    def box_width(self) -> int:
        names = max(len(each.label) for each in self.packages)
        texts = max(len(text) for each in self.packages for text in self.texts(each))
        return round(max(7.6 * names, 6.6 * texts)) + 22

    @cached_property
    def box_height(self) -> int:
        return 32 + _LINE * max(len(self.texts(each)) for each in self.packages)

    def texts(self, package: Package) -> list[str]:
        """What stands in the box below its name."""
        others = self.architecture.from_other_panels(package)
        return [
            _count(package.modules, "module"),
            _lines(package.lines),
            *(f"→ {top} {times}" for top, times in sorted(others.items())),
        ]

    @property
    def least_width(self) -> int:
        return len(self.order) * (self.box_width + _BETWEEN_BOXES) + _BETWEEN_BOXES

    def span(self, pair: tuple[str, str]) -> int:
        """How many boxes further right the imported one stands; less than nothing for an import against the order."""
        return self.order.index(pair[1]) - self.order.index(pair[0])

    def rise(self, against: bool) -> int:
        """The height that the arcs above the boxes need, or those below."""
        spans = [abs(self.span(pair)) for pair in self.imports if (self.span(pair) < 0) == against]
        return _bulge(max(spans)) * 3 // 4 + 16 if spans else 0

    @property
    def boxes_from(self) -> float:
        spare = self.height - self.least_height
        return self.y + _HEADING + self.rise(against=False) + spare / 2

    @property
    def least_height(self) -> int:
        return _HEADING + self.rise(against=False) + self.box_height + self.rise(against=True) + 16

    def left_of(self, name: str) -> float:
        room = self.width / len(self.order)
        return self.x + room * self.order.index(name) + (room - self.box_width) / 2

    def port(self, name: str, pair: tuple[str, str]) -> float:
        """Where on its box an arc begins or ends: beside each other, in an order in which arcs do not cross there."""
        against = self.span(pair) < 0
        here = [each for each in self.imports if name in each and (self.span(each) < 0) == against]

        def place(each: tuple[str, str]) -> tuple[bool, int]:
            other = each[0] if each[1] == name else each[1]
            distance = self.order.index(other) - self.order.index(name)
            return (distance > 0, -distance)

        here.sort(key=place)
        return self.left_of(name) + self.box_width * (here.index(pair) + 1) / (len(here) + 1)


def _bulge(span: int) -> int:
    return 22 + 20 * span


def picture(architecture: Architecture) -> str:
    """The whole SVG. The same architecture always gives the same text."""
    layers = [[Panel(architecture=architecture, top=top) for top in layer] for layer in architecture.layers]
    least = max(sum(panel.least_width + _BETWEEN_PANELS for panel in layer) for layer in layers) - _BETWEEN_PANELS
    far = [pair for pair in sorted(architecture.between_tops) if _distance(architecture, pair) != 1]
    sides = _sides(far, layers)
    left = _MARGIN + _LANE * sum(side == "left" for side in sides.values())
    right = _MARGIN + _LANE * sum(side == "right" for side in sides.values())
    y = 64.0
    for layer in layers:
        spare = least - sum(panel.least_width for panel in layer) - _BETWEEN_PANELS * (len(layer) - 1)
        x, height = float(left), max(panel.least_height for panel in layer)
        for panel in layer:
            panel.x, panel.y, panel.width, panel.height = x, y, panel.least_width + spare / len(layer), height
            x += panel.width + _BETWEEN_PANELS
        y += height + _BETWEEN_PANELS
    width = left + least + right
    panels = {panel.top: panel for layer in layers for panel in layer}
    drawn = [
        *_opening(architecture, width, round(y - _BETWEEN_PANELS + _MARGIN)),
        *(part for panel in panels.values() for part in _panel(panel)),
        *_near_arrows(architecture, panels),
        *_far_arrows(architecture, panels, sides, width),
    ]
    return "\n".join([*drawn, "</svg>", ""])


def _distance(architecture: Architecture, pair: tuple[str, str]) -> int:
    layer_of = {top: number for number, layer in enumerate(architecture.layers) for top in layer}
    return layer_of[pair[1]] - layer_of[pair[0]]


def _sides(far: Sequence[tuple[str, str]], layers: Sequence[Sequence[Panel]]) -> dict[tuple[str, str], str]:
    """On which side of the panels an arrow passes: both its ends must reach there; else where fewer pass."""
    first, last = {layer[0].top for layer in layers}, {layer[-1].top for layer in layers}
    sides: dict[tuple[str, str], str] = {}
    for pair in far:
        can = [side for side, reach in (("left", first), ("right", last)) if set(pair) <= reach] or ["left"]
        sides[pair] = min(can, key=lambda side: sum(each == side for each in sides.values()))
    return sides


def _opening(architecture: Architecture, width: int, height: int) -> list[str]:
    tops = " above ".join(" and ".join(layer) for layer in architecture.layers)
    said = ", ".join(f"{a} imports {b} {n} times" for (a, b), n in sorted(architecture.between_tops.items()))
    arrow = 'viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="9" markerHeight="9"'
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="title description">',
        '<title id="title">The packages of the single permit and their imports</title>',
        f'<desc id="description">In layers: {tops}. {said}. Each box names its own imports.</desc>',
        f"<style>\n{_STYLE}\n</style>",
        "<defs>",
        f'<marker id="head" {arrow} orient="auto"><path class="head" d="M0,0 L8,4 L0,8 z"/></marker>',
        f'<marker id="against" {arrow} orient="auto"><path class="head-against" d="M0,0 L8,4 L0,8 z"/></marker>',
        "</defs>",
        f'<rect class="ground" width="{width}" height="{height}"/>',
        f'<text class="small" x="{_MARGIN}" y="26">An arrow goes from the package that imports to the one that is '
        "imported; its number counts the pairs of modules.</text>",
        f'<text class="small" x="{_MARGIN}" y="44">A dashed arc goes back, against the order of the boxes. '
        "Lines are rounded to hundreds. Made by make docs.</text>",
    ]


def _panel(panel: Panel) -> list[str]:
    modules = sum(each.modules for each in panel.packages)
    size = f"{_count(modules, 'module')}, {_lines(sum(each.lines for each in panel.packages))}"
    parts = [
        f'<rect class="panel" x="{panel.x:.1f}" y="{panel.y:.1f}" width="{panel.width:.1f}" height="{panel.height}" '
        'rx="8"/>',
        f'<text x="{panel.x + 14:.1f}" y="{panel.y + 26:.1f}"><tspan class="heading">{escape(panel.top)}</tspan>'
        f'<tspan class="small" dx="10">{size}</tspan></text>',
    ]
    parts += [part for package in panel.packages for part in _box(panel, package)]
    arcs, numbers = [], []
    for pair, times in panel.imports.items():
        against = panel.span(pair) < 0
        begin, end = panel.port(pair[0], pair), panel.port(pair[1], pair)
        base = panel.boxes_from + (panel.box_height if against else 0)
        peak = base + _bulge(abs(panel.span(pair))) * (1 if against else -1)
        arcs.append(
            f'<path class="import{" against" if against else ""}" stroke-width="{_stroke(times)}" '
            f'marker-end="url(#{"against" if against else "head"})" '
            f'd="M{begin:.1f},{base:.1f} C{begin:.1f},{peak:.1f} {end:.1f},{peak:.1f} {end:.1f},{base:.1f}">'
            f"<title>{escape(pair[0])} imports {escape(pair[1])}: {times}</title></path>"
        )
        numbers.append(_number((begin + end) / 2, base + (peak - base) * 0.75 + 4, times))
    return [*parts, *arcs, *numbers]


def _box(panel: Panel, package: Package) -> list[str]:
    x, y = panel.left_of(package.name), panel.boxes_from
    imports = sorted((b, n) for (a, b), n in panel.architecture.imports.items() if a == package.name)
    return [
        f"<g><title>{escape(package.name)} imports: {', '.join(f'{b} {n}' for b, n in imports) or 'nothing'}</title>",
        f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{panel.box_width}" height="{panel.box_height}" rx="5"/>',
        f'<text class="name" x="{x + 10:.1f}" y="{y + 20:.1f}">{escape(package.label)}</text>',
        *(
            f'<text class="small" x="{x + 10:.1f}" y="{y + 37 + _LINE * number:.1f}">{escape(text)}</text>'
            for number, text in enumerate(panel.texts(package))
        ),
        "</g>",
    ]


def _near_arrows(architecture: Architecture, panels: dict[str, Panel]) -> list[str]:
    """From a panel straight down to one of the next layer, in the middle of the stretch that both have."""
    parts = []
    for (importing, imported), times in sorted(architecture.between_tops.items()):
        if _distance(architecture, (importing, imported)) == 1:
            above, below = panels[importing], panels[imported]
            x = (max(above.x, below.x) + min(above.x + above.width, below.x + below.width)) / 2
            path = f"M{x:.1f},{above.y + above.height:.1f} V{below.y - 1:.1f}"
            parts += _arrow(path, x + 22, below.y - _BETWEEN_PANELS / 2 + 4, times)
    return parts


def _far_arrows(
    architecture: Architecture, panels: dict[str, Panel], sides: dict[tuple[str, str], str], width: int
) -> list[str]:
    """Past the panels between: out at the side, down a lane of its own, and in again."""
    parts = []
    lanes = {"left": 0, "right": 0}
    # The shortest in the innermost lane, so that none crosses another.
    for pair in sorted(sides, key=lambda pair: (_distance(architecture, pair), pair)):
        above, below, side = panels[pair[0]], panels[pair[1]], sides[pair]
        lanes[side] += 1
        out = lanes[side] * _LANE - _LANE / 2
        start = above.y + above.height - 12 - 14 * lanes[side]
        end = below.y + 12 + 14 * lanes[side]
        edges = (above.x, below.x) if side == "left" else (above.x + above.width, below.x + below.width)
        lane = min(edges) - out if side == "left" else max(edges) + out
        tip = edges[1] - 1 if side == "left" else edges[1] + 1
        path = f"M{edges[0]:.1f},{start:.1f} H{lane:.1f} V{end:.1f} H{tip:.1f}"
        parts += _arrow(path, min(max(lane, 18), width - 18), (start + end) / 2, architecture.between_tops[pair])
    return parts


def _arrow(path: str, x: float, y: float, times: int) -> list[str]:
    drawn = f'<path class="import" stroke-width="{_stroke(times)}" marker-end="url(#head)" d="{path}"/>'
    return [drawn, _number(x, y, times, "number between")]


def _number(x: float, y: float, times: int, kind: str = "number") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{times:,}</text>'


def _stroke(times: int) -> str:
    return f"{min(4.5, 1 + times**0.5 / 5):.1f}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _lines(number: int) -> str:
    """Rounded, so that the picture changes when the code does and not with every line."""
    return f"{round(number, -2):,} lines" if number >= 100 else "under 100 lines"
