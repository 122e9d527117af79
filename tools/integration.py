"""`ansible-test integration`, target by target, against the emulator.

`.venv/bin/python tools/integration.py TARGET ...` runs the named targets only. What a target finds in its variables is
said in the example, tests/integration/targets/emulator_health.
"""

import json
import sys
from typing import Any

import content
import yaml
from acr_emulator.testing import Emulator, running
from environment import ROOT
from steps import PYTHON_VERSION, Step, run_steps

WORLD = ROOT / "tests/emulator/worlds/two_accounts.yml"


def main(chosen: list[str]) -> int:
    copy = content.refresh()
    targets = chosen or sorted(path.name for path in (copy / "tests/integration/targets").iterdir())
    with running(WORLD) as emulator:
        config = copy / "tests/integration/integration_config.yml"
        config.write_text(json.dumps(_variables(emulator)))  # JSON is YAML
        command = f"ansible-test integration --local --python {PYTHON_VERSION} --color no"
        return run_steps([Step(target, f"{command} {target}", copy) for target in targets])


def _variables(emulator: Emulator) -> dict[str, Any]:
    """Return the variables of every target.

    account-a of the world becomes `account_a`.
    """
    accounts = yaml.safe_load(WORLD.read_text())["accounts"]
    return {
        "acr_emulator_endpoint": emulator.endpoint,
        "registries": emulator.registries,
        **{account["name"].replace("-", "_"): _account(account) for account in accounts},
    }


def _account(account: dict[str, Any]) -> dict[str, Any]:
    keys = ("access_key_id", "access_key_secret")
    identities = {identity["name"]: {key: identity[key] for key in keys} for identity in account["identities"]}
    instance = account["instances"][0]
    return {
        "uid": account["uid"],
        **identities["root"],
        "region": instance["region"],
        "instance_id": instance["id"],
        "identities": identities,
    }


sys.exit(main(sys.argv[1:]))
