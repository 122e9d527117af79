# Copyright (c) 2026, the registryops.alicloud developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that the SDK is installed and new enough."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from ansible_collections.registryops.alicloud.plugins.module_utils._core.errors import AcrError

# The imported packages with the oldest versions that pass the tests. A test compares them to meta/ee-requirements.txt.
REQUIRED = {
    "alibabacloud-cr20181201": "2.2.3",
    "alibabacloud-credentials": "1.0.11",
    "alibabacloud-ram20150501": "1.0.2",
    "alibabacloud-tea": "0.4.1",
    "alibabacloud-tea-openapi": "0.4.5",
    "darabonba-core": "1.0.8",
    "urllib3": "1.26.16",
}

# Packages that only some modules need, as in meta/oss-requirements.txt.
OPTIONAL = {"alibabacloud-oss-v2": "1.1.0"}


class SdkError(AcrError):
    """The SDK is missing, or too old for this Python.

    Args:
        reason: which packages are missing or too old.
        packages: what to install, as pip takes it.
    """

    def __init__(self, reason: str, packages: list[str]) -> None:
        quoted = " ".join(f"'{package}'" if ">" in package else package for package in packages)
        super().__init__(
            reason,
            f"Install what is needed with: {sys.executable} -m pip install {quoted}"
            " - or set ansible_python_interpreter to a Python that has it.",
        )
        # A sentence without an attempt would begin with the package, in a capital letter that its name does not have.
        self.attempted = "use the SDK"


@cache  # packages do not change while a task runs, and looking takes milliseconds
def sdk_problem() -> str:
    """Return what is wrong with the installed SDK, if anything."""
    return _problem(REQUIRED)


def _problem(needed: Mapping[str, str]) -> str:
    missing, old = [], []
    for package, least in needed.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            missing.append(package)
            continue
        if _numbers(found) < _numbers(least):
            old.append(f"{package} {found} is too old ({least} is the oldest that will do)")
    problems = old
    if missing:
        verb = "are" if len(missing) > 1 else "is"
        problems = [f"{' and '.join(missing)} {verb} not installed", *old]
    return f"{' and '.join(problems)} for {sys.executable}" if problems else ""


def check_sdk() -> None:
    """Refuse to go on without the SDK.

    Raises:
        SdkError: it is missing or too old.
    """
    problem = sdk_problem()
    if problem:
        raise SdkError(problem, _to_install(REQUIRED))


def check_optional(package: str) -> None:
    """Refuse to go on without a package that only some modules need.

    Raises:
        SdkError: it is missing or too old.
    """
    needed = {package: OPTIONAL[package]}
    problem = _problem(needed)
    if problem:
        raise SdkError(problem, _to_install(needed))


def _to_install(needed: Mapping[str, str]) -> list[str]:
    return [f"{package}>={least}" for package, least in needed.items()]


def missing_module(name: str) -> SdkError:
    """Return the error for a Python module that cannot be imported, with the name of its package."""
    package = name.partition(".")[0].replace("_", "-")
    package = {"darabonba": "darabonba-core", "Tea": "alibabacloud-tea"}.get(package, package)
    return SdkError(f"{package} is not installed for {sys.executable}", [package])


def _numbers(text: str) -> tuple[int, ...]:
    # The first three numbers of a version; what follows, such as a post-release, adds no feature.
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])
