# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leave out imports of the SDK that nobody here uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COLLECTIONS = Path(__file__).parents[3] / ".venv" / "collections"
PACKAGES = "from ansible_collections.registryops.alicloud.plugins.module_utils._core.packages import load, preload\n"
SPARED = {
    "nobody asked for it": "assert 'aiohttp' not in sys.modules",
    "somebody imports it later": "import aiohttp\nassert aiohttp.__file__ and aiohttp.ClientResponse.__module__",
    "the SDK uses it": "import Tea.core, darabonba.core\nfor core in (Tea.core, darabonba.core):\n"
    "    found = core.aiohttp.ClientSession\n    import aiohttp\n    assert found is aiohttp.ClientSession",
    "the SDK's calls are there": "assert load('alibabacloud_cr20181201.models').ListRepoTagRequest().to_map() == {}",
}


def run(code: str) -> None:
    command = [sys.executable, "-c", f"import sys\nsys.path.insert(0, {str(COLLECTIONS)!r})\n{PACKAGES}{code}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", list(SPARED))
@pytest.mark.parametrize("early", [True, False])
def test_the_event_loop_s_client_is_spared(name: str, early: bool) -> None:
    first = "preload()\n" if early else "load('alibabacloud_cr20181201.client')\nload('darabonba.runtime')\n"
    run(first + SPARED[name])


def test_what_was_imported_before_stays() -> None:
    run("import aiohttp\nbefore = aiohttp\npreload()\nassert sys.modules['aiohttp'] is before")
    run("import aiohttp as a\npreload()\nimport darabonba.response as d\nassert d.ClientResponse is a.ClientResponse")


def test_a_package_that_another_thread_is_importing_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "acr_slow.py").write_text(
        "import time\nimport acr_begun\nacr_begun.now.set()\ntime.sleep(0.2)\ndone = 1\n"
    )
    (tmp_path / "acr_begun.py").write_text("import threading\nnow = threading.Event()\n")
    run(
        f"sys.path.insert(0, {str(tmp_path)!r})\nimport threading, acr_begun\n"
        "threading.Thread(target=load, args=('acr_slow',)).start()\n"
        "acr_begun.now.wait()\nassert load('acr_slow').done == 1"
    )
