"""The page for people: what there is, what is under way and who called."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import time
from pathlib import Path
from string import Template
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from .account import Account
from .catalogue import Instance
from .cloud import Cloud
from .ids import now_ms
from .markup import Html, join, table, tag
from .replication import ImageReference, SyncRule, SyncTask
from .state import Behaviour, State
from .sync import ungranted
from .traffic import Record

SHOWN = 50
_SOURCE = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
_SCRIPT = _SOURCE.partition("<script>")[2].partition("</script>")[0]
_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
# Names are the world's: even if one got through unescaped, nothing but the page's own script would run.
_POLICY = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_HASH}'; connect-src 'self'"
_PAGE = Template(_SOURCE)


async def show(request: Request) -> Response:
    cloud: Cloud = request.app.state.cloud
    main = join(_summary(cloud), _accounts(cloud.state), _rules(cloud.state), _tasks(cloud.state), _calls(cloud))
    # Lone surrogates, which JSON can carry, have no UTF-8.
    content = _PAGE.substitute(host=request.url.netloc, main=main).encode(errors="replace")
    return HTMLResponse(content, headers={"content-security-policy": _POLICY, "cache-control": "no-store"})


def _summary(cloud: Cloud) -> Html:
    state = cloud.state
    rules = sum(len(instance.sync_rules) for instance in state.instances.values())
    waiting = sum(not task.is_over for task in state.sync_tasks.values())
    failed = sum(task.status == "ERROR" for task in state.sync_tasks.values())
    figures = {"accounts": len(state.accounts), "instances": len(state.instances), "rules": rules}
    figures |= {"tasks": len(state.sync_tasks), "under way": waiting, "failed": failed, "calls": cloud.journal.count}
    cells = [tag("li", tag("b", f"{number:,}"), " ", name) for name, number in figures.items()]
    return join(tag("ul", *cells, kind="figures"), _unusual(cloud))


def _unusual(cloud: Cloud) -> Html | None:
    """What was set so that it behaves otherwise than it would by itself."""
    state, default = cloud.state, Behaviour()
    set_: list[tuple[str, object]] = [
        (item.name, getattr(state.behaviour, item.name))
        for item in dataclasses.fields(Behaviour)
        if getattr(state.behaviour, item.name) != getattr(default, item.name)
    ]
    set_ += [("fault", f"{fault.fault} on {fault.match.action or 'any call'}") for fault in cloud.faults]
    set_ += [(name, getattr(state, name)) for name in ("latency_ms", "propagation_ms") if getattr(state, name)]
    limits = {name: limit for name, limit in dataclasses.asdict(state.rate_limits).items() if limit is not None}
    set_ += [(f"rate limit of {name}", f"{limit} a second") for name, limit in limits.items()]
    if state.task_settings.fail:
        set_.append(("tasks that fail", state.task_settings.fail.repository or "all"))
    return tag("p", "Set: ", *(tag("code", f"{name} {value}") for name, value in set_), kind="set") if set_ else None


def _section(title: str, empty: str, content: Html | None) -> Html:
    return tag("section", tag("h2", title), content or tag("p", empty, kind="empty"))


def _accounts(state: State) -> Html:
    return _section("Accounts", "None.", join(*(_account(state, account) for account in state.accounts.values())))


def _account(state: State, account: Account) -> Html:
    held = f"{_count(account.roles, 'role')}, {_count(account.policies, 'policy', 'policies')}"
    who = ", ".join(f"{one.name} ({one.type})" for one in account.identities.values())
    rows = [_instance(state, instance) for instance in account.instances.values()]
    headings = "Instance, Region, Edition, Content, Registry, Lets in"
    return tag(
        "article",
        tag("h3", account.name or account.uid, " ", tag("code", account.uid)),
        tag("p", who or "no identities", " · ", held, kind="quiet"),
        table(headings, *rows) if rows else None,
    )


def _instance(state: State, instance: Instance) -> list[object]:
    repositories = instance.repositories.values()
    images = sum(len(repository.images) for repository in repositories)
    content = f"{_count(instance.namespaces, 'namespace')}, {len(repositories)} repos, {_count(range(images), 'image')}"
    return [
        join(tag("strong", instance.name), " ", tag("code", instance.id)),
        instance.region,
        instance.edition.removeprefix("Enterprise_"),
        content,
        tag("code", instance.host) if instance.host else tag("span", "catalogue only", kind="quiet"),
        _lets_in(state, instance),
    ]


def _lets_in(state: State, instance: Instance) -> object:
    """The accounts that may replicate into an instance, by the grant of its owner."""
    granted = []
    for account in state.accounts.values():
        source = next((one for one in account.instances.values() if one is not instance), None)
        if source and account.uid != instance.account_id and not ungranted(state, source, instance):
            granted.append(account.name or account.uid)
    return ", ".join(granted) or tag("span", "nobody", kind="quiet")


def _rules(state: State) -> Html:
    found = [(source, rule) for source in state.instances.values() for rule in source.sync_rules.values()]
    rows = [_rule(state, source, rule) for source, rule in found[:SHOWN]]
    headings = "Rule, From, To, Tags, How"
    return _section("Sync rules", "None yet.", join(table(headings, *rows), _more(found)) if rows else None)


def _rule(state: State, source: Instance, rule: SyncRule) -> list[object]:
    target = state.instances.get(rule.target_instance)
    near = "/".join(filter(None, (rule.namespace or rule.namespace_filter, rule.repository or rule.repository_filter)))
    far = "/".join(filter(None, (rule.target_namespace, rule.target_repository)))
    how = f"{'on each push' if rule.trigger == 'PASSIVE' else 'by hand'}, priority {rule.priority}"
    return [
        join(tag("strong", rule.name), " ", tag("code", rule.id)),
        _place(source.name, near),
        _place(target.name if target else rule.target_instance, far),
        tag("code", rule.tag_filter),
        join(rule.scope.lower(), ", ", how),
    ]


def _place(instance: str, path: str) -> Html:
    return join(instance, " ", tag("code", path or "everything"))


def _tasks(state: State) -> Html:
    newest = list(itertools.islice(reversed(state.sync_tasks.values()), SHOWN))
    rows = [_task(state, task) for task in newest]
    headings = "Task, Image, To, By, Since"
    content = join(table(headings, *rows), _more(state.sync_tasks)) if rows else None
    return _section("Sync tasks, the newest first", "None yet.", content)


def _task(state: State, task: SyncTask) -> list[object]:
    rule = state.instances[task.source.instance].sync_rules.get(task.rule_id)
    target = state.instances.get(task.target.instance)
    return [
        join(tag("span", task.status.lower(), kind=f"badge {task.status.lower()}"), _issue(task)),
        tag("code", _image(task.source)),
        join(target.name if target else task.target.instance, " ", tag("code", _image(task.target))),
        rule.name if rule else ("a rule that is gone" if task.rule_id else "hand"),
        _ago(task.create_time),
    ]


def _issue(task: SyncTask) -> Html | None:
    return tag("small", task.issue) if task.issue else None


def _image(reference: ImageReference) -> str:
    return f"{reference.namespace}/{reference.repository}:{reference.tag}"


def _calls(cloud: Cloud) -> Html:
    newest = list(itertools.islice(reversed(cloud.journal.records), SHOWN))
    rows = [_call(cloud.state, record) for record in newest]
    content = join(table("No., Who, Call, Answer, ms", *rows), _more(cloud.journal.records)) if rows else None
    return _section("Calls, the newest first", "None yet.", content)


def _call(state: State, record: Record) -> list[object]:
    account = state.accounts.get(record.account)
    who = f"{(account.name if account else '') or record.account or 'unknown'} {record.identity}".strip()
    parameters = " ".join(f"{name}={value}" for name, value in record.parameters.items())
    went_well = record.status == 200 and record.code in ("success", "200", "")
    answer = f"{record.status or '…'} {record.code}".strip()
    return [
        record.number,
        who,
        join(tag("strong", record.action or "?"), tag("small", parameters[:300], kind="quiet")),
        tag("span", answer, kind="good" if went_well or not record.status else "bad"),
        f"{record.milliseconds:.1f}",
    ]


def _more(items: Any) -> Html | None:
    rest = len(items) - SHOWN
    return tag("p", f"and {rest:,} more", kind="quiet") if rest > 0 else None


def _count(items: Any, one: str, many: str = "") -> str:
    number = len(items)
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _ago(milliseconds: int) -> Html:
    seconds = max(0, (now_ms() - milliseconds) // 1000)
    words = f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} min ago"
    exact = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(milliseconds / 1000))
    return tag("time", words, title=f"{exact} UTC")
