"""Real OCI registries behind instances: one docker-registry process each, guarded by a pass-through."""

from .backend import CopyError
from .fleet import Registries, check_images

__all__ = ["CopyError", "Registries", "check_images"]
