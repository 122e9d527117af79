"""Make HTML of nested calls.

Every text that is not `Html` itself is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sized
from html import escape


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, *children: object, **attributes: str) -> Html:
    """Return an element; `kind` is its class.

    A child that is None leaves nothing.
    """
    written = "".join(
        f' {"class" if key == "kind" else key.replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: object) -> Html:
    return Html(
        "".join(child if isinstance(child, Html) else escape(str(child)) for child in children if child is not None)
    )


def section(title: str, *content: object) -> Html:
    """Return a part of the page, or that it is empty."""
    return tag("section", tag("h2", title), join(*content) or tag("p", "None yet.", kind="quiet"))


def table(kind: str, headings: str, rows: Iterable[list[object]]) -> Html:
    """Return a table of comma-separated `headings`.

    On a narrow screen each cell may show its heading, from `data-label`.
    """
    names = headings.split(", ")
    head = tag("tr", *(tag("th", name) for name in names))
    lines = [
        tag("tr", *(tag("td", cell, data_label=name) for name, cell in zip(names, row, strict=True))) for row in rows
    ]
    return tag("table", tag("thead", head), tag("tbody", *lines), kind=kind)


def limited(rest: int) -> Html | None:
    """Return the note below a shortened list."""
    return tag("p", f"and {rest:,} more", kind="quiet") if rest > 0 else None


def count(items: Sized, noun: str, many: str = "") -> str:
    number = len(items)
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"
