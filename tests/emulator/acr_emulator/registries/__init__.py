"""Run real OCI registries behind instances, each a docker-registry process behind a guard."""

from .backend import CopyError
from .fleet import Registries, check_images

__all__ = ["CopyError", "Registries", "check_images"]
