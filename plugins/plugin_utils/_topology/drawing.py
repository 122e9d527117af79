# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw which instance feeds which as SVG: sources on the left, and in columns to the right what they feed."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, NamedTuple

# Sizes are in pixels.
_WIDTH, _HEIGHT = 210, 40  # of an instance, with its region under its name
_LOW = 24  # height of an instance in a long column, with its region beside its name
_LONG = 10  # a column with more instances is long
_ACROSS, _DOWN = 150, 12  # between two columns, and between two instances of a column
_MARGIN = 12  # as far as two instances are apart
_ASIDE = 60  # on both sides of all columns, for ways that go back
_LETTERS = 26  # letters of 12 px that fit into an instance
_NAMED = 14  # with more ways than these, their labels would hide each other
_BELOW = 22  # between two ways that go back, which is a line of their labels
_UNDER = 9  # from a line to the foot of the label below it, whose letters are as high
_CORNER = 6  # radius of a way's corners
# Lines that a tooltip can show on a screen.
_TOLD = 20

Shown = Mapping[str, Any]


class _Box(NamedTuple):
    """Where an instance is drawn."""

    x: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def drawing(topology: Shown) -> str:
    """Return an SVG element, in which names are escaped; its colours are those of the page."""
    instances = {instance["instance_id"]: instance for instance in topology["instances"]}
    boxes = _boxes(topology)
    bottom = max((box.y + box.height for box in boxes.values()), default=0)
    lines, below = [], bottom
    named = len(topology["ways"]) <= _NAMED
    for way in topology["ways"]:
        source, target = boxes[way["source"]], boxes[way["target"]]
        if source.x >= target.x:
            below += _BELOW
        lines.append(_way(way, source, target, below, named, instances))
    right = _ASIDE if below > bottom else _MARGIN
    width = max((box.x + _WIDTH for box in boxes.values()), default=0) + right
    parts = [*lines, *(_instance(instances[identity], box) for identity, box in boxes.items())]
    return (
        f'<svg class="map" viewBox="0 0 {width:g} {below + _MARGIN:g}" style="max-width: {width:g}px" role="img"'
        f' aria-label="Which instance feeds which">{_ARROWS}{"".join(parts)}</svg>'
    )


_ARROWS = (
    "<defs>"
    + "".join(
        f'<marker id="to-{state}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"'
        f' markerUnits="userSpaceOnUse"><path class="head {state}" d="M0 0L8 4L0 8z"/></marker>'
        for state in ("good", "warning", "bad")
    )
    + "</defs>"
)


def _boxes(topology: Shown) -> dict[str, _Box]:
    """Place each layer in a column, in the order of what feeds its instances, so that few ways cross."""
    feeders: dict[str, list[str]] = {}
    for way in topology["ways"]:
        feeders.setdefault(way["target"], []).append(way["source"])
    columns: dict[int, list[Shown]] = {}
    for instance in topology["instances"]:
        columns.setdefault(instance["layer"], []).append(instance)
    heights = {layer: _tall(len(column)) for layer, column in columns.items()}
    highest = max(heights.values(), default=0)
    of_layer = {instance["instance_id"]: instance["layer"] for instance in topology["instances"]}
    goes_back = any(of_layer[way["source"]] >= of_layer[way["target"]] for way in topology["ways"])
    left = _ASIDE if goes_back else _MARGIN
    boxes: dict[str, _Box] = {}
    for layer in sorted(columns):

        def order(instance: Shown) -> tuple[float, str]:
            above = [boxes[name].middle for name in feeders.get(instance["instance_id"], ()) if name in boxes]
            return (sum(above) / len(above) if above else highest, str(instance["name"]))

        height = _LOW if len(columns[layer]) > _LONG else _HEIGHT
        y = _MARGIN + (highest - heights[layer]) / 2
        for instance in sorted(columns[layer], key=order):
            boxes[instance["instance_id"]] = _Box(left + layer * (_WIDTH + _ACROSS), y, height)
            y += height + _DOWN
    return boxes


def _tall(count: int) -> float:
    return count * ((_LOW if count > _LONG else _HEIGHT) + _DOWN) - _DOWN


def _instance(instance: Shown, box: _Box) -> str:
    name, region = _cut(instance["name"]), str(instance["region"] or "region not known")
    kind = "known" if instance["looked_at"] else "unseen"
    account = f", account {instance['account_id']}" if instance["account_id"] else ""
    seen = "" if instance["looked_at"] else "; its rules were not looked at"
    title = escape(f"{instance['name']} ({instance['instance_id']}) in {region}{account}{seen}")
    shape = f'<rect class="{kind}" x="{box.x:g}" y="{box.y:g}" width="{_WIDTH}" height="{box.height:g}" rx="6"/>'
    if box.height < _HEIGHT:
        room = _LETTERS - len(name)
        beside = f' <tspan class="where">{escape(region)}</tspan>' if len(region) < room else ""
        words = f'<text x="{box.x + 10:g}" y="{box.middle + 4:g}">{escape(name)}{beside}</text>'
    else:
        words = (
            f'<text x="{box.x + 10:g}" y="{box.y + 17:g}">{escape(name)}</text>'
            f'<text class="where" x="{box.x + 10:g}" y="{box.y + 32:g}">{escape(_cut(region))}</text>'
        )
    return f"<g><title>{title}</title>{shape}{words}</g>"


def _way(way: Shown, source: _Box, target: _Box, below: float, named: bool, instances: Mapping[str, Shown]) -> str:
    """Return the line of a way with its tooltip.

    Args:
        way: its ends, rules and state.
        source: where it begins.
        target: where it ends.
        below: how far down it runs if it goes back.
        named: whether there is room for its label.
        instances: all instances by ID.
    """
    state, rules = way["state"], way["rules"]
    goes_on = source.x < target.x
    path, x, y = _path_on(source, target) if goes_on else _path_back(source, target, below)
    manual = " manual" if all(rule["trigger"] == "manual" for rule in rules) else ""
    line = f'<path class="way {state}{manual}" d="{path}" marker-end="url(#to-{state})"/>'
    words = rules[0]["takes"] if len(rules) == 1 else f"{len(rules):,} rules"
    # 22 letters of a label fit between two columns. It stands 4 px above its line, or below it if the line goes up:
    # two lines that cross have the same middle.
    y += _UNDER if goes_on and target.middle < source.middle else -4
    label = f'<text class="label" x="{x:g}" y="{y:g}">{escape(_cut(words, 22))}</text>' if named else ""
    return f"<g><title>{_tooltip(way, instances)}</title>{line}{label}</g>"


def _tooltip(way: Shown, instances: Mapping[str, Shown]) -> str:
    rules = way["rules"]
    ends = f"{instances[way['source']]['name']} to {instances[way['target']]['name']}"
    shown = [f"{rule['name']}: {rule['takes']} to {rule['arrives_in']}, {rule['trigger']}" for rule in rules[:_TOLD]]
    more = [f"and {len(rules) - _TOLD:,} more"] if len(rules) > _TOLD else []
    return escape("\n".join([f"{ends}, by {len(rules):,} rule{'s' if len(rules) > 1 else ''}", *shown, *more]))


def _path_on(source: _Box, target: _Box) -> tuple[str, float, float]:
    """Return a curve to a column further right, and its middle."""
    x, y, end = source.x + _WIDTH, source.middle, target.middle
    # A little more than half the way, so that the curve leaves and arrives level. It ends 2 px before the instance.
    bend = _ACROSS / 2 + 8
    path = f"M{x:g} {y:g}C{x + bend:g} {y:g} {target.x - bend:g} {end:g} {target.x - 2:g} {end:g}"
    return path, (x + target.x) / 2, (y + end) / 2


def _path_back(source: _Box, target: _Box, below: float) -> tuple[str, float, float]:
    """Return a line around all columns, down beside the source and up beside the target, and its middle."""
    # Ways lie side by side in the space beside the columns: 0.37 of their depth, which differs by 22, puts each 8 px
    # further, and they begin again after 40 px.
    aside = 14 + (below * 0.37) % 40
    left, right = max(target.x - aside, 4), source.x + _WIDTH + aside
    begin, end, corner = source.middle, target.middle, _CORNER
    path = (
        f"M{source.x + _WIDTH:g} {begin:g}H{right - corner:g}Q{right:g} {begin:g} {right:g} {begin + corner:g}"
        f"V{below - corner:g}Q{right:g} {below:g} {right - corner:g} {below:g}"
        f"H{left + corner:g}Q{left:g} {below:g} {left:g} {below - corner:g}"
        f"V{end + corner:g}Q{left:g} {end:g} {left + corner:g} {end:g}H{target.x - 2:g}"
    )
    return path, (right + left) / 2, below


def _cut(text: str, most: int = _LETTERS) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
