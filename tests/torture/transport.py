"""Attack the way to the service at every call."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from .attacks import ATTACKS
from .breaking import broken, plain
from .case import Case, Judged
from .cloud import READS, Cloud
from .flows import AMID, FLOWS, Flow
from .hostile import IMPOSTOR, LASTING, Attack, certificates, serving
from .tasks import KEYS, Outcome, run
from .verdict import LOST, Verdict

KIND = "attacks on the way"
# Those end after a read_timeout, a second here, and so does each of their repetitions.
ONLY_ONCE = ("drip", "always continue")
# A redirect and an impostor are there before anything was sent on.
ALWAYS_BEFORE = ("redirect", IMPOSTOR)


def cases(cloud: Cloud) -> Iterator[Case]:
    for flow in FLOWS:
        for nth, action in enumerate(plain(cloud, flow).actions, 1):
            for how in (*ATTACKS, IMPOSTOR):
                for times in (1,) if how in ONLY_ONCE else (1, LASTING):
                    for after in (False,) if how in ALWAYS_BEFORE or action.startswith(READS) else (False, True):
                        attack = Attack(how, nth, times, after)
                        when = "in answer to" if after else "in place of"
                        words = f"{how} {'once' if times == 1 else 'lasting'} {when} call {nth}, {action}"
                        yield Case(KIND, flow.name, words, _case(flow, words, attack))


def _case(flow: Flow, words: str, attack: Attack) -> Judged:
    def judge(cloud: Cloud) -> Verdict:
        made = dataclasses.replace(attack, fell_for=[])
        verdict = broken(cloud, flow, KIND, words, lambda cloud, flow: _attacked(cloud, flow, made))
        if made.fell_for:
            return Verdict(KIND, verdict.case, LOST, "; ".join(made.fell_for))
        return verdict

    return judge


def _attacked(cloud: Cloud, flow: Flow, attack: Attack) -> Outcome:
    folder = _folder()
    with serving(cloud.endpoint, attack, folder) as hostile:
        options = dict(flow.task.options)
        if hostile.tls:
            options["ca_bundle"] = str(certificates(folder)["ours"])
        outcome = run(replace(flow.task, options=options), hostile.endpoint)
        if hostile.thief.came:
            attack.fell_for.append("followed a redirect")
    if any(key["access_key_secret"] in outcome.message for key in KEYS.values()):
        attack.fell_for.append("told a secret")
    cloud.unseen = attack.writes
    if flow.carried:
        cloud.push(AMID)
    return outcome


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="torture-"))
