"""Write docs/examples/aap_configuration/controller.yml: what the role controller_content keeps, as lists.

The roles of infra.aap_configuration take such lists. They are made from the role's own, so that both stay the same.
"""

import json
import os
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from environment import ROOT

EXAMPLE = ROOT / "docs/examples/controller_content.yml"
TARGET = ROOT / "docs/examples/aap_configuration/controller.yml"
ROLE = ROOT / "roles/controller_content"
HEAD = """---
# Made by tools/aap_configuration.py from the role controller_content and its example.
# Lists for the roles of infra.aap_configuration. The keys come from the environment of whoever applies them.
"""
# The lists, by the names under which those roles look for them.
LISTS = {
    "controller_credential_types": "credential_types",
    "controller_credentials": "credentials",
    "controller_execution_environments": "execution_environments",
    "controller_projects": "projects",
    "controller_inventories": "inventories",
    "controller_hosts": "hosts",
    "controller_groups": "groups",
    "controller_templates": "job_templates",
    "controller_schedules": "schedules",
    "controller_workflows": "workflows",
}
KEYS = [f"ACR_{side}_ACCESS_KEY_{part}" for side, part in product(("SOURCE", "DESTINATION"), ("ID", "SECRET"))]


class Unsafe(str):
    """Text whose braces are for the controller, not for whoever applies the lists."""


class Dumper(yaml.SafeDumper):
    """Indents lists as yamllint wants them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, False)


Dumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"'))


def rendered() -> str:
    """Return what the file is to hold."""
    lists = {name: marked(items) for name, items in role_lists().items()}
    return HEAD + yaml.dump(lists, Dumper=Dumper, sort_keys=False, width=110, allow_unicode=True)


def role_lists() -> dict[str, Any]:
    """Return the lists that the role's variables make of the example."""
    with tempfile.TemporaryDirectory() as folder:
        target, play = Path(folder, "lists.json"), Path(folder, "play.yml")
        play.write_text(json.dumps([_play(target)]))
        # Each key is a template in the lists, which is looked up when they are applied.
        keys = {name: f"{{{{ lookup('ansible.builtin.env', '{name}') }}}}" for name in KEYS}
        others = {name: value for name, value in os.environ.items() if not name.startswith(("ACR_", "ANSIBLE_"))}
        environment = {**others, **keys, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections")}
        environment |= {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}
        command = [str(Path(sys.executable).with_name("ansible-playbook")), str(play)]
        subprocess.run(command, check=True, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        found: dict[str, Any] = json.loads(target.read_text())
    return found


def _play(target: Path) -> dict[str, Any]:
    files = [ROLE / "defaults/main.yml", *sorted((ROLE / "vars/main").glob("*.yml")), EXAMPLE]
    lists = {name: f"{{{{ __controller_content_{own} }}}}" for name, own in LISTS.items()}
    return {
        "hosts": "localhost",
        "gather_facts": False,
        "vars_files": [str(file) for file in files],
        "vars": {"ansible_python_interpreter": sys.executable, "lists": lists},
        "tasks": [{"ansible.builtin.copy": {"content": "{{ lists | to_json }}", "dest": str(target), "mode": "0600"}}],
    }


def marked(value: Any, *, unsafe: bool = False) -> Any:
    """Return the value with the texts marked that others fill in.

    These are the controller and its jobs.
    """
    if isinstance(value, dict):
        return {
            name: marked(inner, unsafe=unsafe or name in ("injectors", "variables")) for name, inner in value.items()
        }
    if isinstance(value, list):
        return [marked(inner, unsafe=unsafe) for inner in value]
    return Unsafe(value) if unsafe and isinstance(value, str) and "{{" in value else value


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(rendered())
