"""A client of the API server, as small as the tests need it: objects are what their manifests say."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Object = dict[str, Any]
T = TypeVar("T")

_POLL_SECONDS = 0.25
_REQUEST_SECONDS = 60.0


class ApiError(Exception):
    """The API server said no; `status` is its HTTP status, `body` its answer."""

    def __init__(self, status: int, body: Object) -> None:
        super().__init__(f"{status}: {body.get('message', body)}")
        self.status = status
        self.body = body


@dataclass(slots=True)
class Kube:
    """Requests to `address` with a bearer token."""

    address: str
    token: str
    context: ssl.SSLContext
    _resources: dict[str, dict[str, Object]] = field(default_factory=dict)

    def request(self, method: str, path: str, body: Object | None = None, media: str = "application/json") -> Object:
        """One request; the answer's object. Raises ApiError, and OSError where nobody answers."""
        request = urllib.request.Request(  # noqa: S310 (an https address of ours)
            self.address + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": media, "Accept": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_REQUEST_SECONDS, context=self.context) as answer:  # noqa: S310
                return _object(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise ApiError(error.code, _object(error.read())) from None

    def get(self, path: str) -> Object:
        """The object, or list of objects, at a path."""
        return self.request("GET", path)

    def items(self, path: str) -> list[Object]:
        """The objects of a list."""
        found: list[Object] = self.get(path)["items"]
        return found

    def create(self, manifest: Object, namespace: str = "default", *, dry_run: bool = False) -> Object:
        """Make an object; `dry_run` goes through admission and validation only."""
        query = "?dryRun=All&fieldValidation=Strict" if dry_run else "?fieldValidation=Strict"
        return self.request("POST", self.path_of(manifest, namespace, with_name=False) + query, manifest)

    def patch(self, path: str, change: Object) -> Object:
        """Merge a change into an object."""
        return self.request("PATCH", path, change, "application/merge-patch+json")

    def knows(self, version: str, kind: str) -> bool:
        """Does the server serve this kind?"""
        base = _base(version)
        if kind not in self._resources.get(base, {}):
            found = self.get(base)["resources"]
            self._resources[base] = {each["kind"]: each for each in found if "/" not in each["name"]}
        return kind in self._resources[base]

    def path_of(self, manifest: Mapping[str, Any], namespace: str, *, with_name: bool = True) -> str:
        """Where an object stands; the server's own discovery says how. Raises ApiError for a kind that it does not
        serve.
        """
        version, kind = manifest["apiVersion"], manifest["kind"]
        if not self.knows(version, kind):
            raise ApiError(404, {"message": f"no {kind} in {version}"})
        base = _base(version)
        resource = self._resources[base][kind]
        place = f"/namespaces/{manifest['metadata'].get('namespace', namespace)}" if resource["namespaced"] else ""
        name = f"/{manifest['metadata']['name']}" if with_name else ""
        return f"{base}{place}/{resource['name']}{name}"


def _base(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


def wait_for(what: str, look: Callable[[], T | None], seconds: float) -> T:
    """Look until there is something. A server that does not answer yet, or not yet with this, is looked at again.

    Raises TimeoutError, which says what was waited for and the last error.
    """
    deadline = time.monotonic() + seconds
    last: Exception | None = None
    while True:
        try:
            found = look()
        except (ApiError, OSError) as error:
            found, last = None, error
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {what}{f' ({last})' if last else ''}")
        time.sleep(_POLL_SECONDS)


def _object(data: bytes) -> Object:
    try:
        found = json.loads(data)
    except ValueError:
        return {"message": data.decode("utf-8", "replace")}
    return found if isinstance(found, dict) else {"value": found}
