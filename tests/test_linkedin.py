"""What depends on nothing but LinkedIn's facts: addresses, states, and whether a setting is offered."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_store import PERSON, place, visit

from optout.change import SEALED
from optout.errors import UsageProblem
from optout.evidence import audit, ledger
from optout.evidence.history import History
from optout.linkedin import menu, news, switch
from optout.linkedin.address import (
    REAL_ORIGIN,
    State,
    is_practice,
    origin_in,
    origin_of,
    path_state,
    without_values,
)
from optout.linkedin.catalogue import AI_TRAINING, CATALOGUE, CORE, KNOWN_ROWS, NOT_FOUND_PATH, PRIVACY
from optout.linkedin.challenge import SENTENCES, recognise
from optout.linkedin.menu import Menu, Row
from optout.linkedin.reading import reading
from optout.linkedin.sight import Controls, Sight, SwitchSight
from optout.linkedin.switch import Seen, Shows
from optout.notebook import STOOD, Notebook
from optout.verdict import Look, Reading

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SITE = "http://127.0.0.1:8000"
NO_CONTROLS = Controls(other_keys=(), boxes=0, radios=0, others=0, frames=0, shadow=False)
PLAIN = Sight(
    href=SITE + AI_TRAINING.path,
    document=1.0,
    ready=True,
    lang="en",
    title="",
    text=100,
    heading=AI_TRAINING.title,
    description="",
    members=(),
    username=False,
    password=False,
    hidden_key=None,
    buttons=False,
    chooser=False,
    email_code=False,
    phone_code=False,
    recovery=False,
    push=False,
    captcha=False,
    code_refused=False,
    polling_seconds=None,
    errors=(),
    unknown_account=False,
    weak=False,
    banner=False,
    dialog=False,
    busy=False,
    switches=(),
    controls=NO_CONTROLS,
)
BOX = SwitchSight(checked=False, mixed=False, enabled=True, aria=None, label="", card=(0, 0, 1, 1))


def _at(path: str, **changes: object) -> Sight:
    return dataclasses.replace(PLAIN, href=SITE + path, **changes)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("site", "origin"),
    [
        (None, REAL_ORIGIN),
        (REAL_ORIGIN, REAL_ORIGIN),
        (REAL_ORIGIN + "/", REAL_ORIGIN),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:1/", "http://localhost:1"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_the_sites_that_may_be_visited(site: str | None, origin: str) -> None:
    """The real site by https, and loopback by http with a port."""
    assert origin_of(site) == origin
    assert is_practice(origin) == (origin != REAL_ORIGIN)


@pytest.mark.parametrize(
    "site",
    [
        "http://www.linkedin.com",
        "https://linkedin.com",
        "https://www.linkedin.com.example.org",
        "https://www.linkedin.com@example.org",
        "https://www.linkedin.com/feed",
        "https://www.linkedin.com:444",
        "https://127.0.0.1:8000",
        "http://127.0.0.1",
        "http://127.0.0.1:8000/path",
        "http://user@127.0.0.1:8000",
        "http://127.0.0.1:8000?x",
        "http://127.0.0.2:8000",
        "http://127.0.0.1.example.org:80",
        "http://localhost.example.org:80",
        "http://[::1",
        "http://127.0.0.1:99999",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "x",
    ],
)
def test_every_other_site_is_refused(site: str) -> None:
    """A look-alike, another scheme or a path is a usage error, exit 2."""
    with pytest.raises(UsageProblem, match="OPTOUT_SITE"):
        origin_of(site)


@given(st.text(max_size=60))
def test_no_text_is_taken_for_another_site(site: str) -> None:
    """Whatever stands in OPTOUT_SITE, what is accepted is the real origin or loopback."""
    try:
        origin = origin_of(site)
    except UsageProblem:
        return
    assert origin == REAL_ORIGIN or is_practice(origin)


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/feed/", State.INSIDE),
        (AI_TRAINING.path, State.INSIDE),
        ("/mypreferences/page-not-found", State.INSIDE),
        ("/login", State.SIGN_IN_PAGE),
        ("/login?session_redirect=%2Fcheckpoint%2Fchallenge", State.SIGN_IN_PAGE),
        ("/uas/login", State.SIGN_IN_PAGE),
        ("/flagship-web/login/", State.SIGN_IN_PAGE),
        ("/checkpoint/lg/login?errorKey=challenge_global_internal_error", State.REFUSED),
        ("/login?errorKey=unexpected_login_error", State.APPROVAL_LOST),
        ("/login/login-restriction/", State.RESTRICTED),
        ("/checkpoint/challenge/AgF", State.UNKNOWN_CHECKPOINT),
        ("/check/add-phone", State.INTERSTITIAL),
        ("/checkout", State.INSIDE),
        ("/authwall?x=/feed/", State.AUTHWALL),
        ("/signup/cold-join", State.AUTHWALL),
        ("/loginx", State.INSIDE),
    ],
)
def test_the_path_says_where_the_sign_in_stands(path: str, state: State) -> None:
    """By whole path segments, never by a substring, and never by the query alone."""
    assert path_state(SITE + path, SITE) is state


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8001/feed/",
        "http://localhost:8000/feed/",
        "https://127.0.0.1:8000/feed/",
        "about:blank",
    ],
)
def test_another_origin_is_off_the_site(address: str) -> None:
    """Another port, host name or scheme is another site."""
    assert path_state(address, SITE) is State.OFF_SITE


@given(st.dictionaries(st.text("abcdef", min_size=1), st.text("xyz0123", min_size=8), max_size=4))
def test_addresses_are_kept_without_their_values(query: dict[str, str]) -> None:
    """What the evidence keeps of an address has the names of its query and none of the values."""
    kept = without_values(f"{SITE}/checkpoint/challenge?{urlencode(query)}#secret")
    assert origin_in(kept) == SITE
    assert all(name in kept for name in query)
    assert not any(value in kept for value in query.values())
    assert "secret" not in kept


@pytest.mark.parametrize(
    ("sight", "state"),
    [
        (_at("/checkpoint/challenge/1", email_code=True), State.CODE_EMAIL),
        (_at("/checkpoint/challenge/1", phone_code=True), State.CODE_SMS),
        (_at("/checkpoint/challenge/1", phone_code=True, recovery=True), State.CODE_TOTP),
        (_at("/checkpoint/challenge/1", push=True), State.APP_PUSH),
        (_at("/checkpoint/challenge/1", captcha=True), State.CAPTCHA),
        (_at("/login", username=True, password=True), State.LOGIN_FORM),
        (_at("/", username=True, password=True), State.GUEST_HOME),
        (_at(AI_TRAINING.path, username=True, password=True), State.LOGIN_FORM),
        (_at(AI_TRAINING.path, password=True), State.PASSWORD_AGAIN),
        (_at("/login", password=True, hidden_key="a@example.org"), State.PASSWORD_ONLY),
        (_at(AI_TRAINING.path, chooser=True), State.ACCOUNT_CHOOSER),
        (_at("/authwall", username=True, password=True), State.AUTHWALL),
        (_at(AI_TRAINING.path), State.INSIDE),
    ],
)
def test_elements_say_what_the_path_leaves_open(sight: Sight, state: State) -> None:
    """A sign-in form counts wherever it appears; on the wall, a form to join is never filled."""
    assert recognise(sight, SITE) is state


def test_every_state_that_can_end_a_sign_in_has_its_sentence() -> None:
    """Each state but INSIDE has words for the person, with the next step."""
    assert set(SENTENCES) == set(State) - {State.INSIDE}
    assert all(sentence.endswith(".") and hint.endswith(".") for sentence, hint in SENTENCES.values())


@given(
    checked=st.booleans(),
    mixed=st.booleans(),
    enabled=st.booleans(),
    aria=st.sampled_from([None, "true", "false", "mixed"]),
)
def test_off_is_shown_only_by_a_box_that_is_plainly_off(
    checked: bool, mixed: bool, enabled: bool, aria: str | None
) -> None:
    """Unchecked, enabled, not half-way and not contradicted by aria-checked: nothing less is OFF."""
    box = dataclasses.replace(BOX, checked=checked, mixed=mixed, enabled=enabled, aria=aria)
    shows = switch.shown(dataclasses.replace(PLAIN, switches=(box,)), AI_TRAINING, AI_TRAINING.path)
    plain = not mixed and enabled and aria in {None, "false"}
    assert (shows is Shows.OFF) == (not checked and plain)
    assert (shows is Shows.ON) == (checked and not mixed)


def _shown(asked: str, **changes: object) -> Shows:
    return switch.shown(_at(AI_TRAINING.path, **changes), AI_TRAINING, asked)


@pytest.mark.parametrize("checked", [True, False])
def test_a_switch_counts_on_the_page_that_was_asked_for(checked: bool) -> None:
    """The key on a page with another address is said to be there, and is neither on nor off."""
    box = dataclasses.replace(BOX, checked=checked)
    assert _shown(AI_TRAINING.path + "/", switches=(box,)) is (Shows.ON if checked else Shows.OFF)
    assert _shown("/mypreferences/d/settings/other", switches=(box,)) is Shows.KEY_ELSEWHERE


def test_what_else_carries_the_key_is_a_witness() -> None:
    """A copy in a frame or a shadow root that says otherwise makes a conflict; alone it is not read."""
    assert _shown(AI_TRAINING.path, switches=(BOX,), echoes=(False,)) is Shows.OFF
    assert _shown(AI_TRAINING.path, switches=(BOX,), echoes=(False, True)) is Shows.DISAGREES
    traced = dataclasses.replace(NO_CONTROLS, traces=1)
    assert _shown(AI_TRAINING.path, controls=traced) is Shows.KEY_OTHERWISE
    assert switch.shown(_at(NOT_FOUND_PATH, controls=traced), AI_TRAINING, AI_TRAINING.path) is (
        Shows.KEY_OTHERWISE
    )


@pytest.mark.parametrize("shows", list(Shows))
@pytest.mark.parametrize("alive", [True, False])
def test_off_is_read_only_from_a_living_sign_in(shows: Shows, alive: bool) -> None:
    """No page read without a sign-in, and no page but one that shows the switch off, is OFF."""
    seen = Seen(shows=shows, at=NOW, sight=PLAIN)
    look = reading(seen, alive=alive)
    if look is not None and look.reading is Reading.OFF:
        assert shows is Shows.OFF
        assert alive
    if not alive:
        assert look is not None
        assert look.reading in {Reading.ON, Reading.UNREADABLE}


KNOWN = tuple(
    Row(path=path, label="x", state=None) for path in sorted(KNOWN_ROWS[PRIVACY] - {AI_TRAINING.path})[:3]
)
OURS = Row(path=AI_TRAINING.path, label=AI_TRAINING.title, state="On")
STRANGE = Row(path="/mypreferences/d/settings/something-new", label="New", state="On")


def _offered(
    shows: Shows,
    rows: tuple[Row, ...],
    *,
    complete: bool = True,
    read_earlier: bool = False,
    behind: Shows = Shows.NO_SWITCH,
) -> Look:
    seen = Seen(shows=shows, at=NOW, sight=PLAIN)
    listed = Menu(category=PRIVACY, rows=rows, lang="en", complete=complete)
    return menu.offered(AI_TRAINING, seen, listed, read_earlier=read_earlier, look_into=lambda _: behind)


@pytest.mark.parametrize("shows", [Shows.NOT_FOUND, Shows.CATEGORY, Shows.NO_SWITCH])
def test_not_offered_needs_the_page_and_the_whole_list(shows: Shows) -> None:
    """A page without the switch and a complete list without the row, nothing unknown in it."""
    assert _offered(shows, KNOWN).reading is Reading.NOT_OFFERED
    for behind in (Shows.NO_SWITCH, Shows.OTHER_SWITCH, Shows.OTHER_CONTROL, Shows.ELSEWHERE):
        assert _offered(shows, (*KNOWN, STRANGE), behind=behind).reading is Reading.NOT_OFFERED


@pytest.mark.parametrize(
    ("look", "conflict"),
    [
        (_offered(Shows.NO_SWITCH, (*KNOWN, OURS)), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, OURS)), True),
        (_offered(Shows.CATEGORY, (*KNOWN, OURS)), True),
        (_offered(Shows.NOT_FOUND, KNOWN, complete=False), False),
        (_offered(Shows.NOT_FOUND, KNOWN[:2]), False),
        (_offered(Shows.NOT_FOUND, ()), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, STRANGE), read_earlier=True), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, STRANGE), behind=Shows.ON), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, STRANGE), behind=Shows.OFF), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, STRANGE), behind=Shows.LOCKED_OFF), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, STRANGE), behind=Shows.KEY_ELSEWHERE), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, STRANGE), behind=Shows.KEY_OTHERWISE), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, STRANGE), behind=Shows.BLANK), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, STRANGE), behind=Shows.NOTHING_YET), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, STRANGE), behind=Shows.WAITING), False),
        (_offered(Shows.NOT_FOUND, (*KNOWN, STRANGE), behind=Shows.REFUSED), False),
        (
            _offered(
                Shows.NOT_FOUND,
                (*KNOWN, *(dataclasses.replace(STRANGE, path=f"/mypreferences/d/{n}") for n in range(6))),
            ),
            False,
        ),
        (_offered(Shows.BLANK, KNOWN), False),
        (_offered(Shows.OTHER_SWITCH, KNOWN), False),
        (_offered(Shows.OTHER_CONTROL, KNOWN), False),
        (_offered(Shows.NOTHING_YET, KNOWN), False),
    ],
)
def test_anything_less_is_unreadable(look: Look, conflict: bool) -> None:
    """Each condition of "not offered", missing on its own, makes the setting unreadable."""
    assert look.reading is Reading.UNREADABLE
    assert look.conflict == conflict


def test_the_catalogue_offers_only_what_was_seen_with_its_key() -> None:
    """Names, keys and addresses are there and distinct; the two core settings are those of the contract."""
    assert CORE == ("ai-training", "affiliate-ads")
    assert len({setting.key for setting in CATALOGUE.values()}) == len(CATALOGUE)
    for name, setting in CATALOGUE.items():
        assert name == setting.name
        assert setting.path.startswith("/mypreferences/d/")
        assert setting.path in KNOWN_ROWS[setting.category]
        assert setting.source
        assert setting.seen <= "2026-11-23"


def test_wording_is_compared_within_one_language() -> None:
    """Changed words are news; the same page in another language is not."""
    before = {"heading": "A", "label": "B", "description": "C"}
    now = {"lang": "en", **before, "label": "D"}
    (change,) = news.of_wording(AI_TRAINING, now, {"en": before})
    assert (change.part, change.old, change.new) == ("label", "B", "D")
    assert change.sentence == 'ai-training: the label now reads "D" (before: "B")'
    assert news.of_wording(AI_TRAINING, now | {"lang": "fr"}, {"en": before}) == []


def test_texts_without_end_leave_evidence_that_can_be_read(tmp_path: Path) -> None:
    """A page whose label, title and language go on for ever: the audit can read what was sealed."""
    where, long = place(tmp_path), "\x1b\u202e" + "A" * 9_000_000
    sight = _at(AI_TRAINING.path, title=long, lang=long, switches=(dataclasses.replace(BOX, label=long),))
    with ledger.begin(where.store, memory=where.memory, now=NOW) as draft:
        book = Notebook(draft=draft)
        book.remark(AI_TRAINING, STOOD, Seen(shows=Shows.OFF, at=NOW, sight=sight))
        row = Row(path=AI_TRAINING.path, label=long, state=None)
        book.menus[PRIVACY] = Menu(category=PRIVACY, rows=(row,) * 5000, lang=long, complete=True)
        book.close(History())
        draft.seal(visit((), now=NOW, ending=("try_later", 75)), PERSON, secrets=(), now=NOW)
    assert audit.audit(where.store).exit_code == 0
    [run] = where.runs
    [stage] = json.loads((run / AI_TRAINING.name / "state.json").read_text())["stages"].values()
    assert (stage["label"][:3], len(stage["label"])) == ("\x1b\u202eA", SEALED)
    assert sum(path.stat().st_size for path in run.rglob("*.json")) < 4_000_000
