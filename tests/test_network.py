"""The record of the network: what is let through of each request, and which requests are recorded at all."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from optout.browser.window import Window, open_window
from optout.linkedin.catalogue import AI_TRAINING
from optout.linkedin.network import MOST, Network, body_kept, path_kept, query_kept

if TYPE_CHECKING:
    from playwright.sync_api import Route

ORIGIN = "http://127.0.0.1:8000"
PATH = "/mypreferences/d/settings/practice"
TOKEN = "ajax:4815162342108"
IDS = {"X-Li-UUID": "AAYp==", "X-Li-Fabric": "practice-fabric", "Date": "Thu, 26 Nov 2026 08:00:00 GMT"}


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (AI_TRAINING.path, AI_TRAINING.path),
        ("/mypreferences/d/", "/mypreferences/d/"),
        (f"/mysettings-api/settingsApiSettings/{AI_TRAINING.key}", None),
        ("/mypreferences/d/4815162342", "/mypreferences/d/…"),
        (f"/mypreferences/d/{TOKEN}/more", "/mypreferences/d/…/more"),
        ("/mypreferences/d/urn:li:member:4815162342", "/mypreferences/d/…"),
        ("/mypreferences/d/Maria%20Fremd", "/mypreferences/d/…"),
        ("/in/maria-fremd/", "/in/…/"),
        ("/in/maria-fremd/details/skills", "/in/…"),
        ("/voyager/api/identity/profiles/maria-fremd", "/voyager/api/…"),
        ("/voyager/api/me", "/voyager/api/…"),
        ("/feed/", "/feed/"),
        ("/", "/"),
    ],
)
@pytest.mark.parametrize("tail", ["", f"?csrf={TOKEN}#{TOKEN}"])
def test_an_address_keeps_only_words_that_name_nobody(address: str, path: str | None, tail: str) -> None:
    """Words on the settings' own paths; elsewhere the beginning; never a number, a token or a person."""
    assert path_kept(ORIGIN + address + tail) == (path or address)


def test_of_a_query_only_names_of_keys_are_kept() -> None:
    """No value, and no name that is not a word."""
    assert query_kept(f"{ORIGIN}/x?csrfToken={TOKEN}&q=a%20b&{TOKEN}=1&4815=2#z=3") == {"csrfToken", "q", "…"}
    assert query_kept(f"{ORIGIN}/x") == set()


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (f'{{"key": "{AI_TRAINING.key}", "value": false, "entityUrn": "urn:li:x"}}',
         {"key": AI_TRAINING.key, "value": False}),
        (f'{{"key": "{TOKEN}", "value": true}}', {"value": True}),
        (f'{{"key": "{AI_TRAINING.key}", "value": "{TOKEN}"}}', {"key": AI_TRAINING.key}),
        ('{"key": ["a"], "value": 1}', {}),
        ('{"key": {}}', {}),
        (f'["{TOKEN}"]', {}),
        (f"session_password={TOKEN}", {}),
        ("[" * 4000, {}),
        (f'{{"key": "{AI_TRAINING.key}", "x": "{"x" * 5000}"}}', {}),
        ("\udcff", {}),
    ],
)  # fmt: skip
def test_of_a_body_only_a_known_key_and_a_boolean_are_kept(body: str, kept: dict[str, object]) -> None:
    """Whatever a page sends: nothing else of it is ever written down."""
    assert body_kept(body.encode("utf-8", "surrogateescape")) == kept


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    """A window whose pages get their answers from `_answer`."""
    with open_window(choice=None, headed=False, cookies=[], timeout=5) as opened:
        yield opened


def _recorded(window: Window, path: str, script: str, *, asks: int) -> list[dict[str, object]]:
    """What is recorded of a page that asks so often for something."""
    page, network = window.beside(), Network(ORIGIN)
    network.watch(page)
    secret = {"X-Practice": TOKEN, "Set-Cookie": f"li_at={TOKEN}"}

    def answer(route: "Route") -> None:
        if "lost" in route.request.url:
            route.abort("connectionreset")
        else:
            route.fulfill(body="{}", headers={"Content-Type": "application/json"} | IDS | secret)

    def document(route: "Route") -> None:
        route.fulfill(body=f"<script>{script}</script>", content_type="text/html", headers=secret)

    page.route("**/*", answer)
    page.route(f"{ORIGIN}{path}", document)
    page.goto(ORIGIN + path)
    page.wait_for_function(f"window.ended === {asks}")
    told = network.to_json()
    assert told["schema"] == "optout.network/1"
    requests = told["requests"]
    assert isinstance(requests, list)
    assert TOKEN not in repr(told)
    return [*requests, {"omitted": told["omitted"]}]


ASK = (
    "window.ended = 0; const ask = (to, more) =>"
    " fetch(to, more).then((a) => a.text()).catch(() => 0).then(() => window.ended++);"
)


def test_a_page_of_the_settings_is_recorded_with_what_it_asks_and_saves(window: Window) -> None:
    """The document, what it fetches from the site, saves, and loses; no reports and no other sites."""
    save = f"/mysettings-api/settingsApiSettings/{AI_TRAINING.key}"
    body = f"JSON.stringify({{key: '{AI_TRAINING.key}', value: false, csrf: '{TOKEN}'}})"
    script = (
        f"{ASK} (async () => {{ await ask('/voyager/api/x/{TOKEN}?csrf={TOKEN}');"
        f"await ask('{save}', {{method: 'PUT', headers: {{'csrf-token': '{TOKEN}'}}, body: {body}}});"
        "await ask('/mypreferences/lost'); await ask('/li/track', {method: 'POST', body: '{}'});"
        "await ask('http://127.0.0.1:8001/mypreferences/x'); await ask('/checkpoint/lg/login'); })()"
    )
    document, read, saved, lost, end = _recorded(window, PATH, script, asks=6)
    assert (document["method"], document["url"], document["status"]) == ("GET", ORIGIN + PATH, 200)
    headers = {"date": IDS["Date"], "content-type": "application/json", "x-li-uuid": "AAYp=="}
    assert read == {
        "method": "GET",
        "url": f"{ORIGIN}/voyager/api/…",
        "query": ["csrf"],
        "status": 200,
        "headers": headers | {"x-li-fabric": "practice-fabric"},
    }
    assert saved["body"] == {"key": AI_TRAINING.key, "value": False}
    assert (saved["method"], saved["url"]) == ("PUT", ORIGIN + save)
    assert (lost["status"], lost["failure"], lost["headers"]) == (None, "ERR_CONNECTION_RESET", {})
    assert end == {"omitted": 0}


def test_the_record_has_an_end(window: Window) -> None:
    """Of a page that never stops asking only the first requests are kept, and what it saves all the same."""
    save = "ask('/mysettings-api/x', {method: 'PUT', body: '{}'})"
    script = (
        f"{ASK} (async () => {{ for (let i = 0; i < {MOST + 5}; i++) await ask('/x'); await {save}; }})()"
    )
    told = _recorded(window, PATH, script, asks=MOST + 6)
    assert len(told) == MOST + 3
    assert told[-2]["method"] == "PUT"
    assert told[-1] == {"omitted": 5}


@pytest.mark.parametrize("path", ["/feed/", "/in/maria-fremd/", "/login", "/checkpoint/challenge/x"])
def test_other_pages_leave_no_record(window: Window, path: str) -> None:
    """The home page, a person's, a sign-in: neither they nor what they ask for is recorded."""
    script = f"{ASK} ask('/voyager/api/me'); ask('/mysettings-api/x', {{method: 'PUT', body: '{{}}'}})"
    assert _recorded(window, path, script, asks=2) == [{"omitted": 0}]
