#!/bin/sh
# Runs a script with any Python >= 3.11 found here. Candidates are tried for real: a pyenv shim is on PATH even where the
# Python it stands for is not to be had.
for python in python3.14 python3.13 python3.12 python3.11 python3 "$HOME"/.pyenv/versions/3.1[1-4]*/bin/python; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" "$@"
    fi
done
echo "No Python 3.11 or newer was found: install one with the system's package manager or pyenv, then try again." >&2
exit 1
