"""After a refusal or a call for calm the site is left alone, and everybody is told until when."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from calling import RunOptout
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from secret_service import SecretService
from stories import ACCOUNT, OFF, PASSWORD, UNREAD, Stories

from optout import cooldown
from optout.cooldown import FIRST, LONGEST
from optout.errors import OptoutError, PersonNeeded, SignInStopped, SiteUnavailable, Throttled
from optout.linkedin.address import State

if TYPE_CHECKING:
    from optout.practice.site import PracticeSite

NOW = datetime(2026, 11, 24, 8, 15, 42, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = "https://site.example"
BEGIN = {
    State.REFUSED,
    State.CAPTCHA,
    State.RESTRICTED,
    State.UNKNOWN_CHECKPOINT,
    State.WRONG_CODE,
    State.WRONG_CREDENTIALS,
    State.UNKNOWN_ACCOUNT,
    State.WEAK_PASSWORD,
    State.FORM_STAYED,
}
MOMENTS = st.datetimes(timezones=st.just(UTC))
CLOCKS = st.datetimes(datetime(1970, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def note_of(stories: Stories, site: "PracticeSite") -> Path:
    """The file in which the cooldown of the practice account on a site is stored."""
    return cooldown.file_for(stories.home / "state", ACCOUNT, site.origin)


def stored(note: Path) -> dict[str, str]:
    """What a cooldown's file holds."""
    content = json.loads(note.read_text())
    assert isinstance(content, dict)
    return content


def hours(note: Path) -> float:
    """How long the stored cooldown is."""
    since, until = (datetime.fromisoformat(stored(note)[end]) for end in ("since", "until"))
    return (until - since) / HOUR


def pass_time(note: Path, span: timedelta) -> None:
    """Let time pass for a stored cooldown, by moving it into the past."""
    moved = {
        end: (datetime.fromisoformat(stored(note)[end]) - span).isoformat() for end in ("since", "until")
    }
    note.write_text(json.dumps(stored(note) | moved))


def test_two_hours_doubling_to_a_day() -> None:
    """Each cooldown in a row is twice as long as the one before, up to 24 h."""
    assert [cooldown.length(step) / HOUR for step in range(1, 9)] == [2, 4, 8, 16, 24, 24, 24, 24]


@given(st.integers(min_value=1))
def test_no_step_is_shorter_than_two_hours_or_longer_than_a_day(step: int) -> None:
    """Whatever came before, a cooldown lasts 2 h to 24 h, and the next one never less."""
    assert FIRST <= cooldown.length(step) <= cooldown.length(step + 1) <= LONGEST


@MANY
@given(since=MOMENTS, until=MOMENTS, now=CLOCKS, step=st.integers(1, 10**30), state=st.sampled_from([*BEGIN]))
def test_no_clock_locks_longer_than_the_step(
    tmp_path: Path, since: datetime, until: datetime, now: datetime, step: int, state: str
) -> None:
    """Whichever way a clock was set, what stands ends within its step, counted from the first look at it."""
    note = tmp_path / "note.json"
    note.write_text(
        json.dumps({"state": state, "since": since.isoformat(), "until": until.isoformat(), "step": step})
    )
    found = cooldown.standing(note, now)
    later = now + cooldown.length(step)
    assert found is None or (found.until <= later and cooldown.standing(note, later) is None)


@MANY
@given(st.binary() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_a_damaged_note_is_two_hours_of_calm(tmp_path: Path, content: bytes | str) -> None:
    """A file that is not understood counts as a first cooldown from now on, and ends like one."""
    note = tmp_path / "note.json"
    note.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = cooldown.standing(note, NOW)
    assert found is not None
    assert (found.state, found.until - NOW) == ("damaged", FIRST)
    assert cooldown.standing(note, NOW + HOUR) == found
    assert cooldown.standing(note, NOW + FIRST) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "happy"},
        {"step": 0},
        {"step": "1"},
        {"since": "2026-11-24T08:00:00"},
        {"since": "yesterday"},
        {"until": "0001-01-01T00:00:00+23:59"},
        {"until": None},
    ],
    ids=str,
)
def test_one_wrong_member_is_damage(tmp_path: Path, wrong: dict[str, object]) -> None:
    """A note that is right but for one member is as damaged as any; without it, it is taken as it stands."""
    note = tmp_path / "note.json"
    right = {"state": "refused", "since": "2026-11-24T08:00:00Z", "until": "2026-11-24T10:00:00Z", "step": 1}
    note.write_text(json.dumps(right | wrong))
    found = cooldown.read(note, NOW)
    assert found is not None
    assert found.state == "damaged"
    note.write_text(json.dumps(right))
    found = cooldown.read(note, NOW)
    assert found is not None
    assert (found.state, found.until) == ("refused", datetime(2026, 11, 24, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    "content", ["[" * 4000, " " * 5000, '{"step": ' + "9" * 4090 + "}"], ids=["deep", "large", "many digits"]
)
def test_an_odd_file_is_no_fault(tmp_path: Path, content: str) -> None:
    """What would make a reader of JSON fail, or is larger than any note, is damage too."""
    note = tmp_path / "note.json"
    note.write_text(content)
    found = cooldown.read(note, NOW)
    assert found is not None
    assert found.state == "damaged"


@pytest.mark.parametrize("state", list(State))
def test_which_endings_begin_one(state: State) -> None:
    """Refusals, locks, wrong passwords and codes do; questions, dead sign-ins and look-alikes do not."""
    begun = cooldown.begun_by(SignInStopped(state, "It ended."))
    assert begun == (state if state in BEGIN else None)


def test_a_call_for_calm_begins_one_and_no_other_trouble_does() -> None:
    """429 and 999 do; a site that is down, and a visit that a cooldown refused, do not."""
    assert cooldown.begun_by(Throttled("Calm.")) == "throttled"
    assert cooldown.begun_by(SiteUnavailable("Down.")) is None
    assert cooldown.begun_by(None) is None
    for state in cooldown.WHY:
        found = cooldown.Cooldown(state=state, since=NOW, until=NOW + FIRST, step=1)
        assert cooldown.begun_by(found.refusal(NOW)) is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(7200, "in 2 h."), (7081, "in 1 h 59 min."), (7080, "in 1 h 58 min."), (1, "in 1 min.")],
)
def test_it_says_until_when(seconds: int, said: str) -> None:
    """The end is told in UTC and as a span, rounded up so that it is over by then."""
    until = NOW + timedelta(seconds=seconds)
    found = cooldown.Cooldown(state="refused", since=NOW, until=until, step=1)
    assert f"before {until.strftime('%Y-%m-%dT%H:%M:%SZ')}, {said}" in found.refusal(NOW).sentence


def test_each_account_and_site_has_its_own(tmp_path: Path) -> None:
    """What one account met on one site says nothing of another; `forget` takes all of one account."""
    places = [
        (account, site)
        for account in ("me@example.org", "me@example.org.uk", "e@example.org")
        for site in (SITE, "http://127.0.0.1:8000", "http://127.0.0.1:8001", "http://[::1]:8000")
    ]
    notes = {place: cooldown.file_for(tmp_path, *place) for place in places}
    assert len({str(note).lower() for note in notes.values()}) == len(places)
    for note in notes.values():
        cooldown.begin(note, State.REFUSED, NOW)
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
    cooldown.end(notes[places[0]])
    assert [place for place in places if cooldown.standing(notes[place], NOW)] == places[1:]
    assert cooldown.forget(tmp_path, "Me@Example.org")
    assert not cooldown.forget(tmp_path, "me@example.org")
    assert [place for place in places if cooldown.standing(notes[place], NOW)] == places[4:]


def test_a_new_password_ends_only_what_waits_for_one(tmp_path: Path) -> None:
    """A stored password lifts a wrong one's cooldown, and neither a refusal's nor a call for calm's."""
    note = tmp_path / "note.json"
    for state in cooldown.WHY:
        cooldown.begin(note, state, NOW)
        left = cooldown.end_for_new_password(note, NOW)
        assert (left is None) == (state in cooldown.OF_THE_PASSWORD) == (not note.exists())
        cooldown.end(note)
    assert cooldown.end_for_new_password(note, NOW) is None


@pytest.mark.parametrize(
    ("mood", "state", "code", "again"),
    [
        ("refused", "refused", 5, "run"),
        ("captcha", "captcha", 5, "check"),
        ("restricted", "restricted", 5, "run"),
        ("429", "throttled", 75, "check"),
        ("999", "throttled", 75, "run"),
    ],
)
def test_the_next_visit_touches_nothing(
    stories: Stories, mood: str, state: str, code: int, again: str
) -> None:
    """After a refusal or a call for calm the next visit loads nothing, says until when, and is sealed."""
    site = stories.open(mood)
    first = stories.visit(site, "run", env={"OPTOUT_TIMEOUT": "3"})
    assert first.ended.returncode == code
    note = note_of(stories, site)
    assert first.ended.json["not_before"] == stored(note)["until"]
    assert f"The site is left alone until {stored(note)['until']}." in first.ended.stderr
    assert (stored(note)["state"], hours(note)) == (state, 2)
    before, touched = note.read_bytes(), list(site.log)
    assert touched

    visited = stories.visit(site, again)
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], code)
    assert site.log == touched
    assert f"nothing is visited before {stored(note)['until']}, in " in visited.reasons
    assert "`--despite-cooldown`" in visited.reasons
    assert visited.ended.json["not_before"] == stored(note)["until"]
    assert "left alone until" not in visited.ended.stderr, "the trouble says it"
    assert note.read_bytes() == before, "a visit that was not made neither begins nor prolongs one"


def test_a_wrong_password_is_not_sent_day_after_day(stories: Stories, optout: RunOptout) -> None:
    """It is sent once, then left alone until `optout login` stores another; then the visit is made."""
    site = stories.open(password="another word")
    assert stories.visit(site, "run").ended.returncode == 5
    again = stories.visit(site, "run")
    assert (again.findings, again.ended.returncode) == ([UNREAD, UNREAD], 5)
    assert "`optout login`" in again.reasons
    assert site.counts["sign_in_posted"] == 1

    same = optout("login", "--account", ACCOUNT, "--password-stdin", site=site, input=PASSWORD)
    assert "nothing is visited before" in same.stdout
    assert stories.visit(site, "run").ended.returncode == 5
    assert site.counts["sign_in_posted"] == 1

    kept = optout("login", "--account", ACCOUNT, "--password-stdin", site=site, input="another word")
    assert f"Next: `optout run --account {ACCOUNT}`." in kept.stdout
    visited = stories.visit(site, "run", "--only", "ai-training")
    assert (visited.findings, visited.ended.returncode) == ([OFF], 0)
    assert site.counts["sign_in_posted"] == 2


def test_an_override_that_fails_doubles_and_one_that_works_ends_it(
    stories: Stories, optout: RunOptout
) -> None:
    """`--despite-cooldown` visits; refused again is 4 h; a visit that is let in starts the count anew."""
    site = stories.open("refused")
    note = note_of(stories, site)
    quick = {"OPTOUT_TIMEOUT": "3"}
    assert stories.visit(site, "check", env=quick).ended.returncode == 5
    overridden = stories.visit(site, "check", "--despite-cooldown", env=quick)
    assert "[refused]" in overridden.reasons
    record = json.loads((Path(overridden.ended.json["evidence"]["path"]) / "run.json").read_text())
    assert record["options"]["despite_cooldown"] is True
    assert (site.counts["sign_in_posted"], hours(note)) == (2, 4)

    (account,) = optout("status", "--json").json["accounts"]
    assert account["cooldown"] == {"state": "refused", "until": stored(note)["until"]}
    told = optout("status").stdout
    assert f"cooldown    until {stored(note)['until'][:16].replace('T', ' ')} UTC: The site refused" in told

    site.moods.discard("refused")
    pass_time(note, timedelta(hours=3))
    assert "[cooldown]" in stories.visit(site, "check").reasons
    told = optout("status").stdout
    assert "the last visit was not made, since the site was to be left alone" in told
    assert "[cooldown]" not in told
    pass_time(note, HOUR)
    assert optout("status", "--json").json["accounts"][0]["cooldown"] is None
    assert stories.visit(site, "check", "--only", "ai-training").ended.returncode == 3
    assert not note.exists()


def test_an_override_that_is_let_in_ends_it(stories: Stories) -> None:
    """A person who visits anyway and gets in has ended the cooldown."""
    site = stories.open()
    note = note_of(stories, site)
    cooldown.begin(note, State.CAPTCHA, datetime.now(UTC))
    words = ("check", "--despite-cooldown", "--only", "ai-training")
    visited = stories.visit(site, *words)
    assert (visited.ended.returncode, visited.ended.json["not_before"]) == (3, None)
    assert not note.exists()


def test_trouble_of_another_kind_leaves_the_count(stories: Stories) -> None:
    """A visit that did not get in, and was not refused either, neither ends the row nor adds to it."""
    site = stories.open("offline")
    note = note_of(stories, site)
    cooldown.begin(note, State.REFUSED, datetime.now(UTC))
    pass_time(note, FIRST)
    before = note.read_bytes()
    assert stories.visit(site, "check", env={"OPTOUT_TIMEOUT": "2"}).ended.returncode == 75
    assert note.read_bytes() == before


@pytest.mark.parametrize(
    ("mood", "findings", "lists"),
    [("429:affiliate-ads", [OFF, UNREAD], 0), ("list-429:ai-training", [OFF, OFF], 1)],
)
def test_a_call_for_calm_in_the_middle(
    stories: Stories, mood: str, findings: list[tuple[str, str, str]], lists: int
) -> None:
    """It ends the visit with 75 wherever it comes; what was proved before stays proved; then calm is kept."""
    site = stories.open(mood)
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == (findings, 75)
    assert sum(path.startswith("/mypreferences/d/categories") for _, path in site.log) == lists
    touched = list(site.log)
    assert stories.visit(site, "check").ended.returncode == 75
    assert site.log == touched


def test_a_refusal_outlasts_a_new_password(stories: Stories, optout: RunOptout) -> None:
    """`optout login` says that the site is left alone; `optout logout` forgets that too, and says so."""
    site = stories.open()
    note = note_of(stories, site)
    cooldown.begin(note, State.REFUSED, datetime.now(UTC))
    kept = optout("login", "--account", ACCOUNT, "--password-stdin", site=site, input=PASSWORD)
    assert f"nothing is visited before {stored(note)['until']}" in kept.stdout
    assert "Next:" not in kept.stdout
    left = optout("logout", site=site)
    assert left.stdout == f"Forgotten: the password and the cooldown of {ACCOUNT}.\n"
    assert not note.exists()


def test_another_account_or_site_is_visited(stories: Stories) -> None:
    """What one account met on one site stops no other account there, and not this one elsewhere."""
    site, other = stories.open(), stories.open()
    now = datetime.now(UTC)
    cooldown.begin(note_of(stories, other), State.REFUSED, now)
    cooldown.begin(cooldown.file_for(stories.home / "state", "b@example.org", site.origin), "refused", now)
    assert stories.visit(site, "check", "--only", "ai-training").ended.returncode == 3
    assert stories.visit(other, "check", "--only", "ai-training").ended.returncode == 5
    assert other.log == []


def test_the_keyring_is_not_asked(stories: Stories, locked_keyring: SecretService) -> None:
    """While a cooldown stands, a locked keyring is no obstacle; the twin that overrides it meets the lock."""
    site = stories.open()
    cooldown.begin(note_of(stories, site), State.REFUSED, datetime.now(UTC))
    locked: dict[str, str | None] = {"DBUS_SESSION_BUS_ADDRESS": locked_keyring.address}
    visited = stories.visit(site, "check", env=locked)
    assert "[cooldown]" in visited.reasons
    assert "locked" not in visited.reasons
    assert "locked" in stories.visit(site, "check", "--despite-cooldown", env=locked).reasons
    assert site.log == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "The note on an earlier refusal was found damaged at"),
        (
            '{"state": "captcha", "step": 2, "since": "2999-01-01T00:00Z", "until": "2999-01-01T04:00Z"}',
            "The site showed a captcha at",
        ),
    ],
    ids=["damaged", "clock set back"],
)
def test_what_cannot_be_believed_still_ends(stories: Stories, content: str, said: str) -> None:
    """A damaged note, or one from the future, keeps calm for one step from now, and then is over."""
    site = stories.open()
    note = note_of(stories, site)
    note.parent.mkdir(parents=True)
    note.write_text(content)
    visited = stories.visit(site, "check")
    assert visited.ended.returncode == 5
    assert said in visited.reasons
    assert site.log == []
    until = datetime.fromisoformat(stored(note)["until"])
    assert until <= datetime.now(UTC) + timedelta(hours=4)
    assert stored(note)["until"] in stories.visit(site, "check").reasons


def test_a_note_that_cannot_be_read_stops_the_visit_in_words(stories: Stories) -> None:
    """Where a folder stands in place of the note, nothing is visited: one sentence, exit 1, sealed."""
    site = stories.open()
    note = note_of(stories, site)
    note.mkdir(parents=True)
    visited = stories.visit(site, "check")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 1)
    assert "The cooldown, in the folder cooldowns of the state, could not be read" in visited.reasons
    assert "Traceback" not in visited.ended.stderr
    assert site.log == []
    with pytest.raises(OptoutError):
        cooldown.standing(note, NOW)


def test_the_next_step_fits_what_happened() -> None:
    """A refusal waits for a person, a wrong password for another one, a call for calm for time alone."""
    refusals = {
        state: cooldown.Cooldown(state=state, since=NOW, until=NOW + HOUR, step=1).refusal(NOW)
        for state in cooldown.WHY
    }
    for state, refusal in refusals.items():
        assert isinstance(refusal, PersonNeeded) == (state != "throttled")
        assert ("`optout login --browser`" in refusal.hint) == (state != "throttled")
        assert ("`optout login`" in refusal.hint) == (state in cooldown.OF_THE_PASSWORD)
