"""HTML made of nested calls; every text that is not `Html` itself is escaped."""

from __future__ import annotations

from html import escape


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, *children: object, **attributes: str) -> Html:
    """`kind` stands for the attribute `class`. A child that is None or empty leaves nothing."""
    written = "".join(
        f' {"class" if key == "kind" else key.replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: object) -> Html:
    return Html("".join(one if isinstance(one, Html) else escape(str(one)) for one in children if one is not None))


def table(headings: str, *rows: list[object]) -> Html:
    """`headings` separated by commas. On a narrow screen each cell shows its heading, from `data-label`."""
    names = headings.split(", ")
    head = tag("tr", *(tag("th", name) for name in names))
    lines = [
        tag("tr", *(tag("td", cell, data_label=name) for name, cell in zip(names, row, strict=True))) for row in rows
    ]
    return tag("table", tag("thead", head), tag("tbody", *lines))
