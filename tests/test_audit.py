"""The audit: what it says of good, empty, absent and damaged stores, and that it stands alone."""

import itertools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
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
    reseal,
    state_json,
)

from optout import verdict as rule
from optout.errors import WORST_FIRST, Outcome
from optout.evidence import audit, audit_findings, ledger

NAMES = [
    "bag", "sequence", "genesis", "link", "files", "unlisted", "findings",
    "signature", "timestamp", "time", "known-head", "known-key",
]  # fmt: skip
CHECKOUT = Path(audit.__file__).parents[2]
# Runs a module, all but the standard library and the audit's own files being refused.
ALONE = """
import runpy, sys
module, folder = sys.argv.pop(1), sys.argv.pop(1)
sys.path.insert(0, folder)
class Refuse:
    def find_spec(self, name, path=None, target=None):
        ours = name in {"optout", "optout.evidence", "optout.evidence.ordinary_file"}
        ours |= name.startswith("optout.evidence.audit")
        if not ours and name.split(".")[0] not in sys.stdlib_module_names:
            raise ImportError(f"{name} is refused")
sys.meta_path.insert(0, Refuse())
runpy.run_module(module, run_name="__main__")
"""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A good store that no test changes."""
    return good_store(tmp_path_factory.mktemp("good"))


@pytest.fixture
def where(tmp_path: Path) -> Place:
    """A good store of this test's own."""
    return good_store(tmp_path)


def results(found: audit.Audit) -> dict[str, str]:
    """Given an audit, return each check's result."""
    return {check.name: check.result for check in found.checks}


def failing(found: audit.Audit) -> set[str]:
    """Given an audit, return the names of the checks that fail."""
    return {check.name for check in found.checks if check.result == "fails"}


def sentence(found: audit.Audit, name: str) -> str:
    """Given an audit, return what one check says."""
    return next(check.sentence for check in found.checks if check.name == name)


def alone(
    *words: str | Path, optimised: bool = False, module: str = "optout.evidence.audit"
) -> subprocess.CompletedProcess[str]:
    """Given the audit's words, run it as a stranger would: isolated, no packages, an odd locale."""
    flags = ["-I", "-S", *(["-O"] if optimised else [])]
    command = [sys.executable, *flags, "-c", ALONE, module, str(CHECKOUT), *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env={"LC_ALL": "C"})


@pytest.mark.parametrize("optimised", [False, True])
def test_it_runs_on_the_standard_library_alone(good: Place, optimised: bool) -> None:
    """No third-party package, no site-packages, also under -O: every check, then head, limits and ending."""
    head = ledger.head(good.store)
    ended = alone(good.store, optimised=optimised)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert [line.split()[1] for line in lines[:12]] == NAMES
    assert f"head {head}" in lines
    assert lines[-1] == "The evidence holds, as far as it was asked."
    told = alone(good.store, "--head", str(head).upper(), "--json", optimised=optimised)
    assert (told.returncode, told.stderr) == (0, "")
    answer = json.loads(told.stdout)
    assert list(answer) == [
        "schema", "outcome", "exit_code", "store", "runs", "first", "last", "head", "key", "limits", "checks",
    ]  # fmt: skip
    assert (answer["schema"], answer["outcome"], answer["exit_code"]) == ("optout.audit/1", "good", 0)
    assert (answer["runs"], answer["first"], answer["last"]) == (5, good.runs[0].name, good.runs[-1].name)
    assert answer["head"] == head
    assert answer["store"] == json.loads((good.store / "store.json").read_text())["store"]
    assert [list(check) for check in answer["checks"]] == [["name", "result", "sentence", "runs"]] * 12
    assert [check["name"] for check in answer["checks"]] == NAMES


@pytest.mark.parametrize("module", ["optout.evidence.ledger", "optout.evidence.report", "optout.cli"])
def test_the_rest_of_the_program_does_not_run_alone(module: str) -> None:
    """The twin: whatever needs more than the standard library, or more of ours, is refused there."""
    assert "is refused" in alone(module=module).stderr


@pytest.mark.parametrize("optimised", [False, True])
def test_a_damaged_store_fails_there_too(where: Place, optimised: bool) -> None:
    """The twin: one changed byte is exit 6 for the stranger as well, under -O too."""
    picture = where.runs[1] / "ai-training" / "before.element.png"
    picture.write_bytes(picture.read_bytes()[:-1] + b"\x00")
    ended = alone(where.store, optimised=optimised)
    assert (ended.returncode, ended.stderr) == (6, "")
    assert (
        f"files       {where.runs[1].name}: ai-training/before.element.png is not as recorded" in ended.stdout
    )
    assert ended.stdout.endswith("The evidence does not hold.\n")


def test_what_was_not_asked_is_told_as_such(good: Place) -> None:
    """On an unsigned store with no head given, exactly these checks are not asked, and the rest holds."""
    assert results(audit.audit(good.store)) == dict.fromkeys(NAMES, "not_asked") | dict.fromkeys(
        NAMES[1:7], "holds"
    )


def test_a_stamp_without_a_root_is_never_taken_for_good(where: Place) -> None:
    """A token lies there and no root was told: could not check, exit 4, and what to give."""
    (where.runs[-1] / "SHA256SUMS.tsa-a.tsr").write_text("x")
    found = audit.audit(where.store)
    unknown = {name for name, result in results(found).items() if result == "could_not_check"}
    assert unknown == {"timestamp", "time"}
    assert (found.exit_code, found.outcome) == (4, "could_not_tell")
    assert sentence(found, "timestamp") == "1 time stamp, no outside root given (--tsa-root)"


def test_a_run_that_claims_a_seal_and_has_none_is_not_taken_for_good(where: Place) -> None:
    """The tail's seals were stripped: run.json still says that there were some."""
    edit(where.runs[-1], seal={"key": "SHA256:x", "unsigned_because": None, "stamps_asked": ["tsa-a"]})
    reseal(where.runs[-1])
    assert audit.audit(where.store).exit_code == 4


def test_a_told_head_is_found_anywhere_in_the_chain(good: Place) -> None:
    """The newest run's, an older run's, and one that is not there."""
    newest = ledger.head(good.store)
    assert "the newest" in sentence(audit.audit(good.store, head=newest), "known-head")
    sums = good.runs[1] / "SHA256SUMS"
    older = subprocess.run(["sha256sum", sums], check=True, capture_output=True, text=True).stdout[:64]
    assert sentence(audit.audit(good.store, head=older), "known-head").endswith("3 more since")
    assert failing(audit.audit(good.store, head="0" * 64)) == {"known-head"}


def test_a_head_that_is_none_is_a_matter_of_usage(good: Place) -> None:
    """A word that is no head, or no folder at all: exit 2."""
    assert alone(good.store, "--head", "abc").returncode == 2
    assert alone().returncode == 2


def test_no_evidence_yet_is_could_not_check(tmp_path: Path) -> None:
    """A folder that is absent, empty, with an empty runs/, or only begun: exit 4, one sentence."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "begun" / "runs").mkdir(parents=True)
    begun = place(tmp_path / "draft")
    with ledger.begin(begun.store, memory=begun.memory, now=START):
        pass
    for folder in (tmp_path / "absent", tmp_path / "empty", tmp_path / "begun", begun.store):
        found = audit.audit(folder)
        assert (found.exit_code, found.runs, found.head) == (4, 0, None)
        assert f"there is no evidence yet in {folder}" in "\n".join(audit.lines(found))
        assert alone(folder).returncode == 4
        assert alone(folder).stderr == ""


def test_what_is_no_store_is_could_not_check(tmp_path: Path) -> None:
    """A file, or a folder of other things: exit 4 and a sentence."""
    (tmp_path / "letter.txt").write_text("dear")
    for path in (tmp_path, tmp_path / "letter.txt"):
        found = audit.audit(path)
        assert found.exit_code == 4
        assert "evidence store" in "\n".join(audit.lines(found))


def test_a_store_whose_runs_are_all_gone_fails_against_a_told_head(where: Place) -> None:
    """Everything was cut: without the head nobody can tell, with it the check fails."""
    head = ledger.head(where.store)
    (where.store / "runs").rename(where.store / "away")
    (where.store / "runs").mkdir()
    assert audit.audit(where.store).exit_code == 4
    assert audit.audit(where.store, head=head).exit_code == 6


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b"[" * 200_000, b"9" * 5000, b'{"number": NaN}', b"{}"],
)
@pytest.mark.parametrize("name", ["run.json", "ai-training/state.json"])
def test_json_that_makes_no_sense_is_a_sentence(where: Place, name: str, content: bytes) -> None:
    """Sealed nonsense: never a traceback, never good."""
    (where.runs[-1] / name).write_bytes(content)
    reseal(where.runs[-1])
    found = audit.audit(where.store)
    assert found.exit_code in {4, 6}
    assert "\n".join(audit.lines(found))


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"format": "2"}', b'{"format": "1", "store": 7}'])
def test_a_store_without_its_identifier_fails(where: Place, content: bytes | None) -> None:
    """store.json is missing, senseless, or of a format that nobody has described."""
    path = where.store / "store.json"
    path.unlink() if content is None else path.write_bytes(content)
    assert failing(audit.audit(where.store)) == {"sequence"}


def test_a_schema_of_a_later_version_is_not_judged(where: Place) -> None:
    """An unknown schema or kind could not be checked, rather than holds or fails."""
    edit(where.runs[-1], schema="optout.run/9")
    reseal(where.runs[-1])
    assert audit.audit(where.store).exit_code == 4
    edit(where.runs[-1], schema="optout.run/1", kind="harvest")
    reseal(where.runs[-1])
    assert audit.audit(where.store).exit_code == 4
    edit(where.runs[-1], kind="visit")
    reseal(where.runs[-1])
    assert audit.audit(where.store).exit_code == 0


def test_an_unfinished_visit_is_told_and_not_counted(where: Place) -> None:
    """A visit is under way: the audit of the rest holds."""
    (where.store / "runs" / ".tmp-00ff").mkdir()
    found = audit.audit(where.store)
    assert found.exit_code == 0
    assert "1 unfinished not counted" in sentence(found, "unlisted")


def test_a_thousand_problems_are_counted_and_three_are_told(where: Place) -> None:
    """The sentence stays short, all runs are named."""
    for run in where.runs:
        for picture in run.rglob("*.png"):
            picture.unlink()
    found = next(check for check in audit.audit(where.store).checks if check.name == "files")
    assert found.sentence.count("is missing") == 3
    assert found.sentence.endswith("; and 10 more")
    assert found.runs == tuple(run.name for run in where.runs)


def _looks() -> list[rule.Look]:
    looks = [rule.Look(reading=reading, reason="") for reading in rule.Reading if reading != "unreadable"]
    for conflict in (False, True):
        unreadable = rule.Reading.UNREADABLE
        looks.append(rule.Look(reading=unreadable, reason="", cause=rule.Cause.PAGE, conflict=conflict))
    return looks


def test_the_table_of_verdicts_is_that_of_the_program() -> None:
    """Every pair of looks, clicked or not, proved earlier or not: allowed is exactly what can come out."""
    allowed: dict[tuple[str, str], set[str]] = {}
    for before, after, clicked, earlier in itertools.product(
        _looks(), _looks(), (False, True), (False, True)
    ):
        verdict = rule.conclude(before, after, clicked=clicked, proved_off_earlier=earlier)
        allowed.setdefault((before.reading.value, after.reading.value), set()).add(verdict.value)
    readings = [reading.value for reading in rule.Reading]
    assert frozenset(readings) == audit_findings.READINGS
    for pair in itertools.product(readings, readings):
        # A first look that was a conflict can end in conflict, whatever the last one read.
        assert set(audit_findings.FOLLOWS.get(pair, {"conflict"})) == allowed[pair], pair


def test_the_table_of_endings_is_that_of_the_program() -> None:
    """Words, exit codes, their order from worst to best, and the best ending each verdict allows."""
    assert dict(audit_findings.ENDINGS) == {outcome.word: outcome.exit_code for outcome in Outcome}
    assert list(audit_findings.ENDINGS) == [outcome.word for outcome in WORST_FIRST]
    assert {verdict.value for verdict in rule.Verdict} == set(audit_findings.MILDEST)
    assert {verdict.value for verdict in rule.PROVED_OFF} == audit_findings.PROVED_OFF
    for verdict in rule.Verdict:
        causes = [*rule.Cause] if verdict is rule.Verdict.UNREADABLE else [None]
        mildest = max((rule.outcome_of(verdict, cause) for cause in causes), key=WORST_FIRST.index)
        assert audit_findings.MILDEST[verdict.value] == mildest.word


def judged(where: Place, **members: object) -> audit.Audit:
    """Given a store, set members of the newest run, with a state.json of `another`, and audit."""
    told = members.get("settings")
    for setting in told if isinstance(told, list) else []:
        match setting:
            case {"name": "another", "before": before, "after": after, "verdict": verdict}:
                (where.runs[-1] / "another").mkdir(exist_ok=True)
                state = where.runs[-1] / "another" / "state.json"
                state.write_bytes(state_json(before, after, verdict))
    edit(where.runs[-1], **members)
    reseal(where.runs[-1])
    return audit.audit(where.store)


ON = {"outcome": "on", "exit_code": 3}
NOT_TOLD = {"outcome": "could_not_tell", "exit_code": 4}
LATER = {"outcome": "try_later", "exit_code": 75}


def finding(before: str, after: str, verdict: str, **more: object) -> dict[str, object]:
    """Given readings and verdict, return one member of settings, without pictures."""
    named = {"name": "another", "before": before, "after": after, "verdict": verdict, "reason": ""}
    return named | {"screenshots": []} | more


@pytest.mark.parametrize(
    ("finding_", "ending"),
    [
        (ALREADY_OFF, ("good", 0)), (NOT_OFFERED, ("good", 0)), (("on", "on", "on"), ("on", 3)),
        (("on", "on", "did_not_stick"), ("on", 3)), (UNREADABLE, ("try_later", 75)),
        (UNREADABLE, ("person_needed", 5)), (UNREADABLE, ("evidence_damaged", 6)),
        (ALREADY_OFF, ("fault", 1)),
        (("off", "on", "conflict"), ("could_not_tell", 4)), (("on", "unreadable", "conflict"), ("on", 3)),
    ],
)  # fmt: skip
def test_findings_that_follow_hold(
    where: Place, finding_: tuple[str, str, str], ending: tuple[str, int]
) -> None:
    """The twin of those that do not: verdicts as readings have them, endings as bad as they or worse."""
    found = judged(where, settings=[finding(*finding_)], outcome=ending[0], exit_code=ending[1])
    assert found.exit_code == 0, sentence(found, "findings")


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"settings": [finding("on", "on", "already_off")]}, "do not allow"),
        ({"settings": [finding("unreadable", "unreadable", "already_off")]}, "do not allow"),
        ({"settings": [finding("unreadable", "off", "already_off")]}, "do not allow"),
        ({"settings": [finding("off", "off", "turned_off")]}, "do not allow"),
        ({"settings": [finding("off", "not_offered", "not_offered")]}, "do not allow"),
        ({"settings": [finding("off", "off", "off")]}, "do not allow"),
        ({"settings": [finding("OFF", "off", "already_off")]}, "which are none"),
        ({"settings": [finding("on", "on", "came_back_on")], **ON}, "no earlier run"),
        ({"settings": [finding(*ALREADY_OFF), finding(*ALREADY_OFF)]}, "twice"),
        ({"settings": [finding(*ALREADY_OFF, screenshots=["another/before.png"])]}, "not sealed with it"),
        ({"settings": [finding(*ALREADY_OFF, screenshots="x")]}, "not a list"),
        ({"settings": [finding(*ALREADY_OFF, screenshots=[{}])]}, "not sealed with it"),
        ({"settings": [finding(*UNREADABLE)]}, "better than"),
        ({"settings": [finding("on", "on", "on")], **NOT_TOLD}, "better than"),
        ({"settings": [finding("off", "on", "conflict")], **LATER}, "better than"),
        ({"settings": []}, "better than"),
        ({"damage_seen": "something"}, "better than"),
        ({"outcome": "good", "exit_code": 3}, "does not go with"),
        ({"outcome": "splendid"}, "does not go with"),
        ({"outcome": [], "exit_code": {}}, "does not go with"),
        ({"exit_code": False}, "does not go with"),
        ({"settings": {"ai-training": "off"}}, "not a list of findings"),
        ({"settings": ["off"]}, "not a list of findings"),
        ({"settings": [{"name": [], "before": {}, "after": [], "verdict": None}]}, "which are none"),
    ],
)  # fmt: skip
def test_findings_that_do_not_follow_fail(where: Place, members: dict[str, object], says: str) -> None:
    """Our own bugs, or a hand's: whatever was sealed that its readings do not bear out."""
    found = judged(where, **members)
    assert failing(found) == {"findings"}
    assert says in sentence(found, "findings")


KEY = {"key": "a-setting"}
STOOD = KEY | {"checked": False}


@pytest.mark.parametrize(
    ("stages", "holds"),
    [
        ({"before": KEY | {"checked": False}, "stood": STOOD}, True),
        ({"before": KEY | {"checked": False}, "stood": STOOD, "after": KEY}, True),
        ({"before": KEY | {"checked": False}}, False),
        ({"before": KEY | {"checked": False}, "stood": KEY | {"checked": True}}, False),
        ({"before": KEY | {"checked": True}, "reload": KEY | {"checked": False}, "stood": STOOD}, False),
        ({"before": KEY | {"checked": False}, "reload": KEY | {"checked": True}, "stood": STOOD}, False),
        ({"before": KEY | {"checked": True}, "stood": STOOD}, False),
        ({"before": KEY | {"checked": None}, "stood": STOOD}, False),
        ({"before": KEY | {"checked": 0}, "stood": STOOD}, False),
        ({"before": KEY, "stood": STOOD}, False),
        ({"reload": KEY | {"checked": False}, "stood": STOOD}, False),
        ({"before": {"checked": False}, "stood": STOOD}, False),
        ({"before": {"checked": False, "key": " "}, "stood": STOOD}, False),
        ({"before": {"checked": False, "key": ["a-setting"]}, "stood": STOOD}, False),
        ({"before": KEY | {"checked": False}, "after": {"key": "another-setting"}, "stood": STOOD}, False),
        ({"before": KEY | {"checked": False}, "after": {}, "stood": STOOD}, False),
        ({"before": KEY | {"checked": False}, "after": None, "stood": STOOD}, False),
        ({}, False),
        ([], False),
    ],
)
def test_state_json_has_to_agree_with_the_readings(where: Place, stages: object, holds: bool) -> None:
    """Read off needs a control of one key that was not checked, on the first load and on the last."""
    state = where.runs[-1] / "ai-training" / "state.json"
    state.write_text(json.dumps({"stages": stages}))
    reseal(where.runs[-1])
    assert failing(audit.audit(where.store)) == (set() if holds else {"findings"})


def test_off_needs_a_state_json_behind_it(where: Place) -> None:
    """Texts and pictures deleted, none claimed, sealed anew: the verdicts alone prove nothing."""
    run = where.runs[-1]
    settings_ = json.loads((run / "run.json").read_text())["settings"]
    for name in ("ai-training", "affiliate-ads"):
        shutil.rmtree(run / name)
    found = judged(where, settings=[setting | {"screenshots": []} for setting in settings_])
    assert failing(found) == {"findings"}
    assert "'ai-training' was read on or off, but no state.json says so" in sentence(found, "findings")


def test_a_state_json_that_was_left_out_is_told(where: Place) -> None:
    """It held a secret and was destroyed: declared in the run, it is no damage and no proof of OFF."""
    run = where.runs[-1]
    (run / "ai-training" / "state.json").unlink()
    assert failing(judged(where, left_out=["ai-training/before.full.png"])) == {"findings"}
    assert failing(judged(where, left_out="ai-training/state.json")) == {"findings"}
    found = judged(where, left_out=["ai-training/state.json"])
    assert (found.exit_code, results(found)["findings"]) == (4, "could_not_check")
    assert "'ai-training' is called off, but its state.json was left out" in sentence(found, "findings")
    settings = [finding("on", "on", "came_back_on", name="ai-training")]
    found = judged(where, settings=settings, left_out=["ai-training/state.json"], **ON)
    assert found.exit_code == 0
    assert sentence(found, "findings").endswith("; 1 without a state.json, declared left out")


def test_a_setting_that_was_not_read_needs_no_state_json(tmp_path: Path) -> None:
    """The twin: whoever never got so far has nothing to show, and claims nothing."""
    where = place(tmp_path)
    append(where, START, {"ai-training": UNREADABLE, "affiliate-ads": NOT_OFFERED})
    run = where.runs[-1]
    for state in run.rglob("state.json"):
        state.unlink()
    reseal(run)
    assert failing(audit.audit(where.store)) == set()


def test_a_setting_that_came_back_needs_an_earlier_proof(tmp_path: Path) -> None:
    """Across runs: came_back_on holds after a run that proved it off, and not before."""
    first = place(tmp_path / "first")
    append(first, START, {"ai-training": CAME_BACK})
    assert failing(audit.audit(first.store)) == {"findings"}
    second = place(tmp_path / "second")
    append(second, START, {"ai-training": ALREADY_OFF})
    append(second, START + WEEK, {"ai-training": CAME_BACK})
    assert failing(audit.audit(second.store)) == set()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["on", "off", "already_off", "turned_off", "good", "visit", "name", "before", "after"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["name", "before", "after", "verdict", "screenshots", "key"]), inner),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    members=st.dictionaries(
        st.sampled_from(
            ["schema", "number", "kind", "outcome", "exit_code", "sealed", "settings", "seal", "store"]
        ),
        JSON,
        min_size=1,
        max_size=4,
    )
)
def test_no_value_in_a_run_ends_in_a_traceback(
    good: Place, tmp_path: Path, members: dict[str, object]
) -> None:
    """Any JSON value in any member that the audit reads gives checks and sentences."""
    run = tmp_path / "runs" / good.runs[0].name
    run.mkdir(parents=True, exist_ok=True)
    (tmp_path / "store.json").write_bytes((good.store / "store.json").read_bytes())
    content = json.loads((good.runs[0] / "run.json").read_text()) | members
    (run / "run.json").write_text(json.dumps(content))
    (run / "SHA256SUMS").write_text("")
    reseal(run)
    found = audit.audit(tmp_path)
    assert found.exit_code in {4, 6}
    "\n".join(audit.lines(found)).encode("ascii", "replace")
