"""Write the XML of OSS's answers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from xml.sax.saxutils import escape


def document(root: str, content: object) -> bytes:
    """Return a document.

    Its content is text, elements by their names, or a list of elements with the same name.
    """
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(root, content)}'.encode()


def _element(name: str, content: object) -> str:
    if isinstance(content, Mapping):
        inner = "".join(_element(str(key), value) for key, value in content.items() if value is not None)
        return f"<{name}>{inner}</{name}>"
    if isinstance(content, Sequence) and not isinstance(content, str):
        return "".join(_element(name, item) for item in content)
    return f"<{name}>{escape(str(content))}</{name}>"


def iso(milliseconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(milliseconds / 1000))


def gmt(milliseconds: int) -> str:
    return formatdate(milliseconds / 1000, usegmt=True)
