"""Build the last commit's archive, and check it.

The checks are those of Galaxy.

The archive in .cache/package is the same bit by bit whenever it is built from one commit.
"""

import gzip
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pythons
from environment import ROOT, prepare

FOLDER = ROOT / ".cache/package"
SOURCE, COLLECTIONS, CONTEXT = FOLDER / "source", FOLDER / "collections", FOLDER / "context"
INSTALLED = COLLECTIONS / "ansible_collections/registryops/alicloud"
VENV = ROOT / ".cache/package-venv"
# The settings under which Automation Hub takes a collection.
IMPORTER = {"CHECK_REQUIRED_TAGS": "true", "REQUIRE_V1_OR_GREATER": "true", "CHECK_CHANGELOG": "true"}
# One action plugin serves every module, and ansible-test looks for a module of its name; a file each tells it not to.
UNAVOIDABLE = "Ignore files skip ansible-test sanity tests"
# What must never be published, although it lies in somebody's checkout.
STRAYS = (
    *(".env.secret", ".npmrc", "id_rsa", "docs/id_rsa", "venv/module.py", "hosts.yml"),
    # Of those who run the playbooks from their checkout.
    *("playbooks/inventories/prod/hosts.yml", "playbooks/group_vars/all/vault.yml"),
)
LINT = "ansible-lint --offline --profile production -c /dev/null"


class CheckFailedError(Exception):
    """A failed check of the archive, with the reason."""


def main() -> int:
    prepare(VENV, next(iter(pythons.usable_pythons().values())), (ROOT / "tools/package_requirements.txt",))
    shutil.rmtree(FOLDER, ignore_errors=True)
    archive = build()
    checks: dict[str, Callable[[Path], None]] = {
        "is the same when it is built again": is_reproducible,
        "holds what git knows, and nothing else": holds_only_tracked_files,
        "passes galaxy-importer": passes_importer,
        "installs, and is what was built": verifies,
        "passes ansible-lint without our settings": passes_lint,
        "makes an execution environment's build files": makes_build_files,
    }
    failed = sum(not passes(name, check, archive) for name, check in checks.items())
    print(f"{archive.relative_to(ROOT)}: {archive.stat().st_size / 1e6:.1f} MB")
    print(f"{len(checks) - failed} passed, {failed} failed", flush=True)
    return int(failed > 0)


def passes(name: str, check: Callable[[Path], None], archive: Path) -> bool:
    print(f"The archive {name:<46} ", end="", flush=True)
    try:
        check(archive)
    except CheckFailedError as error:
        print(f"FAILED\n{error}", flush=True)
        return False
    print("ok", flush=True)
    return True


def build(strays: tuple[str, ...] = ()) -> Path:
    """Return the archive of the last commit.

    What is not committed stays out.

    Args:
        strays: files that lie about in the checkout.
    """
    shutil.rmtree(SOURCE, ignore_errors=True)
    SOURCE.mkdir(parents=True)
    tree = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(tree)) as files:
        # The safe filter: no absolute paths, devices or owners.
        files.extractall(SOURCE, filter="data")
    for name in strays:
        (SOURCE / name).parent.mkdir(parents=True, exist_ok=True)
        (SOURCE / name).write_text("secret")
    output = run("ansible-galaxy", "collection", "build", "--force", "--output-path", FOLDER, SOURCE)
    archive = FOLDER / Path(output.split()[-1]).name
    # The commit's time is the only one that every machine knows alike.
    made = int(run("git", "log", "-1", "--format=%ct", folder=ROOT))
    archive.write_bytes(normalised(archive.read_bytes(), made))
    return archive


def normalised(archive: bytes, made: int) -> bytes:
    """Return the archive in order, without machine or time."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive)) as before, tarfile.open(fileobj=plain, mode="w") as after:
        for member in sorted(before.getmembers(), key=lambda member: member.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = made, 0, 0, "", ""
            member.pax_headers = {}
            after.addfile(member, before.extractfile(member) if member.isfile() else None)
    # The header of gzip would hold the time of the build.
    return gzip.compress(plain.getvalue(), mtime=0)


def is_reproducible(archive: Path) -> None:
    first = archive.read_bytes()
    # With stray files about, so that the same look proves that they stay out.
    if build(STRAYS).read_bytes() != first:
        raise CheckFailedError(f"A second build differs, in which {', '.join(STRAYS)} lay about.")


def holds_only_tracked_files(archive: Path) -> None:
    # The two files that ansible-galaxy adds to every archive.
    tracked = set(run("git", "ls-files", folder=ROOT).splitlines()) | {"MANIFEST.json", "FILES.json"}
    with tarfile.open(archive) as files:
        strays = [member.name for member in files if member.isfile() and member.name not in tracked]
    if strays:
        raise CheckFailedError(f"git does not know {', '.join(strays)}.")


def passes_importer(archive: Path) -> None:
    settings = {f"GALAXY_IMPORTER_{name}": value for name, value in IMPORTER.items()}
    log = run("python", "-m", "galaxy_importer.main", archive, folder=FOLDER, **settings)
    warnings = [line for line in log.splitlines() if re.match(r"\W*(WARNING|ERROR)", line)]
    avoidable = [line for line in warnings if UNAVOIDABLE not in line]
    if avoidable:
        raise CheckFailedError("\n".join(avoidable))


def verifies(archive: Path) -> None:
    run("ansible-galaxy", "collection", "install", "--offline", "--force", "-p", COLLECTIONS, archive)
    run("ansible-galaxy", "collection", "verify", "--offline", "registryops.alicloud", "-p", COLLECTIONS)


def passes_lint(_archive: Path) -> None:
    run(*LINT.split(), folder=INSTALLED, ANSIBLE_COLLECTIONS_PATH=str(COLLECTIONS))


def makes_build_files(_archive: Path) -> None:
    asked = run("ansible-builder", "introspect", COLLECTIONS)
    missing = [line for line in requirements() if line not in asked]
    if missing:
        raise CheckFailedError(f"ansible-builder does not find {', '.join(missing)}.")
    definition = INSTALLED / "docs/examples/execution-environment.yml"
    run("ansible-builder", "create", "-f", definition, "-c", CONTEXT, "--output-filename", "Containerfile")


def requirements() -> list[str]:
    """Return the modules' Python packages, one a line."""
    return (ROOT / "meta/ee-requirements.txt").read_text().split()


def run(*command: str | Path, folder: Path | None = None, **variables: str) -> str:
    """Return what a program of the package environment prints.

    Raises:
        CheckFailedError: it failed; the text holds its output.
    """
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", **variables}
    done = subprocess.run(
        command,
        cwd=folder or FOLDER,
        env=environment,
        # A tool that asks a question must fail, and not wait for ever.
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CheckFailedError(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


sys.exit(main())
