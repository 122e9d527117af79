# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose a request's proxy by the environment variables."""

from __future__ import annotations

import ipaddress
import urllib.parse
from collections.abc import Mapping
from typing import Any

# The metadata service of a machine, which answers the machine itself alone.
_NEVER = ("100.100.100.200",)
# The ports that a URL without one means, for entries of NO_PROXY with a port.
_PORTS = {"http": 80, "https": 443}


def proxies_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return 'http', 'https' and 'no' of the environment.

    Lower-case variables win, as everywhere.
    """
    named = {scheme: f"{scheme}_proxy" for scheme in ("http", "https", "no")}
    found = {scheme: environ.get(name) or environ.get(name.upper()) for scheme, name in named.items()}
    return {scheme: proxy for scheme, proxy in found.items() if proxy}


def proxy_for(url: str, proxies: Mapping[str, str]) -> str | None:
    """Return a request's proxy URL, or None."""
    parts = urllib.parse.urlsplit(url)
    host, port = (parts.hostname or "").rstrip("."), parts.port or _PORTS[parts.scheme]
    proxy = proxies.get(parts.scheme)
    if not proxy or host in _NEVER:
        return None
    exempt = proxies.get("no", "").lower().replace(",", " ").split()
    if any(_covers(entry, host, port) for entry in exempt):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _covers(entry: str, host: str, port: int) -> bool:
    """Return whether an entry of NO_PROXY covers a host.

    An entry is *, a domain, an address or a network; all but * may have a port.

    A domain covers itself and all that is below it. A network covers addresses alone; no name is resolved for it.
    """
    if entry == "*":
        return True
    name, colon, number = entry.rpartition(":")
    if colon and number.isdigit() and (name.endswith("]") or ":" not in name):
        if int(number) != port:
            return False
        entry = name
    address, network = _network(host), _network(entry)
    if address or network:
        return bool(address and network and address.version == network.version and address.subnet_of(network))
    domain = entry.removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _network(text: str) -> Any:
    """Return the named network or address; None for names."""
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None
