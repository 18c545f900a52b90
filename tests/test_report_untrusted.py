"""The report of runs that a stranger wrote: whatever lies in them, a harmless page and no false OFF."""

import html
import json
import re
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_pages import cards, page_of, visits
from sample_store import ALREADY_OFF, START, Place, append, edit, good_store, place, reseal

from optout.evidence import report_reading, report_text
from optout.evidence.report_visits import Doubt


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes."""
    return good_store(tmp_path_factory.mktemp("good"))


@pytest.fixture
def where(good: Place, tmp_path: Path) -> Place:
    """A copy of the good store for this test to change."""
    shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    return place(tmp_path)


CSP = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


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
    assert "no picture\u2019s name" in told


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


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "L", "P"]), max_size=60))
def test_no_sign_deceives_and_no_text_is_long(text: str) -> None:
    """Of what controls, turns or hides, only line ends, tabs and the two that join letters are left."""
    for shown in (report_text.clean(text), report_text.name(text), report_text.clean(text * 200, 50)):
        kinds = {unicodedata.category(sign) for sign in (shown or "") if sign not in "\n\t\u200c\u200d"}
        assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        assert shown is None or shown.strip()
    assert len(report_text.clean("x" * 10_000) or "") <= report_text.LONGEST + 2
    assert len(report_text.name("x" * 10_000) or "") <= report_text.LONGEST_NAME + 2


def test_marks_of_direction_fall_away() -> None:
    """Left-to-right, right-to-left and Arabic marks, a soft hyphen, a tag: signs that nobody sees."""
    assert report_text.clean("a\u200eb\u200fc\u061cd\u00ade\U000e0041f") == "abcdef"


def test_too_many_settings_are_not_believed_and_not_all_shown(where: Place) -> None:
    """A run that names more than can be: what it says does not count, and the page stays a page."""
    run = where.runs[-1]
    content = json.loads((run / "run.json").read_text())
    edit(run, settings=[content["settings"][0] | {"name": f"setting-{n:04d}"} for n in range(2000)])
    reseal(run)
    page = page_of(where)
    assert [state for state, _ in cards(page).values()] == ["unknown"] * 100
    assert "2 further settings that the runs name are left out" in page
    newest = next(report_reading.visits(where.store, frozenset()))
    assert newest.doubt is Doubt.TOO_MUCH
    assert len(page) < 1_000_000


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
