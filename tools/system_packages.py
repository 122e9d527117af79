"""Install programs by the system's package manager.

Those named on the command line, or all of them.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The package that has the program, by package manager. Homebrew has no registry, and browsers in another way.
PACKAGES = {
    "apt-get": {
        "docker-registry": "docker-registry",
        "skopeo": "skopeo",
        "chromium": "chromium",
        "java": "default-jre-headless",
    },
    "dnf": {
        "docker-registry": "docker-distribution",
        "skopeo": "skopeo",
        "chromium": "chromium",
        "java": "java-21-openjdk-headless",
    },
    "brew": {"skopeo": "skopeo"},
}
INSTALL = {
    "apt-get": ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes"],
    "dnf": ["dnf", "install", "--assumeyes"],
    "brew": ["brew", "install"],
}
# Each program's names and, for when no package manager has it, where it comes from.
PROGRAMS = {
    "docker-registry": (("docker-registry", "registry"), "github.com/distribution/distribution"),
    "skopeo": (("skopeo",), "github.com/containers/skopeo"),
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "www.chromium.org"),
    "java": (("java",), "adoptium.net"),
}
# Without these, fewer tests are run, and say so.
OPTIONAL = {"chromium", "java"}


def main(programs: list[str]) -> None:
    missing = [program for program in programs if not any(map(shutil.which, PROGRAMS[program][0]))]
    manager = next(filter(shutil.which, PACKAGES), "")
    known = PACKAGES.get(manager, {})
    for program in missing:
        if program not in known and program not in OPTIONAL:
            raise SystemExit(
                f"{program} is missing, and {manager or 'this machine'} has no package of it that we know: "
                f"install it from {PROGRAMS[program][1]} and put it on PATH."
            )
    if packages := [known[program] for program in missing if program in known]:
        install(manager, packages)
    if "docker-registry" in missing and manager == "apt-get":
        _stop_service()


def install(manager: str, packages: list[str]) -> None:
    print(f"Installing {' and '.join(packages)} with {manager} ...", flush=True)
    as_root = [] if manager == "brew" else _as_root()
    command = [*as_root, *INSTALL[manager], *packages]
    done = _run(command)
    if done.returncode and manager == "apt-get":
        _run([*as_root, "apt-get", "update"])  # a new machine has no package lists yet
        done = _run(command)
    if done.returncode:
        raise SystemExit(f"{done.stdout}\nThis failed, see above: {' '.join(command)}")


def _as_root() -> list[str]:
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise SystemExit("Installing system packages takes root: run `make system` as root, or install sudo.")
    # Without a terminal nobody can type a password, and sudo would wait for one.
    return ["sudo"] if sys.stdin.isatty() else ["sudo", "--non-interactive"]


def _stop_service() -> None:
    """Stop the registry that Debian starts on port 5000.

    Only its program is needed.
    """
    if Path("/run/systemd/system").exists():
        _run([*_as_root(), "systemctl", "disable", "--now", "docker-registry.service"])


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


if __name__ == "__main__":
    main(sys.argv[1:] or list(PROGRAMS))
