"""Run formatters, linters, type checks and documentation checks."""

import subprocess
import sys

import content
from environment import ROOT
from steps import Step, run_steps

# By package, not by file: each file is then known by the one name it is imported with.
COLLECTION = "ansible_collections.registryops.alicloud"
TESTS = ("unit", "clients", "guides", "benchmarks", "awx")
PACKAGES = (
    f"{COLLECTION}.plugins",
    f"{COLLECTION}.extensions",
    *(f"{COLLECTION}.tests.{name}" for name in TESTS),
    "acr_emulator",
)
MYPY = "mypy " + " ".join(f"--package {package}" for package in PACKAGES)
DOCS = "--plugin-docs --validate-collection-refs=self --disallow-unknown-collection-refs"


def main() -> int:
    copy = content.refresh("lint")
    path = {"ANSIBLE_COLLECTIONS_PATH": content.collections(copy)}
    return run_steps(
        [
            # The longest first. What runs beside another mypy has a cache to itself.
            Step("ansible-lint, profile production", "ansible-lint -q", copy, path),
            Step("mypy --strict", MYPY),
            Step("antsibull-docs", f"antsibull-docs lint-collection-docs {DOCS} .", copy, path),
            Step("ruff format", "ruff format --check ."),
            Step("ruff check", "ruff check --output-format concise --quiet ."),
            Step("mypy --strict tools", "mypy --cache-dir .cache/mypy-tools tools"),
            Step("yamllint", "yamllint --strict -c .config/yamllint.yml ."),
            Step("shellcheck", f"shellcheck {' '.join(shell_scripts())}"),
            Step("reuse", "reuse lint --quiet"),
            Step("antsibull-changelog", "antsibull-changelog lint", copy),
        ]
    )


def shell_scripts() -> list[str]:
    """Return the tracked files whose first line names a shell.

    A template is no script yet.
    """
    command = ["git", "grep", "-lE", "^#!.*[/ ](ba)?sh$", "--", ":!*.j2"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


sys.exit(main())
