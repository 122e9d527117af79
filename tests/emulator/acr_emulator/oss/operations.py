"""Define an OSS operation: a function of a `BucketCall`, found by method, sub-resource and object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ..authorisation import caller_policies
from ..identity import Caller
from ..ids import now_ms
from .access import Principal, may
from .bucket import BUCKET_NAME, Bucket
from .errors import OssError, denied, no_such_bucket

if TYPE_CHECKING:
    from ..cloud import Cloud

SUB_RESOURCES = ("bucketInfo", "location", "policy", "replication", "replicationProgress")


@dataclass(slots=True)
class Reply:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class BucketCall:
    """One authenticated request; `region` is the region that it was signed for."""

    cloud: Cloud
    caller: Caller
    region: str
    bucket_name: str
    key: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def bucket(self) -> Bucket:
        found = self.cloud.state.buckets.get(self.bucket_name)
        if found is None:
            raise no_such_bucket(self.bucket_name)
        return found

    @property
    def principal(self) -> Principal:
        caller, account = self.caller, self.cloud.state.accounts[self.caller.account_id]
        layers = [documents for _layer, documents in caller_policies(account, caller, now_ms())]
        return Principal(caller.account_id, names_of(caller), layers, caller.is_root)

    def xml(self, root: str) -> ElementTree.Element:
        """Return the body's root element, or raise MalformedXML if it has another name."""
        try:
            found = ElementTree.fromstring(self.body)
        except ElementTree.ParseError as error:
            raise OssError("MalformedXML", 400, f"The XML you provided was not well-formed: {error}") from error
        if found.tag != root:
            raise OssError("MalformedXML", 400, f"The root of the XML must be {root}.", "0031-00000001")
        return found


def names_of(caller: Caller) -> tuple[str, ...]:
    """Return the names that a bucket's policy may have for the caller."""
    if caller.session:
        # OSS writes the role's name in lower case here.
        return (f"arn:sts::{caller.account_id}:assumed-role/{caller.session.role.lower()}/{caller.session.name}",)
    if caller.is_root or caller.identity is None:
        return (caller.account_id,)
    return (caller.identity.id, caller.account_id)


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    authority: str
    answer: Callable[[BucketCall], Reply]


OPERATIONS: dict[tuple[str, str, bool], Operation] = {}


def operation(
    name: str, method: str, sub_resource: str = "", *, on_object: bool = False, authority: str = ""
) -> Callable[[Callable[[BucketCall], Reply]], Callable[[BucketCall], Reply]]:
    """Register a function as an operation, such as GetBucketInfo; `authority` is its RAM action if that differs."""

    def register(function: Callable[[BucketCall], Reply]) -> Callable[[BucketCall], Reply]:
        found = Operation(name, f"oss:{authority or name}", function)
        OPERATIONS[method, sub_resource, on_object] = found
        return function

    return register


def find(method: str, query: Mapping[str, str], key: str) -> Operation:
    sub_resource = next((name for name in SUB_RESOURCES if name in query), "")
    if sub_resource == "replication" and method == "POST":
        # Two operations share method and sub-resource, and `comp` tells them apart.
        sub_resource = f"replication:{query.get('comp', '')}"
    found = OPERATIONS.get((method, sub_resource, bool(key)))
    if found is None:
        words = f"{method} {sub_resource or 'without a sub-resource'} is not emulated."
        raise OssError("MethodNotAllowed", 405, words)
    return found


def authorise(call: BucketCall, found: Operation) -> None:
    """Refuse a request that was signed for a wrong region, and a caller without the right."""
    if found.name == "PutBucket":
        _authorise_creation(call, found)
        return
    bucket = call.bucket
    if call.region != bucket.region:
        words = "The bucket you are attempting to access must be addressed using the specified endpoint."
        raise OssError("AccessDenied", 403, words, "0003-00001403", {"Endpoint": f"{bucket.location}.aliyuncs.com"})
    if not may(bucket, call.principal, found.authority, call.key):
        raise denied(f"You have no right to do {found.authority} on {bucket.resource(call.key)}.")


def _authorise_creation(call: BucketCall, found: Operation) -> None:
    """Refuse a caller whose RAM policies do not allow a new bucket, which has no policy that could."""
    if not BUCKET_NAME.fullmatch(call.bucket_name):
        return  # the operation refuses it
    bucket = Bucket(call.bucket_name, call.region, account_id=call.caller.account_id)
    if not may(bucket, call.principal, found.authority):
        raise denied(f"You have no right to do {found.authority} on {bucket.resource()}.")
