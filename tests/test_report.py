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
    START,
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
from optout.evidence import ledger, report, report_pictures

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NOW = START + 5 * WEEK
CARD = re.compile(r'<article class="card (\w+)">(.*?)</article>', re.DOTALL)
VISIT = re.compile(r'<article class="visit" id="([^"]+)".*?</article>', re.DOTALL)
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
    assert "Proved off on 2 November 2026, 08:15:42 UTC" in told["ai-training"][1]
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
        (CAME_BACK, "on", "Found on at 9 November 2026, 08:15:42 UTC: it had been off before"),
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


def test_a_setting_that_the_newest_visit_left_out_keeps_its_own_date(where: Place) -> None:
    """`--only` one setting: the other's proof is as old as it is."""
    append(where, START + 5 * WEEK, {"ai-training": ALREADY_OFF})
    told = cards(page_of(where, START + 5 * WEEK))
    assert "Proved off on 9 November 2026" in told["ai-training"][1]
    assert "Proved off on 2 November 2026" in told["affiliate-ads"][1]


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
        news=("a new row",),
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_is_accessible_and_fits(
    browser: "Browser", rich_page: Path, scheme: str, width: int
) -> None:
    """Nothing for axe to find, nothing off the side, nothing asked of the network, no policy broken."""
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.append(request.url[:80]))
    page.goto(rich_page.as_uri())
    assert [each for each in complaints if not each.startswith(("file:", "data:image/png"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page)
    assert [violation["id"] for violation in found.response["violations"]] == []
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


def test_it_prints_on_paper(browser: "Browser", rich_page: Path) -> None:
    """A4, and no picture wider or higher than the page."""
    page = browser.new_page()
    page.goto(rich_page.as_uri())
    assert page.pdf(prefer_css_page_size=True).count(b"/MediaBox [0 0 594.95996 841.91998]") > 1
    page.close()
