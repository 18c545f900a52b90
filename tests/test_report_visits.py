"""The report's visits, one by one: pictures, witnesses, news, and the table of all."""

import base64
import json
import re
import shutil
from pathlib import Path

import pytest
from report_pages import FOUND, NOW, cards, page_of, shown, table, visits
from sample_store import (
    ALREADY_OFF,
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

from optout.evidence import report


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes."""
    return good_store(tmp_path_factory.mktemp("good"))


@pytest.fixture
def where(good: Place, tmp_path: Path) -> Place:
    """A copy of the good store for this test to change."""
    shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    return place(tmp_path)


NOT_LOOKED_AT = "\N{EN DASH} not looked at"


MANY = ("research", "ads-age", "affiliate-ads", "promotions-email", "ai-training")


def test_commands_in_sentences_are_shown_as_code(where: Place) -> None:
    """What stands between backticks, and nothing of it as markup; a lone backtick stays."""
    append(where, START + 5 * WEEK, news=("Say `optout <b>check</b>` and `more`, not ` alone.",))
    told = visits(page_of(where))[where.runs[-1].name]
    assert "Say <code>optout &lt;b&gt;check&lt;/b&gt;</code> and <code>more</code>, not ` alone." in told


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


def test_the_page_is_not_grown_beyond_its_room(good: Place) -> None:
    """When the page is full, pictures are named instead."""
    page = report.render(good.store, now=NOW, room=1)
    assert "data:image/png;base64" not in page
    assert "left out here, as the page would grow too large" in page


def test_what_is_new_on_the_site_stands_with_old_and_new(where: Place) -> None:
    """Side by side, in its language, escaped, with its visit; a visit at fault tells nothing there."""
    assert "New or changed on the site" not in page_of(where)
    append(where, START + 5 * WEEK, found=FOUND)
    page = page_of(where, START + 5 * WEEK)
    assert page.count('<div class="sides">') == 1
    sides = page[page.index('<div class="sides">') :]
    before, now = re.findall(r"<p>(<span.*?)</p>", sides[: sides.index("</h3>")], re.DOTALL)
    assert before == '<span lang="ar" dir="auto">No &lt;b&gt;training&lt;/b&gt;</span>'
    assert now.startswith('<span lang="ar" dir="auto">\u0623')
    assert "ai-training, the words of the switch, found on 9 November 2026" in shown(page)
    table = page[page.index('<table class="rows">') :]
    rows = re.findall(r"<tr>(.*?)</tr>", table[: table.index("</table>")], re.DOTALL)
    told = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL)[1:] for row in rows[1:]]
    assert told[0] == ['<span class="note">nothing</span>', '<span lang="en" dir="auto">A new row</span>']
    assert told[1] == ['<span lang="fr" dir="auto">Ancien</span>', '<span class="note">nothing</span>']
    assert all(f'href="#{where.runs[-1].name}"' in row for row in rows[1:])
    picture = where.runs[-1] / "ai-training" / "before.element.png"
    picture.write_bytes(picture.read_bytes() + b"x")
    hurt = page_of(where, START + 5 * WEEK)
    assert '<table class="rows">' not in hurt
    assert '<div class="sides">' not in hurt


def test_each_finding_names_its_witnesses(where: Place) -> None:
    """What it rests on is told, a silent witness is not; a run that records none says nothing."""
    told = visits(page_of(where))
    first, newest = (shown("</style>" + told[run.name]) for run in (where.runs[0], where.runs[-1]))
    assert (
        "Rests on: the switch on a fresh load: off · that page, left open: off · a second fresh load: off · "
        "the site\u2019s answer to the save: accepted · its row in the list: there"
    ) in first
    assert "Rests on: the switch on a fresh load: off · that page, left open: off · its row" in newest
    settings = json.loads((where.runs[-1] / "run.json").read_text())["settings"]
    for setting in settings:
        del setting["witnesses"]
    edit(where.runs[-1], settings=settings)
    reseal(where.runs[-1])
    assert "Rests on" not in visits(page_of(where))[where.runs[-1].name]


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


def test_what_stayed_as_before_is_one_line(tmp_path: Path) -> None:
    """Of five settings one changed: it has its pictures, the others a word each, and so have quiet visits."""
    where = place(tmp_path)
    for week in range(4):
        append(where, START + week * WEEK, dict.fromkeys(MANY, ALREADY_OFF))
    append(where, START + 4 * WEEK, dict.fromkeys(MANY, ALREADY_OFF) | {"research": TURNED_OFF})
    append(where, START + 5 * WEEK, dict.fromkeys(MANY, ALREADY_OFF))
    page = page_of(where)
    runs = [run.name for run in where.runs]
    told = visits(page)
    assert list(told) == [runs[5], runs[4], runs[0]]
    assert told[runs[4]].count("<figure") == 2
    assert told[runs[4]].count('<section class="setting">') == 1
    assert "As before ads-age ✓ off already affiliate-ads ✓ off already" in shown("</style>" + told[runs[4]])
    assert f'href="runs/{runs[2]}/ads-age/before.element.png"' in page


def test_dates_for_a_letter_are_given(good: Place) -> None:
    """The first day on which a visit switched it off, and a month later."""
    assert "ai-training 5 October 2026 5 November 2026" in shown(page_of(good))


def test_a_setting_that_is_told_of_twice_is_not_known(where: Place) -> None:
    """Two findings under one name, also if invisible signs tell them apart in the file: neither counts."""
    run = where.runs[-1]
    content = json.loads((run / "run.json").read_text())
    first = content["settings"][0]
    edit(run, settings=[*content["settings"], first | {"name": "ai-train\u200eing"}])
    reseal(run)
    assert cards(page_of(where))["ai-training"][0] == "unknown"
