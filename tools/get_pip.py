"""Install pip from the wheel beside this script.

ansible-test finds the script in its cache as get_pip_<version>.py.
"""

import re
import runpy
import sys
from pathlib import Path

# ansible-test passes options of the script it expects, which pip itself does not know.
FOREIGN_OPTIONS = {"--no-setuptools", "--no-wheel"}

here = Path(__file__).resolve().parent
version = ".".join(re.findall(r"\d+", Path(__file__).stem))
sys.path.insert(0, str(next(here.glob(f"pip-{version}-*.whl"))))
arguments = [argument for argument in sys.argv[1:] if argument not in FOREIGN_OPTIONS]
sys.argv[1:] = ["install", "--quiet", "--quiet", "--upgrade", "--find-links", str(here), *arguments]
# ansible-test lets no PIP_QUIET through: this keeps what it installs into the same environment afterwards as quiet.
Path(sys.prefix, "pip.conf").write_text("[global]\nquiet = 2\n")
runpy.run_module("pip", run_name="__main__", alter_sys=True)
