"""Show a page for people: state, work and calls."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ..cloud import Cloud
from ..state import Behaviour, State
from .accounts import accounts
from .calls import calls
from .markup import Html, join, tag
from .replication import rules, tasks

_SOURCE = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
_SCRIPT = _SOURCE.partition("<script>")[2].partition("</script>")[0]
_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
# Names are the world's: even if one got through unescaped, nothing but the page's own script would run.
_ALLOWED = f"style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{_HASH}'; connect-src 'self'"
_POLICY = f"default-src 'none'; {_ALLOWED}"
_PAGE = Template(_SOURCE)


async def show(request: Request) -> Response:
    cloud: Cloud = request.app.state.cloud
    state = cloud.state
    main = join(_figures(cloud), _settings(cloud), accounts(state), rules(state), tasks(state), calls(cloud))
    # Lone surrogates, which JSON can carry, have no UTF-8.
    content = _PAGE.substitute(host=request.url.netloc, main=main).encode(errors="replace")
    return HTMLResponse(content, headers={"content-security-policy": _POLICY, "cache-control": "no-store"})


def _figures(cloud: Cloud) -> Html:
    state = cloud.state
    statuses = [task.status for task in state.sync_tasks.values()]
    figures = [
        ("accounts", len(state.accounts), ""),
        ("instances", len(state.instances), ""),
        ("rules", sum(len(instance.sync_rules) for instance in state.instances.values()), ""),
        ("under way", statuses.count("PENDING") + statuses.count("SYNCHRONIZING"), "synchronizing"),
        ("done", statuses.count("SUCCESS"), "success"),
        ("failed", statuses.count("ERROR"), "error"),
        ("calls", cloud.journal.count, ""),
    ]
    cells = [tag("li", tag("b", f"{count:,}"), name, kind=kind if count else "") for name, count, kind in figures]
    return tag("ul", *cells, kind="figures")


def _settings(cloud: Cloud) -> Html | None:
    """List the settings that differ from the emulator's defaults."""
    changed = [tag("li", name, " ", tag("code", value)) for name, value in _changed(cloud.state)]
    changed += [
        tag("li", "fault ", tag("code", fault.fault), f" on {fault.match.action or 'any call'}")
        for fault in cloud.faults
    ]
    return tag("ul", *changed, kind="settings") if changed else None


def _changed(state: State) -> Iterator[tuple[str, object]]:
    default, behaviour = Behaviour(), state.behaviour
    for name in (item.name for item in dataclasses.fields(Behaviour) if item.name != "ungranted"):
        if getattr(behaviour, name) != getattr(default, name):
            yield name, getattr(behaviour, name)
    if behaviour.ungranted != default.ungranted:
        how = behaviour.ungranted
        yield "ungranted", f"{how.code} at {how.at}, HTTP {how.http}"
    for name in ("latency_ms", "propagation_ms"):
        if getattr(state, name):
            yield name, getattr(state, name)
    for product, limit in dataclasses.asdict(state.rate_limits).items():
        if limit is not None:
            yield f"rate limit of {product}", f"{limit} a second"
    if failure := state.task_settings.fail:
        yield "failing tasks", f"{failure.repository or 'every repository'}:{failure.tag or 'every tag'}"
