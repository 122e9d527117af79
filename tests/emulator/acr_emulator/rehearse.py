"""Run ansible-playbook against the emulator on an exported estate: `python -m acr_emulator.rehearse FOLDER ...`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from .testing import Emulator, EmulatorError, running

USAGE = "usage: rehearse [--anew] PLAYBOOK [what else ansible-playbook takes]"
# Whatever could name a real account, or lead a call to it.
_FOREIGN = re.compile(r"(?i)ALIBABA_?CLOUD_|ALICLOUD_")
_NOBODY = ("access_key_id", "access_key_secret", "security_token")
_NO_ROLE = ("arn", "session_name", "external_id", "policy", "duration")


def variables(folder: Path, emulator: Emulator) -> dict[str, object]:
    """Return extra variables that send every call to the emulator, signed with its invented keys."""
    url = f"http://{emulator.endpoint}"
    return {
        **{f"acr_{product}_endpoint": url for product in ("cr", "ram", "sts", "oss")},
        **dict.fromkeys((f"acr_{option}" for option in _NOBODY), None),
        **dict.fromkeys((f"acr_assume_role_{option}" for option in _NO_ROLE), None),
        "acr_profile_file": str(folder / "profiles.json"),
        "acr_rehearsal_profiles": json.loads((folder / "hosts.json").read_text(encoding="utf-8")),
        "acr_profile": "{{ acr_rehearsal_profiles[inventory_hostname] | default('') }}",
    }


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without real keys, endpoints and proxies."""
    kept = {name: value for name, value in environ.items() if not _FOREIGN.match(name)}
    exempt = ",".join(filter(None, (environ.get("NO_PROXY") or environ.get("no_proxy"), "127.0.0.1")))
    return {**kept, "NO_PROXY": exempt, "no_proxy": exempt}


def rehearse(folder: Path, arguments: list[str]) -> int:
    """Return the exit code of ansible-playbook, and keep the emulator's state in the folder."""
    program = Path(sys.executable).with_name("ansible-playbook")
    with running(folder / "world.json", "--state", str(folder / "state.json")) as emulator:
        print(f"Rehearsing in {folder}; watch it on http://{emulator.endpoint}/_emulator/", flush=True)
        extra = folder / "variables.json"
        extra.write_text(json.dumps(variables(folder, emulator)), encoding="utf-8")
        command = [str(program) if program.exists() else program.name, *arguments, "-e", f"@{extra}"]
        process = subprocess.Popen(command, env=environment(os.environ))
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # Ansible gets Ctrl-C as well, and ends by itself


def main() -> int:
    folder, *arguments = sys.argv[1:] or [""]
    place = Path(folder).resolve()
    anew = arguments[:1] == ["--anew"]
    if anew:
        del arguments[0]
        (place / "state.json").unlink(missing_ok=True)
    if not arguments or not (place / "world.json").exists():
        print(USAGE if not arguments else f"{place} holds no world.json; export_estate writes one.", file=sys.stderr)
        return 2
    try:
        return rehearse(place, arguments)
    except EmulatorError as error:
        needed = Path(__file__).parents[1] / "requirements.txt"
        print(f"{error}. What it needs: {sys.executable} -m pip install -r {needed}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
