"""The report: the answer first, never a false OFF, whatever lies in the store, and a page anyone can read."""

import base64
import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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
    png,
    reseal,
)

from optout.change import Change, Kind
from optout.evidence import ledger, record, report, report_answers, report_pictures
from optout.linkedin import catalogue

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NOW = START + 5 * WEEK
CARD = re.compile(r'<article class="card (\w+)(?: earlier)?">(.*?)</article>', re.DOTALL)
VISIT = re.compile(r'<article class="visit" id="([^"]+)".*?</article>', re.DOTALL)
LONG = "settings/data-for-a-thing?" + "x" * 200  # an address with nowhere to break
CSP = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


FOUND = (
    Change(kind=Kind.ROW_NEW, page="Data privacy", path="/new/row", new="A new row", lang="en"),
    Change(
        kind=Kind.ROW_GONE, page="Data privacy", setting="ai-training", path="/gone", old="Ancien", lang="fr"
    ),
    Change(kind=Kind.ROW_RENAMED, page="Advertising data", path="/x" * 90, old="One", new="Two"),
    Change(
        kind=Kind.WORDING,
        setting="ai-training",
        part="label",
        old="No <b>training</b>",
        new="\u0623 " * 80,
        lang="ar",
    ),
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes."""
    return good_store(tmp_path_factory.mktemp("good"))


@pytest.fixture
def where(good: Place, tmp_path: Path) -> Place:
    """A copy of the good store for this test to change."""
    shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    return place(tmp_path)


def page_of(where: Place, now: datetime = NOW) -> str:
    """Given a place, return the report of its store."""
    return report.render(where.store, now=now)


def cards(page: str) -> dict[str, tuple[str, str]]:
    """Given a page, return for each setting the state of its card and the card's text on one line."""
    found = {}
    for state, body in CARD.findall(page):
        text = " ".join(html.unescape(re.sub(r"<[^>]+>", "", body)).split())
        name = re.search(r'<p class="meta">([^<]*)</p>', body)
        assert name is not None
        found[html.unescape(name[1])] = (state, text)
    return found


def shown(page: str) -> str:
    """Given a page, return what a person reads, on one line."""
    body = page.split("</style>")[1]
    apart = re.sub(r"</(dt|dd|td|th|li|p|h[1-4])>", " ", body)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", apart)).split())


def visits(page: str) -> dict[str, str]:
    """Given a page, return for each run the HTML that tells of it."""
    return {match[1]: match[0] for match in VISIT.finditer(page)}


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
        (CAME_BACK, "on", "Found on at 9 November 2026, 08:15:00 UTC: it had been off before"),
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


def heading(page: str) -> str:
    """Given a page, return its headline and the sentence below it."""
    text = shown(page)
    return text[len("Evidence report ") : text.index(" Account ")]


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


FIX = {"fix": True, "site": "http://127.0.0.1:8000"}


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


def test_commands_in_sentences_are_shown_as_code(where: Place) -> None:
    """What stands between backticks, and nothing of it as markup; a lone backtick stays."""
    append(where, START + 5 * WEEK, news=("Say `optout <b>check</b>` and `more`, not ` alone.",))
    told = visits(page_of(where))[where.runs[-1].name]
    assert "Say <code>optout &lt;b&gt;check&lt;/b&gt;</code> and <code>more</code>, not ` alone." in told


NOT_LOOKED_AT = "\N{EN DASH} not looked at"
MANY = ("research", "ads-age", "affiliate-ads", "promotions-email", "ai-training")


def table(page: str) -> list[list[str]]:
    """Given a page, return the words in the cells of its table of visits, hidden ones too."""
    text = page[page.index('<table class="visits') :]
    rows = re.findall(r"<tr>(.*?)</tr>", text[: text.index("</table>")], re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_the_table_keeps_its_columns_and_its_cells_short(tmp_path: Path) -> None:
    """The ending first, core settings, then the others by name; a sign with its word, a dash, a legend."""
    where = place(tmp_path)
    append(where, START, dict.fromkeys(MANY, TURNED_OFF))
    append(where, START + WEEK, {"research": UNREADABLE, "ai-training": TURNED_OFF})
    page = page_of(where, START + WEEK)
    names = ["ai-training", "affiliate-ads", "ads-age", "promotions-email", "research"]
    assert table(page)[0] == ["Visit", "Ended", *names]
    assert table(page)[1][1:] == [
        "could not tell", "↺ came back, switched off", NOT_LOOKED_AT, NOT_LOOKED_AT, NOT_LOOKED_AT,
        "? could not be read",
    ]  # fmt: skip
    assert table(page)[2][2:] == ["↓ switched off"] * 5
    assert list(cards(page)) == names
    for means in ("↺ came back on and switched off again in this visit", NOT_LOOKED_AT, "∅ not offered"):
        assert means.replace(" ", "", 1) in shown(page)


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


def test_pictures_of_first_newest_and_changed_visits_are_in_the_page(where: Place) -> None:
    """The others are named and linked; what is in the page is the file, byte by byte."""
    append(where, START + 5 * WEEK)
    page = page_of(where)
    inside = {run for run, told in visits(page).items() if "data:image/png" in told}
    runs = [run.name for run in where.runs]
    assert inside == {runs[0], runs[2], runs[3], runs[5]}
    picture = where.runs[0] / "ai-training" / "before.element.png"
    assert f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}" in page
    assert f'href="runs/{runs[1]}/ai-training/before.element.png"' in page


def test_the_page_is_not_grown_beyond_its_budget(good: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the page is full, pictures are named instead."""
    monkeypatch.setattr(report_pictures.Album.__init__, "__defaults__", (1,))
    page = page_of(good)
    assert "data:image/png;base64" not in page
    assert "left out here, as the page would grow too large" in page


def test_what_is_new_on_the_site_stands_with_old_and_new(where: Place) -> None:
    """Side by side, in its language, escaped, with its visit; a visit at fault tells nothing there."""
    assert "New or changed on the site" not in page_of(where)
    append(where, START + 5 * WEEK, found=FOUND)
    page = page_of(where, START + 5 * WEEK)
    table = page[page.index('<table class="news">') :]
    rows = re.findall(r"<tr>(.*?)</tr>", table[: table.index("</table>")], re.DOTALL)
    told = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL)[1:] for row in rows[1:]]
    assert told[0] == ['<span class="note">nothing</span>', '<span lang="en" dir="auto">A new row</span>']
    assert told[1] == ['<span lang="fr" dir="auto">Ancien</span>', '<span class="note">nothing</span>']
    assert told[3][0] == '<span lang="ar" dir="auto">No &lt;b&gt;training&lt;/b&gt;</span>'
    assert all(f'href="#{where.runs[-1].name}"' in row for row in rows[1:])
    picture = where.runs[-1] / "ai-training" / "before.element.png"
    picture.write_bytes(picture.read_bytes() + b"x")
    assert '<table class="news">' not in page_of(where, START + 5 * WEEK)


def test_what_came_back_on_is_shown_with_its_last_time_of_proofs(where: Place) -> None:
    """Since when it had been proved off, and when last."""
    append(where, START + 5 * WEEK, {"ai-training": CAME_BACK, "affiliate-ads": CAME_BACK})
    told = cards(page_of(where, START + 5 * WEEK))
    for name, since in (("ai-training", "5 October 2026"), ("affiliate-ads", "26 October 2026")):
        words = f"Last proved off on 2 November 2026. It had been proved off since {since}."
        assert words in told[name][1]


def test_each_finding_names_its_witnesses(where: Place) -> None:
    """What it rests on is told, a silent witness is not; a run that records none says nothing."""
    told = visits(page_of(where))
    first, newest = (shown("</style>" + told[run.name]) for run in (where.runs[0], where.runs[-1]))
    assert (
        "Rests on: the switch on a fresh load: off · that page, left open: off · a second fresh load: off · "
        "the site's answer to the save: accepted · its row in the list: there"
    ) in first
    assert "Rests on: the switch on a fresh load: off · that page, left open: off · its row" in newest
    settings = json.loads((where.runs[-1] / "run.json").read_text())["settings"]
    for setting in settings:
        del setting["witnesses"]
    edit(where.runs[-1], settings=settings)
    reseal(where.runs[-1])
    assert "Rests on" not in visits(page_of(where))[where.runs[-1].name]


@pytest.mark.parametrize(
    "name",
    ["../../../../etc/hostname", "/etc/hostname.png", "ai-training/../run.json", "x", "a/b/c.png", "x.png"],
)
def test_a_picture_is_looked_for_in_its_run_alone(where: Place, name: str) -> None:
    """A name that leads elsewhere is shown as text and never opened."""
    run = where.runs[-1]
    record = json.loads((run / "run.json").read_text())
    record["settings"][0]["screenshots"] = [name]
    edit(run, settings=record["settings"])
    reseal(run)
    told = visits(page_of(where))[run.name]
    assert html.escape(name) in told
    assert "no picture&#39;s name" in told


def test_what_is_no_picture_is_not_shown_as_one(where: Place) -> None:
    """HTML under the name of a picture, and a link to a real one, are said to be none."""
    run = where.runs[-1]
    (run / "ai-training" / "before.element.png").write_bytes(b"<script>alert(1)</script>")
    linked = run / "affiliate-ads" / "before.element.png"
    linked.unlink()
    linked.symlink_to(where.runs[0] / "ai-training" / "before.element.png")
    told = visits(page_of(where))[run.name]
    assert "data:image" not in told
    assert told.count("it is missing or is no picture") == 2


def test_text_from_the_site_stays_text(tmp_path: Path) -> None:
    """Markup, marks that turn the writing, control signs and half pairs come out as harmless signs."""
    where = place(tmp_path)
    hostile = '<script>alert(1)</script>"\u202effo\u0007\ud83d'
    append(where, START, news=(hostile,), command="<b>run</b>")
    page = page_of(where)
    assert "<script" not in page
    assert "<b>run" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not {"\u202e", "\u0007", "\ud83d"} & set(page)
    page.encode("utf-8")


def test_the_page_loads_nothing(good: Place) -> None:
    """A strict policy, no script, no address but its own anchors and the run folders beside it."""
    page = page_of(good)
    assert f'<meta http-equiv="Content-Security-Policy" content="{CSP}">' in page
    assert "<script" not in page
    assert " on" + "load=" not in page
    for address in re.findall(r'(?:href|src)="([^"]*)"', page):
        assert address.startswith(("#", "runs/0", "data:image/png;base64,")), address
    assert "url(" not in page
    assert "@import" not in page


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


def test_the_printed_commands_do_what_the_page_says(good: Place) -> None:
    """Run as printed in the store's folder: the head first, and nothing else; on a hurt copy, BROKEN."""
    page = page_of(good)
    commands = html.unescape(re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)[0])
    ended = subprocess.run(commands, shell=True, cwd=good.store, check=False, capture_output=True, text=True)  # noqa: S602 - the reader's own shell
    head = str(ledger.head(good.store))
    assert ended.stdout.split() == [head, f"runs/{good.runs[-1].name}/SHA256SUMS"]
    assert ended.stderr == ""
    assert page.count(head) >= 2


def test_the_printed_commands_notice_a_change(where: Place) -> None:
    """The twin: the same commands on a store with one byte more."""
    commands = html.unescape(re.findall(r"<pre>(.*?)</pre>", page_of(where), re.DOTALL)[0])
    (where.runs[1] / "run.json").write_text("{}")
    ended = subprocess.run(commands, shell=True, cwd=where.store, check=False, capture_output=True, text=True)  # noqa: S602 - the reader's own shell
    assert f"BROKEN runs/{where.runs[1].name}/" in ended.stdout


def test_what_it_cannot_prove_is_always_told(good: Place) -> None:
    """Eight points, in every report."""
    limits = page_of(good).split('id="limits"')[1]
    assert limits.count("<li>") == 8


def test_damage_leftovers_and_news_of_a_visit_are_told(where: Place) -> None:
    """What the visit said of the store, of broken-off visits and of files left out stands with the visit."""
    (where.runs[-1] / "SHA256SUMS").write_text("")
    (where.store / "runs" / ".tmp-00ff").mkdir()
    sealed = append(
        where, START + 5 * WEEK, news=("a new row",), secrets=[(f"ai-training {START + 5 * WEEK}")]
    )
    told = shown("</style>" + visits(page_of(where))[sealed.run])
    assert "The evidence was not as it had been left when this visit began" in told
    assert "broke off and left nothing sealed: .tmp-00ff" in told
    assert "Left out, as a secret stood in it: ai-training/before.element.png" in told
    assert "a new row" in told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["on", "off", "not_offered", "already_off", "turned_off", "not_offered", "unreadable"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
WORDS = st.sampled_from(
    ["on", "off", "not_offered", "unreadable", "already_off", "turned_off", "OFF", "", "conflict"]
)
FINDING = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["ai-training", "affiliate-ads", "../x"]) | JSON,
        "before": WORDS | JSON,
        "after": WORDS | JSON,
        "verdict": WORDS | JSON,
        "reason": JSON,
        "screenshots": JSON,
    },
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    members=st.dictionaries(
        st.sampled_from(
            ["kind", "command", "outcome", "news", "left_out", "interrupted", "options", "environment"]
        ),
        JSON,
        max_size=3,
    ),
    findings=st.lists(FINDING, max_size=3) | JSON,
    state=JSON,
)
def test_no_value_in_a_run_breaks_the_page_or_makes_a_false_off(
    good: Place, tmp_path: Path, members: dict[str, object], findings: object, state: object
) -> None:
    """Any JSON anywhere: a page comes out, and off only where the newest run reads off and says so."""
    where = place(tmp_path)
    if not where.store.exists():
        shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    run = where.runs[-1]
    content = json.loads((good.runs[-1] / "run.json").read_text()) | members | {"settings": findings}
    (run / "run.json").write_text(json.dumps(content))
    (run / "ai-training" / "state.json").write_text(json.dumps({"stages": {"before": state}}))
    reseal(run)
    page = page_of(where)
    page.encode("utf-8")
    said = {
        each["name"]: (each.get("before"), each.get("after"), each.get("verdict"))
        for each in (findings if isinstance(findings, list) else [])
        if isinstance(each, dict) and isinstance(each.get("name"), str)
    }
    for name, (card, text) in cards(page).items():
        if card == "off" and name in said:
            assert said[name] in {ALREADY_OFF, ("on", "off", "turned_off")}
        if card == "off" and name not in said:
            assert "Proved off on 2 November 2026" not in text


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A browser, as the program finds it."""
    from playwright.sync_api import sync_playwright

    from optout.browser import find

    with sync_playwright() as playwright:
        found, _ = find.launch(playwright, os.environ.get("OPTOUT_BROWSER"), headed=False)
        yield found
        found.close()


@pytest.fixture(scope="module")
def rich_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report in which every part is there: all states, gaps, doubts, news, damage, wide pictures."""
    folder = tmp_path_factory.mktemp("rich")
    where = good_store(folder)
    append(
        where,
        START + 6 * WEEK,
        {"ai-training": UNREADABLE, "affiliate-ads": CAME_BACK},
        news=("a new row", f"Go to `http://127.0.0.1:8000/{LONG}` and look: {LONG}."),
        found=FOUND,
    )
    append(
        where,
        START + 7 * WEEK,
        {"ai-training": ALREADY_OFF, "affiliate-ads": NOT_OFFERED, "third": UNREADABLE},
    )
    wide = where.runs[0] / "ai-training" / "before.element.png"
    wide.write_bytes(png(width=2600, height=40))
    path = folder / "report.html"
    path.write_text(page_of(where, START + 9 * WEEK), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def wide_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of twelve settings, most of them seldom looked at."""
    folder = tmp_path_factory.mktemp("wide")
    where = place(folder)
    names = list(catalogue.CATALOGUE)[:12]
    append(where, START, dict.fromkeys(names, TURNED_OFF))
    findings = dict.fromkeys(names, ALREADY_OFF) | {names[3]: UNREADABLE, names[4]: NOT_OFFERED}
    append(where, START + WEEK, findings | {names[5]: CAME_BACK})
    append(where, START + 2 * WEEK, {names[0]: TURNED_OFF, names[1]: ALREADY_OFF}, options=FIX)
    append(where, START + 3 * WEEK, {}, ending=("try_later", 75))
    append(where, START + 4 * WEEK, {names[0]: ALREADY_OFF, names[1]: ALREADY_OFF})
    path = folder / "report.html"
    path.write_text(page_of(where, START + 4 * WEEK), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 400, 1280])
@pytest.mark.parametrize("kind", ["rich_page", "wide_page"])
def test_the_page_is_accessible_and_fits(
    browser: "Browser", request: pytest.FixtureRequest, kind: str, scheme: str, width: int
) -> None:
    """Nothing for axe to find, nothing off the side, nothing asked of the network, no policy broken."""
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.append(request.url[:80]))
    page.goto(request.getfixturevalue(kind).as_uri())
    assert [each for each in complaints if not each.startswith(("file:", "data:image/png"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page)
    assert [violation["id"] for violation in found.response["violations"]] == []
    page.close()


def test_a_page_that_does_not_wrap_would_be_noticed(
    browser: "Browser", rich_page: Path, tmp_path: Path
) -> None:
    """The twin: without the one rule that breaks long addresses the same page goes off the side."""
    hurt = tmp_path / "hurt.html"
    text = rich_page.read_text(encoding="utf-8")
    hurt.write_text(text.replace("overflow-wrap: anywhere", "overflow-wrap: normal"), encoding="utf-8")
    page = browser.new_page(viewport={"width": 400, "height": 900})
    page.goto(hurt.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") > 400
    page.close()


def test_twelve_settings_fit_beside_each_other(browser: "Browser", wide_page: Path) -> None:
    """At 1280 px the table of visits needs no scrolling, and a visit is one line of it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(wide_page.as_uri())
    wide, room, line = page.evaluate(
        """() => {
            const table = document.querySelector("table.visits");
            const rows = [...table.tBodies[0].rows].map(row => row.offsetHeight);
            return [table.scrollWidth, table.parentElement.clientWidth, Math.max(...rows)];
        }"""
    )
    assert wide <= room
    assert line < 45
    page.close()


def test_axe_would_notice(browser: "Browser", rich_page: Path, tmp_path: Path) -> None:
    """The twin: the same page without its language and an image without its text is a violation."""
    hurt = tmp_path / "hurt.html"
    text = rich_page.read_text(encoding="utf-8").replace('<html lang="en">', "<html>")
    hurt.write_text(re.sub(r' alt="[^"]*"', "", text), encoding="utf-8")
    page = browser.new_page()
    page.goto(hurt.as_uri())
    violations = {violation["id"] for violation in Axe().run(page).response["violations"]}
    assert {"html-has-lang", "image-alt"} <= violations
    page.close()


def test_twelve_settings_fit_on_paper(browser: "Browser", wide_page: Path) -> None:
    """178 mm between the margins of A4 are 672 px: nothing of the table is cut off there."""
    page = browser.new_page(viewport={"width": 672, "height": 900})
    page.emulate_media(media="print")
    page.goto(wide_page.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 672
    page.close()


def test_it_prints_on_paper(browser: "Browser", rich_page: Path) -> None:
    """A4, and no picture wider or higher than the page."""
    page = browser.new_page()
    page.goto(rich_page.as_uri())
    assert page.pdf(prefer_css_page_size=True).count(b"/MediaBox [0 0 594.95996 841.91998]") > 1
    page.close()
