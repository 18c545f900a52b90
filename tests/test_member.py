"""Whose account it is: whom a page is taken to show, and that nobody else's switches are touched."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stories import OFF, ON, UNREAD, Stories, Visited

from optout.browser.window import open_window
from optout.errors import AnotherMember
from optout.evidence import history
from optout.linkedin import member, sight
from optout.linkedin.stay import Stay

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

ORIGIN = "http://127.0.0.1:8000"
NAMES = ("ai-training", "affiliate-ads")
WHOSE = "practice-person"
OTHERS = ("practice-person-namesake", "practice-stranger")
SHOWN_BY = {
    "": "settings page",
    "member-on-home": "home page",
    "member-in-response": "mini-profile",
    "member-embedded": "mini-profile",
    "strangers": "settings page",
    "strangers member-on-home": "home page",
}

ME = "/voyager/api/me"
JSON = "application/vnd.linkedin.normalized+json+2.1"
OWN, OTHER = "urn:li:fs_miniProfile:1", "urn:li:fs_miniProfile:2"
ANSWER = {
    "data": {"plainId": 1, "*miniProfile": OWN, "$type": "com.linkedin.voyager.common.Me"},
    "included": [
        {"entityUrn": OTHER, "publicIdentifier": "a-stranger"},
        {"entityUrn": OWN, "publicIdentifier": WHOSE},
    ],
}
LINK = f"<a href='/in/{WHOSE}/'>Me</a>"
BAR = f"<header><nav>{LINK}</nav></header>"


def _run(visited: Visited) -> Path:
    return Path(visited.ended.json["evidence"]["path"])


def _identity(visited: Visited) -> dict[str, str | None]:
    identity: dict[str, str | None] = json.loads((_run(visited) / "account.json").read_text())
    return identity


def _shown_by(visited: Visited) -> str | None:
    shown: str | None = json.loads((_run(visited) / "run.json").read_text())["environment"]["member_shown"]
    return shown


def _names_in(visited: Visited) -> set[str]:
    """Return the others whose names stand anywhere in the store, or were printed."""
    store = _run(visited).parent.parent
    texts = [file.read_bytes() for file in store.rglob("*") if file.is_file()]
    texts.append((visited.ended.stdout + visited.ended.stderr).encode())
    return {name for name in OTHERS if any(name.encode() in text for text in texts)}


@pytest.mark.parametrize("mood", SHOWN_BY)
def test_the_member_is_known_before_the_first_click(stories: Stories, mood: str) -> None:
    """Wherever the site shows its member, both end off, and the evidence says whose and shown by what."""
    site = stories.open(*mood.split())
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([OFF, OFF], 0)
    assert visited.ended.json["member"] == _identity(visited)["member"] == WHOSE
    assert _shown_by(visited) == SHOWN_BY[mood]
    told = SHOWN_BY[mood] == "mini-profile"
    assert _identity(visited)["display_name"] == ("Practice Person" if told else None)
    assert _names_in(visited) == set()
    saved = site.log.index(("PUT", "/mysettings-api/settingsApiSettings/allowDataForGenerativeAI"))
    asked = {"home page": "/feed/", "mini-profile": "/voyager/api/me"}.get(SHOWN_BY[mood])
    if mood != "member-embedded" and asked is not None:
        assert ("GET", asked) in site.log[:saved]


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ({"firstName": "Pat", "lastName": "Practice"}, "Pat Practice"),
        ({"firstName": " Pat\n", "lastName": None}, "Pat"),
        ({"firstName": "Pat", "publicIdentifier": OTHERS[0]}, None),
        ({"firstName": "P\u202eat"}, None),
        ({"firstName": "P" * 101}, None),
        ({"firstName": ["Pat"]}, None),
        ({}, None),
    ],
)
def test_the_name_is_taken_from_the_members_own_mini_profile(
    profile: dict[str, object], name: str | None
) -> None:
    """First and last name, on one line; not another member's, nothing that acts on a terminal, no end."""
    bodies = ["no json", json.dumps({"miniProfile": {"publicIdentifier": WHOSE} | profile})]
    assert member.display_name(bodies, WHOSE.upper()) == name


@pytest.mark.parametrize("mood", SHOWN_BY)
def test_another_members_switches_are_left_alone(stories: Stories, mood: str) -> None:
    """Another member signed in than at the first visit: exit 5, no click, no picture, no word of who."""
    site = stories.open(*mood.split())
    first = stories.visit(site, "run", "--only", "ai-training")
    assert (first.findings, first.ended.returncode) == ([OFF], 0)
    site.stored.update(dict.fromkeys(site.stored, True))
    site.moods.add("other-member")
    before, puts = dict(site.stored), site.counts["put"]
    visited = stories.visit(site, "run", "--only", "ai-training")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD], 5)
    assert "Another member is signed in" in visited.reasons
    assert (site.stored, site.counts["put"]) == (before, puts)
    assert visited.ended.json["member"] is _identity(visited)["member"] is _shown_by(visited) is None
    assert list(_run(visited).rglob("*.png")) == []
    assert _names_in(visited) == set()
    assert history.of(_run(visited).parent.parent, NAMES).member == WHOSE


@pytest.mark.parametrize("mood", ["member-unknown", "member-unknown strangers", "member-unknown home-503"])
def test_a_member_nobody_shows_is_not_guessed(stories: Stories, mood: str) -> None:
    """Where no page says whose it is, the visit goes on, names nobody, and its evidence says so in words."""
    site = stories.open(*mood.split())
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([OFF, OFF], 0)
    assert visited.ended.json["member"] is None
    assert _identity(visited)["member"] is _identity(visited)["profile_url"] is _shown_by(visited) is None
    assert _names_in(visited) == set()
    assert site.counts["page:/feed/"] == 1


def test_only_a_visit_that_clicks_asks_the_home_page(stories: Stories) -> None:
    """`check`, and a `run` that finds nothing to switch off, load no page but those of the settings."""
    site = stories.open("member-unknown", "already-off")
    assert stories.visit(site, "run").ended.returncode == 0
    site.stored.update(dict.fromkeys(site.stored, True))
    assert stories.visit(site, "check").ended.returncode == 3
    assert site.counts["page:/feed/"] == 0
    assert stories.visit(site, "check", "--fix").ended.returncode == 0
    assert site.counts["page:/feed/"] == 1


def test_a_member_that_changes_midway_is_not_followed(stories: Stories) -> None:
    """If the pages become another member's, the rest is left alone, and the first member stays the one."""
    site = stories.open("member-changes")
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([OFF, UNREAD], 5)
    assert visited.ended.json["member"] == _identity(visited)["member"] == WHOSE
    assert site.counts["put"] == 1
    assert _names_in(visited) == set()


def test_a_known_member_is_waited_for_if_the_home_page_fails(stories: Stories) -> None:
    """Where an earlier visit knew the member, a home page that fails means try later, and no click."""
    site = stories.open("member-on-home")
    assert stories.visit(site, "run", "--only", "ai-training").ended.returncode == 0
    site.moods.update({"came-back", "home-503"})
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 75)
    assert site.counts["put"] == 1


def test_a_sign_in_that_dies_at_the_home_page(stories: Stories) -> None:
    """It is a dead sign-in as on any page: signed in again once, or the visit ends before its first click."""
    site = stories.open("member-on-home", "dies-at-home")
    visited = stories.visit(site, "run", "--only", "ai-training")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD], 5)
    assert (site.counts["put"], site.counts["password_received"]) == (0, 1)
    assert stories.visit(site, "check", "--only", "ai-training").findings == [ON]
    site.moods.discard("dies-at-home")
    site.moods.add("dies-at-home")
    visited = stories.visit(site, "run", "--only", "ai-training")
    assert (visited.findings, visited.ended.json["member"]) == ([OFF], WHOSE)
    assert (site.counts["put"], site.counts["password_received"]) == (1, 3)


@pytest.fixture(scope="module")
def context() -> Iterator["BrowserContext"]:
    """A browser without any site behind it."""
    with open_window(choice=None, headed=False, cookies=[], timeout=5) as window:
        yield window.page.context


Open = Callable[..., tuple["Page", member.Witness]]


@pytest.fixture
def opened(context: "BrowserContext") -> Iterator[Open]:
    """Opens HTML as a page of the site, listened to from its beginning; answers as told by address."""
    page = context.new_page()

    def open_(
        html: str, path: str = "/feed/", **answers: tuple[int, str, str]
    ) -> tuple["Page", member.Witness]:
        witness = member.Witness(page, ORIGIN)

        def answer(route: "Route") -> None:
            status, kind, body = answers.get(route.request.url, (200, "text/html", html))
            allow = {"access-control-allow-origin": "*", "content-type": kind}
            route.fulfill(status=status, body=body, headers=allow)

        page.route("**/*", answer)
        page.goto(ORIGIN + path)
        return page, witness

    yield open_
    page.close()


@pytest.mark.parametrize(
    "html",
    [
        BAR,
        f"<nav>{LINK}</nav>",
        f"<div role=banner><div>{LINK}</div></div>",
        f"<ul role=navigation><li>{LINK}</ul>",
        f"<header><div hidden>{LINK}</div></header>",
        f"<header>{LINK}<a href='/in/{WHOSE}'>again</a><a href='/in/{WHOSE.upper()}/'>and again</a></header>",
        f"<nav><a href='/in/me/'>Me</a><a href='/in/{WHOSE}/recent-activity/'>x</a>{LINK}</nav>",
        f"<nav><a href='/in/ACoAAPractice0123456789-practice-person/'>Me</a>{LINK}</nav>",
        f"<nav>{LINK}</nav><main><a href='/in/a-stranger/'>A Stranger</a></main>",
    ],
)
def test_the_bar_shows_the_member(opened: Open, html: str) -> None:
    """A link to a profile in the bar of the page, shown or folded away, is the member's."""
    page, witness = opened(html)
    assert witness.read() == member.read(page, ORIGIN) == WHOSE


@pytest.mark.parametrize(
    "html",
    [
        f"<main>{LINK}</main>",
        LINK,
        f"<a href='/in/{WHOSE}/' aria-label='Call Me'>Call Me</a>",
        f"<footer>{LINK}</footer>",
        f"<aside><nav>{LINK}</nav></aside>",
        f"<main><article><header>{LINK}</header></article></main>",
        f"<div role=article><header>{LINK}</header></div>",
        f"<section><header>{LINK}</header></section>",
        f"<header><form role=search><ul role=listbox><li>{LINK}</ul></form></header>",
        f"<header><div role=search>{LINK}</div></header>",
        f"<div role=dialog><header>{LINK}</header></div>",
        "<header><a href='/in/me/'>Me</a></header>",
        "<header><a href='/in/ACoAAPractice0123456789-practice-person/'>Me</a></header>",
        f"<header><a href='http://127.0.0.1:8001/in/{WHOSE}/'>Me</a></header>",
        f"<header><a href='/company/x?back=/in/{WHOSE}/'>Me</a></header>",
        "<header><a href='/in/%E0%A4%A/'>Me</a><a href='/in/a%20b/'>Me</a></header>",
        f"<header>{LINK}<a href='/in/a-stranger/'>Me</a></header>",
        f"<header>{LINK}</header><input type=password>",
    ],
)
def test_no_other_link_is_taken_for_the_member(opened: Open, html: str) -> None:
    """Outside the bar, among others that the bar lists, on another site, or with a second name: nobody."""
    assert opened(html)[1].read() is None


def _code(value: object, name: str = "", style: str = "display: none") -> str:
    text = json.dumps(value).replace("&", "&amp;").replace("<", "&lt;")
    return f"<code id='{name}' style='{style}'>{text}</code>"


TOLD = {"request": ME, "status": 200, "body": "b-1", "method": "GET"}


@pytest.mark.parametrize(
    ("html", "whose"),
    [
        (_code(ANSWER, "b-1") + _code(TOLD), WHOSE),
        (
            _code(TOLD | {"request": ME + "?x=1"})
            + _code({"miniProfile": {"publicIdentifier": WHOSE}}, "b-1"),
            WHOSE,
        ),
        (_code(ANSWER, "b-1") + _code(TOLD) + BAR, WHOSE),
        (_code(ANSWER, "b-1"), None),
        (_code(ANSWER, "b-1") + _code(TOLD | {"request": ME + "ssages"}), None),
        (_code(ANSWER, "b-1") + _code(TOLD | {"request": "/voyager/api/feed?of=" + ME}), None),
        (_code(ANSWER, "b-1") + _code(TOLD | {"request": None, "x": ME}), None),
        (_code(ANSWER, "b-1") + _code(TOLD | {"status": 403}), None),
        (_code(ANSWER, "b-1") + _code(TOLD | {"body": "b-2"}), None),
        (_code(ANSWER, "b-1") + _code([TOLD]) + _code(ME), None),
        (_code(ANSWER, "b-1", style="") + _code(TOLD), None),
        (_code(ANSWER, "b-1") + _code(TOLD, style=""), None),
        (_code(ANSWER, "b-1")[:-20] + "</code>" + _code(TOLD), None),
        (_code(ANSWER, "b-1") + _code(TOLD) + BAR.replace(WHOSE, "a-stranger"), None),
    ],
)
def test_an_answer_that_stands_in_the_page(opened: Open, html: str, whose: str | None) -> None:
    """JSON nobody sees, named by another piece as the answer about the member; nothing that looks alike."""
    assert opened(html)[1].read() == whose


GOOD = (200, JSON, json.dumps(ANSWER))
WRONG = json.dumps({"miniProfile": {"publicIdentifier": "a-stranger"}})


@pytest.mark.parametrize(
    ("address", "options", "answer"),
    [
        ("/voyager/api/you", "", (200, JSON, WRONG)),
        (ME + "/x", "", (200, JSON, WRONG)),
        ("/x?of=" + ME, "", (200, JSON, WRONG)),
        ("http://127.0.0.1:8001" + ME, "", (200, JSON, WRONG)),
        (ME + "?", "", (500, JSON, WRONG)),
        (ME + "?", "", (200, "text/html", WRONG)),
        (ME + "?", "{method: 'POST'}", (200, JSON, WRONG)),
        (ME + "?", "", (200, JSON, WRONG[:-1])),
        (ME + "?", "", (200, JSON, "null")),
    ],
)
def test_the_answer_that_the_page_itself_asked_for(
    opened: Open, address: str, options: str, answer: tuple[int, str, str]
) -> None:
    """It counts from the site's own address, with 200, as JSON; what only looks like it says nothing."""
    first, second = f"fetch('{address}', {options or '{}'})", f"fetch('{ME}')"
    script = f"const all = (r) => r.text(); {first}.then(all).then(() => {second}).then(all)"
    at = address if address.startswith("http") else ORIGIN + address
    page, witness = opened(f"<script>{script}</script>", **{at: answer, ORIGIN + ME: GOOD})
    assert sight.wait(page, 5, lambda: witness.read() is not None)
    assert witness.read() == WHOSE
    witness.forget()
    assert witness.read() is None


def test_an_answer_that_is_gone_says_nothing(opened: Open) -> None:
    """A body that the browser no longer has when it is read is passed over."""
    script = f"fetch('{ME}').then((r) => r.text()).then(() => {{ document.title = 'x'; }})"
    page, witness = opened(f"<script>{script}</script>", **{ORIGIN + ME: GOOD})
    page.wait_for_function("document.title === 'x'")
    seen = sight.look(page)
    assert seen is not None
    page.close()
    assert witness.shown(seen) == {}


def test_an_answer_that_never_ends_holds_nothing_up(context: "BrowserContext") -> None:
    """A page whose answer about the member stops halfway is read as one without."""
    halfway, over, was_over = threading.Event(), threading.Event(), threading.Event()

    class Stalls(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.path == ME
            self.send_response(200)
            self.send_header("Content-Type", JSON if asked else "text/html")
            self.send_header("Content-Length", "999")
            self.end_headers()
            self.wfile.write(b'{"' if asked else f"<script>fetch('{ME}')</script>".ljust(999).encode())
            if asked:
                halfway.set()
                if over.wait(10):
                    was_over.set()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Stalls) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        page = context.new_page()
        origin = f"http://127.0.0.1:{server.server_port}"
        witness = member.Witness(page, origin)
        with page.expect_response(origin + ME):
            page.goto(origin + "/feed/")
        assert halfway.wait(5)
        assert witness.read() is None
        over.set()
        assert was_over.wait(5), "the page was read only when the answer had been given up"
        page.close()
        server.shutdown()


def _stay(page: "Page", expected: str | None) -> Stay:
    return Stay(
        page=page,
        renewed=lambda _: page,
        beside=lambda: page,
        shown=lambda: page,
        origin=ORIGIN,
        account="practice@example.org",
        password=str,
        timeout=3,
        tell=lambda _: None,
        expected=expected,
    )


def test_witnesses_that_disagree(opened: Open) -> None:
    """Of two members on one page none is chosen; where one is not the expected one, the page is another's."""
    page, _ = opened(BAR.replace("</nav>", "<a href='/in/a-stranger/'>x</a></nav>"))
    stay = _stay(page, None)
    assert stay.look() is not None
    assert (stay.expected, stay.recognised, stay.shown_by, stay.contradicted) == (None, False, None, True)
    for expected in (WHOSE, "a-stranger"):
        with pytest.raises(AnotherMember):
            _stay(page, expected).look()


def test_a_member_is_the_same_in_any_spelling(opened: Open) -> None:
    """Neither case nor percent-encoding makes another member; a name that only begins alike does."""
    page, _ = opened("<nav><a href='/in/Jos%C3%A9-Practice/'>Me</a></nav>")
    for expected in ("josé-practice", "jos%C3%A9-practice", "JOSÉ-PRACTICE", "jose\u0301-practice"):
        stay = _stay(page, expected)
        stay.look()
        assert (stay.recognised, stay.expected, stay.shown_by) == (True, expected, "home page")
    for expected in ("jose-practice", "josé-practice-2", "josé"):
        with pytest.raises(AnotherMember) as caught:
            _stay(page, expected).look()
        assert "practice" not in str(caught.value).lower()


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([OWN, OTHER, WHOSE]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "included", "*miniProfile", "miniProfile", "entityUrn", "publicIdentifier"]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(PLAIN)
def test_any_answer_gives_names_or_none(body: object) -> None:
    """Whatever JSON an answer is, what is taken from it stands in it as a public identifier."""
    names = member.names_in(body)
    assert names == {name for name in names if member.identifier(name) == name}
    assert all(f'"publicIdentifier": {json.dumps(name)}' in json.dumps(body) for name in names)


@given(st.lists(st.sampled_from([OWN, OTHER]), max_size=4), st.data())
def test_only_the_profile_referred_to_is_the_members(urns: list[str], drawn: st.DataObject) -> None:
    """Among the profiles an answer includes, the one it refers to by its URN counts, wherever it stands."""
    included = [{"entityUrn": urn, "publicIdentifier": WHOSE if urn == OWN else "a-stranger"} for urn in urns]
    reference = drawn.draw(st.sampled_from([OWN, OTHER, "urn:li:fs_miniProfile:3", None]))
    expected = {WHOSE: OWN, "a-stranger": OTHER}
    names = member.names_in({"data": {"*miniProfile": reference}, "included": included})
    assert names == {name for name, urn in expected.items() if urn == reference and urn in urns}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "me",
        "ME",
        "UNKNOWN",
        "a b",
        "a/b",
        "a?b",
        "a#b",
        "a%25b",
        "a\nb",
        "%FF",
        "x" * 101,
        None,
        7,
        ["a"],
    ],
)
def test_what_cannot_be_a_public_identifier_is_none(text: object) -> None:
    """Stand-ins, other parts of an address and unprintable text name nobody."""
    assert member.identifier(text) is None
