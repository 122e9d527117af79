# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test a role's last lines, which name what changed and what holds now."""

from __future__ import annotations

from typing import Any

import pytest
from acr_emulator.testing import Emulator

from ansible_collections.registryops.alicloud.plugins.filter import acr_image_names, acr_outcome

from .conftest import ACCOUNT_A, ACCOUNT_B, SOURCE, TARGET, Account, ModuleFailedError
from .test_lives import TARGET_OPTIONS

outcome = acr_outcome.FilterModule().filters()["acr_outcome"]
ROLE = "aliyuncontainerregistrycrossaccoutsyncrole"
PLACE = {"region": "eu-central-1", "instance_id": TARGET}
ASKED = {"host": "prod-eu", **PLACE, "source_account_ids": [ACCOUNT_A]}
MAY = f"account {ACCOUNT_A} may replicate into prod-eu ({TARGET}, eu-central-1)."


def grant(account: Account, **options: Any) -> Any:
    said: dict[str, Any] = {"source_account_ids": [ACCOUNT_A], "destination_instances": [PLACE], **options}
    return account.run("acr_cross_account_role", **said)


def test_a_grant_names_the_account_the_host_and_the_parts_that_were_made(account_b: Account) -> None:
    changes = [
        f"+ {ACCOUNT_A} may replicate into {TARGET} (eu-central-1)",
        f"role {ROLE}: created",
        "policy AcrCrossAccountSync: created",
        f"policy AcrCrossAccountSync: attached to role {ROLE}",
    ]
    planned = outcome(grant(account_b, check=True), "access", ASKED, True, "configure_sync")
    assert planned == ["Without check mode, this would be done:", *changes, f"Afterwards: {MAY}"]
    done = outcome(grant(account_b), "access", ASKED, False, "configure_sync")
    assert done == [*changes, f"Now: {MAY}", "Next: configure_sync"]
    assert outcome(grant(account_b), "access", ASKED) == [f"Nothing to change: {MAY}"]


def test_a_grant_for_one_more_account_says_which_parts_changed(account_b: Account) -> None:
    grant(account_b)
    lines = outcome(grant(account_b, source_account_ids=["1333000033330000"]), "access", ASKED)
    assert lines[:-1] == [
        f"+ 1333000033330000 may replicate into {TARGET} (eu-central-1)",
        f"role {ROLE}: trust policy changed",
    ]


def test_a_revocation_names_what_is_gone_and_what_is_left(account_b: Account) -> None:
    grant(account_b, source_account_ids=[ACCOUNT_A, "1333000033330000"])
    absent = {"state": "absent", "destination_instances": None}
    lines = outcome(grant(account_b, **absent), "revocation", {"nobody": "Nobody."})
    assert lines == [
        f"- {ACCOUNT_A} may no longer replicate into {TARGET} (eu-central-1)",
        f"role {ROLE}: trust policy changed",
        f"left: role {ROLE}, used by account 1333000033330000",
        "left: policy AcrCrossAccountSync, used by account 1333000033330000",
        f"Now: sync rules of account {ACCOUNT_A} that end here fail.",
    ]
    # An account that was misspelt would have stopped nobody, either.
    again = outcome(grant(account_b, **absent), "revocation", {"nobody": "Nobody."})
    assert again == ["Nobody. Access is still granted to 1333000033330000."]
    misspelt = {**absent, "source_account_ids": ["1333000033330009"]}
    asked = {"nobody": "Nobody.", "source_account_ids": misspelt["source_account_ids"]}
    assert outcome(grant(account_b, **misspelt), "revocation", asked) == [
        "Nobody. Access is still granted to 1333000033330000. If 1333000033330000 was meant, run it again with"
        " -e acr_revoked_account_ids=1333000033330000."
    ]
    everybody = {**absent, "source_account_ids": None}
    lines = outcome(grant(account_b, **everybody), "revocation", {"nobody": "Nobody."})
    assert lines[-1] == (
        "Now: nobody may replicate into this account, and sync rules of account 1333000033330000 that end here fail."
    )
    assert outcome(grant(account_b, **everybody), "revocation", {"nobody": "Nobody."}) == ["Nobody."]


def rules(account: Account, *listed: dict[str, Any], **options: Any) -> Any:
    wanted = [{"namespace": "prod", **TARGET_OPTIONS, **rule} for rule in listed]
    return account.run("acr_sync_rules", instance_id=SOURCE, rules=wanted, grant_timeout=0, **options)


def test_rules_are_told_with_what_they_carry_and_what_of_them_changed(granted: Account, account_a: Account) -> None:
    said = {"host": "prod-sh"}
    to = f"to {TARGET} (eu-central-1)"
    first = rules(
        account_a, {"name": "a", "tag_filter": "^v"}, {"name": "b", "repository": "web", "scope": "repository"}
    )
    assert outcome(first, "rules", said) == [
        f"sync rule a: created, it replicates namespace prod (tags that match '^v') {to}",
        f"sync rule b: created, it replicates repository prod/web {to}",
        "Now: sync rules of prod-sh: 2 created.",
    ]
    second = rules(account_a, {"name": "a", "tag_filter": "^w"}, purge=True)
    assert outcome(second, "rules", said, next_step="verify_sync") == [
        "sync rule a: replaced, tag_filter '^v' -> '^w'",
        f"sync rule b: deleted, it replicated repository prod/web {to}",
        "Now: sync rules of prod-sh: 1 replaced, 1 deleted.",
        "Next: verify_sync",
    ]
    third = rules(account_a)
    assert outcome(third, "rules", said)[0].startswith(f"sync rule a is on {SOURCE} and not in the inventory; it still")
    assert outcome(third, "rules", said)[-1] == (
        "Nothing to change: sync rules of prod-sh: the inventory asks for none,"
        " 1 left that the inventory does not list."
    )


def test_rules_that_failed_are_told_beside_those_that_did_not(granted: Account, account_a: Account) -> None:
    elsewhere = {"target_instance_id": "cri-nowhere000000001"}
    with pytest.raises(ModuleFailedError) as failure:
        rules(account_a, {"name": "a"}, {"name": "b", **elsewhere, "tag_filter": "b"}, {"name": "c", "tag_filter": "("})
    lines = outcome(failure.value.result, "rules", {"host": "prod-sh"})
    assert lines[0].startswith("sync rule a: created, it replicates namespace prod to")
    assert lines[1] == "sync rule b: failed, as told below"
    assert lines[2].startswith("sync rule c: failed. ")
    assert lines[3] == "Now: sync rules of prod-sh: 1 created, 2 failed."


def test_rules_that_failed_for_one_reason_are_told_together(account_a: Account) -> None:
    wanted = [{"name": f"rule-{number}", "tag_filter": f"^{number}"} for number in range(30)]
    with pytest.raises(ModuleFailedError) as failure:
        rules(account_a, *wanted)
    first, last = outcome(failure.value.result, "rules", {"host": "prod-sh"})
    assert first.startswith("sync rules rule-0, rule-1, rule-2, ")
    assert first.endswith("rule-19, and 10 more: failed, as told below")
    assert last == "Now: sync rules of prod-sh: 30 failed."


def test_rules_that_nobody_could_look_at_are_not_called_none(cloud: Emulator) -> None:
    lines = outcome({"msg": "no", "changed": False}, "rules", {"host": "prod-sh"})
    assert lines == ["The sync rules of prod-sh could not be looked at."]


NOBODY: dict[str, Any] = {"host": "prod-eu", "results": [{}], "namespaces": [], "repositories": [], "inbound_rules": []}
PLACES: list[tuple[dict[str, Any], str]] = [
    ({}, "Nothing was asked for at prod-eu. The inventories given list no acr_namespaces"),
    (
        {"inbound_rules": [{"name": "all", "scope": "instance"}]},
        "Nothing was asked for at prod-eu. Rules of scope instance end there (all), and the inventory does not say",
    ),
    (
        {
            "namespaces": [{"name": "prod"}, {"name": "old", "state": "absent"}],
            "repositories": [{"namespace": "a", "name": "b"}],
        },
        "Nothing to change: prod-eu has namespace prod, no namespace old, repository a/b.",
    ),
]


@pytest.mark.parametrize(("said", "expected"), PLACES)
def test_a_destination_says_what_is_there_or_that_nothing_was_asked_for(said: dict[str, Any], expected: str) -> None:
    [line] = outcome({}, "places", {**NOBODY, **said})
    assert line.startswith(expected)


def test_namespaces_are_told_one_by_one_up_to_a_screen(account_b: Account) -> None:
    # Twenty lines are shown, so five of 25 are left out.
    names = [f"team-{number:02}" for number in range(25)]
    results = [account_b.run("acr_namespace", instance_id=TARGET, name=name) for name in names]
    said = {**NOBODY, "results": [{"results": results}], "namespaces": [{"name": name} for name in names]}
    lines = outcome({}, "places", said)
    assert lines[0] == f"namespace team-00 on {TARGET}: created"
    assert lines[20] == "... and 5 more lines, which --diff shows"
    assert lines[21].endswith("namespace team-19, and 5 more.")


def test_a_wait_says_where_the_image_is_and_by_what(granted: Account, account_a: Account) -> None:
    rules(account_a, {"name": "a"})
    owner = [{"instance_id": TARGET, "account_id": ACCOUNT_B}]
    found = account_a.run("acr_image_wait", instance_id=SOURCE, image="prod/web:1.0", send=True, destinations=owner)
    first, second = outcome(found, "image", {"image": "prod/web:1.0"})
    assert first.startswith(f"{TARGET}/prod/web:1.0: arrived (by its record, sent by this run, its task took ")
    assert second == f"prod/web:1.0 ({found['digest']}) has arrived in 1 of 1 destinations."
    left_out = outcome({"msg": "No rule covers it."}, "image", {"image": "prod/web:1.0", "left_out": True})
    assert left_out == ["Left out, since another source has prod/web:1.0. Of this one: No rule covers it."]


def test_settings_that_follow_are_told(account_a: Account) -> None:
    result = {
        "diff": {"prepared": f"repository prod/web on {TARGET}: changed, summary 'a' -> 'b'\n"},
        "counts": {"unchanged": 0, "changed": 1, "failed": 0},
        "missing": ["prod/worker"],
    }
    assert outcome(result, "settings", {"host": "prod-eu"}) == [
        f"repository prod/web on {TARGET}: changed, summary 'a' -> 'b'",
        "prod/worker is not there yet",
        "Now: settings of repositories at prod-eu: 1 changed, 1 not there yet, which a later run sets.",
    ]
    read = {"targets": [{"target_instance_id": TARGET, "repositories": [{}, {}]}], "conflicts": []}
    said = {"host": "prod-sh", "list_file": "/x.json"}
    assert outcome(read, "read_settings", said) == [
        f"Repositories that are to have the settings of prod-sh: 2 at {TARGET}. The list is /x.json."
    ]


def test_any_step_says_what_its_modules_changed(account_b: Account) -> None:
    made = account_b.run("acr_namespace", instance_id=TARGET, name="new")
    lines = outcome({}, "step", {"results": [made, {}, {"skipped": True, "changed": False}], "done": "all is there."})
    assert lines == [f"namespace new on {TARGET}: created", "Now: all is there."]


def test_images_of_two_instances_are_compared_by_name_and_digest() -> None:
    names = acr_image_names.FilterModule().filters()["acr_image_names"]
    image = {"namespace": "prod", "repository": "web", "tag": "1.0", "digest": "sha256:a", "size": 3}
    other = {**image, "namespace": "test"}
    assert names([image, other]) == ["prod web 1.0 sha256:a", "test web 1.0 sha256:a"]
    assert names([image, other], ["prod"]) == ["prod web 1.0 sha256:a"]
