"""The report in two languages: the same keys and parts, the same facts, each language's own form."""

import html
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from report_pages import FOUND, page_of
from sample_store import (
    ALREADY_OFF,
    CAME_BACK,
    START,
    TURNED_OFF,
    UNREADABLE,
    WEEK,
    Place,
    append,
    good_store,
)

from optout.evidence import audit_findings, report
from optout.evidence.report_words import LANGUAGES, Words, month_later

ROOM = Path(report.__file__).parent
SOURCES = "".join(
    path.read_text(encoding="utf-8")
    for path in sorted(ROOM.glob("report*"))
    if path.suffix in {".py", ".html"}
)
NARROW, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


def flat(group: dict[str, object], before: str = "") -> dict[str, str]:
    """Given a group of texts, return each by its whole key."""
    found: dict[str, str] = {}
    for key, member in group.items():
        found |= flat(member, f"{before}{key}.") if isinstance(member, dict) else {before + key: str(member)}
    return found


def texts(lang: str) -> dict[str, str]:
    """Given a language, return its texts as they are written."""
    return flat(tomllib.loads((ROOM / f"report_{lang}.toml").read_text(encoding="utf-8")))


def differences(ours: dict[str, str], theirs: dict[str, str]) -> list[str]:
    """Given the texts of two languages, return the keys that one lacks, or whose parts or tags differ."""
    marks = re.compile(r"\{\w+\}|</?\w+>")
    return [
        key
        for key in sorted({*ours, *theirs})
        if sorted(marks.findall(ours.get(key, ""))) != sorted(marks.findall(theirs.get(key, "")))
        or (key in ours) != (key in theirs)
    ]


def test_both_languages_have_the_same_keys_and_parts() -> None:
    """What one says, the other says; a text that is missing or lost a part would be seen."""
    english, french = texts("en"), texts("fr")
    assert differences(english, french) == []
    hurt = {key: text for key, text in french.items() if key != "limits.3"}
    assert differences(english, hurt) == ["limits.3"]
    assert differences(english, french | {"page.as_of": "Situation au dernier passage."}) == ["page.as_of"]


def test_no_text_is_left_that_nobody_says() -> None:
    """Each key stands in the page or its modules, or the part of it before a name that is put behind."""
    for key in {re.sub(r"\.(one|other)$", "", key) for key in texts("en")}:
        group = key.partition(".")[0]
        before = [f'"{key[:cut]}' for cut in range(len(group) + 1, len(key))]
        said = (f'"{key}"', f'"{group}", ', *(f"{each}{end}" for each in before for end in ('" ~', "{")))
        assert any(way in SOURCES for way in said), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_word_of_a_run_has_a_text(lang: str) -> None:
    """Verdicts, readings, endings and witnesses, with all that these may say."""
    told = texts(lang)
    follows = audit_findings.FOLLOWS
    wanted = {f"verdict.{verdict}" for verdicts in follows.values() for verdict in verdicts}
    wanted |= {f"reading.{reading}" for reading in audit_findings.READINGS}
    wanted |= {f"outcome.{word}" for word in audit_findings.ENDINGS}
    wanted |= {f"witness.{witness}" for witness in audit_findings.WITNESSES}
    wanted |= {f"said.{word}" for words in audit_findings.WITNESSES.values() for word in words}
    assert wanted - set(told) == set()


def test_french_is_set_as_french_is() -> None:
    """No-break spaces before high signs and within quotation marks; curved apostrophes; none is forgotten."""
    t = Words("fr")
    assert t("gaps.names", names="x", what="y") == f"x{WIDE}: y"
    assert t("form.quoted", text="x") == f"«{WIDE}x{WIDE}»"
    assert t("answer.unsure_ended", what="x", time="y") == f"x{NARROW}; il s\u2019est achevé le y."
    for key, text in t.texts.items():
        assert not re.search(r" [;:!?»]|« |['\"]", re.sub(r"<[^>]+>", "", text)), key


def test_english_has_its_own_signs() -> None:
    """Curved apostrophes and quotation marks, no space before a colon."""
    for key, text in Words("en").texts.items():
        assert not re.search(r" [;:!?]|['\"]", re.sub(r"<[^>]+>", "", text)), key


def test_dates_numbers_and_plurals_follow_the_language() -> None:
    """The first of a month, thousands, none and one; always UTC."""
    first = datetime(2026, 8, 1, 23, 5, 9, tzinfo=UTC)
    english, french = Words("en"), Words("fr")
    assert english.moment(first) == "1 August 2026, 23:05:09 UTC"
    assert french.moment(first) == f"1er{WIDE}août 2026 à 23:05:09 UTC"
    assert english.day(first, short=True) == "1 Aug 2026"
    assert english.day(None) == "(unknown day)"
    assert (english.number(1234567), french.number(1234567)) == ("1,234,567", f"1{NARROW}234{NARROW}567")
    said = [str(t("gaps.until", n=n, start="a", end="b")) for t in (english, french) for n in (0, 1, 2)]
    assert said[:3] == ["0 days from a to b", "1 day from a to b", "2 days from a to b"]
    assert said[3:] == [f"{n}{WIDE}{word}, du a au b" for n, word in ((0, "jour"), (1, "jour"), (2, "jours"))]


def test_what_is_put_into_a_text_is_escaped() -> None:
    """Tags of the text are its own, those of a part are shown."""
    assert Words("en")("notice.unchecked", link="<a>").endswith("see &lt;a&gt;.")


@pytest.mark.parametrize(
    ("day", "later"),
    [("2026-10-05", "2026-11-05"), ("2027-01-31", "2027-02-28"), ("2026-12-31", "2027-01-31")],
)
def test_a_month_later_is_the_same_day_or_the_last(day: str, later: str) -> None:
    """EU Regulation 1182/71, article 3: a period of a month ends with the day of the same date."""
    found = month_later(datetime.fromisoformat(day))
    assert found is not None
    assert found.date().isoformat() == later


def test_there_is_no_month_after_the_last() -> None:
    """A folder can carry any date: the page says that it is not known."""
    assert month_later(datetime(9999, 12, 5, tzinfo=UTC)) is None


def facts(page: str) -> dict[str, list[str]]:
    """Given a page, return what is in it whatever its language: times, addresses, states, commands, shape."""
    body = html.unescape(page.partition("</style>")[2])
    return {
        "times": re.findall(r'<time datetime="([^"]*)"', body),
        "addresses": re.findall(r'(?:href|src)="([^"]*)"', body),
        "states": re.findall(r'class="(?:chip|card) ([\w ]*)"', body),
        "code": re.findall(r"<(?:code|pre)>(.*?)</(?:code|pre)>", body, re.DOTALL),
        "hashes": re.findall(r"[0-9a-f]{64}", body),
        "names": re.findall(r'<p class="meta">([a-z-]+)</p>', body),
        "shape": re.findall(r"<(h[1-4]|tr|td|li|figure|section|article|dd|blockquote)\b", body),
        "numbers": sorted(re.findall(r"\d+", re.sub(r"<[^>]+>|\d\d:\d\d:\d\d", " ", body))),
    }


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A store with all that can be told."""
    place = good_store(tmp_path_factory.mktemp("good"))
    append(place, START + 6 * WEEK, {"ai-training": UNREADABLE, "affiliate-ads": CAME_BACK}, found=FOUND)
    append(place, START + 8 * WEEK, {"ai-training": ALREADY_OFF, "third": TURNED_OFF})
    append(place, START + 9 * WEEK, {}, ending=("try_later", 75))
    return place


def test_both_pages_tell_the_same(where: Place) -> None:
    """Every time, address, state, command and number, and as many rows, points and headings."""
    english, french = (page_of(where, START + 12 * WEEK, lang) for lang in LANGUAGES)
    assert facts(english) == facts(french)
    assert '<html lang="fr">' in french
    assert '<h3><bdi lang="en">A setting</bdi></h3>' in french
    assert "À l\u2019établissement de cette page" in french


def test_the_same_page_comes_twice(where: Place) -> None:
    """`now` is the only clock: an archive of it has the same bytes."""
    assert page_of(where, START + 12 * WEEK, "fr") == page_of(where, START + 12 * WEEK, "fr")
