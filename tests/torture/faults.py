"""Break every call by every fault, once and for long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from acr_emulator.traffic import FaultKind

from .breaking import Broken, broken, plain
from .case import Case, Judged
from .cloud import Cloud
from .flows import AMID, FLOWS, Flow
from .tasks import Outcome, run

KIND, REFUSALS = "faults", "refusals"
# A token ends, or a right is taken away, amid a run.
REFUSED = ("expired_token", "denied")
# A call that hangs is given up after a read_timeout, a second here, and so is each of its repetitions.
ONLY_ONCE = ("hang", "slow")
LASTING = 10**6  # more often than any run calls, so for ever


def cases(cloud: Cloud) -> Iterator[Case]:
    return _cases(cloud, KIND, [fault for fault in get_args(FaultKind) if fault not in REFUSED])


def refusals(cloud: Cloud) -> Iterator[Case]:
    return _cases(cloud, REFUSALS, REFUSED)


def _cases(cloud: Cloud, kind: str, faults: Sequence[str]) -> Iterator[Case]:
    for flow in FLOWS:
        for nth, action in enumerate(plain(cloud, flow).actions, 1):
            for fault in faults:
                for times in (1,) if fault in ONLY_ONCE else (1, LASTING):
                    how = f"{fault} {'once' if times == 1 else 'lasting'} at call {nth}, {action}"
                    yield Case(kind, flow.name, how, _case(flow, kind, how, breaking(fault, nth, times)))


def _case(flow: Flow, kind: str, how: str, breaking: Broken) -> Judged:
    return lambda cloud: broken(cloud, flow, kind, how, breaking)


def breaking(fault: str, nth: int, times: int) -> Broken:
    """Return what runs a flow with a fault.

    It pushes an image before the call after the one that the fault hits.
    """

    def run_it(cloud: Cloud, flow: Flow) -> Outcome:
        match = {"nth": nth}
        cloud.emulator.post("/_emulator/faults", {"fault": fault, "match": match, "times": times, "retry_after_ms": 20})
        pushed = not flow.carried

        def hook(number: int) -> None:
            nonlocal pushed
            if number > nth and not pushed:
                pushed = True
                cloud.push(AMID)

        outcome = run(flow.task, cloud.endpoint, hook=hook)
        if not pushed:
            cloud.push(AMID)
        return outcome

    return run_it
