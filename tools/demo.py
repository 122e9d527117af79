"""Show the main job as a story.

There are two emulated accounts with real registries, and the playbook is run as users run it.

What the tools print in full is kept in .cache/demo/; on the screen is what a person would look for.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from acr_emulator.testing import Emulator, running
from environment import ROOT
from image import make_image
from steps import tool_environment

FILES = ROOT / ".cache/demo"
SOURCE, TARGET = "cri-sourcesource0001", "cri-targettarget0001"
ACCOUNT_A = "1252879610640001"
INVENTORIES = ("-i", "playbooks/inventories/account_b", "-i", "playbooks/inventories/account_a")
PLAYBOOK = ("ansible-playbook", "registryops.alicloud.cross_account_sync", *INVENTORIES)
KEYS = {"account-a": ("LTAIdemoA", "demo-secret-a"), "account-b": ("LTAIdemoB", "demo-secret-b")}
# Of a playbook's output: its plays, the sentences of its diffs, what failed, and the recap.
TELLING = re.compile(r"PLAY |fatal|[+-] \d+ may |.*: (created|changed|replaced|deleted)\b|\S+ +: ok=")
# An image of some bytes takes about one; a busy machine may take many times that.
SECONDS_TO_ARRIVE = 60


class Demo:
    """One run of the story.

    `checks` counts the promises that were kept and broken.
    """

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.kept: list[bool] = []
        self.environment = {
            **tool_environment(),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            **{f"ALIBABA_CLOUD_{service}_ENDPOINT": f"http://{emulator.endpoint}" for service in ("CR", "RAM", "STS")},
        }

    def run_through(self) -> None:
        tell("\n1. Nothing is set up yet. What would the playbook do? (check mode, nothing is written)")
        plan = self.playbook("--check", "--diff")
        self.promise("it plans three changes: the grant, the namespace and the rule", changes(plan) == 3)
        # Asked of the emulator and not of Ansible, since that is what is to be proved.
        self.promise("and has written nothing", not self.roles_of_account_b())

        tell("\n2. Account B grants and prepares, Account A sets the rule.")
        self.promise("three changes are made", changes(self.playbook("--diff")) == 3)

        tell("\n3. An image is pushed to Account A's instance.")
        make_image(FILES / "image", "Hello from Account A\n")
        self.push("prod/web:1.0")
        tell("   It appears in Account B's, by the service alone.")
        self.promise("the digests on both sides are equal", self.digest("a") == self.arrived())

        tell("\n4. The same playbook again.")
        self.promise("nothing is changed", changes(self.playbook("--diff")) == 0)

        tell("\n5. The sync records.")
        self.records()

        tell("\n6. Account B takes its grant back, and says what was stopped.")
        revoked = ("-e", f"acr_revoked_account_ids={ACCOUNT_A}")
        playbook = ("ansible-playbook", "registryops.alicloud.revoke_access")
        self.run(*playbook, *INVENTORIES, *self.profiles(), *revoked, "--diff")
        self.promise("no role is left in Account B", not self.roles_of_account_b())

    def playbook(self, *arguments: str) -> str:
        return self.run(*PLAYBOOK, *self.profiles(), *arguments)

    def profiles(self) -> tuple[str, ...]:
        return ("-e", f"acr_profile_file={FILES / 'aliyun.json'}")

    def run(self, *command: str) -> str:
        tell(f"   $ {shown(' '.join(command))}")
        settings: dict[str, Any] = {"cwd": ROOT, "env": self.environment, "stdin": subprocess.DEVNULL}
        done: subprocess.CompletedProcess[str] = subprocess.run(
            command, capture_output=True, text=True, check=False, **settings
        )
        with (FILES / "output.log").open("a") as log:
            log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
        for line in done.stdout.splitlines():
            if TELLING.match(line):
                tell(f"     {line}")
        if done.returncode:
            raise SystemExit(f"{done.stdout}{done.stderr}\nThe demo stops here: this command failed.")
        return done.stdout

    def push(self, image: str) -> None:
        destination = f"docker://{self.emulator.registries[SOURCE]}/{image}"
        self.skopeo("a", "copy", "--dest-tls-verify=false", "--dest-creds", f"oci:{FILES / 'image'}", destination)

    def digest(self, side: str) -> str | None:
        """Return the digest of prod/web:1.0 in one account's registry.

        None if it is not there.
        """
        instance = {"a": SOURCE, "b": TARGET}[side]
        address = f"docker://{self.emulator.registries[instance]}/prod/web:1.0"
        answer = self.skopeo(side, "inspect", "--tls-verify=false", "--creds", address)
        return str(json.loads(answer)["Digest"]) if answer else None

    def arrived(self) -> str | None:
        started = time.monotonic()
        while (digest := self.digest("b")) is None and time.monotonic() - started < SECONDS_TO_ARRIVE:
            # Seconds between looks: short beside the start of skopeo itself.
            time.sleep(0.5)
        tell(f"     prod/web:1.0 {digest} after {time.monotonic() - started:.1f} s")
        return digest

    def skopeo(self, side: str, verb: str, tls: str, credentials: str, *places: str) -> str:
        """Return the output of a skopeo command.

        Empty where it inspects what is not there.
        """
        token = self.token(side)
        print(
            f"   $ skopeo {verb} {tls} {credentials} cr_temp_user:*** {' '.join(shown(place) for place in places)}",
            flush=True,
        )
        command = ["skopeo", verb, tls, credentials, token, *places]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode and verb == "copy":
            raise SystemExit(f"The push failed: {done.stderr}")
        return done.stdout if done.returncode == 0 else ""

    def token(self, side: str) -> str:
        """Return temporary credentials of an instance's registry.

        They come from the service, as for any client.
        """
        from alibabacloud_cr20181201.client import Client
        from alibabacloud_cr20181201.models import GetAuthorizationTokenRequest
        from alibabacloud_tea_openapi.utils_models import Config

        key, secret = KEYS[f"account-{side}"]
        endpoint = {"endpoint": self.emulator.endpoint, "protocol": "http"}
        client = Client(Config(access_key_id=key, access_key_secret=secret, region_id="cn-hangzhou", **endpoint))
        request = GetAuthorizationTokenRequest(instance_id={"a": SOURCE, "b": TARGET}[side])
        body = client.get_authorization_token(request).body
        return f"{body.temp_username}:{body.authorization_token}"

    def records(self) -> None:
        arguments = f"instance_id={SOURCE} region=cn-hangzhou profile=account-a profile_file={FILES / 'aliyun.json'}"
        command = ("ansible", "localhost", "-m", "registryops.alicloud.acr_sync_task_info", "-a", arguments)
        answer = self.run(*command, "-e", "ansible_python_interpreter={{ ansible_playbook_python }}")
        tasks = json.loads(answer.partition("=>")[2])["sync_tasks"]
        for task in tasks:
            image = f"{task['namespace']}/{task['repository']}:{task['tag']}"
            print(
                f"     {task['create_time_iso']}  {image} -> {task['target_instance_id']}  {task['status']}", flush=True
            )
        self.promise("one task, and it succeeded", [task["status"] for task in tasks] == ["success"])

    def roles_of_account_b(self) -> list[Any]:
        from urllib.request import urlopen

        with urlopen(f"http://{self.emulator.endpoint}/_emulator/state") as answer:
            state: Mapping[str, Any] = json.load(answer)
        roles: list[Any] = state["accounts"][1].get("roles", [])
        return roles

    def promise(self, sentence: str, kept: bool) -> None:
        self.kept.append(kept)
        tell(f"   {'ok' if kept else 'NOT TRUE'}: {sentence}")


def tell(line: str) -> None:
    print(line, flush=True)


def shown(place: str) -> str:
    return place.replace(f"{ROOT}{os.sep}", "")


def changes(output: str) -> int:
    return sum(map(int, re.findall(r": ok=\d+ +changed=(\d+)", output)))


def write_profiles(file: Path) -> None:
    """Write the two accounts' keys into a configuration file of the Alibaba Cloud CLI."""
    profiles = [
        {"name": name, "mode": "AK", "access_key_id": key, "access_key_secret": secret}
        for name, (key, secret) in KEYS.items()
    ]
    file.write_text(json.dumps({"current": "", "profiles": profiles}))
    # As the CLI keeps its own file, since it holds secrets.
    file.chmod(0o600)


def main() -> int:
    shutil.rmtree(FILES, ignore_errors=True)
    FILES.mkdir(parents=True)
    write_profiles(FILES / "aliyun.json")
    started = time.monotonic()
    tell("A local Alibaba Cloud starts: Account A with a source instance, Account B with an empty one.")
    with running(ROOT / "tests/emulator/worlds/demo.yml") as emulator:
        demo = Demo(emulator)
        demo.run_through()
    seconds = time.monotonic() - started
    tell(f"\nEverything is stopped again, after {seconds:.0f} s. All output is in .cache/demo/output.log.")
    print(f"{sum(demo.kept)} passed, {len(demo.kept) - sum(demo.kept)} failed")
    return 0 if all(demo.kept) else 1


if __name__ == "__main__":
    sys.exit(main())
