"""The report: the answer first, never a false OFF, what is not known beside it."""

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from report_pages import CARD, FIX, cards, heading, page_of, shown, visits
from sample_store import (
    ALREADY_OFF,
    CAME_BACK,
    NOT_OFFERED,
    PERSON,
    START,
    TURNED_OFF,
    UNREADABLE,
    WEEK,
    Place,
    append,
    edit,
    good_store,
    place,
    reseal,
)

from optout.evidence import record, report_answers
from optout.linkedin import catalogue


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes."""
    return good_store(tmp_path_factory.mktemp("good"))


@pytest.fixture
def where(good: Place, tmp_path: Path) -> Place:
    """A copy of the good store for this test to change."""
    shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    return place(tmp_path)


def test_the_answer_stands_first(good: Place) -> None:
    """Per setting what it is, proved when, since when; for whose account; as of when."""
    page = page_of(good)
    assert re.search("<h1>(.*)</h1>", page)
    text = shown(page)
    assert text.startswith(
        "Evidence report 2 of 2 settings proved off As of the newest visit, 2 November 2026"
    )
    assert "Account practice@example.org Name Pat Practice Member practice-person" in text
    told = cards(page)
    assert [state for state, _ in told.values()] == ["off", "off"]
    assert (
        "Proved off on 2 November 2026, 08:15:00 UTC by a page that was loaded afresh."
        in told["ai-training"][1]
    )
    assert (
        "Switched off on 5 October 2026. Each of the 5 visits from then on that could tell proved it off."
        in told["ai-training"][1]
    )
    assert (
        "Switched off on 26 October 2026. Each of the 2 visits from then on that could tell proved it off."
        in told["affiliate-ads"][1]
    )
    assert page.index("The answer") < page.index("What is not known") < page.index("Visit by visit")


@pytest.mark.parametrize(
    ("finding", "state", "says"),
    [
        (UNREADABLE, "unknown", "The newest visit could not tell, on 9 November 2026"),
        (CAME_BACK, "on", "On, as found on 9 November 2026, 08:15:00 UTC: it had been off before"),
        (("on", "on", "did_not_stick"), "on", "loaded afresh it still was on"),
        (("off", "unreadable", "conflict"), "unknown", "The newest visit could not tell"),
    ],
)
def test_a_newest_visit_that_is_not_good_is_never_shown_off(
    where: Place, finding: tuple[str, str, str], state: str, says: str
) -> None:
    """Last proved off then; now on, or not known. The other setting keeps its own answer."""
    ending = ("on", 3) if state == "on" else ("could_not_tell", 4)
    append(where, START + 5 * WEEK, {"ai-training": finding, "affiliate-ads": ALREADY_OFF}, ending=ending)
    page = page_of(where, START + 6 * WEEK)
    told = cards(page)
    assert told["ai-training"][0] == state
    assert says in told["ai-training"][1]
    assert "Last proved off on 2 November 2026." in told["ai-training"][1]
    assert told["affiliate-ads"][0] == "off"
    assert "<h1>1 of 2 settings proved off, 1 " in page


def test_a_setting_never_proved_off_says_so(tmp_path: Path) -> None:
    """There is no last proof to name."""
    where = place(tmp_path)
    append(where, START, {"ai-training": UNREADABLE, "affiliate-ads": NOT_OFFERED})
    told = cards(page_of(where))
    assert "No visit has proved it off." in told["ai-training"][1]
    assert told["affiliate-ads"][0] == "not_offered"
    assert "The site does not offer it to this account" in told["affiliate-ads"][1]
    assert "First found so on 5 October 2026." in told["affiliate-ads"][1]


def test_a_visit_that_could_not_tell_in_between_is_counted(where: Place) -> None:
    """Off, not known, off: still off since the first, and one visit could not tell."""
    append(where, START + 5 * WEEK, {"ai-training": UNREADABLE})
    append(where, START + 6 * WEEK, {"ai-training": ALREADY_OFF})
    page = page_of(where, START + 6 * WEEK)
    assert (
        "Each of the 6 visits from then on that could tell proved it off; 1 could not tell."
        in cards(page)["ai-training"][1]
    )
    assert "Visits that could not tell 9 November 2026: ai-training:" in shown(page)


def test_the_headline_claims_only_what_the_newest_visit_saw(where: Place) -> None:
    """`--only` one setting: the other is counted apart, with its own date, and its card says so."""
    append(where, START + 5 * WEEK, {"ai-training": ALREADY_OFF})
    page = page_of(where, START + 5 * WEEK)
    assert heading(page) == (
        "1 of 1 setting proved off, 1 other not looked at As of the newest visit, 9 November 2026, "
        "08:15:42 UTC. "
        "It did not look at 1 other, last looked at on 2 November 2026. "
        "What this page says of it is as of then: proved off."
    )
    assert "<title>Evidence: 1 of 1 setting proved off, 1 other not looked at</title>" in page
    told = cards(page)
    assert "Proved off on 9 November 2026" in told["ai-training"][1]
    assert "did not look" not in told["ai-training"][1]
    assert "Off as of 2 November 2026 The newest visit did not look at it." in told["affiliate-ads"][1]
    assert "Proved off on 2 November 2026" in told["affiliate-ads"][1]
    assert 'alt="affiliate-ads as the visit of 2 November 2026 showed it' in page


def test_what_the_newest_visit_did_not_look_at_is_told_from_when_to_when(where: Place) -> None:
    """Among the others one was last on and one could not be read: the headline hides neither."""
    append(where, START + 5 * WEEK, {"third": ("on", "on", "on"), "fourth": UNREADABLE, "fifth": NOT_OFFERED})
    append(where, START + 6 * WEEK, {"ai-training": ALREADY_OFF})
    assert heading(page_of(where, START + 6 * WEEK)) == (
        "1 of 1 setting proved off, 4 others not looked at (1 last found on, 1 last not known) "
        "As of the newest visit, 16 November 2026, 08:15:42 UTC. It did not look at 4 others, last looked at "
        "between 2 November 2026 and 9 November 2026. What this page says of them is as of then: "
        "1 proved off, 1 not offered, 1 on, 1 not known."
    )


def test_a_newest_visit_that_looked_at_nothing_proves_nothing(where: Place) -> None:
    """The sign-in failed: no number in the headline, every card says that it was not looked at."""
    append(where, START + 5 * WEEK, {}, ending=("try_later", 75))
    page = page_of(where, START + 5 * WEEK)
    assert heading(page).startswith(
        "The newest visit looked at no setting As of the newest visit, 9 November"
    )
    assert "It did not look at 2 settings, last looked at on 2 November 2026." in heading(page)
    for _, text in cards(page).values():
        assert "Off as of 2 November 2026 The newest visit did not look at it." in text


def test_a_visit_at_fault_after_the_last_look_is_not_called_the_newest(where: Place) -> None:
    """It may have been about the setting; the newest visit, about another, was sound."""
    append(where, START + 5 * WEEK)
    (where.runs[-1] / "run.json").write_bytes(b"[]")
    append(where, START + 6 * WEEK, {"ai-training": ALREADY_OFF})
    state, text = cards(page_of(where, START + 6 * WEEK))["affiliate-ads"]
    assert state == "unknown"
    assert "The newest visit did not look at it." in text
    assert "A visit after the last look at it cannot be relied upon; it ended at 9 November 2026" in text
    assert "The newest visit could not tell" not in text


def test_a_changed_newest_run_counts_for_nothing(where: Place) -> None:
    """One byte of a picture: the page says that the evidence does not hold and shows nothing off by it."""
    picture = where.runs[-1] / "ai-training" / "before.element.png"
    picture.write_bytes(picture.read_bytes() + b"x")
    page = page_of(where)
    assert "This evidence does not hold." in page
    for state, text in cards(page).values():
        assert state == "unknown"
        assert "The audit found this run at fault" in text
        assert "Last proved off on 26 October 2026." in text


@pytest.mark.parametrize("content", [None, b"", b"[]", b"\xff", b"[" * 100_000])
def test_a_newest_run_that_cannot_be_read_leaves_nothing_known(where: Place, content: bytes | None) -> None:
    """It may have been about any setting."""
    path = where.runs[-1] / "run.json"
    path.unlink() if content is None else path.write_bytes(content)
    page = page_of(where)
    assert [state for state, _ in cards(page).values()] == ["unknown", "unknown"]
    assert where.runs[-1].name in visits(page)


def test_an_older_damaged_run_does_not_hide_the_newest_proof(where: Place) -> None:
    """The newest run is whole: what it proved stands, under the notice that the evidence does not hold."""
    (where.runs[1] / "account.json").write_text("{}")
    page = page_of(where)
    assert "This evidence does not hold." in page
    assert [state for state, _ in cards(page).values()] == ["off", "off"]


def test_findings_that_do_not_follow_are_not_believed(where: Place) -> None:
    """Sealed as off with a reading of on: not known."""
    run = where.runs[-1]
    record = json.loads((run / "run.json").read_text())
    record["settings"][0]["after"] = "on"
    edit(run, settings=record["settings"])
    reseal(run)
    assert cards(page_of(where))["ai-training"][0] == "unknown"


def test_times_without_a_visit_are_told(where: Place) -> None:
    """More than eight days between visits, and since the newest."""
    append(where, START + 7 * WEEK)
    text = shown(page_of(where, START + 7 * WEEK + timedelta(days=30)))
    assert "21 days from 2 November 2026 to 23 November 2026" in text
    assert "30 days from 23 November 2026 to the day of this report" in text
    assert "no more than eight days" not in text


def test_weekly_visits_leave_no_gap(good: Place) -> None:
    """The twin: seven days apart is what a weekly check leaves."""
    text = shown(page_of(good))
    assert "no more than eight days" in text
    assert "days from" not in text


@pytest.mark.parametrize(
    ("rhythm", "days", "missed"),
    [
        ("weekly", 7, 0), ("weekly", 13, 0), ("weekly", 14, 1), ("weekly", 22, 2),
        ("daily", 1, 0), ("daily", 2, 1), ("daily", 5, 4),
        ("monthly", 61, 0), ("monthly", 62, 1),
        (None, 30, 0), ("hourly", 30, 0),
    ],
)  # fmt: skip
def test_a_scheduled_check_that_was_missed_is_told(
    tmp_path: Path, rhythm: str | None, days: int, missed: int
) -> None:
    """At the least: the visit that ends a time without one may be a check that was late."""
    where = place(tmp_path)
    append(where, START, options=FIX | {"schedule": rhythm})
    append(where, START + timedelta(days=days))
    page = shown(page_of(where, START + timedelta(days=days)))
    told = re.findall(r"at least (\d+) (\w+) checks? (?:was|were) due and not made", page)
    assert told == ([(str(missed), rhythm)] if missed else [])
    assert ("no scheduled check was missed" in page) is (days <= 8 and not missed)


def test_a_check_that_is_due_since_yesterday_is_missed(tmp_path: Path) -> None:
    """After the newest visit there is a day for it; in French too."""
    where = place(tmp_path)
    append(where, START, options=FIX | {"schedule": "weekly"})
    assert "due and not made" not in shown(page_of(where, START + timedelta(days=7, hours=20)))
    assert "at least 1 weekly check was due and not made" in shown(page_of(where, START + timedelta(days=8)))
    french = shown(page_of(where, START + timedelta(days=30), "fr"))
    assert "au moins 4 contrôles prévus n\u2019ont pas été effectués (périodicité hebdomadaire)" in french


def left_out(page: str) -> str:
    """Given a page, return its part on settings that visits did not look at, empty if there is none."""
    _, found, after = shown(page).partition("Settings that visits did not look at ")
    return found and after[: after.index(" Every visit")]


def test_a_setting_that_visits_pass_over_is_a_gap_of_its_own(where: Place) -> None:
    """Visits went on each week, one setting was not looked at: in between, and up to the report."""
    for week in (5, 6):
        append(where, START + week * WEEK, {"ai-training": ALREADY_OFF})
    append(where, START + 7 * WEEK)
    append(where, START + 8 * WEEK, {"ai-training": ALREADY_OFF})
    now = START + 8 * WEEK + timedelta(days=3)
    page = page_of(where, now)
    assert "affiliate-ads: 21 days from 2 November 2026 to 23 November 2026" in left_out(page)
    assert "affiliate-ads: 10 days from 23 November 2026 to the day of this report" in left_out(page)
    assert "ai-training:" not in left_out(page)
    assert "no more than eight days between one visit and the next" in shown(page)


def test_a_time_without_any_visit_is_no_gap_of_a_setting(where: Place) -> None:
    """The twin: nobody came at all; a visit that failed in between makes it a gap of all settings."""
    append(where, START + 6 * WEEK)
    assert left_out(page_of(where, START + 6 * WEEK)) == ""
    append(where, START + 7 * WEEK, {}, ending=("try_later", 75))
    append(where, START + 8 * WEEK)
    assert "ai-training, affiliate-ads: 14 days from 16 November 2026 to 30 November 2026" in left_out(
        page_of(where, START + 8 * WEEK)
    )


def set_times(run: Path, **at: object) -> None:
    """Given a run, set the times of stages in the `state.json` of ai-training, sealed anew."""
    path = run / "ai-training" / "state.json"
    content = json.loads(path.read_text())
    for stage, time in at.items():
        content["stages"][stage]["at"] = time
    path.write_text(json.dumps(content))
    reseal(run)


def test_a_proof_carries_the_time_of_its_load(where: Place) -> None:
    """After a click it is the load after it; each picture has the time of its own load."""
    sealed = append(where, START + 5 * WEEK, {"ai-training": TURNED_OFF})
    page = page_of(where, START + 5 * WEEK)
    card = cards(page)["ai-training"][1]
    assert "Proved off on 9 November 2026, 08:15:30 UTC by a page" in card
    assert "Loaded afresh after the click, 9 November 2026, 08:15:30 UTC" in card
    told = shown("</style>" + visits(page)[sealed.run])
    assert "As it was found on a fresh load, 9 November 2026, 08:15:00 UTC" in told
    assert "Loaded afresh after the click, 9 November 2026, 08:15:30 UTC" in told


@pytest.mark.parametrize(
    "at", [None, 5, "", "yesterday", "2026-13-01T00:00:00Z", "2026-11-02T08:15:43Z", "2026-11-02T08:00:00Z"]
)
def test_a_proof_without_a_time_in_its_visit_says_when_the_visit_ended(where: Place, at: object) -> None:
    """Not recorded, no time, after the visit, before the visit."""
    set_times(where.runs[-1], before=at)
    card = cards(page_of(where))["ai-training"][1]
    ended = "in the visit that ended at 2 November 2026, 08:15:42 UTC"
    assert f"Proved off {ended} by a page that was loaded afresh." in card
    assert f"As it was found on a fresh load, {ended}" in card


@pytest.mark.parametrize("at", ["2026-11-02T08:15:42Z", "2026-11-02T08:14:58Z"])
def test_a_time_at_the_edge_of_its_visit_is_believed(where: Place, at: str) -> None:
    """The twin: the very beginning and the very end."""
    set_times(where.runs[-1], before=at)
    assert f"Proved off on 2 November 2026, {at[11:19]} UTC by" in cards(page_of(where))["ai-training"][1]


def test_what_came_back_and_was_switched_off_again_is_told(where: Place) -> None:
    """On the card with its day, in the table, with the command; the proofs count from then on."""
    assert "came back, switched off" not in page_of(where)
    sealed = append(
        where, START + 5 * WEEK, {"ai-training": TURNED_OFF, "affiliate-ads": ALREADY_OFF}, options=FIX
    )
    page = page_of(where, START + 5 * WEEK)
    state, card = cards(page)["ai-training"]
    assert state == "off"
    assert "Switched off on 9 November 2026. It came back on and was switched off again on 9 November" in card
    assert "9 November 2026: once in the time that this evidence covers." in card
    assert page.count("came back, switched off") == 2  # in the table and with the visit
    told = visits(page)
    assert "command <code>check --fix</code>" in told[sealed.run]
    assert sum("--fix" in each for each in told.values()) == 1


def test_a_return_that_an_earlier_visit_found_is_told_with_both_days(good: Place) -> None:
    """Found on by one visit, switched off by a later one; the first switching off is no return."""
    page = page_of(good)
    assert (
        "It came back on, was found so on 19 October 2026 and was switched off again on 26 October 2026: once"
        in cards(page)["affiliate-ads"][1]
    )
    assert "came back on" not in cards(page)["ai-training"][1]
    assert page.count("switched off again</span>") == 2


def test_returns_are_counted_over_all_the_evidence(where: Place) -> None:
    """Three more: one by somebody else's hand, one switched off, one that is still on."""
    for week, finding in enumerate((CAME_BACK, ALREADY_OFF, TURNED_OFF, UNREADABLE, CAME_BACK), start=5):
        append(where, START + week * WEEK, {"affiliate-ads": finding})
    state, card = cards(page_of(where, START + 9 * WEEK))["affiliate-ads"]
    assert state == "on"
    assert "It came back on 4 times in the time that this evidence covers. Each time:" in card
    assert "It came back on, and was found so on 7 December 2026." in card
    assert "It came back on and was switched off again on 23 November 2026." in card
    assert "was found so on 9 November 2026 and was found off again on 16 November 2026." in card


def test_an_account_stands_once(where: Place) -> None:
    """Visits that failed before the sign-in know less of whose account it is; another account is told too."""
    early = record.Identity(account=PERSON.account)
    append(where, START + 5 * WEEK, {}, ending=("try_later", 75), person=early)
    facts = page_of(where).split('<dl class="facts">')[1].split("</dl>")[0]
    assert facts.count("<dt>Account</dt>") == 1
    assert facts.count("practice-person</bdi>") == 1
    other = record.Identity(account=PERSON.account, member="somebody-else")
    append(where, START + 6 * WEEK, person=other)
    facts = page_of(where).split('<dl class="facts">')[1].split("</dl>")[0]
    assert facts.count("<dt>Member</dt>") == 2


def test_the_first_settings_are_the_core_ones() -> None:
    """The room of the evidence does not know the site: its list is held to the catalogue's here."""
    assert tuple(catalogue.CORE) == report_answers.FIRST


def test_the_bars_are_told_in_words(where: Place) -> None:
    """A legend for what is drawn, and on each card the same as a sentence that is not hidden."""
    append(where, START + 5 * WEEK, {"ai-training": TURNED_OFF, "affiliate-ads": NOT_OFFERED})
    page = page_of(where, START + 5 * WEEK)
    words = ["off", "came back on and switched off again", "not offered", "on"]
    legend = page.split('<ul class="legend note" aria-labelledby="bars">')[1].split("</ul>")[0]
    assert re.findall(r"</span>([^<]+)</li>", legend) == words
    told = cards(page)
    assert "Its last 6 visits: 5 off, 1 came back on and switched off again." in told["ai-training"][1]
    assert "Its last 6 visits: 4 off, 1 not offered, 1 on." in told["affiliate-ads"][1]
    drawn = [re.findall(r'<i class="(\w+)">', body) for _, body in CARD.findall(page)]
    assert drawn == [["off"] * 5 + ["back"], ["off", "off", "on", "off", "off", "not_offered"]]


def test_no_visit_yet_is_a_page_too(tmp_path: Path) -> None:
    """An absent store: no setting, no head, and all that the evidence could not prove."""
    page = page_of(place(tmp_path))
    assert "<h1>No setting was looked at yet</h1>" in page
    assert cards(page) == {}
    assert "sha256sum" not in page


def test_what_came_back_on_is_shown_with_its_last_time_of_proofs(where: Place) -> None:
    """Since when it had been proved off, and when last."""
    append(where, START + 5 * WEEK, {"ai-training": CAME_BACK, "affiliate-ads": CAME_BACK})
    told = cards(page_of(where, START + 5 * WEEK))
    for name, since in (("ai-training", "5 October 2026"), ("affiliate-ads", "26 October 2026")):
        words = f"Last proved off on 2 November 2026. It had been proved off since {since}."
        assert words in told[name][1]


def test_a_practice_site_is_named_as_such(tmp_path: Path) -> None:
    """Loopback says nothing about a real account; a site elsewhere carries no such notice."""
    practice = place(tmp_path / "practice")
    append(practice, START)
    assert "They say nothing about a real account." in page_of(practice)
    real = place(tmp_path / "real")
    append(real, START, options={"site": "https://www.example.org"})
    page = page_of(real)
    assert "They say nothing about a real account." not in page
    assert "https://www.example.org" in page


def test_visits_that_could_not_tell_say_why_once_for_each_reason(where: Place) -> None:
    """Settings with the same reason stand together; one without a reason is no trouble."""
    append(where, START + 5 * WEEK, {"ai-training": UNREADABLE, "a": UNREADABLE, "b": UNREADABLE})
    settings = json.loads((where.runs[-1] / "run.json").read_text())["settings"]
    settings[2]["reason"] = None
    edit(where.runs[-1], settings=settings)
    reseal(where.runs[-1])
    told = shown(page_of(where, START + 5 * WEEK))
    assert "ai-training, a: a fresh load showed it unreadable; b: could not be read" in told
