# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at the page that report_sync writes in a real browser.

Pictures of it are left in .cache/report.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.text.formatters import bytes_to_human

from ..browser import Page
from .report_estate import DESTINATION, SOURCE, estate

ROOT = Path(__file__).parents[3]
PICTURES = ROOT / ".cache/report"
GROUPS = {SOURCE: "acr_source", DESTINATION: "acr_destination"}
HOSTILE = "<img src=x onerror=\"document.title='taken'\"> {{ 1 / 0 }}"
# As facts of a run are, so that nothing in them is taken for a template.
FACTS = {f"{name}_sync_result": f"{{{{ found.{name}_sync_result | default({{}}) }}}}" for name in ("verify", "audit")}


def write_report(hosts: dict[str, dict[str, Any]], folder: Path) -> dict[str, Any]:
    """Return the result of a playbook that runs the role.

    Its files are in `folder`.
    """
    for name, variables in hosts.items():
        (folder / f"{name}.json").write_text(json.dumps(variables))
    places = ("acr_instance_id", "acr_account_id")
    groups = {GROUPS[name]: {"hosts": {name: {place: host[place] for place in places}}} for name, host in hosts.items()}
    facts = {
        "ansible.builtin.set_fact": FACTS,
        "vars": {"found": f"{{{{ lookup('file', '{folder}/' ~ inventory_hostname ~ '.json') | from_json }}}}"},
    }
    play = {"hosts": "all", "gather_facts": False, "connection": "local", "pre_tasks": [facts]}
    said = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "report_sync_directory": str(folder)}
    said["report_sync_metrics_file"] = str(folder / "acr_sync.prom")
    plays = [{**play, "vars": {**said, "report_sync_fail": False}, "roles": ["registryops.alicloud.report_sync"]}]
    (folder / "hosts.yml").write_text(json.dumps(groups))
    (folder / "play.yml").write_text(json.dumps(plays))
    command: list[str | Path] = [
        Path(sys.executable).with_name("ansible-playbook"),
        "-i",
        folder / "hosts.yml",
        folder / "play.yml",
    ]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"), "ANSIBLE_NOCOLOR": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


@pytest.fixture(scope="module", params=[3, 300], ids=["3 repositories", "300 repositories"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report of so many repositories, one of which has a hostile reason."""
    written = tmp_path_factory.mktemp("report")
    hosts = estate(request.param)
    for kind in ("reasons", "troubles"):
        next(entry for entry in hosts[SOURCE]["verify_sync_result"][kind] if entry["state"] == "failed")["reason"] = (
            HOSTILE
        )
    write_report(hosts, written)
    return written


def test_what_the_run_found_is_kept_and_written_for_prometheus(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_text())
    [entry] = map(json.loads, (folder / "history.jsonl").read_text().splitlines())
    assert (entry["arrived"], entry["made_at"]) == (report["total"]["arrived"], report["made_at"])
    assert f'acr_sync_lag_seconds{{source="{SOURCE}",quantile="1"}}' in (folder / "acr_sync.prom").read_text()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]  # nothing half written is left


@pytest.fixture
def page(browser: Page, folder: Path) -> Page:
    browser.show(1280, 900)
    browser.open((folder / "report.html").as_uri())
    browser.run("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))")
    return browser


def test_it_says_what_the_report_says(page: Page, folder: Path) -> None:
    report = json.loads((folder / "report.json").read_text())
    words = " ".join(str(page.run("document.body.innerText")).split())
    assert report["verdict"]["sentence"] in words
    assert all(row["namespace"] in words for row in report["coverage"])
    assert all(row["reason"] in words for row in report["reasons"])
    assert report["findings"][0]["problem"] in words
    assert "cn-hangzhou eu-central-1 cross-border" in words
    assert "payments/service-0 prod-sh payments/service-0 prod-eu tag immutability yes no" in words
    assert f"{bytes_to_human(report['traffic']['cross_border']['bytes'])} are cross-border" in words  # as previews say
    assert "None" not in words


BROKEN_WORDS = """(() => {
  const broken = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (const word of node.data.matchAll(/[A-Za-z0-9]{2,16}/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].map(rect => Math.round(rect.top)));
      if (tops.size > 1) broken.push(word[0]);
    }
  }
  return broken;
})()"""


def test_no_word_breaks_inside(page: Page) -> None:
    for width in (320, 390, 700, 768, 1024, 1280):
        page.show(width, 900)
        assert page.run(BROKEN_WORDS) == [], width


def test_what_others_wrote_is_text(page: Page) -> None:
    assert HOSTILE in page.run("document.body.innerText")
    assert page.run("document.querySelectorAll('img, script, link, iframe').length") == 0
    assert "taken" not in page.run("document.title")


def test_it_needs_nothing_but_itself(page: Page) -> None:
    assert page.run("performance.getEntriesByType('resource').length") == 0
    assert page.complaints() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_any_screen(page: Page, folder: Path, scheme: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    count = json.loads((folder / "report.json").read_text())["total"]["wanted"]
    for width in (320, 390, 768, 1280, 1920):
        page.show(width, 900, scheme)
        assert page.run("document.documentElement.scrollWidth") <= width
        if width in (390, 1280):
            page.picture(PICTURES / f"{count}-{width}-{scheme}.png")
    (red, *_rest) = page.run("getComputedStyle(document.body).backgroundColor").removeprefix("rgb(").split(",")
    assert (int(red) > 128) is (scheme == "light")


def test_the_bars_are_drawn_to_scale(page: Page, folder: Path) -> None:
    total = json.loads((folder / "report.json").read_text())["total"]
    bars = "[...document.querySelectorAll('header svg rect:not(.nothing)')]"
    drawn = page.run(f"{bars}.map(one => [one.className.baseVal, +one.getAttribute('width')])")
    wanted = {state: count for state, count in total["states"].items() if state != "extra"}
    assert dict(drawn) == {
        state: pytest.approx(max(count / total["wanted"] * 100, 0.6), abs=0.01) for state, count in wanted.items()
    }


def test_a_slower_run_is_drawn_higher(page: Page, folder: Path) -> None:
    over_time = json.loads((folder / "report.json").read_text())["lag"]["over_time"]
    steps = [step for step in over_time if step["count"]]
    heights = "[...one.querySelectorAll('rect')].map(bar => +bar.getAttribute('y'))"
    drawn = page.run(f"[...document.querySelectorAll('.lag g')].map(one => {heights})")
    assert len(drawn) == (len(steps) if len(over_time) > 1 else 0)
    for worst, p95, median in drawn:
        assert 0 <= worst <= p95 <= median + 1 <= 101
    slowest_first = sorted(range(len(drawn)), key=lambda number: -steps[number]["worst"])
    tops = [drawn[number][0] for number in slowest_first]
    assert tops == sorted(tops)
