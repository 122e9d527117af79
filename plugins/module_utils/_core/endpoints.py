# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find an endpoint by an option or by the region."""

from __future__ import annotations

import ipaddress
import re
import urllib.parse

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError

# Both services have one host for all regions. The RAM SDK would make up another one for regions that it does not know.
_GLOBAL_ENDPOINTS = {"ram": "ram.aliyuncs.com", "sts": "sts.aliyuncs.com"}
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")


def endpoint_of(product: str, given: str | None, region: str | None) -> tuple[str, str]:
    """Return protocol and host, with the port if one is given."""
    if given:
        return split_endpoint(given, f"{product}_endpoint")
    if product in _GLOBAL_ENDPOINTS:
        return "https", _GLOBAL_ENDPOINTS[product]
    if not region:
        raise AcrError(
            "no region is given",
            "Give region, or set ALIBABA_CLOUD_REGION_ID; Container Registry has an endpoint in each region.",
        )
    return "https", f"oss-{region}.aliyuncs.com" if product == "oss" else f"cr.{region}.aliyuncs.com"


def split_endpoint(given: str, name: str) -> tuple[str, str]:
    """Split host, host:port or a URL into ('http', 'host:port').

    The protocol defaults to https.

    Args:
        given: the endpoint.
        name: of the option or environment variable that it comes from.

    Raises:
        AcrError: it is none; the message holds no user and no password.
    """
    try:
        url = urllib.parse.urlsplit(given if "://" in given else f"https://{given}")
        good = _is_endpoint(url) and given.isascii() and given.isprintable()
    except ValueError:  # half a bracket, or a port that no machine has
        good = False
    if not good:
        raise AcrError(
            f"{name} {_without_user(given)!r} is not an endpoint",
            "Write host, host:port, or http(s)://host:port, without a user, a path or anything else.",
        )
    return url.scheme, url.netloc


def _is_endpoint(url: urllib.parse.SplitResult) -> bool:
    host, port = url.hostname or "", url.port
    if url.scheme not in ("http", "https") or url.path.strip("/") or port == 0:
        return False
    if url.query or url.fragment or "@" in url.netloc or url.netloc.endswith(":"):
        return False
    if url.netloc.startswith("["):
        return bool(ipaddress.IPv6Address(host))
    return bool(_HOST.fullmatch(host))


def _without_user(given: str) -> str:
    """Hide what stands before the last @; it may be a password."""
    start, at, host = given.rpartition("@")
    if not at:
        return given
    scheme = re.match(r"[a-z]+://", start)
    return f"{scheme.group() if scheme else ''}***@{host}"
