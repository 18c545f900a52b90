"""The report as a page and on paper, in a real browser: accessible, fitting, and whole."""

import io
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from calling import RunOptout
from pypdf import PdfReader
from pypdf.generic import Destination, DictionaryObject
from report_pages import FIX, FOUND, page_of
from sample_store import (
    ALREADY_OFF,
    CAME_BACK,
    NOT_OFFERED,
    START,
    TURNED_OFF,
    UNREADABLE,
    WEEK,
    Place,
    append,
    good_store,
    place,
    png,
)

from optout.evidence import ledger, report_words
from optout.linkedin import catalogue

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A browser, as the program finds it."""
    from playwright.sync_api import sync_playwright

    from optout.browser import find

    with sync_playwright() as playwright:
        found, _ = find.launch(playwright, os.environ.get("OPTOUT_BROWSER"), headed=False)
        yield found
        found.close()


Pages = Mapping[tuple[str, str], Path]
LONG = "settings/data-for-a-thing?" + "x" * 200  # an address with nowhere to break
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Reports of a rich store and of a wide one, in both languages."""
    written = {}
    for kind, make, now in (("rich", rich, START + 9 * WEEK), ("wide", wide, START + 4 * WEEK)):
        where = make(tmp_path_factory.mktemp(kind))
        for lang in report_words.LANGUAGES:
            path = where.store.parent.parent / f"{lang}.html"
            path.write_text(page_of(where, now, lang), encoding="utf-8")
            written[kind, lang] = path
    return written


def rich(folder: Path) -> Place:
    """A store in which every part is there: all states, gaps, doubts, news, damage, wide pictures."""
    where = good_store(folder)
    append(
        where,
        START + 6 * WEEK,
        {"ai-training": UNREADABLE, "affiliate-ads": CAME_BACK},
        news=("a new row", f"Go to `http://127.0.0.1:8000/{LONG}` and look: {LONG}."),
    )
    append(
        where,
        START + 7 * WEEK,
        {"ai-training": ALREADY_OFF, "affiliate-ads": NOT_OFFERED, "third": UNREADABLE},
        found=FOUND,
    )
    wide = where.runs[0] / "ai-training" / "before.element.png"
    wide.write_bytes(png(width=2600, height=40))
    return where


def wide(folder: Path) -> Place:
    """A store of twelve settings, most of them seldom looked at."""
    where = place(folder)
    names = list(catalogue.CATALOGUE)[:12]
    append(where, START, dict.fromkeys(names, TURNED_OFF))
    findings = dict.fromkeys(names, ALREADY_OFF) | {names[3]: UNREADABLE, names[4]: NOT_OFFERED}
    append(where, START + WEEK, findings | {names[5]: CAME_BACK})
    append(where, START + 2 * WEEK, {names[0]: TURNED_OFF, names[1]: ALREADY_OFF}, options=FIX)
    append(where, START + 3 * WEEK, {}, ending=("try_later", 75))
    append(where, START + 4 * WEEK, {names[0]: ALREADY_OFF, names[1]: ALREADY_OFF})
    return where


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("lang", report_words.LANGUAGES)
@pytest.mark.parametrize("kind", ["rich", "wide"])
def test_the_page_is_accessible_and_fits(
    browser: "Browser", pages: Pages, kind: str, lang: str, scheme: Literal["light", "dark"]
) -> None:
    """Nothing for axe to find, nothing off the side, nothing asked of the network, no policy broken."""
    page = browser.new_page(color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.append(request.url[:80]))
    for width in (320, 400, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(pages[kind, lang].as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width
        if width != 400:
            found = Axe().run(page)
            assert [violation["id"] for violation in found.response["violations"]] == []
    assert [each for each in complaints if not each.startswith(("file:", "data:image/png"))] == []
    page.close()


def test_a_page_that_does_not_wrap_would_be_noticed(browser: "Browser", pages: Pages, tmp_path: Path) -> None:
    """The twin: without the one rule that breaks long addresses the same page goes off the side."""
    hurt = tmp_path / "hurt.html"
    text = pages["rich", "en"].read_text(encoding="utf-8")
    hurt.write_text(text.replace("overflow-wrap: anywhere", "overflow-wrap: normal"), encoding="utf-8")
    page = browser.new_page(viewport={"width": 400, "height": 900})
    page.goto(hurt.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") > 400
    page.close()


def test_twelve_settings_fit_beside_each_other(browser: "Browser", pages: Pages) -> None:
    """At 1280 px the table of visits needs no scrolling, and a visit is one line of it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(pages["wide", "en"].as_uri())
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


def test_axe_would_notice(browser: "Browser", pages: Pages, tmp_path: Path) -> None:
    """The twin: the same page without its language and an image without its text is a violation."""
    hurt = tmp_path / "hurt.html"
    text = pages["rich", "en"].read_text(encoding="utf-8").replace('<html lang="en">', "<html>")
    hurt.write_text(re.sub(r' alt="[^"]*"', "", text), encoding="utf-8")
    page = browser.new_page()
    page.goto(hurt.as_uri())
    violations = {violation["id"] for violation in Axe().run(page).response["violations"]}
    assert {"html-has-lang", "image-alt"} <= violations
    page.close()


def test_twelve_settings_fit_on_paper(browser: "Browser", pages: Pages) -> None:
    """178 mm between the margins of A4 are 672 px: nothing of the table is cut off there."""
    page = browser.new_page(viewport={"width": 672, "height": 900})
    page.emulate_media(media="print")
    page.goto(pages["wide", "en"].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 672
    page.close()


CAPTION = re.compile(r"(As it was found|Straight after|Loaded afresh)[^·]*?20\d\d, \d\d:\d\d:\d\d")


def pictures_and_captions(content: bytes) -> list[tuple[int, int]]:
    """Given a PDF, return for each page how many pictures and how many captions stand on it."""
    found = []
    for page in PdfReader(io.BytesIO(content)).pages:
        resources = dictionary(dictionary(page, "/Resources"), "/XObject")
        images = {name for name, each in resources.items() if each.get_object()["/Subtype"] == "/Image"}
        drawn = re.findall(rb"(/\w+) Do", page.get_contents().get_data())  # type: ignore[union-attr]  # no page is empty
        text = " ".join(page.extract_text().split())
        found.append((sum(name.decode() in images for name in drawn), len(CAPTION.findall(text))))
    return found


def test_on_paper_no_picture_is_parted_from_its_caption(browser: "Browser", pages: Pages) -> None:
    """On each page as many captions as pictures; with captions that go to the next page it would be seen."""
    page = browser.new_page()
    page.goto(pages["rich", "en"].as_uri())
    content = page.pdf(prefer_css_page_size=True)
    assert content.count(b"/MediaBox [0 0 594.95996 841.91998]") > 1
    told = pictures_and_captions(content)
    assert sum(pictures for pictures, _ in told) > 10
    assert [pictures for pictures, _ in told] == [captions for _, captions in told]
    page.add_style_tag(content="@media print { figcaption { break-before: page !important } }")
    hurt = pictures_and_captions(page.pdf(prefer_css_page_size=True))
    assert [pictures for pictures, _ in hurt] != [captions for _, captions in hurt]
    page.close()


def test_a_pdf_is_tagged_and_says_all(optout: RunOptout, tmp_path: Path) -> None:
    """Of a received folder, in French: tags, language, outline, text, a sane length, no link to a file."""
    where = rich(tmp_path / "received")
    ended = optout("evidence", "report", str(where.store), "--lang", "fr", "--pdf", "--out", "r.pdf")
    assert ended.returncode == 6  # a picture of it is another one
    assert "does not hold (files), as the report says" in ended.stderr
    assert "it is no PDF/A" in ended.stdout
    [path] = [Path(line) for line in ended.stdout.splitlines() if line.endswith("r.pdf")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    pdf = PdfReader(path)
    root = pdf.root_object
    assert str(dictionary(root, "/MarkInfo")["/Marked"]) == "True"
    assert "/StructTreeRoot" in root
    assert str(root["/Lang"]) == "fr"
    titles = [each.title for each in flat(pdf.outline)]
    assert {"La réponse", "Tous les passages", "Ce que ces éléments ne peuvent pas prouver"} <= set(titles)
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert str(ledger.head(where.store)) in text.replace(" ", "")
    assert 5 < len(pdf.pages) < 40
    links = [each.get_object() for page in pdf.pages for each in page.get("/Annots", [])]
    assert links
    assert not [link for link in links if "/A" in link]


def dictionary(holder: DictionaryObject, name: str) -> DictionaryObject:
    """Given an object of a PDF and a name, return the dictionary of that name in it, an empty one if none."""
    found = holder.get(name, DictionaryObject()).get_object()
    assert isinstance(found, DictionaryObject)
    return found


def flat(outline: Sequence[object]) -> Iterator[Destination]:
    """Given an outline, give each entry of it and of what is below it."""
    for each in outline:
        if isinstance(each, list):
            yield from flat(each)
        elif isinstance(each, Destination):
            yield each
