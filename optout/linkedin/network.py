"""What went over the network, for the evidence: of each request only what an allow-list lets through.

Recorded are the settings' own pages, what they fetch from the site, and what they save there. No cookie,
token or other body is ever kept, nothing of a sign-in, and of an address only words that name nobody.
"""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from optout.linkedin.address import State, origin_in, path_state, reports_only
from optout.linkedin.catalogue import CATALOGUE
from optout.linkedin.failure import word_in
from optout.linkedin.menu import SETTINGS_ROOTS

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Response

SCHEMA = "optout.network/1"
FETCHED = frozenset({"fetch", "xhr"})
SAVING = frozenset({"PUT", "POST", "PATCH", "DELETE"})
# Ids that the site's developer documentation wants in support requests, beside the usual two.
HEADERS = ("date", "content-type", "x-li-uuid", "x-li-fabric", "x-li-pop", "x-li-request-id")
MOST = 60  # requests of each kind, documents and saves apart from what was merely read: about 25 KB together
LARGEST_BODY = 4096  # characters in which a key and a value are looked for
KEYS = frozenset(setting.key for setting in CATALOGUE.values())
# The parts of an address that are the settings' own; elsewhere a word may be somebody's name.
OWN_ROOTS = (*SETTINGS_ROOTS, "/mysettings-api/")
API_ROOT = "/voyager/api/"
LEFT_OUT = "…"
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,59}")
_HEADER = re.compile(r"[ -~]{1,100}")


class Network:
    """Listens to the pages of one visit; `origin` is the site's. It asks for nothing."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._answers: list[dict[str, object]] = []
        self._counts = {True: 0, False: 0}

    def watch(self, page: "Page") -> None:
        """Given a page that has loaded nothing yet, listen to it."""
        page.on("response", lambda response: self._note(response.request, response))
        page.on("requestfailed", lambda request: self._note(request, None))

    def to_json(self) -> dict[str, object]:
        """Return the record, in the order of the answers; `omitted` counts those beyond the limit."""
        kept = sum(min(count, MOST) for count in self._counts.values())
        omitted = sum(self._counts.values()) - kept
        return {"schema": SCHEMA, "requests": self._answers, "omitted": omitted}

    def _note(self, request: "Request", response: "Response | None") -> None:
        """Keep what may be kept of a request and its answer, None if it has none."""
        if not self._counts_here(request):
            return
        weighty = request.is_navigation_request() or request.method in SAVING
        self._counts[weighty] += 1
        if self._counts[weighty] > MOST:
            return
        entry: dict[str, object] = {
            "method": request.method,
            "url": self._origin + path_kept(request.url),
            "query": sorted(query_kept(request.url)),
            "status": response.status if response else None,
        }
        if response is None:
            entry["failure"] = word_in(request.failure or "")
        if request.method in SAVING:
            entry["body"] = body_kept(request.post_data_buffer or b"")
        headers = response.headers if response else {}
        entry["headers"] = {
            name: headers[name] for name in HEADERS if _HEADER.fullmatch(headers.get(name, ""))
        }
        self._answers.append(entry)

    def _counts_here(self, request: "Request") -> bool:
        """Return whether it is a page of the settings, or was asked for by one."""
        from playwright.sync_api import Error

        url = request.url
        if path_state(url, self._origin) is not State.INSIDE or reports_only(url):
            return False
        if request.is_navigation_request():
            return _path(url).startswith(SETTINGS_ROOTS)
        try:
            asking = request.frame.url
        except Error:  # a worker's
            return False
        of_settings = origin_in(asking) == self._origin and _path(asking).startswith(SETTINGS_ROOTS)
        return of_settings and (request.resource_type in FETCHED or request.method in SAVING)


def path_kept(url: str) -> str:
    """Given an address, return its path with everything cut out that may name a member or be a token. Pure.

    Words are kept on the settings' own paths; elsewhere only the beginning of the path is.
    """
    path = _path(url)
    parts = [part for part in path.split("/") if part]
    if not path.startswith(OWN_ROOTS):
        parts = parts[: 3 if path.startswith(API_ROOT) else 2]
        parts[-1:] = [LEFT_OUT] if len(parts) > 1 else parts[-1:]
    kept = "/".join(part if part in KEYS or _WORD.fullmatch(part) else LEFT_OUT for part in parts)
    return f"/{kept}/" if kept and path.endswith("/") else f"/{kept}"


def query_kept(url: str) -> set[str]:
    """Given an address, return the names of its query's keys, without their values. Pure."""
    pairs = url.partition("#")[0].partition("?")[2].split("&")
    names = {pair.partition("=")[0] for pair in pairs if pair}
    return {name if _WORD.fullmatch(name) else LEFT_OUT for name in names}


def body_kept(body: bytes) -> dict[str, object]:
    """Given what a page saved, return its `key` if the catalogue has it, and a `value` that is a boolean."""
    try:
        told = json.loads(body) if len(body) <= LARGEST_BODY else None
    except (ValueError, RecursionError):
        return {}
    return dict(_of_body(told)) if isinstance(told, dict) else {}


def _of_body(told: dict[str, object]) -> Iterator[tuple[str, object]]:
    if isinstance(told.get("key"), str) and told["key"] in KEYS:
        yield "key", told["key"]
    if isinstance(told.get("value"), bool):
        yield "value", told["value"]


def _path(url: str) -> str:
    """Return the path of an address as it stands there."""
    rest = url.partition("://")[2]
    return "/" + rest.partition("/")[2].partition("?")[0].partition("#")[0]
