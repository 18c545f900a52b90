"""What lies in the folder of a visit beside its findings, and what a quiet check adds to it."""

import ctypes
import json
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from leak_search import files_with
from sample_store import PERSON, START, place, visit
from stories import OFF, WAS_OFF, Stories, Visited

from optout.browser.tls import Received
from optout.environment import clock_synchronised
from optout.evidence import audit, handover, ledger
from optout.evidence.history import History
from optout.linkedin.catalogue import AFFILIATE_ADS, AI_TRAINING
from optout.linkedin.network import Network
from optout.looking import is_worth_a_page
from optout.notebook import BEFORE, DECIDING, LAST, SECOND, Notebook, Text
from optout.verdict import Look, Reading, unreadable

QUIET = 150 * 1024  # bytes that a check may add which finds all as it was
STRANGERS = ("fremd", "stranger")
NAMES = ("ai-training", "affiliate-ads")


def _json(visited: Visited, name: str) -> dict[str, Any]:
    found = json.loads((visited.run / name).read_text())
    assert isinstance(found, dict)
    return found


def _files(visited: Visited) -> dict[str, int]:
    """The files of a run and their sizes."""
    files = (path for path in visited.run.rglob("*") if path.is_file())
    return {path.relative_to(visited.run).as_posix(): path.stat().st_size for path in files}


def _saved(visited: Visited) -> list[dict[str, Any]]:
    return [each for each in _json(visited, "network.json")["requests"] if each["method"] == "PUT"]


def test_a_visit_keeps_all_and_a_quiet_check_little(stories: Stories, tmp_path: Path) -> None:
    """Pictures of the act and its proof, texts of the load that decides, the network; then 150 KB at most.

    Whose account it is can be withheld from all of it.
    """
    site = stories.open("strangers")
    first = stories.visit(site, "run")
    assert first.findings == [OFF, OFF]
    for name in NAMES:
        stages = ("before", "after", "reload")
        wanted = {f"{name}/{stage}.{kind}.png" for stage in stages for kind in ("element", "full")}
        assert wanted | {f"{name}/card.html", f"{name}/card.aria.yaml"} <= _files(first).keys()
        assert f"{name}/second.full.png" not in _files(first), "the proof's second load needs the card alone"
        state = _json(first, f"{name}/state.json")
        assert state["texts"] == {"card.html": "reload", "card.aria.yaml": "reload"}
        assert state["not_kept"] == []
        html = (first.run / name / "card.html").read_text()
        assert ('role="switch"' in html, " checked" in html) == (True, False)
        assert "- switch" in (first.run / name / "card.aria.yaml").read_text()
        assert "[checked]" not in (first.run / name / "card.aria.yaml").read_text()
    keys = [AI_TRAINING.key, AFFILIATE_ADS.key]
    assert [each["body"] for each in _saved(first)] == [{"key": key, "value": False} for key in keys]
    assert all(each["headers"]["date"].endswith("GMT") for each in _json(first, "network.json")["requests"])
    run = _json(first, "run.json")
    assert run["tls"] == []
    assert "tls.pem" not in _files(first)
    told = run["environment"]
    assert (told["viewport"], told["proxy"], told["session"]) == ([1280, 900], False, "typed")
    assert told["clock_synchronised"] == clock_synchronised()
    quiet = stories.visit(site, "check")
    assert (quiet.findings, quiet.ended.returncode) == ([WAS_OFF, WAS_OFF], 0)
    assert sum(_files(quiet).values()) <= QUIET
    assert {name for name in _files(quiet) if name.endswith(".png")} == {
        f"{name}/before.element.png" for name in NAMES
    }
    site.moods.add("reworded:ai-training")
    changed = stories.visit(site, "check")
    assert {name for name in _files(changed) if name.endswith("full.png")} == {"ai-training/before.full.png"}
    for visited in (first, quiet, changed):
        assert [each for word in STRANGERS for each in files_with(visited.run, word)] == []
    _can_be_withheld(first, tmp_path)


def _can_be_withheld(visited: Visited, folder: Path) -> None:
    """Whose account it is stands in a whole hand-over, and in no byte of one without the identity."""
    told = _json(visited, "account.json")
    identity = [told[part] for part in ("account", "member", "display_name", "profile_url") if told[part]]
    assert len(identity) > 1
    store = visited.run.parent.parent
    handover.export(store, folder / "all.zip", handover.Wish())
    handover.export(store, folder / "less.zip", handover.Wish(withhold=("identity",)))
    whole, less = ((folder / name).read_bytes() for name in ("all.zip", "less.zip"))
    assert [word for word in identity if word.encode() not in whole] == []
    assert [word for word in identity if word.encode() in less] == []


def test_a_quiet_check_of_what_is_not_offered_adds_little_too(stories: Stories) -> None:
    """One setting off, one not offered, as in Europe: the second check with the pictures of its proof."""
    site = stories.open("europe", "already-off")
    stories.visit(site, "check")
    quiet = stories.visit(site, "check")
    assert quiet.ended.returncode == 0
    assert "affiliate-ads/category.full.png" in _files(quiet)
    assert sum(_files(quiet).values()) <= QUIET


def test_no_secret_and_nobody_else_in_what_is_kept_of_a_page(stories: Stories) -> None:
    """A page with the sign-in's secrets in attributes and addresses, and one under other people's names."""
    site = stories.open("already-off", "leaky:ai-training", "conversations:affiliate-ads")
    visited = stories.visit(site, "check")
    assert (visited.findings, visited.ended.returncode) == ([WAS_OFF, WAS_OFF], 0)
    run = _json(visited, "run.json")
    assert run["left_out"] == []
    files = _files(visited)
    assert {
        "ai-training/card.html",
        "ai-training/card.aria.yaml",
        "ai-training/before.full.png",
    } <= files.keys()
    secrets = [*site.state.sessions, *site.state.remembered]
    assert len(secrets) == 2
    assert [each for secret in secrets for each in files_with(visited.run, secret)] == []
    texts = [
        path.read_text() for path in visited.run.rglob("*") if path.suffix in {".html", ".yaml", ".json"}
    ]
    assert [text for text in texts if "ajax:" in text or "v=2" in text] == [], "neither token nor cookie"
    asked = _json(visited, "network.json")["requests"]
    leaked = [each for each in asked if each["url"].endswith("/mypreferences/d/…")]
    assert leaked
    assert {name for each in leaked for name in each["query"]} == {"csrfToken", "…"}
    page = next(each for each in asked if each["url"].endswith(AI_TRAINING.path) and each["status"] == 200)
    ids = {name: value for name, value in page["headers"].items() if name.startswith("x-")}
    assert ids == {
        "x-li-uuid": "AAYpractice==",
        "x-li-fabric": "practice-fabric",
        "x-li-pop": "practice-pop",
    }
    covered = "something that is no part of it lies over it"
    assert visited.not_kept("affiliate-ads") == [
        f"before.element.png: {covered}",
        f"before.full.png: {covered}",
    ]
    assert [name for name in files if name.startswith("affiliate-ads/") and name.endswith(".png")] == []
    assert "affiliate-ads/card.html" in files
    assert [each for word in STRANGERS for each in files_with(visited.run, word)] == []


IS_OFF, IS_ON = (Look(reading=reading, reason="") for reading in (Reading.OFF, Reading.ON))


@pytest.mark.parametrize(
    ("look", "stage", "proved_off", "worth"),
    [
        (IS_OFF, BEFORE, "", True),
        (IS_OFF, BEFORE, "2026-09-30T23:59:59Z", True),
        (IS_OFF, BEFORE, "2025-10-05T08:15:42Z", True),
        (IS_OFF, BEFORE, "2026-10-01T00:00:00Z", False),
        (IS_OFF, DECIDING, "2026-10-01T00:00:00Z", True),
        (IS_OFF, SECOND, "", False),
        (IS_OFF, LAST, "", False),
        (IS_ON, BEFORE, "2026-10-01T00:00:00Z", True),
        (IS_ON, SECOND, "2026-10-01T00:00:00Z", True),
        (unreadable("why"), BEFORE, "2026-10-01T00:00:00Z", True),
        (None, BEFORE, "2026-10-01T00:00:00Z", True),
    ],
)
def test_the_main_part_is_photographed_when_it_tells_something(
    look: Look | None, stage: str, proved_off: str, worth: bool
) -> None:
    """At the first visit, at a change, where the answer is not good, and once a month."""
    assert is_worth_a_page(look, stage, proved_off=proved_off, now=START) is worth


@pytest.mark.parametrize(
    ("words", "kept"), [("Hello Pat Practice", False), ("Hello PRACTICE-person", False), ("", True)]
)
def test_a_text_that_names_the_member_is_not_kept(tmp_path: Path, words: str, kept: bool) -> None:
    """Whose account it is stands in `account.json` alone, so that it can be withheld; a chain is kept."""
    where = place(tmp_path)
    received = Received(chain=(b"one", b"two"), record={"origin": "https://localhost"})
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        book = Notebook(draft=draft)
        book.stages["ai-training"] = {}
        book.texts["ai-training"] = {"card.html": Text(stage="before", content=f"<p>{words}</p>")}
        book.close(History(), names=("practice@example.org", "practice-person", "Pat Practice", "x"))
        book.file_what_came(Network("https://localhost"), received)
        told = visit((), now=datetime.now(UTC), ending=("try_later", 75), tls=(received.record,))
        sealed = draft.seal(told, PERSON, secrets=(), now=datetime.now(UTC))
    state = json.loads((sealed.path / "ai-training" / "state.json").read_text())
    assert (sealed.path / "ai-training" / "card.html").exists() == ("card.html" in state["texts"]) == kept
    assert state["not_kept"] == ([] if kept else ["card.html: it says whose account it is"])
    assert (sealed.path / "tls.pem").read_bytes().count(b"BEGIN CERTIFICATE") == 2
    assert json.loads((sealed.path / "run.json").read_text())["tls"] == [{"origin": "https://localhost"}]
    assert audit.audit(where.store).exit_code == 0


def test_a_text_with_a_secret_is_destroyed(tmp_path: Path) -> None:
    """What slips through the lists is caught before the seal: the files are gone, and named."""
    where, secret = place(tmp_path), "ajax:4815162342108"
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        book = Notebook(draft=draft)
        book.stages["ai-training"] = {}
        book.texts["ai-training"] = {
            "card.html": Text(stage="before", content=f'<p id="{secret}">text</p>'),
            "card.aria.yaml": Text(stage="before", content="- paragraph: text"),
        }
        book.close(History())
        draft.add("network.json", json.dumps({"url": secret}).encode())
        told = visit((), now=datetime.now(UTC), ending=("try_later", 75))
        sealed = draft.seal(told, PERSON, secrets=(secret,), now=datetime.now(UTC))
    assert sealed.left_out == ("ai-training/card.html", "network.json")
    assert files_with(where.store, secret) == []
    assert audit.audit(where.store).exit_code == 0


def test_the_clock_is_asked_for_and_not_guessed() -> None:
    """The kernel's word, read here by its layout in bytes: kept if it may be off by less than 16 s."""
    told = ctypes.create_string_buffer(1024)
    answer = ctypes.CDLL(None).ntp_adjtime(told)
    (largest_error,) = struct.unpack_from("l", told, 3 * struct.calcsize("l"))
    assert clock_synchronised() == (None if answer < 0 else largest_error < 16_000_000)
