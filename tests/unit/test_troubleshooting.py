"""Compare the page on codes with the table of remedies."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from ansible_collections.registryops.alicloud.plugins.module_utils._core.remedies import CALLS
from ansible_collections.registryops.alicloud.plugins.module_utils._core.task_remedies import TASKS

FILE = Path(__file__).parents[2] / "tools/troubleshooting.py"


def test_every_code_stands_there_with_what_to_do() -> None:
    spec = importlib.util.spec_from_file_location("troubleshooting", FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = module.page()
    for code in {*CALLS, *TASKS} - {""}:
        assert f"\n``{code}``\n   " in page
    assert "{" not in page and "}" not in page
    assert (
        "``TARGET_INSTANCE_STATUS_NOT_SUPPORT``\n   Have the team that owns the destination start or renew it" in page
    )
