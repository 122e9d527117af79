"""Build the docsite in .cache/docsite/html.

Its sources are the guides, the plugins' documentation and the pages in docs.

Any warning of Sphinx and any broken link within the site or into this repository is a failure.
"""

import os
import re
import shutil
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import content
from environment import ROOT
from steps import tool_environment

sys.path.insert(0, str(ROOT / ".venv/collections"))
from troubleshooting import page as troubleshooting_page

FOLDER = ROOT / ".cache/docsite"
RST, HTML = FOLDER / "rst", FOLDER / "html"
GITHUB = "https://github.com/registryops/alicloud/"
# Guides and READMEs name pages by their address on GitHub, which is right everywhere else.
PAGE = re.compile(re.escape(GITHUB) + r"blob/main/([\w./-]+\.md)")
# Labels of Ansible's own documentation, which is not at hand here.
OUTSIDE = ("common_return_values", "ansible_configuration_settings", "callback_plugins", "ANSIBLE_")


def main() -> int:
    collection = content.refresh("docs")
    shutil.rmtree(FOLDER, ignore_errors=True)
    RST.mkdir(parents=True, mode=0o755)
    pages = {
        *collection.glob("docs/*.md"),
        collection / "docs/policies/README.md",
        collection / "tests/emulator/README.md",
    }
    names = sorted(str(page.relative_to(collection)) for page in pages)
    command = f"antsibull-docs collection --use-current --squash-hierarchy --fail-on-error --dest-dir {RST}"
    problems = [*run(f"{command} registryops.alicloud", ANSIBLE_COLLECTIONS_PATH=content.collections(collection))]
    add_pages(collection, names)
    problems += run(f"sphinx-build --quiet --builder html --conf-dir {ROOT / 'tools/docsite'} {RST} {HTML}")
    problems += broken_links()
    for problem in problems:
        print(problem)
    built = len(list(HTML.rglob("*.html")))
    print(f"{built} pages in {HTML.relative_to(ROOT)}")
    print(f"{built} passed, {len(problems)} failed", flush=True)
    return int(bool(problems))


def run(command: str, **variables: str) -> list[str]:
    """Return the warnings and errors that a command prints."""
    environment = {**tool_environment(), **variables}
    done = subprocess.run(
        command.split(), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        return [done.stdout]
    warnings = [line for line in done.stdout.splitlines() if re.search("WARNING|ERROR|CRITICAL", line)]
    return [line for line in warnings if not any(label in line for label in OUTSIDE)]


def add_pages(collection: Path, names: list[str]) -> None:
    """Add the pages in docs, and those that are made here."""
    for name in names:
        target = RST / "pages" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (collection / name).read_text(encoding="utf-8")
        target.write_text(PAGE.sub(lambda found: f"/pages/{found[1]}" if found[1] in names else found[0], text))
    for guide in (RST / "docsite").glob("*.rst"):
        text = guide.read_text(encoding="utf-8")
        guide.write_text(PAGE.sub(lambda found: address(found, names), text), encoding="utf-8")
    (RST / "docsite/troubleshooting.rst").write_text(troubleshooting_page(), encoding="utf-8")
    listed = "\n".join(f"   pages/{name.removesuffix('.md')}" for name in names)
    with (RST / "index.rst").open("a", encoding="utf-8") as index:
        index.write(f"\n.. toctree::\n   :maxdepth: 1\n   :caption: More\n\n   docsite/troubleshooting\n{listed}\n")


def address(found: re.Match[str], names: list[str]) -> str:
    return f"../pages/{found[1].removesuffix('.md')}.html" if found[1] in names else found[0]


def broken_links() -> Iterator[str]:
    for file in sorted(HTML.rglob("*.html")):
        for link in set(re.findall(r'<a [^>]*href="([^"#]+)', file.read_text(encoding="utf-8"))):
            path = urllib.parse.unquote(link.partition("?")[0])
            if path.startswith(GITHUB + "blob/main/"):
                there = (ROOT / path.removeprefix(GITHUB + "blob/main/")).exists()
            else:
                there = (
                    path.startswith(("http:", "https:", "mailto:"))
                    or Path(os.path.normpath(file.parent / path)).exists()
                )
            if not there:
                yield f"{file.relative_to(HTML)}: the link {link} leads nowhere"


if __name__ == "__main__":
    sys.exit(main())
