"""The way to the site fails: each trouble is one sentence and its exit code, and what was begun is sealed.

Visits to the real address run behind a wall (`walled.py`): a network namespace that has no way out.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from calling import COMMAND_SECONDS, Ended, RunOptout
from hypothesis import given
from hypothesis import strategies as st
from leak_search import files_with, holds
from stories import ACCOUNT, LOST, ON, PASSWORD, UNREAD, Stories, Visited
from walled import PROXY_NAME, PROXY_PASSWORD

from optout.browser import proxy
from optout.errors import OptoutError, Outcome, SignInStopped, SiteUnavailable, Throttled, UsageProblem
from optout.linkedin.address import REAL_ORIGIN
from optout.linkedin.failure import FAMILIES, family_of, refuse_failure, word_in
from optout.linkedin.load import refuse_status

WORDS = {
    "redirect loop": """
        TOO_MANY_REDIRECTS
    """,
    "proxy wants a name": """
        PROXY_AUTH_REQUESTED PROXY_AUTH_UNSUPPORTED PROXY_AUTH_REQUESTED_WITH_NO_CONNECTION
        UNEXPECTED_PROXY_AUTH INVALID_AUTH_CREDENTIALS MISSING_AUTH_CREDENTIALS
        UNSUPPORTED_AUTH_SCHEME MISCONFIGURED_AUTH_ENVIRONMENT
    """,
    "proxy settings": """
        PAC_SCRIPT_FAILED PAC_SCRIPT_TERMINATED PAC_NOT_IN_DHCP MANDATORY_PROXY_CONFIGURATION_FAILED
        NO_SUPPORTED_PROXIES
    """,
    "proxy": """
        PROXY_CONNECTION_FAILED TUNNEL_CONNECTION_FAILED SOCKS_CONNECTION_FAILED
        PROXY_HTTP_1_1_REQUIRED SOCKS_CONNECTION_HOST_UNREACHABLE PROXY_CERTIFICATE_INVALID
        HTTPS_PROXY_TUNNEL_RESPONSE_REDIRECT PROXY_UNABLE_TO_CONNECT_TO_DESTINATION
    """,
    "clock": """
        CERT_DATE_INVALID CERT_VALIDITY_TOO_LONG
    """,
    "untrusted": """
        CERT_COMMON_NAME_INVALID CERT_AUTHORITY_INVALID CERT_CONTAINS_ERRORS CERT_REVOKED
        CERT_INVALID CERT_NO_REVOCATION_MECHANISM CERT_UNABLE_TO_CHECK_REVOCATION
        CERT_WEAK_SIGNATURE_ALGORITHM CERT_WEAK_KEY CERT_NON_UNIQUE_NAME
        CERT_NAME_CONSTRAINT_VIOLATION CERTIFICATE_TRANSPARENCY_REQUIRED
        CERT_KNOWN_INTERCEPTION_BLOCKED SSL_PROTOCOL_ERROR SSL_VERSION_OR_CIPHER_MISMATCH
        SSL_BAD_RECORD_MAC_ALERT SSL_PINNED_KEY_NOT_IN_CERT_CHAIN SSL_CLIENT_AUTH_CERT_NEEDED
        SSL_SERVER_CERT_CHANGED SSL_UNRECOGNIZED_NAME_ALERT SSL_SERVER_CERT_BAD_FORMAT
        SSL_WEAK_SERVER_EPHEMERAL_DH_KEY SSL_KEY_USAGE_INCOMPATIBLE SSL_HANDSHAKE_NOT_COMPLETED
        SSL_BAD_PEER_PUBLIC_KEY BAD_SSL_CLIENT_AUTH_CERT CLIENT_AUTH_CERT_TYPE_UNSUPPORTED
        ECH_NOT_NEGOTIATED ECH_FALLBACK_CERTIFICATE_INVALID HTTP2_INADEQUATE_TRANSPORT_SECURITY
        ALPN_NEGOTIATION_FAILED
    """,
    "no network": """
        INTERNET_DISCONNECTED NETWORK_CHANGED NETWORK_IO_SUSPENDED ADDRESS_UNREACHABLE
        ADDRESS_INVALID
    """,
    "name": """
        NAME_NOT_RESOLVED NAME_RESOLUTION_FAILED DNS_MALFORMED_RESPONSE DNS_SERVER_FAILED
        DNS_TIMED_OUT DNS_SECURE_RESOLVER_HOSTNAME_RESOLUTION_FAILED DNS_NO_MATCHING_SUPPORTED_ALPN
        DNS_NAME_HTTPS_ONLY HOST_RESOLVER_QUEUE_TOO_LARGE ICANN_NAME_COLLISION
    """,
    "too slow": """
        TIMED_OUT CONNECTION_TIMED_OUT TEMPORARILY_THROTTLED HTTP2_PING_FAILED
    """,
    "blocked": """
        BLOCKED_BY_CLIENT BLOCKED_BY_ADMINISTRATOR BLOCKED_BY_RESPONSE BLOCKED_BY_CSP ACCESS_DENIED
        NETWORK_ACCESS_DENIED NETWORK_ACCESS_REVOKED CLEARTEXT_NOT_PERMITTED
    """,
    "nobody there": "CONNECTION_REFUSED",
    "connection": """
        CONNECTION_CLOSED CONNECTION_RESET CONNECTION_ABORTED CONNECTION_FAILED
        EMPTY_RESPONSE SOCKET_NOT_CONNECTED INVALID_RESPONSE INVALID_HTTP_RESPONSE
        INVALID_CHUNKED_ENCODING INCOMPLETE_CHUNKED_ENCODING CONTENT_LENGTH_MISMATCH
        CONTENT_DECODING_FAILED RESPONSE_HEADERS_TRUNCATED RESPONSE_HEADERS_TOO_BIG
        HTTP2_PROTOCOL_ERROR HTTP2_SERVER_REFUSED_STREAM QUIC_PROTOCOL_ERROR QUIC_HANDSHAKE_FAILED
    """,
}
OURS = {
    "too slow": "timeout",
    "too slow through a proxy": "timeout through a proxy",
    "browser": "closed",
    "connection": "no document",
}
TABLE = [(f"net::ERR_{word}", name) for name, words in WORDS.items() for word in words.split()]
TABLE += [(word, name) for name, word in OURS.items()]
PERSON = {"redirect loop", "clock", "untrusted"}


def _error(word: str) -> OptoutError:
    with pytest.raises(OptoutError) as caught:
        refuse_failure(word)
    return caught.value


@pytest.mark.parametrize(("word", "name"), TABLE)
def test_each_word_of_the_browser_is_of_one_family(word: str, name: str) -> None:
    """What cannot be trusted needs a person, what may pass is tried later, and the word is told."""
    family = family_of(word)
    assert family is not None
    assert family.name == name
    error = _error(word)
    assert word.removeprefix("net::") in error.sentence
    if word.startswith("net::"):
        assert word_in(f"Page.goto: {word} at https://example.org/") == word.removeprefix("net::")
    assert error.hint.endswith(".")
    assert error.outcome is (Outcome.PERSON_NEEDED if name in PERSON else Outcome.TRY_LATER)
    if name in {"clock", "untrusted"}:
        assert isinstance(error, SignInStopped)
        assert error.state == "untrusted"
        assert "[untrusted]" in error.sentence
    assert ("clock" in str(error)) == (name == "clock")
    if "proxy" in name and name != "proxy settings":
        assert "HTTPS_PROXY" in error.hint


def test_no_family_is_without_a_word() -> None:
    """Twin: the table above meets every family, so one that nothing leads to would be seen."""
    assert {name for _, name in TABLE} == {family.name for family in FAMILIES}


@given(st.from_regex(r"ERR_[A-Z][A-Z0-9_]{0,30}", fullmatch=True))
def test_every_word_ends_in_one_of_two_ways(word: str) -> None:
    """Whatever a browser says is tried later or needs a person; an unknown word is told as it is."""
    error = _error(f"net::{word}")
    assert isinstance(error, SiteUnavailable | SignInStopped)
    assert word in error.sentence
    assert isinstance(error, SiteUnavailable) or family_of(word) is not None


def test_a_load_that_did_not_fail_is_not_refused() -> None:
    """Twin: no word, no error."""
    refuse_failure("")
    refuse_status(200)


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (429, Throttled, "calm"),
        (999, Throttled, "calm"),
        (502, SiteUnavailable, "502"),
        (407, SiteUnavailable, "HTTPS_PROXY"),
    ],
)
def test_a_status_that_shows_nothing(status: int, kind: type[OptoutError], said: str) -> None:
    """Throttled, down, or a proxy that asks who we are: an error of its kind."""
    with pytest.raises(kind, match=said):
        refuse_status(status)


PROXIED = "http://proxy.example.org:3128"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"HTTPS_PROXY": PROXIED}, True),
        ({"https_proxy": PROXIED}, True),
        ({"ALL_PROXY": PROXIED}, True),
        ({"HTTP_PROXY": PROXIED}, False),
        ({"HTTPS_PROXY": PROXIED, "NO_PROXY": "example.org, .linkedin.com"}, False),
        ({"HTTPS_PROXY": PROXIED, "NO_PROXY": "linkedin.com:443"}, False),
        ({"HTTPS_PROXY": PROXIED, "NO_PROXY": "*"}, False),
        ({"HTTPS_PROXY": PROXIED, "NO_PROXY": "example.org"}, True),
        ({"SOCKS_SERVER": "proxy.example.org:1080"}, True),
        ({"XDG_CURRENT_DESKTOP": "GNOME"}, None),
    ],
)
def test_whether_a_proxy_stands_on_the_way(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: bool | None
) -> None:
    """The evidence says true or false, or null where a desktop may have settings of its own."""
    _only(monkeypatch, environment)
    assert proxy.in_force(REAL_ORIGIN) is expected
    assert proxy.in_force("http://127.0.0.1:8000") is False


def _only(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in proxy.DESKTOPS:
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (PROXIED, None),
        ("proxy.example.org:3128", None),
        (
            "http://me:a%40b@proxy.example.org:3128/",
            {"server": PROXIED, "username": "me", "password": "a@b"},
        ),
        ("socks5h://proxy.example.org:1080", {"server": "socks5://proxy.example.org:1080"}),
        ("https://proxy.example.org", {"server": "https://proxy.example.org"}),
    ],
)
def test_what_the_browser_is_told_of_a_proxy(
    monkeypatch: pytest.MonkeyPatch, named: str, told: dict[str, str] | None
) -> None:
    """Only what it cannot read by itself: a name and a password, or another kind than plain HTTP."""
    _only(monkeypatch, {"HTTPS_PROXY": named, "NO_PROXY": "example.net,10.0.0.0/8"})
    bypass = "127.0.0.1,localhost,[::1],*example.net,10.0.0.0/8"
    assert proxy.to_tell(REAL_ORIGIN) == (told and told | {"bypass": bypass})
    assert proxy.to_tell("http://localhost:8000") is None


@pytest.mark.parametrize(
    "named", ["http://me:pass/word@proxy.example.org:1", "http://[bad", "http://:1", "socks5://me:pass@h:1"]
)
def test_a_proxy_that_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    """It is a usage error that names the variable and does not repeat what may hold a password."""
    _only(monkeypatch, {"ALL_PROXY": named})
    with pytest.raises(UsageProblem, match="HTTPS_PROXY") as caught:
        proxy.to_tell(REAL_ORIGIN)
    assert "pass/word" not in str(caught.value)
    if "@" in named:
        assert list(proxy.secrets())


@dataclass(frozen=True, slots=True)
class Behind:
    """How a visit behind the wall ended, and what the servers there heard."""

    visited: Visited
    heard: list[str]

    @property
    def environment(self) -> dict[str, Any]:
        """The environment block of the sealed run."""
        run = Path(self.visited.ended.json["evidence"]["path"]) / "run.json"
        block: dict[str, Any] = json.loads(run.read_text())["environment"]
        return block


VisitBehind = Callable[..., Behind]


@pytest.fixture
def behind(stories: Stories, optout: RunOptout, command_environment: dict[str, str]) -> VisitBehind:
    """Visits the real address in a network with no way out; skipped where no such network can be made."""
    unshare = ["unshare", "--net", "--mount", "--propagation", "private"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], check=False).returncode:
        pytest.skip("a network of its own needs Linux, unshare and root")
    ended = optout("login", "--account", ACCOUNT, "--password-stdin", input=PASSWORD)
    assert ended.returncode == 0, ended.stderr

    def visit(*, way: bool = False, site: str = "", via: str = "", name: str = "", **env: str) -> Behind:
        wanted = {
            "words": [sys.executable, "-m", "optout", "run", "--json", "--no-input"],
            "folder": command_environment["HOME"],
            "env": command_environment | env,
            "way": way,
            "site": site,
            "proxy": via,
            "as": name,
            "password": PASSWORD,
        }
        ended = subprocess.run(
            [*unshare, sys.executable, str(Path(__file__).with_name("walled.py"))],
            check=True,
            input=json.dumps(wanted),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
        )
        told = json.loads(ended.stdout)
        visited = stories.told(Ended(("run",), told["code"], told["stdout"], told["stderr"]))
        assert "Traceback" not in visited.ended.stderr
        assert optout("evidence", "audit").returncode == 0
        return Behind(visited, told["heard"])

    return visit


@pytest.fixture
def trusting() -> str:
    """The path of a browser that can be told to trust a root."""
    chromium = shutil.which("chromium")
    if chromium is None or not Path("/etc/chromium").is_dir():
        pytest.skip("only Debian's Chromium can be told here to trust a root")
    return chromium


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        ({}, 75, "no way from this machine to the site"),
        ({"way": True}, 75, "name could not be looked up"),
        ({"site": "self-signed"}, 5, "could not prove that it is the real one"),
        ({"site": "plain"}, 5, "could not prove that it is the real one"),
        ({"site": "reset"}, 75, "closed the connection"),
        ({"site": "silent"}, 75, "did not answer in time"),
        ({"via": "refused"}, 75, "proxy on the way to the site cannot be reached"),
        ({"via": "502"}, 75, "does not let the visit through"),
        ({"via": "porter"}, 75, "name and a password|name and password"),
        ({"via": "porter", "name": "porter:wrong@"}, 75, "name and a password|name and password"),
        ({"via": "rude"}, 75, "name and a password|name and password"),
    ],
    ids=str,
)
def test_the_real_site_cannot_be_reached(
    behind: VisitBehind, place: dict[str, Any], code: int, said: str
) -> None:
    """Nothing is typed, the password is not even read, both settings are unreadable, the run is sealed."""
    if place.get("way") and not Path("/dev/net/tun").exists():
        pytest.skip("/dev/net/tun is not there")
    there = behind(**place, OPTOUT_TIMEOUT="2")
    assert (there.visited.findings, there.visited.ended.returncode) == ([UNREAD, UNREAD], code)
    assert re.search(said, there.visited.reasons)
    assert [word for word in there.heard if word.startswith("inside")] == []
    assert there.environment["session"] == "none"
    assert there.environment["proxy"] is ("via" in place)


@pytest.mark.parametrize(
    ("site", "word"), [("wrong-host", "ERR_CERT_COMMON_NAME_INVALID"), ("expired", "ERR_CERT_DATE_INVALID")]
)
def test_a_certificate_of_a_trusted_root_is_looked_at(
    behind: VisitBehind, trusting: str, site: str, word: str
) -> None:
    """Another host's certificate, or one that has run out, ends the visit though its root is trusted."""
    there = behind(site=site, OPTOUT_BROWSER=trusting)
    assert (there.visited.findings, there.visited.ended.returncode) == ([UNREAD, UNREAD], 5)
    assert word in there.visited.reasons
    assert "[untrusted]" in there.visited.reasons
    assert ("Set the clock right" in there.visited.reasons) == (site == "expired")
    assert there.heard == []
    assert there.environment["session"] == "none"


@pytest.mark.parametrize(
    ("mark", "findings"),
    [("POST /checkpoint/lg/login-submit", [UNREAD, UNREAD]), ("PUT /", [LOST, UNREAD])],
)
def test_a_certificate_that_turns_bad_on_the_way(
    behind: VisitBehind, trusting: str, mark: str, findings: list[tuple[str, str, str]]
) -> None:
    """After the form, or after the click, the site no longer proves to be real: nothing is said to be off."""
    there = behind(site=mark, OPTOUT_BROWSER=trusting)
    assert "turned" in there.heard
    assert (there.visited.findings, there.visited.ended.returncode) == (findings, 5)
    assert "ERR_CERT_COMMON_NAME_INVALID" in there.visited.reasons
    assert "[untrusted]" in there.visited.reasons
    assert there.environment["session"] == "typed"


def test_a_proxy_gets_its_name_and_password_and_nobody_else_does(behind: VisitBehind, home: Path) -> None:
    """HTTPS_PROXY may hold a name and a password: they open the proxy, and stand in no output."""
    secret = quote(PROXY_PASSWORD, safe="")
    there = behind(site="self-signed", via="porter", name=f"{PROXY_NAME}:{secret}@")
    assert f"CONNECT as {PROXY_NAME}:{PROXY_PASSWORD}" in there.heard
    assert (there.visited.findings, there.visited.ended.returncode) == ([UNREAD, UNREAD], 5)
    assert "ERR_CERT_AUTHORITY_INVALID" in there.visited.reasons
    assert there.environment["proxy"] is True
    assert not holds(there.visited.ended.stdout + there.visited.ended.stderr, PROXY_PASSWORD)
    assert files_with(home, PROXY_PASSWORD) == []


def test_a_proxy_is_never_asked_for_loopback(stories: Stories) -> None:
    """A proxy with a name in the environment changes nothing for a site on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as never:
        named = f"http://{PROXY_NAME}:x@127.0.0.1:{never.getsockname()[1]}"
        visited = stories.visit(stories.open(), "check", env={"ALL_PROXY": named, "HTTP_PROXY": named})
        never.setblocking(False)
        with pytest.raises(BlockingIOError):
            never.accept()
    assert (visited.findings, visited.ended.returncode) == ([ON, ON], 3)
    run = Path(visited.ended.json["evidence"]["path"]) / "run.json"
    assert json.loads(run.read_text())["environment"]["proxy"] is False


def test_a_dead_port(stories: Stories, optout: RunOptout) -> None:
    """A practice site that is not there: nothing answered, and the command that starts one is named."""
    site = stories.open()
    site.stop()
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 75)
    assert "Nothing answers at the site's address: the connection was refused" in visited.reasons
    assert "closed the connection" not in visited.reasons
    assert "ERR_CONNECTION_REFUSED" in visited.reasons
    assert "`optout demo --keep-serving` starts one" in visited.ended.stderr + str(visited.ended.json)


@pytest.mark.parametrize(
    ("address", "practice"),
    [("http://127.0.0.1:9/login", True), ("http://localhost:9", True), ("https://example.org/", False)],
)
def test_the_practice_site_is_named_only_where_it_was_meant(address: str, practice: bool) -> None:
    """What starts a practice site is no advice for a real one that refuses, nor for another trouble."""
    for word, named in (("ERR_CONNECTION_REFUSED", practice), ("ERR_CONNECTION_RESET", False)):
        with pytest.raises(SiteUnavailable) as caught:
            refuse_failure(word, address)
        assert ("optout demo" in caught.value.hint) is named
        assert caught.value.hint.endswith(".")


@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ("cut-short", "broke off in the middle"),
        ("cut-unseen", "without a mark of its end"),
        ("list-cut-short", "did not send the whole category page"),
    ],
)
def test_a_page_that_breaks_off_proves_nothing(stories: Stories, mood: str, said: str) -> None:
    """Half a page that shows the switch off, or half a list without its row, is never OFF or not offered."""
    visited = stories.visit(stories.open(mood), "run", "--only", "ai-training", env={"OPTOUT_TIMEOUT": "2"})
    assert (visited.findings, visited.ended.returncode) == ([UNREAD], 75)
    assert said in visited.reasons


@pytest.mark.parametrize("form", ["classic", "modern"])
def test_a_connection_lost_at_the_form_is_tried_later(stories: Stories, form: str) -> None:
    """A form that was sent once and never answered does not blame the password."""
    site = stories.open(form, "offline-at-submit")
    visited = stories.visit(site, "run", env={"OPTOUT_TIMEOUT": "2"})
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 75)
    assert "closed the connection" in visited.reasons
    assert site.counts["put"] == 0


def test_a_site_that_forbids_every_page_is_left_in_peace(stories: Stories) -> None:
    """403 on the first page counts as a wish for calm: nothing more is loaded."""
    site = stories.open("403")
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 75)
    assert "Wait some hours" in visited.reasons
    assert len(site.log) == 1
