# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take hosts as endpoints. Refuse anything else by its option's name, and repeat no password."""

from __future__ import annotations

import pytest

from ansible_collections.registryops.alicloud.plugins.module_utils._core.endpoints import endpoint_of, split_endpoint
from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError


def test_endpoints_follow_from_the_region_unless_given() -> None:
    assert endpoint_of("cr", None, "cn-hangzhou") == ("https", "cr.cn-hangzhou.aliyuncs.com")
    assert endpoint_of("ram", None, "cn-hangzhou") == ("https", "ram.aliyuncs.com")
    assert endpoint_of("sts", "sts-vpc.cn-hangzhou.aliyuncs.com", None) == ("https", "sts-vpc.cn-hangzhou.aliyuncs.com")
    with pytest.raises(AcrError, match="No region is given"):
        endpoint_of("cr", None, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("cr.example.com", ("https", "cr.example.com")),
        ("cr.example.com.", ("https", "cr.example.com.")),
        ("cr.example.com:8443", ("https", "cr.example.com:8443")),
        ("http://127.0.0.1:8650", ("http", "127.0.0.1:8650")),
        ("https://cr.example.com/", ("https", "cr.example.com")),
        ("http://[::1]:8650", ("http", "[::1]:8650")),
        ("[2001:db8::1]", ("https", "[2001:db8::1]")),
        ("my_host", ("https", "my_host")),
    ],
)
def test_an_endpoint_is_a_host_or_a_url(given: str, expected: tuple[str, str]) -> None:
    assert split_endpoint(given, "cr_endpoint") == expected


@pytest.mark.parametrize(
    "given",
    [
        "ftp://host",
        "http://",
        "host/path",
        "http://host?a=b",
        "host#f",
        "http://[::1",
        "::1",
        "[host]",
        "host:99999",
        "host:-1",
        "host:0",
        "host:",
        "host:port",
        "http://:80",
        "",
        "a b",
        "host\n",
        "ho\tst",
        "host\\path",
        "host%00",
        "-host",
        "a..b",
        "höst",
    ],
)
def test_anything_else_is_refused_by_its_options_name(given: str) -> None:
    with pytest.raises(AcrError) as refused:
        split_endpoint(given, "cr_endpoint")
    assert refused.value.reason == f"cr_endpoint {given!r} is not an endpoint"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("http://user@host", "http://***@host"),
        ("http://user:hush@host", "http://***@host"),
        ("user:hush@host:80", "***@host:80"),
        ("https://user:hu@sh@host", "https://***@host"),
        ("http://user:hush@[::1", "http://***@[::1"),
        ("HTTP://user:hush@host", "***@host"),
    ],
)
def test_a_user_and_a_password_are_refused_and_not_repeated(given: str, shown: str) -> None:
    with pytest.raises(AcrError) as refused:
        split_endpoint(given, "ALIBABA_CLOUD_CR_ENDPOINT")
    assert refused.value.reason == f"ALIBABA_CLOUD_CR_ENDPOINT {shown!r} is not an endpoint"
