"""`optout doctor --report`: what a maintainer needs of changed pages, and nothing about anybody."""

import json
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from at_the_prompt import login, one_sentence
from calling import Ended, RunOptout, StartPractice
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stories import PASSWORD, WORDS

from optout.browser.window import open_window
from optout.evidence import audit
from optout.linkedin import page_report, sieve, structure
from optout.linkedin.catalogue import AI_TRAINING, CATALOGUE, PRIVACY
from optout.linkedin.menu import Menu, Row
from optout.linkedin.other_pages import OTHER_PAGES
from optout.linkedin.page_report import About
from optout.linkedin.sieve import Sieve
from optout.linkedin.structure import Control, Frame, Structure
from optout.linkedin.survey import Survey, Surveyed

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from optout.practice.site import PracticeSite

# Becomes the command, which hears Ctrl-C as in a shell: whoever runs the tests may ignore it.
FRESH = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, "-m", "optout", *sys.argv[1:]])
"""
# Whose account it is in the canary test, and somebody else of whom the site's pages are full (people.js).
ACCOUNT, MEMBER = "ottilie.kern@example.org", "ottilie-kern-77"
CANARIES = ("ottilie", "kern", "example.org", "maria", "fremd", "4815162342", "urn:li", "stranger")


class Report:
    """The command with a place for its file, against a site for which a password is kept."""

    def __init__(self, optout: RunOptout, practice: StartPractice, folder: Path) -> None:
        self.optout, self._practice = optout, practice
        self.path = folder / "pages.txt"

    def site(self, *moods: str, **keywords: object) -> "PracticeSite":
        """Return a site in these moods, with the password kept."""
        site = self._practice(*moods, **{"patience": 0.25} | keywords)
        login(self.optout, site, account=site.account)
        return site

    def write(self, site: "PracticeSite", *words: str, timeout: str = "3") -> Ended:
        """Return how the command ended, after the checks that every such visit has to pass."""
        ended = self.optout(
            "doctor", "--report", str(self.path), *words, "--json", "--no-input", site=site,
            env={"OPTOUT_TIMEOUT": timeout},
        )  # fmt: skip
        answer = ended.json
        assert answer["schema"] == "optout.doctor/1"
        assert (answer["exit_code"], answer["outcome"]) == (ended.returncode, WORDS[ended.returncode])
        assert site.counts["put"] == 0, "nothing is clicked"
        if answer.get("visit"):
            run = Path(answer["visit"]["evidence"]["path"])
            assert json.loads((run / "run.json").read_text())["command"] == "doctor"
            audited = audit.audit(run.parent.parent)
            assert audited.exit_code == 0, audited.checks
        assert self.path.exists() == bool(answer.get("report"))
        return ended

    @property
    def text(self) -> str:
        """The report."""
        return self.path.read_text(encoding="utf-8")

    def page(self, path: str) -> str:
        """The part of the report about one page."""
        (found,) = [part for part in self.text.split("\npage ") if part.partition(": ")[2].startswith(path)]
        return found


@pytest.fixture
def report(optout: RunOptout, practice: StartPractice, tmp_path: Path) -> Report:
    """The command, its file not there yet."""
    return Report(optout, practice, tmp_path)


@pytest.mark.parametrize(
    ("mood", "lines"),
    [
        (
            "key-renamed",
            [
                "reader:     other_switch: its page shows a switch with another key",
                "key: not found on the page",
                "control 1: input type=checkbox role=switch, in the page",
                "labelledby: allowDataForGenerativeAIV2",
                "inside:     div < div < section < div < main",
            ],
        ),
        (
            "radios",
            [
                "controls: 2 radio",
                "control 2: input type=radio, in the page",
                "id:         allowDataForGenerativeAI__OFF",
                "label:      Off",
                "key: not in any aria-labelledby, but in the id or name of 2 controls",
            ],
        ),
        (
            "aria-only",
            [
                "controls: 1 role=switch, 1 button, 1 with aria-checked",
                "control 1: button type=button role=switch, in the page",
                "state:      aria-checked: true, disabled: no, rendered: yes",
                "key: found, names the label of control 1",
            ],
        ),
        (
            "in-iframe",
            [
                "1 iframe",
                f"frame: of the site, {AI_TRAINING.path}, rendered: yes",
                "control 1: input type=checkbox role=switch, in a frame",
                "labelledby: allowDataForGenerativeAI",
            ],
        ),
        ("no-switch", ["reader:     no_switch", "controls: none", "key: not found on the page"]),
        ("listed-but-gone", ["shown:      /mypreferences/page-not-found", "reader:     not_found"]),
    ],
)
def test_a_page_that_changed_is_told(report: Report, mood: str, lines: list[str]) -> None:
    """The new key, the kind of the control and where it stands are in the report; exit 4 as for `check`."""
    ended = report.write(report.site(mood), "--only", "ai-training")
    assert ended.returncode == 4
    page = report.page(AI_TRAINING.path)
    assert [line for line in lines if line not in page] == []
    assert "status:     200" in page
    assert "found: unreadable" in page or "found: conflict" in page
    assert stat.S_IMODE(report.path.stat().st_mode) == 0o600


def test_two_switches_are_both_told(report: Report) -> None:
    """The one that is known and the other, with key and state; a setting that is on is 3, as for `check`."""
    ended = report.write(report.site("two-switches"))
    assert ended.returncode == 3
    page = report.page(AI_TRAINING.path)
    assert "controls: 2 checkbox, 2 role=switch" in page
    assert "key: found, names the label of control 2" in page
    assert "found: on (on, then on)" in page
    rows = report.page("/mypreferences/d/categories/privacy")
    assert "rows: 22, complete" in rows
    assert f"known    {AI_TRAINING.path}  Data for Generative AI Improvement" in rows
    assert "missing  /mypreferences/d/data-sharing-for-permitted-services" in rows
    assert "Focused Inbox" not in rows, "labels only of our own settings' rows"


def test_a_moved_setting_and_an_unknown_row_are_told(report: Report) -> None:
    """An unknown row stands with its path and without its label, and so does the page behind it."""
    assert report.write(report.site("moved"), "--only", "ai-training").returncode == 4
    assert "unknown  /mypreferences/d/settings/data-for-model-training\n" in report.text
    assert "labelledby: allowDataForGenerativeAI" in report.page(
        "/mypreferences/d/settings/data-for-model-training"
    )


def test_pages_left_by_hand_are_looked_at_and_never_clicked(report: Report) -> None:
    """`--preset all` opens these too; where one has a single switch, its key and state are told."""
    site = report.site()
    site.stored["readReceipts"] = False
    ended = report.write(site, "--preset", "all")
    assert ended.returncode == 3
    assert ended.json["report"]["pages"] == 11 + 2 + sum(not page.never for page in OTHER_PAGES)
    for page in OTHER_PAGES:
        opened = sum(site.counts["page:" + path] for path in {page.path, page.path.rstrip("/")})
        assert opened == (0 if page.never else 1), page.path
    receipts = report.page("/mypreferences/d/settings/read-receipts")
    assert (
        "information: exactly one switch, looked at once and never clicked; this proves nothing" in receipts
    )
    assert "key: readReceipts; checked: no, disabled: no, rendered: yes" in receipts
    assert "label:" not in receipts
    radios = report.page("/mypreferences/d/profile-viewing-options")
    assert "controls: 2 radio" in radios
    assert "information" not in radios
    assert "key: found" in report.page(CATALOGUE["promotions-email"].path)


def test_nobody_stands_in_the_report(report: Report) -> None:
    """No name, address or number of the member or of anybody on the pages, no password, no cookie."""
    site = report.site("people", "strangers", account=ACCOUNT, member=MEMBER)
    ended = report.write(site)
    assert ended.returncode == 3
    secrets = (PASSWORD, *site.state.sessions, *site.state.remembered)
    assert _found((*CANARIES, *secrets), report.text) == []
    page = report.page(AI_TRAINING.path)
    assert "key: found" in page
    assert "control 2: input type=checkbox, in the page\n    labelledby: … … …\n    state:" in page
    assert "frame: of the site, /in/…" in page
    assert "in…<" not in page


@pytest.fixture
def raw(practice: StartPractice) -> Iterator[tuple["Page", "PracticeSite"]]:
    """A page that shows the setting to a signed-in member, full of people."""
    site = practice("people", "strangers", account=ACCOUNT, member=MEMBER, patience=0.1)
    with open_window(choice=None, headed=False, cookies=[], timeout=10) as window:
        page = window.page
        page.goto(site.origin + "/login")
        page.locator("#username:visible").first.fill(ACCOUNT)
        page.locator("input[type=password]:visible").first.fill(PASSWORD)
        page.locator("input[type=password]:visible").first.press("Enter")
        page.wait_for_url(site.origin + "/feed/")
        page.goto(site.origin + AI_TRAINING.path)
        page.locator(f'[aria-labelledby~="{AI_TRAINING.key}"]').wait_for()
        page.frame_locator("iframe").locator("h1").wait_for()
        yield page, site


def test_the_search_finds_them_on_the_page(raw: tuple["Page", "PracticeSite"]) -> None:
    """Twin: the same search finds each of them in the page, and most in what is read of its structure."""
    page, _ = raw
    built = structure.read(page, [AI_TRAINING.key])
    assert _found(CANARIES, page.content()) == list(CANARIES)
    assert {"maria", "fremd", "4815162342", "urn:li", "example.org"} <= set(_found(CANARIES, repr(built)))


def test_a_shadow_root_and_a_foreign_frame_are_told(raw: tuple["Page", "PracticeSite"]) -> None:
    """What stands in an open shadow root is read like the page; a frame of another origin is only named."""
    page, site = raw
    page.evaluate(
        """(origin) => {
            const main = document.querySelector("main");
            main.innerHTML = `<div></div><iframe src="${origin}/"></iframe>`;
            main.firstChild.attachShadow({ mode: "open" }).innerHTML =
                "<input type=checkbox role=switch aria-labelledby=allowAdsByAge checked>";
        }""",
        site.other_origin,
    )
    page.wait_for_function("document.querySelector('iframe').contentDocument === null")
    built = structure.read(page, [AI_TRAINING.key])
    assert built is not None
    assert (built.counts["open shadow root"], built.counts["iframe"], built.counts["checkbox"]) == (1, 1, 1)
    (control,) = built.controls
    assert control.where == "an open shadow root"
    assert (control.labelled_by, control.checked) == (("allowAdsByAge",), True)
    assert [frame.readable for frame in built.frames] == [False]


def test_the_look_leaves_nothing_behind(raw: tuple["Page", "PracticeSite"]) -> None:
    """The page's HTML and its globals are the same before and after."""
    page, site = raw
    facts = "[document.documentElement.outerHTML, Object.keys(window).sort().join()]"
    before, requests = page.evaluate(facts), len(site.state.log)
    assert structure.read(page, [AI_TRAINING.key]) is not None
    assert page.evaluate(facts) == before
    assert len(site.state.log) == requests


@pytest.mark.parametrize(
    ("mood", "code"), [("offline", 75), ("503", 75), ("wrong-password-classic", 5), ("captcha", 5)]
)
def test_where_no_page_can_be_reached_there_is_no_file(report: Report, mood: str, code: int) -> None:
    """The command says so, ends as `check` does, and leaves no report without a page; the visit is sealed."""
    ended = report.write(report.site(mood), timeout="2")
    assert ended.returncode == code
    assert ended.json["report"] is None
    assert "No page could be looked at, so no report was written." in ended.stderr


def test_what_could_be_looked_at_is_written(report: Report) -> None:
    """A site that goes away midway leaves a report with the pages until then, and says which are missing."""
    ended = report.write(report.site("offline-midway", "already-off:ai-training"), timeout="2")
    assert ended.returncode == 75
    assert "found: already_off (off, then off)" in report.page(AI_TRAINING.path)
    other = report.page(CATALOGUE["affiliate-ads"].path)
    assert "reader:     nothing: the page was not read" in other
    assert "status:     no answer" in other


def test_ctrl_c_leaves_what_was_looked_at(report: Report, command_environment: dict[str, str]) -> None:
    """Stopped in the middle: 130, the visit sealed, and a report with the pages until then."""
    site = report.site("late:affiliate-ads", patience=4)
    words = ["doctor", "--report", str(report.path), "--json", "--no-input"]
    with subprocess.Popen(
        [sys.executable, "-c", FRESH, *words],
        env=command_environment | {"OPTOUT_SITE": site.origin, "OPTOUT_TIMEOUT": "60"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "reading 2 of 2" in line:
                break
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    answer = json.loads(stdout)
    assert (process.returncode, answer["exit_code"]) == (130, 130), stderr
    assert answer["schema"] == "optout.doctor/1"
    assert answer["report"] == {"path": str(report.path), "pages": 1}
    assert Path(answer["visit"]["evidence"]["path"]).is_dir()
    assert str(report.path) in stderr
    assert "key: found" in report.page(AI_TRAINING.path)


def test_a_pause_is_kept(report: Report) -> None:
    """After a call for calm the next look opens nothing, as for `check`, unless it is overridden."""
    site = report.site("429")
    assert report.write(site).returncode == 75
    requests = len(site.state.log)
    site.moods.discard("429")
    assert report.write(site).returncode == 75
    assert len(site.state.log) == requests
    assert report.write(site, "--despite-cooldown").returncode == 3


def test_a_place_that_cannot_be_written_is_told_first(
    optout: RunOptout, practice: StartPractice, home: Path, tmp_path: Path
) -> None:
    """A file that is there is kept, and no visit is made for one that could not be written."""
    site = practice()
    login(optout, site)
    there = tmp_path / "there.txt"
    there.write_text("mine")
    for target, said in (
        (there, "is there already"),
        (tmp_path / "no" / "x.txt", "no folder that you may write"),
    ):
        ended = optout("doctor", "--report", str(target), site=site)
        assert ended.returncode == 2
        assert said in one_sentence(ended)
    (home / "evidence").mkdir(parents=True, exist_ok=True)
    among = optout("doctor", "--report", str(home / "evidence" / "x.txt"), site=site)
    assert among.returncode == 2
    assert "lies in the evidence" in among.stderr
    (tmp_path / "folder").mkdir()
    folder = optout("doctor", "--report", str(tmp_path / "folder"), "--replace", site=site)
    assert folder.returncode == 2
    assert "is a folder" in one_sentence(folder)
    assert there.read_text() == "mine"
    assert site.state.log == []


def test_a_file_is_written_over_on_request(report: Report) -> None:
    """`--replace` writes the new report in its place; the refusal names that word."""
    site = report.site()
    report.path.write_text("mine")
    plain = report.optout("doctor", "--report", str(report.path), site=site)
    assert plain.returncode == 2
    assert "Add `--replace`" in one_sentence(plain)
    assert report.path.read_text() == "mine"
    assert report.write(site, "--replace", "--only", "ai-training").returncode == 3
    assert report.text.startswith("optout page report\n")
    assert stat.S_IMODE(report.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("moods", "words", "needed"),
    [
        ((), (), False),
        (("europe", "row-gone", "not-offered:ai-training"), (), False),
        (("new-row",), (), True),
        (("row-renamed",), (), False),
        (("half-list",), (), True),
        (("key-renamed:affiliate-ads",), (), True),
        ((), ("--preset", "all"), True),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_a_report_is_asked_for_only_where_something_changed(
    report: Report, moods: tuple[str, ...], words: tuple[str, ...], needed: bool
) -> None:
    """Pages as the program knows them need no bug report; anything else, and pages nobody knows, do."""
    said = report.write(report.site(*moods), *words).stderr
    assert ("then attach it to a bug report" in said) is needed
    assert ("built as this program knows them; no report is needed" in said) is not needed
    assert '"missing" is a row' in report.text
    gone = "    missing  /mypreferences/d/search-history\n"
    assert (gone in report.text) is ("row-gone" in moods)
    assert "    missing  /" in report.text, "the practice site never has all rows either"


@pytest.mark.parametrize(
    "words", [["--only", "ai-training"], ["--preset", "all"], ["--headed"], ["--replace"]]
)
def test_the_plain_doctor_takes_no_setting(optout: RunOptout, words: list[str]) -> None:
    """Without `--report` no site is visited, so a word about a visit is a usage error."""
    ended = optout("doctor", *words)
    assert ended.returncode == 2
    assert "Add `--report`" in one_sentence(ended)


def test_the_default_file_and_what_a_person_is_told(
    optout: RunOptout, practice: StartPractice, command_environment: dict[str, str]
) -> None:
    """Without FILE it lies in the current folder; the person is asked to read it before sending it."""
    site = practice("key-renamed")
    login(optout, site)
    ended = optout("doctor", "--report", "--only", "ai-training", site=site, env={"OPTOUT_TIMEOUT": "2"})
    assert ended.returncode == 4
    path = Path(command_environment["HOME"]) / "optout-page-report.txt"
    assert str(path) in ended.stdout
    assert "Read it through" in ended.stdout
    assert path.read_text().startswith("optout page report\n")
    status = optout("status", site=site).stdout
    assert "optout doctor: could not tell" in status


def _found(canaries: tuple[str, ...], text: str) -> list[str]:
    """Return which canaries stand in a text, in whatever case."""
    return [canary for canary in canaries if canary.lower() in text.lower()]


# How a page may hold somebody: F and L are the names as they are written, f and l in small letters,
# U the first in capitals, n a number.
HOLDS = (
    "{F} {L}", "{f}", "{f}-{l}", "{f}{L}", "{F}{L}", "{f}.{l}@example.org", "urn:li:member:{n}", "x{n}",
    "{f}{n}", "allowData{F}", "{f}DataSharing", "showProfileOf{F}{L}", "setting{F}{L}Visibility",
    "allowData__{U}", "allowDataV{n}", "data-of-{f}", "data-{f}-{l}", "aria-{f}{l}", "AQ{F}-{l}_{n}",
    "{f}/{l}", "{f}\n{l}", "Use {F} {L}'s data", "Member since {n}, {L}",
    "Let {f}'s posts (and {L}) be seen", "{F}-data", "data/{f}", "/in/{f}-{l}/", "/IN/{f}",
    "/company/{f}s-data", "/profile/view/{f}", "/{f}{l}", "/{f}-{l}/data/ads",
    "/mypreferences/d/settings/{f}-{l}", "/mypreferences/d/settings/data-of-{f}-{l}",
    "/mypreferences/d/{f}/ads", "/mypreferences/d/in/{f}", "/mypreferences/d/settings/ads-v{n}",
    "https://example.org/{f}",
)  # fmt: skip
ABC = "abcdefghijklmnopqrstuvwxyz"
SHIFTED = str.maketrans(ABC + "éöüñ" + "0123456789", ABC[1:] + "a" + "öüñé" + "1234567890")


def _page_of(first: str, last: str, number: str) -> str:
    """Return the report on a page that has somebody in each of its texts, in each way there is."""
    names = {"f": first, "l": last, "F": first.title(), "L": last.title(), "U": first.upper()}
    held = [form.format(**names, n=number) for form in HOLDS]
    controls = [
        Control(
            where="the page", tag=tag or text, type=kind or text, role=text,
            attributes=(text, "data-" + text), id=text, name=text, labelled_by=(text, AI_TRAINING.key),
            label=text, checked=True, mixed=False,
            aria_checked=text, aria_pressed=text, disabled=False, rendered=True, above=((text, text),),
        )
        for text in held
        for tag, kind in (("", ""), ("input", "checkbox"))
    ]  # fmt: skip
    rows = tuple(Row(path=path, label=text, state=text) for text in held for path in (text, AI_TRAINING.path))
    menu = Menu(category=PRIVACY, rows=rows, lang=first, complete=True)
    full = Structure(
        path=held[0], lang=f"{first}-{last}", main=True, ready=True, dialogs=0, counts={"checkbox": 1},
        labels=(held[0],), controls=tuple(controls),
        frames=tuple(Frame(readable=True, path=text, rendered=True) for text in held),
    )  # fmt: skip
    empty = replace(full, controls=(), frames=())
    pages = {
        text: Surveyed(asked=text, status=200, structure=replace(empty, path=text, lang=text))
        for text in held
    }
    for path in (AI_TRAINING.path, held[0]):
        pages[path] = Surveyed(asked=path, status=200, structure=full, menu=menu)
    about = About(
        looked="2026-11-26T00:00:00Z",
        versions=(),
        practice=True,
        outcome="on",
        account=ACCOUNT,
        member=MEMBER,
    )
    return page_report.text(Survey(pages=pages), [AI_TRAINING], [], about)


def _unknown(*names: str) -> bool:
    """Return whether no name, nor two of them in one, is a word of settings pages or a language."""
    joined = {*names, *(one + other for one in names for other in names), *(name + "s" for name in names)}
    return joined.isdisjoint(sieve.vocabulary() | sieve.listed("languages") | sieve.listed("aria"))


SOMEBODY = st.tuples(
    st.text(ABC + "éöüñ", min_size=2, max_size=9),
    st.text(ABC, min_size=2, max_size=9),
    st.integers(10, 9999999999).map(str),
)


@settings(max_examples=25, deadline=None)
@given(SOMEBODY)
def test_the_report_is_the_same_whoever_is_on_the_page(somebody: tuple[str, str, str]) -> None:
    """Whatever field holds a name or a number, in whatever form: another one there changes no letter."""
    first, last, number = somebody
    other = tuple(text.translate(SHIFTED) for text in somebody)
    assume(_unknown(first, last) and _unknown(other[0], other[1]))
    assert _page_of(first, last, number) == _page_of(*other)


@pytest.mark.parametrize(
    ("owner", "door", "fault"),
    [
        (Sieve, "token", lambda _, text: text),
        (Sieve, "path", lambda _, text: text),
        (Sieve, "label", lambda _, text: text),
        (Sieve, "_slug", lambda _, text: text),
        (Sieve, "_attribute", lambda _, text: text),
        (Sieve, "_passing", lambda _, words: [True] * len(words)),
        (sieve, "known", lambda text, _: text),
        (sieve, "language", lambda text: text),
    ],
)
def test_a_door_left_open_shows_who_it_is(
    monkeypatch: pytest.MonkeyPatch, owner: object, door: str, fault: object
) -> None:
    """Twin: with any one of the doors open the two reports are no longer the same."""
    assert _page_of("erika", "mustermann", "4815162342") == _page_of("fsjlb", "nvtufsnboo", "5926273453")
    monkeypatch.setattr(owner, door, fault)
    assert _page_of("erika", "mustermann", "4815162342") != _page_of("fsjlb", "nvtufsnboo", "5926273453")


WORDS_OF_PAGES = st.sampled_from(sorted(word for word in sieve.vocabulary() if word.isalpha()))


@given(WORDS_OF_PAGES, WORDS_OF_PAGES, st.sampled_from(["{}.{}@example.org", "{}{}@example.org", "{}-{}-77"]))
def test_the_members_own_name_is_left_out_though_it_is_known(first: str, last: str, form: str) -> None:
    """A member whose names are words of settings pages, as "Page" is, stands nowhere either."""
    assume(len(first) > 1 and len(last) > 1)
    strainer = sieve.of(form.format(first, last))
    for written in (
        strainer.label(f"Show {first.title()} {last.title()}'s data, please").partition("(")[0],
        strainer.token(f"allow{first.title()}{last.title()}Data"),
        strainer.path(f"/mypreferences/d/settings/allow-{first}-{last}-data").rpartition("/")[2],
        strainer.attributes([f"data-{first}-{last}"])[0].removeprefix("data-"),
    ):
        words = re.findall(r"[a-z]+", re.sub(r"([A-Z])", r" \1", written).lower())
        assert f"{first} {last}" not in " ".join(words), written
        assert form.startswith("{}{}") or not {first, last} & set(words), written


def test_without_the_members_words_their_name_would_pass() -> None:
    """Twin: the same label, key and slug are written whole for somebody who is called otherwise."""
    strainer = sieve.of("x@example.org", None)
    assert strainer.label("Page Post") == "Page Post"
    assert strainer.token("allowPagePostData") == "allowPagePostData"
    assert strainer.path("/mypreferences/d/settings/page-post").endswith("/page-post")


@pytest.mark.parametrize("setting", CATALOGUE.values(), ids=lambda setting: setting.name)
def test_what_is_known_passes(setting: object) -> None:
    """Keys and addresses of the catalogue are written whole, whoever the member is."""
    strainer = sieve.of("data.ads@example.org", "share-allow")
    assert strainer.token(setting.key) == setting.key  # type: ignore[attr-defined]
    assert strainer.path(setting.path) == setting.path  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("allowDataForModelTraining", "allowDataForModelTraining"),
        ("allowDataForGenerativeAI__ON", "allowDataForGenerativeAI__ON"),
        ("setting-toggle-label", "setting-toggle-label"),
        ("ember1234", "…"),
        ("c1k2j3h", "…"),
        (":r1:", "…"),
        ("urn:li:fsd_profile:ACoAAB", "…"),
        ("allowDataForGenAiTraining", "allowDataForGenAiTraining"),
        ("allowDataForGenerativeAIV2", "allowDataForGenerativeAIV2"),
        ("allowOttilieData", "allow…(7)Data"),
        ("allowData__OTTILIE", "…"),
        ("showProfileOfJaneDoe", "showProfileOf…(7)"),
        ("settingJaneDoeVisibility", "setting…(7)Visibility"),
        ("memberNameJane", "memberName…(4)"),
        ("janeDoe", "…"),
        ("setting-jane", "…"),
        ("allowData1985", "…"),
        ("", "…"),
    ],
)
def test_tokens(text: str, written: str) -> None:
    """A new key is written but for the words not known; ids of a framework, numbers and people are not."""
    assert sieve.of(ACCOUNT, MEMBER).token(text) == written


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/mypreferences/d/settings/data-for-ai-sharing", "/mypreferences/d/settings/data-for-ai-sharing"),
        ("/mypreferences/d/settings/ads-v2?member=1", "/mypreferences/d/settings/ads-v2"),
        ("/mypreferences/d/settings/jane-doe", "/mypreferences/d/settings/…(7)"),
        ("/mypreferences/d/settings/data-of-jane", "/mypreferences/d/settings/data-of-…(4)"),
        ("/mypreferences/d/in/data/ads", "/mypreferences/d/in/…/…"),
        ("/mypreferences/d/urn:li:member:1", "/mypreferences/d/…(15)"),
        ("/mypreferences/d/12345678", "/mypreferences/d/…(8)"),
        ("/mypreferences/d/ottilie", "/mypreferences/d/…(7)"),
        ("/checkpoint/lg/login/x", "/checkpoint/lg/login/…"),
        ("/in/jane-doe/details", "/in/…/…"),
        ("/IN/jane", "/…/…"),
        ("/company/janes-bakery", "/company/…"),
        ("/company/trusted-partners", "/company/…"),
        ("/people/erika-mustermann", "/people/…"),
        ("/profile/view/jane", "/profile/…/…"),
        ("/sales/lead/acoaabcdefghijkl", "/sales/…/…"),
        ("/janedoe", "/…"),
        ("/", "/"),
    ],
)
def test_paths(path: str, written: str) -> None:
    """A new slug of the settings is written but for words not known; behind other addresses nothing is."""
    assert sieve.of(ACCOUNT, MEMBER).path(path) == written


@pytest.mark.parametrize(
    ("account", "member", "label", "written"),
    [
        ("x@example.org", None, "Use my data for training content creation AI models", None),
        ("data.ads@example.org", "improvement", AI_TRAINING.title, None),
        (
            "x@example.org",
            None,
            "Use Jane Doe's and Bo Li's posts, member since May",
            "Use … and … posts, member since … (50 characters, 5 of 10 words known)",
        ),
        (
            "janedoe@example.org",
            None,
            "Use Jane Doe's data",
            "Use … data (19 characters, 2 of 4 words known)",
        ),
        ("jose.garcia@example.org", None, "José García", "… (11 characters, 0 of 2 words known)"),
        ("bo.li@example.org", "bo-li-9", "Bo Li shares", "… shares (12 characters, 1 of 3 words known)"),
        ("page.post@example.org", None, "Page Post", "… (9 characters, 0 of 2 words known)"),
        ("x@example.org", "páge-pöst", "page/post", "… (9 characters, 0 of 1 words known)"),
        ("pagepost@example.org", None, "Pagé Post's", "… (11 characters, 0 of 2 words known)"),
        ("onus@example.org", None, "On us", "… (5 characters, 0 of 2 words known)"),
        ("mpage@example.org", None, "Page", "… (4 characters, 0 of 1 words known)"),
        ("info@firma.example", None, "Erika Mustermann", "… (16 characters, 0 of 2 words known)"),
        ("x@example.org", None, "AQEDAabcXYZ-qwe_rty", "… (19 characters, 0 of 1 words known)"),
        ("x@example.org", None, "Call 12-34-56-78", "Call … (16 characters, 1 of 2 words known)"),
        ("x@example.org", None, "data@example.org", "… (16 characters, 0 of 1 words known)"),
        ("x@example.org", None, "data\u202ead", "… (7 characters, 0 of 1 words known)"),
        ("x@example.org", None, "", "…"),
    ],
)
def test_labels(account: str, member: str | None, label: str, written: str | None) -> None:
    """A label is written by its known words, without the member's own; the known titles are written whole."""
    assert sieve.of(account, member).label(label) == (label if written is None else written)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("aria-labelledby", "aria-labelledby"),
        ("aria-janedoe", "…"),
        ("aria-page", "…"),
        ("modal", "…"),
        ("data-setting", "data-setting"),
        ("data-member-jane", "data-…"),
    ],
)
def test_attributes(name: str, written: str) -> None:
    """Of `aria-` only what the standard has is written, of `data-` what is of known words only."""
    assert sieve.of(ACCOUNT, MEMBER).attributes([name]) == [written]


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        ("en", "en"),
        ("de_DE", "de_DE"),
        ("zh-Hans-CN", "zh-Hans-CN"),
        ("bo-li", "…"),
        ("jan-doe", "…"),
        ("", "none"),
    ],
)
def test_languages(lang: str, written: str) -> None:
    """A language is one that the site has; a name can look like one."""
    assert sieve.language(lang) == written


def test_the_lists_are_plain_words() -> None:
    """No list of the sieve holds anything but lower-case words, so none can be a pattern by mistake."""
    lists = [
        sieve.listed(name)
        for name in ("types", "roles", "tags", "attributes", "aria", "languages", "regions", "words")
    ]
    for words in (*lists, sieve.vocabulary()):
        assert words
        assert [word for word in words if not re.fullmatch(r"[a-z][a-z0-9-]*", word)] == []


FIRST_NAMES = """
abby adam aisha al alan alex ali amy an ana andrea andy angel ann anna april art august autumn
ben bill bo bob brad brook carl carol charity chase chip chris christian chuck claire clay cliff
constance crystal dale dan daisy dave david dawn dean destiny dick don doe doug drew earnest ed
elena emma erika ernest eva faith faye felicity fern flora forest frank gene ginger glen grace
grant guy hank harmony harry hazel heath heather herb holly hope hunter iris ivy jack jade jan
jane jasmine jay jean jesus jim jo joe john jose joy juan judge june kai karen kim kit lana
lance laura lee leo li liberty lily ling lisa lucky luna major mandy marcus maria mark marshal
mary mason matt max may maya melody mercy mike miles min ming misty mo mohammed nan nick noble
noor norm olive opal otto pam pat patience paul peg penny pepper pearl peter pierce prudence
rain ray red reed rich rick rob robin rocky rod roman rose ruby rusty sam sandy sara scarlet
skip sky sonny star sterling sue summer sunny tad ted terry tim tom tony trinity ty van victor
victory violet wade wang warren wei will willow woody xi yan yu
"""


def test_usual_first_names_are_no_words_of_pages() -> None:
    """None is on the list, also where it would be a word; `ad`, `ai`, `can`, `job` and `my` have to be."""
    assert sieve.vocabulary().intersection(FIRST_NAMES.split()) == frozenset()
