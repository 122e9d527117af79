# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose a request's proxy by the environment."""

from __future__ import annotations

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.proxies import proxies_of, proxy_for


def test_lower_case_variables_win() -> None:
    environ = {"HTTP_PROXY": "a:1", "http_proxy": "b:1", "HTTPS_PROXY": "", "NO_PROXY": "x", "no_proxy": ""}
    assert proxies_of(environ) == {"http": "b:1", "no": "x"}


def test_each_scheme_has_its_own_proxy() -> None:
    proxies = {"http": "plain:1", "https": "http://tls:2"}
    assert proxy_for("http://host/", proxies) == "http://plain:1"
    assert proxy_for("https://host/", proxies) == "http://tls:2"
    assert proxy_for("https://host/", {"http": "plain:1"}) is None


@pytest.mark.parametrize(
    ("exempt", "host", "straight"),
    [
        ("*", "cr.example.com", True),
        ("example.com", "example.com", True),
        ("example.com", "cr.example.com", True),
        (".example.com", "cr.example.com", True),
        ("*.example.com", "cr.example.com", True),
        ("EXAMPLE.com", "cr.example.COM", True),
        ("example.com", "cr.example.com.", True),
        ("example.com", "badexample.com", False),
        ("a, b example.com", "example.com", True),
        ("example.com:443", "example.com", True),
        ("example.com:443", "example.com:443", True),
        ("example.com:8443", "example.com", False),
        ("example.com:8443", "cr.example.com:8443", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "10.1.2.3:8650", True),
        ("10.1.2.3/8", "10.9.9.9", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8", "ten.example.com", False),
        ("10.1.2.3", "10.1.2.3:8650", True),
        ("10.1.2.3:8650", "10.1.2.3:8650", True),
        ("10.1.2.3:8651", "10.1.2.3:8650", False),
        ("1.2.3", "10.1.2.3", False),
        ("::1", "[::1]:8650", True),
        ("[::1]", "[::1]:8650", True),
        ("[::1]:8650", "[::1]:8650", True),
        ("[::1]:8651", "[::1]:8650", False),
        ("fd00::/8", "[fd12::1]", True),
        ("fd00::/8", "10.1.2.3", False),
        ("", "cr.example.com", False),
        (",", "cr.example.com", False),
        (".", "cr.example.com", False),
    ],
)
def test_exempt_hosts_are_reached_straight(exempt: str, host: str, straight: bool) -> None:
    proxies = {"https": "proxy:3128", "no": exempt}
    assert (proxy_for(f"https://{host}/?a=b", proxies) is None) is straight


def test_a_machines_own_metadata_never_takes_a_proxy() -> None:
    assert proxy_for("http://100.100.100.200/latest/api/token", {"http": "proxy:3128"}) is None
