"""Serve this machine's programs and the emulator's own page."""

from __future__ import annotations

import contextlib
import http.client
import json

import pytest
from acr_emulator.testing import Emulator
from acr_emulator.visitors import is_loopback


def ask(emulator: Emulator, path: str, *headers: tuple[str, str], method: str = "GET") -> tuple[int, str]:
    """Ask with these headers alone.

    The Host is the emulator's own unless it is among them.
    """
    connection = http.client.HTTPConnection(emulator.endpoint, timeout=10)
    with contextlib.closing(connection):
        connection.putrequest(method, path, skip_host=True)
        given = {name.lower() for name, _value in headers}
        for name, value in (*headers, *([] if "host" in given else [("Host", emulator.endpoint)])):
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.parametrize("path", ["/_emulator/health", "/_emulator/", "/?Action=ListInstance"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8650", "127.0.0.1.evil.example", "10.0.0.1", "", "[::2]"]
)
def test_a_name_that_only_resolves_here_is_refused(emulator: Emulator, path: str, host: str) -> None:
    status, text = ask(emulator, path, ("Host", host))
    assert status == 403
    assert "is not a loopback address" in json.loads(text)["error"]


def test_two_hosts_are_refused(emulator: Emulator) -> None:
    status, _text = ask(emulator, "/_emulator/health", ("Host", emulator.endpoint), ("Host", "evil.example"))
    assert 400 <= status < 500


@pytest.mark.parametrize(
    "header",
    [
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://localhost:1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Sec-Fetch-Site", "anything"),
    ],
    ids=lambda header: header[1],
)
def test_a_page_of_another_site_changes_nothing(emulator: Emulator, header: tuple[str, str]) -> None:
    before = emulator.state()
    status, text = ask(emulator, "/_emulator/reset", header, method="POST")
    assert status == 403
    assert json.loads(text)["error"].startswith("A web page of another site asks")
    assert emulator.state() == before


def test_its_own_page_is_served(emulator: Emulator) -> None:
    own = (("Origin", f"http://{emulator.endpoint}"), ("Sec-Fetch-Site", "same-origin"))
    assert ask(emulator, "/_emulator/tasks", *own, method="POST")[0] == 200
    assert ask(emulator, "/_emulator/", ("Sec-Fetch-Site", "none"))[0] == 200


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:8650", "[::1]", "[::1]:8650", "http://127.0.0.1:8650"]
)
def test_every_spelling_of_loopback_is_served(emulator: Emulator, host: str) -> None:
    assert ask(emulator, "/_emulator/health", ("Host", host))[0] == 200


@pytest.mark.parametrize(
    "host", ["::1x", "127.0.0.1:", "127.0.0.1:x", "localhost.evil.example", "0x7f.1", "[::1", "a:b"]
)
def test_what_is_no_loopback_address(host: str) -> None:
    assert not is_loopback(host)
