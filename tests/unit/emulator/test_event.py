"""Test the event centre's rules and records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acr_emulator.testing import Emulator

from .kit import Client, push

EVERYTHING = {"RuleName": "everything", "RuleId": "crecr-all"}
WEB = {"RuleName": "web", "EventScope": "REPO", "Namespaces": ["prod"], "RepoNames": ["web"], "RuleId": "crecr-web"}


def records(client: Client, **filters: Any) -> list[tuple[str, str, str]]:
    found = client.cr("ListEventCenterRecord", "GET", **filters)["Records"]
    return [(record["RuleName"], record["RepoName"], record["Tag"]) for record in found]


def test_records_of_tasks_that_are_over(serve: Callable[..., Emulator], a: Client) -> None:
    emulator = serve(source={"event_rules": [EVERYTHING, WEB]})
    assert [rule["RuleName"] for rule in a.cr("ListEventCenterRuleName", "GET")["RuleNames"]] == ["everything", "web"]
    a.create_rule()
    push(emulator, "2.0")
    a.tasks()
    push(emulator, "1.0", repository="api")
    a.tasks()
    assert records(a) == [("everything", "api", "1.0"), ("web", "web", "2.0"), ("everything", "web", "2.0")]
    assert records(a, RuleId="crecr-web") == [("web", "web", "2.0")]
    assert records(a, RepoNamespaceName="prod", RepoName="api") == [("everything", "api", "1.0")]
    assert records(a, EventType="cr:Artifact:ScanCompleted") == []


def test_a_rule_changes_in_what_is_given(serve: Callable[..., Emulator], a: Client) -> None:
    emulator = serve(source={"event_rules": [WEB]})
    given: dict[str, Any] = {"RepoTagFilterPattern": "^v", "RepoNames": ["web", "api"]}
    assert a.cr("UpdateEventCenterRule", RuleId="crecr-web", **given)["Code"] == 200
    (rule,) = emulator.state()["accounts"][0]["instances"][0]["event_rules"]
    assert (rule["RuleName"], rule["Namespaces"], rule["RepoNames"]) == ("web", ["prod"], ["web", "api"])
    a.create_rule()
    push(emulator, "2.0", "v2", repository="web")
    a.tasks()
    assert records(a) == [("web", "web", "v2")]
    assert a.cr("DeleteEventCenterRule", RuleId="crecr-web")["Code"] == "success"
    assert a.cr("DeleteEventCenterRule", RuleId="crecr-web")["Code"] == "EVENT_RULE_NOT_EXIST"
