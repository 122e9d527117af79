"""Look at the page /_emulator/ in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from acr_emulator.testing import Emulator, running

from ..browser import Page
from .kit import ACCOUNT_A, ROOT_A, SOURCE, Client, ClientException, eventually, push, world


@pytest.fixture
def page(browser: Page, emulator: Emulator) -> Page:
    """Open the default world's page as on a desktop."""
    browser.show(1280, 900)
    browser.open(f"http://{emulator.endpoint}/_emulator/")
    appears(browser, "account-b")
    return browser


def text(page: Page, selector: str = "main") -> str:
    """Return the text of all elements of a selector."""
    script = f"[...document.querySelectorAll({selector!r})].map(one => one.innerText).join('\\n')"
    return " ".join(str(page.run(script)).split())


def appears(page: Page, words: str, selector: str = "main") -> None:
    """Wait for it.

    The page is never loaded again, only what it shows is renewed.
    """
    eventually(lambda: True if words in text(page, selector) else None)


def test_what_there_is(page: Page, a: Client) -> None:
    assert "account-a 1252879610640001 root key, user operator" in text(page, "article")
    assert "source cri-sourcesource0001 cn-hangzhou Advanced 2 namespaces, 2 repositories, 3 images" in text(page)
    assert text(page, "article:nth-of-type(2) td:last-child") == "account-a", "whom the grant lets in"
    a.create_rule("everything-new", TagFilter="^v")
    appears(page, "everything-new", ".rules")
    assert "source prod target prod ^v a namespace on each push, priority 3" in text(page, ".rules tbody")
    assert page.complaints() == []


def test_the_grant_as_it_is_now(page: Page, serve: Callable[..., Emulator]) -> None:
    assert text(page, ".instances td:last-child") == "own account account-a"
    serve(granted=False)
    eventually(lambda: True if text(page, ".instances td:last-child") == "own account own account" else None)


def test_tasks_as_they_proceed(page: Page, emulator: Emulator, a: Client) -> None:
    a.create_rule("all")
    emulator.post("/_emulator/tasks", {"seconds": 4, "fail": {"tag": "bad", "issue": "NETWORK: lost"}})
    push(emulator, "good", "bad")
    page.run("window.loaded = 'once'")
    seen: list[str] = []

    def over() -> bool | None:
        badges = text(page, ".badge")
        if badges and badges not in seen:
            seen.append(badges)
        return True if badges == "error success" else None

    eventually(over)
    assert [badges.split()[0] for badges in seen] == ["pending", "synchronizing", "error"]
    assert "NETWORK: lost source prod/web:bad target prod/web:bad all" in text(page, ".tasks tbody")
    assert text(page, ".figures .error") == "1 failed"
    assert page.run("window.loaded") == "once"


def test_recent_calls(page: Page, emulator: Emulator, a: Client) -> None:
    for _time in range(3):
        a.cr("GetInstance")
    a.cr("GetNamespace", NamespaceName="nope")
    with pytest.raises(ClientException):
        Client(emulator, (ROOT_A[0], "wrong")).cr("GetInstance")
    appears(page, "SignatureDoesNotMatch")
    rows = [text(page, f".calls tbody tr:nth-child({number})") for number in (1, 2, 3)]
    assert rows[0].startswith(f"5 unknown GetInstance InstanceId {SOURCE} 400 SignatureDoesNotMatch")
    assert rows[1].startswith(f"4 account-a root GetNamespace InstanceId {SOURCE} NamespaceName nope 200 NAMESPACE_NOT")
    assert rows[2].startswith(f"3 account-a root GetInstance× 3 InstanceId {SOURCE} 200 success")
    assert text(page, ".calls .bad") == "400 SignatureDoesNotMatch 200 NAMESPACE_NOT_EXIST"


def test_what_is_set_otherwise(page: Page, emulator: Emulator) -> None:
    assert text(page, ".settings") == ""
    changed = {"namespace_filter": "prefix", "ungranted": {"at": "task"}, "latency_ms": 1, "rate_limits": {"ram": 5}}
    emulator.post("/_emulator/behaviour", changed)
    emulator.post("/_emulator/faults", {"fault": "hang", "match": {"action": "GetRole"}})
    appears(page, "fault hang on GetRole", ".settings")
    assert "namespace_filter prefix ungranted NoPrivilege at task, HTTP 403 latency_ms 1" in text(page, ".settings")
    assert "rate limit of ram 5 a second" in text(page, ".settings")


def test_names_are_text(page: Page, emulator: Emulator, a: Client) -> None:
    hostile = "<img src=x onerror=\"document.title='taken'\">"
    a.cr("GetNamespace", NamespaceName=hostile)
    changed: Any = world()
    changed["accounts"][0]["name"] = hostile
    appears(page, hostile)
    emulator.reset(changed)
    appears(page, hostile, "h3")
    assert page.run("document.querySelector('main img')") is None
    assert "taken" not in page.run("document.title")
    assert page.complaints() == []


def test_a_reader_is_not_disturbed(page: Page, a: Client) -> None:
    page.run("getSelection().selectAllChildren(document.querySelector('h3'))")
    a.create_rule("later")
    page.run("new Promise(done => setTimeout(done, 2200))")
    assert ACCOUNT_A in page.run("String(getSelection())")
    assert "later" not in text(page)
    page.run("getSelection().empty()")
    appears(page, "later")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_any_screen(page: Page, emulator: Emulator, a: Client, scheme: str) -> None:
    a.create_rule("a-rule-whose-name-is-as-long-as-the-names-of-rules-sometimes-get")
    push(emulator, "a-tag-that-has-a-long-name-as-those-that-come-from-continuous-builds-do.20261124-1")
    a.tasks()
    appears(page, "success", ".badge")
    cut = "[...document.querySelectorAll('td')].filter(one => one.scrollWidth > one.clientWidth + 1).length"
    for width in (320, 390, 768, 1280, 1920):
        page.show(width, 900, scheme)
        assert page.run("document.documentElement.scrollWidth") <= width
        assert (width, page.run(cut)) == (width, 0)
    (red, *_rest) = page.run("getComputedStyle(document.body).backgroundColor").removeprefix("rgb(").split(",")
    assert (int(red) > 128) is (scheme == "light")


def test_it_says_when_the_emulator_is_gone(browser: Page) -> None:
    with running(world()) as emulator:
        browser.open(f"http://{emulator.endpoint}/_emulator/")
        appears(browser, "account-b")
        appears(browser, "live", "#live")
    appears(browser, "stopped: this is how it was", "#live")
    assert "account-b" in text(browser)
