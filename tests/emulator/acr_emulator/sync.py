"""Fire rules at pushes, and carry out sync tasks, which end in SUCCESS or ERROR."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from .catalogue import Image, Instance, Repository
from .events import record_of
from .grants import missing_grant
from .ids import new_uuid, now_ms
from .registries import CopyError, Registries
from .replication import ImageReference, LayerTask, SyncRule, SyncTask
from .state import State


class SyncError(Exception):
    """Why a task fails: its TaskIssue, code and words."""


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a task's image goes, after every check."""

    source: Repository
    image: Image
    instance: Instance
    repository: Repository


class Synchroniser:
    """Runs the sync tasks of one state."""

    def __init__(self, state: State, registries: Registries) -> None:
        self._state = state
        self._registries = registries
        self._running: set[asyncio.Task[None]] = set()

    def pushed(self, instance: Instance, repository: Repository, tag: str) -> None:
        """Fire a push's automatic rules, as one batch."""
        batch_id = new_uuid()
        # The most urgent rule comes first; whether the service orders them at all is not documented.
        for rule in sorted(instance.sync_rules.values(), key=lambda rule: -rule.priority):
            if rule.trigger == "PASSIVE" and rule.covers(repository.namespace, repository.name, tag):
                task = task_of_rule(instance, rule, repository, tag)
                task.trigger = "PASSIVE"
                self.start(task, batch_id)

    def start(self, task: SyncTask, batch_id: str = "") -> None:
        task.batch_id = batch_id or new_uuid()
        self._state.add_task(task)
        self._launch(task)

    def cancel(self, task: SyncTask) -> None:
        # Its coroutine sees this after its pause, and ends.
        task.status, task.update_time = "CANCELED", now_ms()

    def resume(self) -> None:
        """Continue what was in flight when the state was saved."""
        for task in self._state.sync_tasks.values():
            if not task.is_over:
                self._launch(task)

    async def stop(self) -> None:
        # Cancelled tasks stay in flight in the saved state, and go on from there.
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _launch(self, task: SyncTask) -> None:
        running = asyncio.create_task(self._run(task))
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _run(self, task: SyncTask) -> None:
        # A task is as long PENDING as SYNCHRONIZING, so that clients meet both.
        pause = self._state.task_settings.seconds / 2
        await asyncio.sleep(pause)
        if task.is_over:
            return
        task.status, task.update_time = "SYNCHRONIZING", now_ms()
        await asyncio.sleep(pause)
        try:
            await self._replicate(task)
        except SyncError as error:
            task.status, task.issue = "ERROR", str(error)
        else:
            task.status = "SUCCESS"
        task.update_time = now_ms()
        source = self._state.instances[task.source.instance]
        source.event_records += [record_of(rule, task) for rule in source.event_rules.values() if rule.covers(task)]

    async def _replicate(self, task: SyncTask) -> None:
        failure = self._state.task_settings.fail
        if failure and failure.covers(task):
            raise SyncError(failure.issue)
        # Everything is checked again, since the world may have changed while the task waited.
        landing = self._landing(task)
        if not self._must_write(task, landing):
            return
        try:
            layers = await self._copy(task, landing)
        except CopyError as error:
            raise SyncError(f"COPY_FAILED: {error}") from error
        image = landing.image
        landing.repository.put(Image(task.target.tag, image.digest, image.size, image.image_id))
        task.layers, task.synced_size = layers, sum(layer.size for layer in layers)
        if self._state.behaviour.replication_fires_rules:
            # A circle of rules ends by itself, since an image that exists is not written again.
            self.pushed(landing.instance, landing.repository, task.target.tag)

    async def _copy(self, task: SyncTask, landing: Landing) -> list[LayerTask]:
        source = self._state.instances[task.source.instance]
        image = landing.image
        if landing.instance.registry and not source.registry:
            # A catalogue knows digests, but has no bytes to copy.
            raise SyncError(f"IMAGE_HAS_NO_CONTENT: {source.id} only has a catalogue, {landing.instance.id} a registry")
        if not landing.instance.registry:
            return [LayerTask(image.image_id, image.digest.removeprefix("sha256:"), image.size)]
        return await self._registries.copy(
            source, landing.source.path, image.digest, landing.instance, landing.repository.path, task.target.tag
        )

    def _landing(self, task: SyncTask) -> Landing:
        source = self._state.instances[task.source.instance].repository(task.source.namespace, task.source.repository)
        image = source.images.get(task.source.tag) if source else None
        if source is None or image is None:
            raise SyncError(f"SOURCE_IMAGE_NOT_EXIST: {task.source.repository}:{task.source.tag} is not there any more")
        instance = self._state.instances.get(task.target.instance)
        if instance is None:
            raise SyncError(f"TARGET_INSTANCE_NOT_EXIST: {task.target.instance}")
        if self._state.refuses(instance):
            raise SyncError(f"TARGET_INSTANCE_STATUS_NOT_SUPPORT: {instance.id} is {instance.status}")
        self._check_grant(task, instance)
        return Landing(source, image, instance, self._target_repository(task, instance))

    def _check_grant(self, task: SyncTask, instance: Instance) -> None:
        if task.target_account:
            source = self._state.instances[task.source.instance]
            reason = ungranted(self._state, source.account_id, instance)
            if reason:
                raise SyncError(f"{self._state.behaviour.ungranted.code}: {reason}")

    def _target_repository(self, task: SyncTask, instance: Instance) -> Repository:
        target = task.target
        namespace = instance.namespaces.get(target.namespace)
        if namespace is None:
            raise SyncError(f"TARGET_NAMESPACE_NOT_EXIST: {instance.id} has no namespace {target.namespace}")
        repository = namespace.repositories.get(target.repository)
        if repository:
            return repository
        rule = self._state.instances[task.source.instance].sync_rules.get(task.rule_id)
        # A rule for one repository demands that it exists.
        if not namespace.auto_create_repositories or (rule and rule.scope == "REPO"):
            raise SyncError(
                f"TARGET_REPO_NOT_EXIST: {instance.id} has no repository {target.namespace}/{target.repository}"
            )
        return instance.create_repository(target.namespace, target.repository)

    def _must_write(self, task: SyncTask, landing: Landing) -> bool:
        """Return whether the target tag has to change, or raise a SyncError if it must not."""
        # In this order, since equal content is fine even if tags cannot move.
        existing = landing.repository.images.get(task.target.tag)
        if existing is None:
            return True
        if existing.digest == landing.image.digest:
            return False
        if landing.repository.tag_immutability:
            raise SyncError(f"TARGET_TAG_IMMUTABLE: {landing.repository.path}:{task.target.tag} cannot be overwritten")
        behaviour = self._state.behaviour
        if behaviour.rule_overwrites_existing_tag if task.rule_id else task.override:
            return True
        if behaviour.override_false_on_existing_tag == "error":
            raise SyncError(f"TARGET_TAG_ALREADY_EXIST: {landing.repository.path}:{task.target.tag}")
        return False


def ungranted(state: State, source_account: str, target: Instance) -> str:
    """Say what keeps an account out of `target`.

    It is what CR knows by now; empty if nothing does.
    """
    # CR learns of what RAM was told this much later.
    moment = now_ms() - state.propagation_ms
    return missing_grant(state.accounts[target.account_id], source_account, target.region, target.id, moment)


def task_of_rule(instance: Instance, rule: SyncRule, repository: Repository, tag: str) -> SyncTask:
    target = ImageReference(
        rule.target_region,
        rule.target_instance,
        rule.target_namespace or repository.namespace,
        rule.target_repository or repository.name,
        tag,
    )
    source = ImageReference(instance.region, instance.id, repository.namespace, repository.name, tag)
    return SyncTask(
        source,
        target,
        rule_id=rule.id,
        target_account=rule.target_account,
        priority=rule.priority,
        link_id=rule.link_id,
    )
