"""Serve tags, with digests that lack their `sha256:`, as in the documentation's samples."""

from __future__ import annotations

from typing import Any

from ..actions import Answer, Call, action
from ..catalogue import Image, Repository
from ..errors import BusinessError
from .lookup import find_instance, find_repository, page_or_token, repository_arn


def _shown(image: Image) -> dict[str, Any]:
    return {
        "Tag": image.tag,
        "Digest": image.digest.removeprefix("sha256:"),
        "ImageId": image.image_id,
        "ImageSize": image.size,
        "ImageCreate": image.create_time,
        "ImageUpdate": image.update_time,
        "Status": "NORMAL",
    }


def find_image(repository: Repository, tag: str) -> Image:
    if tag not in repository.images:
        raise BusinessError("TAG_NOT_EXIST", f"The tag {tag} does not exist in {repository.path}.")
    return repository.images[tag]


@action("cr:ListRepoTag", repository_arn, authority="cr:ListRepositoryTag")
def list_repo_tag(call: Call) -> Answer:
    """List tags, the newest push first; times are texts here, and integers in GetRepoTag."""
    call.text("RepoId")
    repository = find_repository(call, find_instance(call))
    chosen, fields = page_or_token(call, list(reversed(repository.images.values())))
    return fields | {"Images": [_listed(image) for image in chosen]}


def _listed(image: Image) -> dict[str, Any]:
    return _shown(image) | {"ImageCreate": str(image.create_time), "ImageUpdate": str(image.update_time)}


# What RAM calls reading one tag is not documented; this follows the names of its neighbours.
@action("cr:GetRepoTag", repository_arn, authority="cr:GetRepositoryTag", methods=("GET",))
def get_repo_tag(call: Call) -> Answer:
    call.text("RepoId")
    repository = find_repository(call, find_instance(call))
    return _shown(find_image(repository, call.text("Tag")))


@action("cr:DeleteRepoTag", repository_arn, authority="cr:DeleteRepositoryTag")
def delete_repo_tag(call: Call) -> Answer:
    call.text("RepoId")
    instance = find_instance(call)
    repository = find_repository(call, instance)
    image = find_image(repository, call.text("Tag"))
    takes_all = call.state.behaviour.tag_deletion == "image"
    same = [other.tag for other in repository.images.values() if other.digest == image.digest]
    for tag in same if takes_all else [image.tag]:
        del repository.images[tag]
        call.cloud.registries.delete_tag(instance, repository.path, tag)
    return {}
