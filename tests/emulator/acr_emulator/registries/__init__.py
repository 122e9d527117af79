"""Run real OCI registries behind instances.

Each is a docker-registry process behind a pass-through.
"""

from .backend import CopyError
from .fleet import Registries, check_images

__all__ = ["CopyError", "Registries", "check_images"]
