"""What earlier runs say to a new visit: as far as they can be understood, and never an error."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_store import ALREADY_OFF, START, TURNED_OFF, WEEK, Place, append, edit, good_store, place

from optout.evidence import history

NAMES = ["ai-training", "affiliate-ads"]
SITE = "http://127.0.0.1:8000"
FILES = ("run.json", "account.json", "rows.json", "ai-training/state.json")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes."""
    return good_store(tmp_path_factory.mktemp("good"))


@pytest.fixture
def where(good: Place, tmp_path: Path) -> Place:
    """A copy of the good store for this test to change."""
    shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    return place(tmp_path)


def alone(where: Place) -> Path:
    """Given a store, remove all runs but the newest and return that one, with rows beside it."""
    for run in where.runs[:-1]:
        shutil.rmtree(run)
    (where.runs[0] / "rows.json").write_text(json.dumps({"/privacy": [{"path": "/a", "label": "A"}]}))
    return where.runs[0]


def edit_setting(run: Path, **members: object) -> None:
    """Given a run, set members of its finding on ai-training."""
    told = json.loads((run / "run.json").read_text())["settings"]
    edit(run, settings=[each | members if each["name"] == "ai-training" else each for each in told])


def test_a_good_run_tells_all_that_a_visit_asks(where: Place) -> None:
    """The twin of everything below: site, member, proofs, readings, texts and rows."""
    alone(where)
    past = history.of(where.store, NAMES)
    assert (past.site, past.member) == (SITE, "practice-person")
    assert past.proved_off == dict.fromkeys(NAMES, "2026-11-02T08:15:41Z")
    assert past.read == set(NAMES)
    assert past.texts["ai-training"]["label"] == "Use my data"
    assert past.rows == {"/privacy": frozenset({"/a"})}


def test_no_store_has_no_past(tmp_path: Path) -> None:
    """Nothing there: an empty history."""
    assert history.of(tmp_path / "none", NAMES) == history.History()


def test_the_newest_run_that_says_it_counts(tmp_path: Path) -> None:
    """A later proof takes the place of an earlier one; a setting that was left out keeps its own."""
    where = place(tmp_path)
    append(where, START, {"ai-training": TURNED_OFF, "affiliate-ads": TURNED_OFF})
    append(where, START + WEEK, {"ai-training": ALREADY_OFF})
    past = history.of(where.store, NAMES)
    assert past.proved_off == {
        "ai-training": "2026-10-12T08:15:41Z",
        "affiliate-ads": "2026-10-05T08:15:41Z",
    }


@pytest.mark.parametrize(
    "members",
    [
        {"name": []}, {"name": {}}, {"name": None}, {"verdict": []}, {"verdict": {}}, {"verdict": 1},
        {"after": []}, {"verdict": "on"},
    ],
)  # fmt: skip
def test_a_finding_of_another_kind_proves_nothing(where: Place, members: dict[str, object]) -> None:
    """The other setting of that run keeps its proof."""
    edit_setting(alone(where), **members)
    assert set(history.of(where.store, NAMES).proved_off) == {"affiliate-ads"}


@pytest.mark.parametrize("value", [[], {}, None, 3, "maybe"])
def test_a_reading_of_another_kind_was_not_read(where: Place, value: object) -> None:
    """Neither on nor off: as if that run had not read the setting."""
    edit_setting(alone(where), before=value, after=value)
    assert history.of(where.store, NAMES).read == {"affiliate-ads"}


@pytest.mark.parametrize("finished", [None, [], {}, 7, True])
def test_a_proof_without_its_time_is_none(where: Place, finished: object) -> None:
    """A run that does not say when it ended proves nothing to the next visit; an older one does."""
    edit(where.runs[-1], finished=finished)
    past = history.of(where.store, NAMES)
    assert past.proved_off == dict.fromkeys(NAMES, "2026-10-26T08:15:41Z")


@pytest.mark.parametrize(
    "site",
    [
        "http://[", "http://", "", "somewhere", "http://a:99999", "http://a:b", "http://a b", "http://a\n",
        "http://\ud83d", "file:///etc", "//127.0.0.1", "javascript:1", [], {}, None, 7, ["http://a"],
    ],
)  # fmt: skip
def test_a_site_that_is_no_address_is_passed_over(where: Place, site: object) -> None:
    """The run before says where the evidence is from."""
    edit(where.runs[-1], options={"site": site})
    assert history.of(where.store, NAMES).site == SITE


@pytest.mark.parametrize("site", ["https://www.example.org", "http://[::1]:8000", "http://localhost:1"])
def test_an_address_is_told_as_it_stands(where: Place, site: str) -> None:
    """The twin: real and practice addresses are known."""
    edit(where.runs[-1], options={"site": site})
    assert history.of(where.store, NAMES).site == site


@pytest.mark.parametrize("member", [[], {}, 7, "", "a\x1b[2K", "\ud83d"])
def test_a_member_that_is_none_is_passed_over(where: Place, member: object) -> None:
    """The run before says whose evidence it is."""
    account = where.runs[-1] / "account.json"
    account.write_text(json.dumps(json.loads(account.read_text()) | {"member": member}))
    assert history.of(where.store, NAMES).member == "practice-person"


@pytest.mark.parametrize("rows", ["x", {"path": "/b"}, [[]], [{"path": []}], [{"label": "B"}], [None], 7])
def test_rows_that_are_none_are_passed_over(where: Place, rows: object) -> None:
    """The run before says which rows there were."""
    for run, content in ((where.runs[-2], [{"path": "/a"}]), (where.runs[-1], rows)):
        (run / "rows.json").write_text(json.dumps({"/privacy": content}))
        edit(run, options=None)  # so that history goes back beyond the newest
    assert history.of(where.store, NAMES).rows == {"/privacy": frozenset({"/a"})}


WORDS = [
    "name", "before", "after", "verdict", "settings", "options", "site", "finished", "stages", "reload",
    "path", "checked", "member", "ai-training", "on", "off", "already_off", SITE, "/privacy", "\ud83d", "http://[",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip
SETTING = st.fixed_dictionaries(
    {"name": st.just("ai-training") | JSON}, optional={"before": JSON, "after": JSON, "verdict": JSON}
)
RUN = st.fixed_dictionaries(
    {}, optional={"settings": st.lists(SETTING) | JSON, "options": JSON, "finished": JSON}
)
STATE = st.fixed_dictionaries({"stages": JSON | st.dictionaries(st.sampled_from(WORDS), JSON, max_size=2)})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.tuples(RUN | JSON, JSON, JSON, STATE | JSON))
def test_no_value_stops_a_visit(good: Place, tmp_path: Path, contents: tuple[object, ...]) -> None:
    """Any JSON in the newest run: a history comes out, of the kinds that a visit relies on."""
    where = place(tmp_path)
    if not where.store.exists():
        shutil.copytree(good.store.parent.parent, tmp_path, dirs_exist_ok=True)
    for name, content in zip(FILES, contents, strict=True):
        (where.runs[-1] / name).write_text(json.dumps(content))
    past = history.of(where.store, NAMES)
    assert past.site == SITE
    assert past.member
    past.member.encode()
    assert set(past.proved_off) == set(NAMES)
    assert past.read == set(NAMES)
    assert all(isinstance(finished, str) for finished in past.proved_off.values())
    for text in past.texts.values():
        assert all(value is None or isinstance(value, str | bool) for value in text.values())
    for paths in past.rows.values():
        assert all(isinstance(path, str) for path in paths)
