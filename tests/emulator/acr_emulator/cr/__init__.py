"""Container Registry, version 2018-12-01.

Importing the package registers its actions.
"""

from . import endpoint, event, instance, namespace, repository, storage, sync_rule, sync_task, tag

__all__ = ["endpoint", "event", "instance", "namespace", "repository", "storage", "sync_rule", "sync_task", "tag"]
