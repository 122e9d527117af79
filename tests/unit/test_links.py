"""Compare links with what is there, as far as that needs no network."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
OURS = re.escape(GALAXY["repository"])
IN_A_FILE = re.compile(rf"{OURS}/(?:blob|tree|raw)/main/([\w./-]*\w)(?:#([\w-]+))?")
# A link from a page to its neighbour.
RELATIVE = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([\w-]+))?\)")
# Where people are sent beside the files: to read, to report, to clone.
PLACES = ("", "/", ".git", "/issues", "/issues/new/choose", "/security/advisories/new")
# Their text is not ours.
OTHERS = ("LICENSE", "LICENSES/", "changelogs/CHANGELOG.md", "changelogs/changelog.yaml")


def texts() -> Iterator[tuple[Path, str]]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        file = ROOT / name
        # Tests name places that need not exist.
        written = file.suffix == ".md" or not name.startswith("tests/")
        if written and not name.startswith(OTHERS) and file.suffix != ".png" and file.is_file():
            yield file, file.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_nowhere(target: Path, anchor: str) -> bool:
    return not target.exists() or bool(anchor and anchor not in anchors(target))


def test_each_link_into_the_repository_leads_somewhere() -> None:
    found, broken = 0, []
    for file, text in texts():
        links = [(ROOT / path, anchor) for path, anchor in IN_A_FILE.findall(text)]
        if file.suffix == ".md":
            links += [(file.parent / path if path else file, anchor) for path, anchor in RELATIVE.findall(text)]
        found += len(links)
        broken += [f"{file.relative_to(ROOT)}: {target}" for target, anchor in links if leads_nowhere(target, anchor)]
    assert found > 40
    assert broken == []


def test_galaxy_names_one_repository() -> None:
    repository = GALAXY["repository"]
    assert GALAXY["homepage"] == repository
    assert GALAXY["issues"] == f"{repository}/issues"
    assert GALAXY["documentation"] == f"{repository}/blob/main/{GALAXY['readme']}"


def test_nobody_is_sent_to_another_repository_or_to_a_page_that_is_none() -> None:
    owner = GALAXY["repository"].rpartition("/")[0].removeprefix("https://")
    strange = []
    for file, text in texts():
        for place in re.findall(rf"https://{re.escape(owner)}([\w./#-]*[\w/])?", text):
            rest = place.removeprefix("/" + GALAXY["name"])
            # The owner's own page has the maintainers.
            if place and rest not in PLACES and not rest.startswith(("/blob/main/", "/tree/main/", "/raw/main/")):
                strange.append(f"{file.relative_to(ROOT)}: {place}")
    assert strange == []
