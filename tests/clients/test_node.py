"""Test the clients for Node.js.

Without Node.js they are skipped, with a message; in CI they never are.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from acr_emulator.testing import Emulator, in_ci

from . import story
from .kit import seen

HERE = Path(__file__).parent
PACKAGES = HERE.parents[1] / ".cache/clients"
INSTALL = ("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error")


@pytest.fixture(scope="session")
def packages() -> Path:
    """Install package.json's packages if it has changed."""
    missing = [program for program in ("node", "npm") if not shutil.which(program)]
    if missing:
        reason = f"{' and '.join(missing)} not found: @alicloud/openapi-client and @alicloud/pop-core ARE NOT TESTED"
        if in_ci():
            pytest.fail(f"{reason}, and in CI they must be")
        pytest.skip(reason)
    wanted = (HERE / "package.json").read_bytes()
    stamp = PACKAGES / "package.stamp"
    if not stamp.exists() or stamp.read_text() != hashlib.sha256(wanted).hexdigest():
        shutil.rmtree(PACKAGES, ignore_errors=True)
        PACKAGES.mkdir(parents=True)
        (PACKAGES / "package.json").write_bytes(wanted)
        subprocess.run(INSTALL, cwd=PACKAGES, check=True, stdin=subprocess.DEVNULL, timeout=300)
        stamp.write_text(hashlib.sha256(wanted).hexdigest())
    return PACKAGES / "node_modules"


@pytest.mark.parametrize(
    "command",
    [
        ("openapi_client.mjs", "query", "ACS3"),
        ("openapi_client.mjs", "body", "ACS3"),
        ("openapi_client.mjs", "query", "v2"),
        ("pop_core.mjs", "GET"),
        ("pop_core.mjs", "POST"),
    ],
    ids=" ".join,
)
def test_the_whole_story(emulator: Emulator, packages: Path, command: tuple[str, ...]) -> None:
    script, *arguments = command
    done = subprocess.run(
        ["node", str(HERE / script), *arguments],
        input=json.dumps({**story.facts(), "endpoint": emulator.endpoint}),
        env={**os.environ, "NODE_PATH": str(packages)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == story.EXPECTED
    seen(emulator)
