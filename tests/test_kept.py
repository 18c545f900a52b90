"""The kept sign-in and the account's lock: what is kept, when it is replaced, who is at work, whose it is."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from calling import Ended, RunOptout, RunPython, StartPractice
from secret_service import SecretService
from stories import ACCOUNT, LOST, OFF, ON, PASSWORD, UNREAD, WAS_OFF, Stories
from test_doctor import found

from optout.browser import kept
from optout.browser.kept import Kept
from optout.browser.window import open_window
from optout.errors import SignInUnusable, VisitUnderWay
from optout.evidence import lock
from optout.linkedin import session
from optout.linkedin.stay import Stay

if TYPE_CHECKING:
    from playwright.sync_api import Cookie

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER_KEY = KEY.replace("MDEy", "MDEz")
ORIGIN = "https://www.example.org"
OURS = cast(
    "Cookie", {"name": "li_at", "value": "a-token-of-the-site", "domain": ".www.example.org", "path": "/"}
)
THEIRS = cast(
    "Cookie", {"name": "id", "value": "of-somebody-else", "domain": ".ads.example.net", "path": "/"}
)
SIGN_IN = Kept(cookies=(OURS,), member="practice-person")
PATIENCE = 30.0  # seconds for something to come about


def _until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; fail when it takes too long."""
    tick = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if condition():
            return
        tick.wait(0.05)
    raise AssertionError("it did not come about in time")


class Keyring:
    """The entries of the practice sites in the keyring, reached as another program would."""

    CODE = (
        "import sys, keyring; answer = getattr(keyring, sys.argv[1])('optout-practice', *sys.argv[2:]); "
        "print(answer or '')"
    )

    def __init__(self, python: RunPython, service: SecretService) -> None:
        self._python, self._address = python, service.address

    def __call__(self, act: str, account: str, *value: str) -> str:
        """Given get_password, set_password or delete_password, do it, and return what it answered."""
        ended = self._python(self.CODE, act, account, *value, DBUS_SESSION_BUS_ADDRESS=self._address)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    def key(self, account: str = ACCOUNT) -> str:
        """The key of an account's kept sign-in."""
        return self("get_password", f"{account}#state-key")

    def drop_password(self) -> None:
        """Leave only the kept sign-in, as `login --browser` does."""
        self("delete_password", ACCOUNT)


@pytest.fixture
def entries(python: RunPython, keyring: SecretService) -> Keyring:
    """The keyring that the commands use."""
    return Keyring(python, keyring)


def _file(home: Path) -> Path:
    """The only kept sign-in; nothing else may lie beside it."""
    (file,) = (home / "sessions").iterdir()
    return file


def test_the_kept_sign_in_is_encrypted_and_only_the_sites(tmp_path: Path) -> None:
    """The file is 0600 in a folder 0700, holds nothing readable, gives back the site's cookies and whose."""
    folder = tmp_path / "sessions"
    both = Kept(cookies=(OURS, THEIRS), member="practice-person")
    kept.save(folder, "A@example.org", KEY, both, origin=ORIGIN)
    file = kept.path(folder, "a@example.org", ORIGIN)
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert not re.search(rb"token|person", file.read_bytes())
    assert kept.load(folder, "a@example.org", KEY, origin=ORIGIN) == SIGN_IN


def test_a_sign_in_kept_by_an_earlier_version_opens(tmp_path: Path) -> None:
    """A file without a member is a sign-in of nobody in particular; without a file there is none."""
    from cryptography.fernet import Fernet

    assert kept.load(tmp_path, "a@example.org", KEY, origin=ORIGIN) is None
    content = json.dumps({"host": "www.example.org", "cookies": [OURS]}).encode()
    kept.path(tmp_path, "a@example.org", ORIGIN).write_bytes(Fernet(KEY).encrypt(content))
    assert kept.load(tmp_path, "a@example.org", KEY, origin=ORIGIN) == Kept(cookies=(OURS,), member=None)


def _damage(file: Path, damage: str) -> str | None:
    """Hurt a kept sign-in in one way; return the key that the keyring has then."""
    content = bytearray(file.read_bytes())
    match damage:
        case "no key":
            return None
        case "other key":
            return OTHER_KEY
        case "flipped":
            content[len(content) // 2] ^= 1
            file.write_bytes(content)
        case "cut":
            file.write_bytes(content[:-20])
        case "empty":
            file.write_bytes(b"")
        case "folder":
            file.unlink()
            file.mkdir()
        case "pipe":
            file.unlink()
            os.mkfifo(file)
        case "moved":
            file.replace(kept.path(file.parent, "a@example.org", "https://www.example.com"))
        case _:
            raise AssertionError(damage)
    return KEY


DAMAGES = {
    "no key": "its key is not in the keyring",
    "other key": "damaged, or the keyring holds another key",
    "flipped": "damaged, or the keyring holds another key",
    "cut": "damaged, or the keyring holds another key",
    "empty": "damaged, or the keyring holds another key",
    "folder": "cannot be read: is a directory",
    "pipe": "damaged, or the keyring holds another key",
    "moved": "is of another site",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_sign_in_that_cannot_be_opened_says_why(tmp_path: Path, damage: str) -> None:
    """One sentence says what is known of it and what mends it, without the path or anything inside.

    The new password sets it aside, and what is whole stays.
    """
    kept.save(tmp_path, "a@example.org", KEY, SIGN_IN, origin=ORIGIN)
    assert not kept.set_aside(tmp_path, "a@example.org", KEY, origin=ORIGIN)
    key = _damage(kept.path(tmp_path, "a@example.org", ORIGIN), damage)
    origin = "https://www.example.com" if damage == "moved" else ORIGIN
    with pytest.raises(SignInUnusable) as caught:
        kept.load(tmp_path, "a@example.org", key, origin=origin)
    assert DAMAGES[damage] in caught.value.sentence
    assert "`optout login --browser`" in caught.value.hint
    assert caught.value.exit_code == 5
    assert not re.search(rf"{re.escape(str(tmp_path))}|example|token", str(caught.value))
    assert kept.set_aside(tmp_path, "a@example.org", key, origin=origin)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_ours_inside_is_damage(tmp_path: Path) -> None:
    """Something else, encrypted with the right key, is not taken for a sign-in."""
    from cryptography.fernet import Fernet

    file = kept.path(tmp_path, "a@example.org", ORIGIN)
    for content in (b"{", b"[]", b'{"host": "www.example.org", "cookies": [1]}', b"\xff"):
        file.write_bytes(Fernet(KEY).encrypt(content))
        with pytest.raises(SignInUnusable, match="not written by this program"):
            kept.load(tmp_path, "a@example.org", KEY, origin=ORIGIN)


def test_two_sites_keep_two_sign_ins(tmp_path: Path) -> None:
    """A visit to a practice site leaves the sign-in of the real one as it is."""
    kept.save(tmp_path, "a@example.org", KEY, SIGN_IN, origin=ORIGIN)
    kept.save(tmp_path, "a@example.org", KEY, Kept(cookies=(), member=None), origin="http://127.0.0.1:8000")
    assert kept.load(tmp_path, "a@example.org", KEY, origin=ORIGIN) == SIGN_IN


def test_forgetting_leaves_nothing(tmp_path: Path) -> None:
    """The file, a folder in its place and what a killed visit left are gone; other accounts stay."""
    for account in ("a@example.org", "aa@example.org"):
        kept.save(tmp_path, account, KEY, SIGN_IN, origin=ORIGIN)
    (tmp_path / "a@example.org~www.example.org.state.0123.new").write_bytes(b"rest")
    (tmp_path / "a@example.org~www.example.com.state" / "deep").mkdir(parents=True)
    assert kept.forget(tmp_path, "a@example.org")
    assert not kept.forget(tmp_path, "a@example.org")
    assert [file.name for file in tmp_path.iterdir()] == ["aa@example.org~www.example.org.state"]


KILLED = """
import json, sys
from pathlib import Path
import cryptography.fernet
from dying import died
from optout.browser import kept
folder, key, origin = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
def save(value):
    cookie = {"name": "li_at", "value": value, "domain": "www.example.org", "path": "/"}
    kept.save(folder, "a@example.org", key, kept.Kept(cookies=(cookie,), member=None), origin=origin)
answers = []
for step in range(1, 1000):
    save("old")
    file = kept.path(folder, "a@example.org", origin)
    old = file.read_bytes()
    is_dead = died(lambda: save("new"), step)
    value = kept.load(folder, "a@example.org", key, origin=origin).cookies[0]["value"]
    modes = {path.stat().st_mode & 0o777 for path in folder.iterdir()}
    left = len(list(folder.iterdir())) - 1
    answer = {"died": is_dead, "value": value, "same": file.read_bytes() == old, "left": left}
    save("next")
    answers.append(answer | {"modes": sorted(modes), "cleared": len(list(folder.iterdir())) == 1})
    if not is_dead:
        break
print(json.dumps(answers))
"""


def test_killed_while_keeping_the_old_or_the_new_is_there(python: RunPython, tmp_path: Path) -> None:
    """After SIGKILL at each step the old sign-in is there byte for byte, or the new one, never half of one.

    What was left beside it is for nobody else to read, and the next keeping clears it away.
    """
    ended = python(KILLED, str(tmp_path / "sessions"), KEY, ORIGIN)
    assert ended.returncode == 0, ended.stderr
    *killed, last = json.loads(ended.stdout)
    assert (last["died"], last["value"]) == (False, "new")
    assert all(each["died"] for each in killed)
    assert {(each["value"], each["same"]) for each in killed} == {("old", True), ("new", False)}
    assert {each["left"] for each in killed if each["same"]} == {0, 1}, "one died before the move"
    assert all(each["modes"] == [0o600] and each["cleared"] for each in (*killed, last))


# The lock.


def _holder(state: Path) -> Path:
    return state / lock.FOLDER / "a@example.org.json"


def _refusal(state: Path) -> str:
    with pytest.raises(VisitUnderWay) as refused, lock.hold(state, "A@example.org", command="run"):
        raise AssertionError("held twice")
    assert refused.value.exit_code == 75
    return refused.value.sentence


def test_the_second_is_told_who_holds_the_account(tmp_path: Path) -> None:
    """Command, process and time of the first; its words are private and gone once it has left."""
    with lock.hold(tmp_path, "a@example.org", command="login --browser"):
        told = _refusal(tmp_path)
        assert _holder(tmp_path).stat().st_mode & 0o777 == 0o600
        with lock.hold(tmp_path, "b@example.org", command="check"):
            pass
    assert re.search(
        rf"`optout login --browser`, process {os.getpid()}, since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\.", told
    )
    assert "@" not in told
    assert not _holder(tmp_path).exists()
    with lock.hold(tmp_path, "a@example.org", command="run"):
        pass


@pytest.mark.parametrize(
    "words",
    [
        None,
        "{",
        "[]",
        '{"command": "run", "process": 99999999, "since": "2026-11-25T19:10:26Z"}',
        '{"command": "run; rm", "process": 1, "since": "2026-11-25T19:10:26Z"}',
        '{"command": "run", "process": -1, "since": "2026-11-25T19:10:26Z"}',
        '{"command": "run", "process": 1, "since": "yesterday"}',
    ],
)
def test_words_that_cannot_be_of_the_holder_are_not_believed(tmp_path: Path, words: str | None) -> None:
    """Missing, not ours, or of a process that is gone: refused all the same, and nobody is named."""
    with lock.hold(tmp_path, "a@example.org", command="check"):
        _holder(tmp_path).unlink()
        if words is not None:
            _holder(tmp_path).write_text(words)
        assert _refusal(tmp_path) == "Another command is at work with this account."


def test_words_that_were_left_hold_nobody(tmp_path: Path) -> None:
    """The words of one that was killed stay, name a process that runs, and keep nobody out."""
    with lock.hold(tmp_path, "a@example.org", command="check"):
        left = _holder(tmp_path).read_text()
    _holder(tmp_path).write_text(left)
    with lock.hold(tmp_path, "a@example.org", command="run"):
        assert "`optout run`" in _refusal(tmp_path)


def _offspring(process: int) -> Iterator[int]:
    """Yield the numbers of all processes that descend from one."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := _stat(int(folder.name))):
            parents.setdefault(int(stat[1]), []).append(int(folder.name))
    waiting = [process]
    while waiting:
        children = parents.get(waiting.pop(), [])
        waiting += children
        yield from children


def _stat(process: int) -> list[str]:
    """State, parent and so on of a process; empty if there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


@pytest.fixture
def slow_visit(
    stories: Stories, command_environment: dict[str, str]
) -> Iterator[tuple[Any, "subprocess.Popen[str]"]]:
    """A site, and a visit that waits for one of its pages."""
    site = stories.open("too-slow")
    with subprocess.Popen(
        [sys.executable, "-m", "optout", "check", "--account", ACCOUNT, "--no-input"],
        env=command_environment | {"OPTOUT_SITE": site.origin, "OPTOUT_TIMEOUT": "100"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        assert any("reading 1 of 2" in line for line in process.stderr)
        yield site, process
        process.kill()


def test_one_command_at_a_time_for_an_account(
    slow_visit: tuple[Any, "subprocess.Popen[str]"],
    stories: Stories,
    optout: RunOptout,
    practice: StartPractice,
) -> None:
    """While a visit is under way every other command that touches the account ends in 75 and names it.

    Another account is visited meanwhile. After SIGKILL the browser is gone and the next visit is made.
    """
    site, process = slow_visit
    named = rf"`optout check`, process {process.pid}, since 20\S+Z"

    def refused(*words: str, **keywords: Any) -> Ended:
        ended = optout(*words, "--account", ACCOUNT, site=site, **keywords)
        assert ended.returncode == 75, ended.stderr
        assert re.search(named, ended.stderr)
        return ended

    second = refused("run", "--json", "--no-input")
    assert re.search(named, second.json["trouble"])
    assert second.json["evidence"] is None
    refused("logout")
    refused("login", "--password-stdin", input="another password")
    refused("login", "--browser", env={"DISPLAY": ":99"})
    elsewhere = practice(account="second@example.org", member="second-person")
    words = ("--account", "second@example.org")
    assert optout("login", *words, "--password-stdin", site=elsewhere, input=PASSWORD).returncode == 0
    assert optout("check", *words, "--no-input", site=elsewhere).returncode == 3

    browser = list(_offspring(process.pid))
    assert any(b"chrom" in Path(f"/proc/{each}/cmdline").read_bytes() for each in browser)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _until(lambda: not any(_stat(each)[:1] not in ([], ["Z"]) for each in browser))
    site.moods.discard("too-slow")
    visited = stories.visit(site, "check", "--account", ACCOUNT)
    assert (visited.findings, visited.ended.returncode) == ([ON, ON], 3)
    assert site.counts["password_received"] == 1


# What is kept after a visit, and what is not.


def test_renewed_cookies_are_kept(stories: Stories) -> None:
    """Where the site renewed the sign-in during a check, the next one needs neither renewal nor password."""
    site = stories.open()
    assert stories.visit(site, "check").ended.returncode == 3
    old = _file(stories.home).read_bytes()
    site.moods.add("renews")
    assert stories.visit(site, "check").findings == [ON, ON]
    assert _file(stories.home).read_bytes() != old
    site.moods.discard("renews")
    before = site.counts["login_page"]
    assert stories.visit(site, "check").findings == [ON, ON]
    assert (site.counts["login_page"], site.counts["password_received"]) == (before, 1)


def _cookie(name: str, value: str, *, hidden: bool = False, path: str = "/") -> "Cookie":
    said = {"name": name, "value": value, "domain": "www.example.org", "path": path, "httpOnly": hidden}
    return cast("Cookie", said)


TOKEN = _cookie("li_at", "one", hidden=True)
NEW_TOKEN = _cookie("li_at", "two", hidden=True)
NEW_CSRF = _cookie("JSESSIONID", "three")
HIDDEN, HIDDEN_NOW = _cookie("site", "one", hidden=True), _cookie("site", "two", hidden=True)
PREF, PREF_NOW = _cookie("pref", "on"), _cookie("pref", "off")
ELSEWHERE = _cookie("pref", "off", path="/mypreferences")


@pytest.mark.parametrize(
    ("before", "now", "decides", "kept_then"),
    [
        ([TOKEN, PREF], [TOKEN, PREF], [TOKEN, PREF], [TOKEN, PREF]),
        ([TOKEN, PREF], [TOKEN, PREF_NOW], [TOKEN, PREF], [TOKEN, PREF]),
        ([TOKEN, PREF], [TOKEN], [TOKEN, PREF], [TOKEN, PREF]),
        ([TOKEN], [TOKEN, PREF_NOW], [TOKEN], [TOKEN]),
        ([TOKEN, PREF], [TOKEN, PREF, ELSEWHERE], [TOKEN, PREF], [TOKEN, PREF]),
        ([TOKEN], [NEW_TOKEN, NEW_CSRF], [NEW_TOKEN, NEW_CSRF], [NEW_TOKEN, NEW_CSRF]),
        ([TOKEN, HIDDEN], [HIDDEN_NOW], [HIDDEN_NOW], [HIDDEN_NOW]),
        ([TOKEN, HIDDEN], [TOKEN], [TOKEN], [TOKEN]),
        ([TOKEN], [TOKEN, HIDDEN_NOW], [TOKEN], [TOKEN, HIDDEN_NOW]),
        ([HIDDEN], [_cookie("site", "shown")], [], []),
        ([PREF], [_cookie("pref", "off", hidden=True)], [_cookie("pref", "off", hidden=True)], None),
    ],
)
def test_what_a_click_may_have_written_is_undone(
    before: list["Cookie"], now: list["Cookie"], decides: list["Cookie"], kept_then: list["Cookie"] | None
) -> None:
    """Changed, new or removed: as before the click; the sign-in and what scripts cannot write: as now."""
    assert session.unclicked(now, before) == decides
    assert session.unwritten(now, before) == (decides if kept_then is None else kept_then)


def test_a_second_click_does_not_hide_what_the_first_one_wrote() -> None:
    """What was noted before a click counts until a fresh page was had, however often is clicked."""
    with open_window(choice=None, headed=False, cookies=[], timeout=5) as window:
        stay = Stay(
            page=window.page,
            renewed=window.afresh,
            beside=window.beside,
            shown=window.show,
            origin=ORIGIN,
            account=ACCOUNT,
            password=str,
            timeout=3,
            tell=lambda _: None,
        )
        window.page.context.add_cookies(cast("Any", [PREF, TOKEN]))
        stay.before_a_click()
        window.page.context.add_cookies(cast("Any", [PREF_NOW, NEW_TOKEN]))
        stay.before_a_click()
        stay.start_afresh()
        first = {cookie.get("name"): cookie.get("value") for cookie in stay.page.context.cookies()}
        window.page.context.add_cookies(cast("Any", [_cookie("later", "x")]))
        stay.before_a_click()
        stay.start_afresh()
        second = {cookie.get("name"): cookie.get("value") for cookie in stay.page.context.cookies()}
    assert first == {"pref": "on", "li_at": "two"}
    assert second == first | {"later": "x"}, "a click on a fresh page counts from there"


@pytest.mark.parametrize(
    ("moods", "password", "code"),
    [
        ("expired", False, 5),
        ("expired dead-cookie", False, 5),
        ("dies-at-list dead-cookie", False, 3),
        ("expired dead-cookie refused", True, 5),
        ("other-member", True, 5),
        ("expired other-member", True, 5),
        ("503", True, 75),
    ],
)
def test_the_old_sign_in_stays_until_a_new_one_works(
    stories: Stories, entries: Keyring, moods: str, password: bool, code: int
) -> None:
    """Signed out, refused, another member, no answer: the kept sign-in stays byte for byte."""
    site = stories.open()
    assert stories.visit(site, "check").ended.returncode == 3
    assert kept.load(stories.home / "sessions", ACCOUNT, entries.key(), origin=site.origin) == Kept(
        cookies=_cookies(stories.home, entries.key(), site.origin), member="practice-person"
    )
    if not password:
        entries.drop_password()
    old = _file(stories.home).read_bytes()
    site.moods.update(moods.split())
    visited = stories.visit(site, "check", env={"OPTOUT_TIMEOUT": "3"})
    assert visited.ended.returncode == code, visited.reasons
    assert _file(stories.home).read_bytes() == old


def _cookies(home: Path, key: str, origin: str) -> "tuple[Cookie, ...]":
    found = kept.load(home / "sessions", ACCOUNT, key, origin=origin)
    assert found is not None
    assert {"li_at", "JSESSIONID", "bcookie"} <= {cookie.get("name") for cookie in found.cookies}
    return found.cookies


@pytest.mark.parametrize("damage", ["no key", "other key", "flipped", "folder"])
def test_a_visit_stops_before_any_page_where_the_sign_in_cannot_be_opened(
    stories: Stories, entries: Keyring, optout: RunOptout, damage: str
) -> None:
    """Though a password is kept nothing is opened: the visit is sealed, doctor says so too, login mends."""
    site = stories.open()
    assert stories.visit(site, "check").ended.returncode == 3
    assert found(optout("doctor", "--json", site=site), "sign-in")["good"] is True
    key = _damage(_file(stories.home), damage)
    if key is None:
        entries("delete_password", f"{ACCOUNT}#state-key")
    elif key != KEY:
        entries("set_password", f"{ACCOUNT}#state-key", key)
    asked = len(site.log)
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 5)
    assert DAMAGES[damage] in visited.reasons
    assert "`optout login --browser`" in visited.reasons
    assert "Traceback" not in visited.ended.stderr
    assert "sessions" not in visited.ended.stdout + visited.ended.stderr
    assert len(site.log) == asked
    check = found(optout("doctor", "--json", site=site), "sign-in")
    assert (check["good"], DAMAGES[damage] in check["sentence"]) == (False, True)
    ended = optout("login", "--account", ACCOUNT, "--password-stdin", site=site, input=PASSWORD)
    assert "could not be opened and was removed" in ended.stdout
    assert stories.visit(site, "check").findings == [ON, ON]
    assert site.counts["password_received"] == 2


def test_status_tells_of_a_sign_in_kept_since(stories: Stories, optout: RunOptout) -> None:
    """After a visit that needed a person, a sign-in that was kept later answers what it asked for."""
    site = stories.open("code-email")
    assert stories.visit(site, "run").ended.returncode == 5
    assert "sign-in     kept" not in optout("status").stdout
    file = kept.path(stories.home / "sessions", ACCOUNT, site.origin)
    file.touch()
    moment = datetime.now(UTC) + timedelta(seconds=2)
    os.utime(file, (moment.timestamp(), moment.timestamp()))
    told = optout("status").stdout
    assert f"sign-in     kept {moment:%Y-%m-%d %H:%M} UTC, after that visit: run `optout check`" in told


def test_logout_removes_what_cannot_be_opened(stories: Stories, optout: RunOptout) -> None:
    """A damaged sign-in is forgotten as a whole one is."""
    site = stories.open()
    assert stories.visit(site, "check").ended.returncode == 3
    _damage(_file(stories.home), "cut")
    ended = optout("logout", site=site)
    assert (ended.returncode, "the kept sign-in" in ended.stdout) == (0, True)
    assert list((stories.home / "sessions").iterdir()) == []


def test_a_kept_sign_in_of_another_member_opens_nothing(stories: Stories, entries: Keyring) -> None:
    """The evidence pins one member and the kept sign-in another: nothing is opened, and it stays as it is."""
    site = stories.open()
    assert stories.visit(site, "check").ended.returncode == 3
    sessions, key = stories.home / "sessions", entries.key()
    cookies = _cookies(stories.home, key, site.origin)
    kept.save(sessions, ACCOUNT, key, Kept(cookies=cookies, member="somebody"), origin=site.origin)
    old, asked = _file(stories.home).read_bytes(), len(site.log)
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 5)
    assert "The kept sign-in is of another member" in visited.reasons
    assert (_file(stories.home).read_bytes(), len(site.log)) == (old, asked)


def test_the_kept_sign_in_pins_the_member_before_there_is_evidence(stories: Stories) -> None:
    """Without evidence the member whose sign-in is kept is the one that is expected: no click."""
    site = stories.open()
    assert stories.visit(site, "check").ended.returncode == 3
    shutil.rmtree(stories.home / "evidence")
    for memory in (stories.home / "state").glob("*.head.json"):
        memory.unlink()
    site.moods.add("other-member")
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 5)
    assert site.counts["put"] == 0


# A sign-in that dies.


@pytest.mark.parametrize(
    ("moods", "findings"),
    [
        ("expired", [UNREAD, UNREAD]),
        ("dies-between", [OFF, UNREAD]),
        ("dies-between chooser-anywhere", [OFF, UNREAD]),
        ("dies-after-click dead-cookie", [LOST, UNREAD]),
        ("dies-at-list", [OFF, OFF]),
        ("dies-after-list", [OFF, OFF]),
        ("dies-at-list not-offered", [UNREAD, UNREAD]),
        ("dies-at-list not-offered dead-cookie", [UNREAD, UNREAD]),
    ],
)
def test_a_sign_in_that_dies_is_never_a_missing_setting(
    stories: Stories, entries: Keyring, moods: str, findings: list[tuple[str, str, str]]
) -> None:
    """On whichever page it dies, without a password the visit ends in 5 and its record says what to do.

    What was proved before stays proved.
    """
    site = stories.open()
    assert stories.visit(site, "check", "--only", "ai-training").ended.returncode == 3
    entries.drop_password()
    site.moods.update(moods.split())
    visited = stories.visit(site, "run", env={"OPTOUT_TIMEOUT": "3"})
    assert (visited.findings, visited.ended.returncode) == (findings, 5)
    assert "Run `optout login --browser`" in visited.reasons
    assert site.counts["password_received"] == 1


def test_a_sign_in_that_dies_at_the_list_is_made_again(stories: Stories) -> None:
    """With a password kept, a death on the last pages is one more sign-in and no trouble."""
    site = stories.open()
    assert stories.visit(site, "run").findings == [OFF, OFF]
    site.moods.add("dies-at-list")
    visited = stories.visit(site, "check")
    assert (visited.findings, visited.ended.returncode) == ([WAS_OFF, WAS_OFF], 0)
    assert site.counts["password_received"] == 2


# Several accounts.


def test_accounts_are_kept_apart(optout: RunOptout, practice: StartPractice, home: Path) -> None:
    """Each has its own sign-in, key, member and evidence; without --account the question lists them."""
    people = {
        "first@example.org": practice(account="first@example.org", member="first-person"),
        "second@example.org": practice(account="second@example.org", member="second-person"),
    }

    def check(account: str) -> dict[str, Any]:
        ended = optout("check", "--account", account, "--json", "--no-input", site=people[account])
        assert ended.returncode == 3, ended.stderr
        return ended.json

    for number, (account, site) in enumerate(people.items()):
        ended = optout("login", "--account", account, "--password-stdin", site=site, input=PASSWORD)
        assert ended.returncode == 0, ended.stderr
        if not number:
            assert optout("check", "--no-input", site=site).returncode == 3, "the only one is the default"
    ended = optout("check", "--json", "--no-input", site=people["first@example.org"])
    assert (ended.returncode, ended.json["outcome"]) == (2, "usage")
    assert "first@example.org, second@example.org" in ended.json["trouble"]
    assert "--account" in ended.json["trouble"]
    answers = {account: check(account) for account in people}
    assert [answer["member"] for answer in answers.values()] == ["first-person", "second-person"]
    assert len({Path(answer["evidence"]["path"]).parent for answer in answers.values()}) == 2
    assert len(list((home / "sessions").iterdir())) == 2
    assert [site.counts["password_received"] for site in people.values()] == [1, 1]
    ended = optout("logout", "--account", "first@example.org", site=people["first@example.org"])
    assert ended.returncode == 0
    assert [file.name.partition("~")[0] for file in (home / "sessions").iterdir()] == ["second@example.org"]
    check("second@example.org")
    assert people["second@example.org"].counts["password_received"] == 1
