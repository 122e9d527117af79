"""Give ansible-test the pip that it starts from.

ansible-test downloads a script that holds pip from a host of its own, which many networks do not reach. It takes a
script that is already in its cache instead: ours installs the same pip from a wheel beside it.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path("~/.ansible/test/cache").expanduser()
SCRIPT = Path(__file__).with_name("get_pip.py")


def provide_pip() -> None:
    for version in _wanted_versions():
        if not any(CACHE.glob(f"pip-{version}-*.whl")):
            _download(version)
        shutil.copy(SCRIPT, CACHE / f"get_pip_{version.replace('.', '_')}.py")


def _wanted_versions() -> set[str]:
    """Return the pip versions that ansible-test pins."""
    package = importlib.util.find_spec("ansible_test")
    if package is None or not package.submodule_search_locations:
        raise SystemExit("ansible-test is missing: run `make setup`.")
    source = Path(package.submodule_search_locations[0], "_internal/python_requirements.py").read_text()
    return set(re.findall(r"""\bpip=['"]([\d.]+)['"]""", source))


def _download(version: str) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--quiet"]
    subprocess.run([*pip, "download", "--no-deps", "--dest", str(CACHE), f"pip=={version}"], check=True)
