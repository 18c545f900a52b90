"""No live secret is sealed: it is found in every form, its file destroyed, and told."""

import base64
import html
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_store import (
    ALREADY_OFF,
    PERSON,
    START,
    WEEK,
    Place,
    append,
    good_store,
    place,
    png,
    snapshot,
    state_json,
    visit,
    witnesses,
)

from optout.errors import SecretFound
from optout.evidence import audit, leaks, ledger, record

# All that an encoding could change: quotes, slash, percent, plus, space, umlaut, beyond the 16-bit plane.
SECRET = 'Kän"gu\\ru/+% <&>\N{KANGAROO}7'
PLAIN = "correct-horse-9"

CARRIERS: dict[str, Callable[[str], bytes]] = {
    "raw": lambda secret: secret.encode(),
    "in a picture's comment": lambda secret: png(secret.encode()),
    "JSON, ASCII": lambda secret: json.dumps({"password": secret}).encode(),
    "JSON, UTF-8": lambda secret: json.dumps({"password": secret}, ensure_ascii=False).encode(),
    "JSON with escaped slashes": lambda secret: json.dumps(secret).replace("/", "\\/").encode(),
    "URL": lambda secret: b"session_password=" + quote(secret, safe="").encode(),
    "URL, small digits": lambda secret: _small_digits(quote(secret, safe="")).encode(),
    "form": lambda secret: quote_plus(secret).encode(),
    "HTML": lambda secret: f'<input value="{html.escape(secret)}">'.encode(),
    "base64": lambda secret: base64.b64encode(secret.encode()),
    "base64, one before": lambda secret: base64.b64encode(b":" + secret.encode() + b"::"),
    "base64, two before": lambda secret: base64.b64encode(b"a:" + secret.encode() + b":b"),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(b"user:" + secret.encode()),
    "UTF-16, little end first": lambda secret: b"\x00\x01" + secret.encode("utf-16-le"),
    "UTF-16, big end first": lambda secret: secret.encode("utf-16-be"),
}


def _small_digits(text: str) -> str:
    head, *rest = text.split("%")
    return head + "".join(f"%{part[:2].lower()}{part[2:]}" for part in rest)


@pytest.fixture
def where(tmp_path: Path) -> Place:
    """A place for a store that does not exist yet."""
    return place(tmp_path)


def seal(where: Place, content: bytes, secrets: list[str]) -> ledger.Sealed:
    """Given a place and the content of one file, seal a visit that rests on it and on another picture."""
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        pictures = (
            draft.add("ai-training/before.element.png", content),
            draft.add("ai-training/before.full.png", png(b"innocent")),
        )
        before, after, verdict = ALREADY_OFF
        draft.add("ai-training/state.json", state_json(before, after, verdict))
        setting = record.SettingRecord(
            name="ai-training",
            before=before,
            after=after,
            verdict=verdict,
            reason="",
            witnesses=witnesses(after, verdict),
            screenshots=pictures,
        )
        return draft.seal(visit((setting,), now=START), PERSON, secrets=secrets, now=START)


@pytest.mark.parametrize("secret", [SECRET, PLAIN])
@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_file_with_a_secret_is_destroyed_and_named(where: Place, carrier: str, secret: str) -> None:
    """In whatever form it stands there: the file goes, its name is in left_out, and no picture is claimed."""
    sealed = seal(where, CARRIERS[carrier](secret), ["something-else", secret])
    run = json.loads((sealed.path / "run.json").read_text())
    assert run["left_out"] == list(sealed.left_out) == ["ai-training/before.element.png"]
    assert run["settings"][0]["screenshots"] == ["ai-training/before.full.png"]
    assert not (sealed.path / "ai-training" / "before.element.png").exists()
    assert audit.audit(where.store).exit_code == 0


@pytest.mark.parametrize("carrier", CARRIERS)
def test_an_innocent_file_is_kept(where: Place, carrier: str) -> None:
    """The twin: the same files with other words in them are sealed as they are."""
    content = CARRIERS[carrier]("Wallaby in the same place")
    sealed = seal(where, content, [SECRET, PLAIN])
    assert json.loads((sealed.path / "run.json").read_text())["left_out"] == []
    assert (sealed.path / "ai-training" / "before.element.png").read_bytes() == content


def test_the_search_finds_nothing_where_a_secret_was_sealed_unsearched(where: Place) -> None:
    """The twin of the canary: without the list of secrets they stand in the store, and are seen there."""
    seal(where, CARRIERS["in a picture's comment"](PLAIN), [])
    assert any(PLAIN.encode() in content for content in snapshot(where.store).values())


def test_a_secret_in_the_record_itself_seals_nothing(tmp_path: Path) -> None:
    """run.json cannot be left out: the visit ends with SecretFound, and the store is as before."""
    where = good_store(tmp_path)
    before = snapshot(where.store)
    with pytest.raises(SecretFound) as found:
        append(where, START + 6 * WEEK, secrets=[PLAIN], news=(f"a row says {PLAIN}",))
    assert found.value.exit_code == 1
    assert PLAIN not in str(found.value)
    assert snapshot(where.store) == before
    [draft] = (where.store / "runs").glob(".tmp-*")
    assert list(draft.iterdir()) == []
    sealed = append(where, START + 6 * WEEK, secrets=[PLAIN], news=("a row says nothing",))
    assert sealed.run[:6] == "000006"
    assert json.loads((sealed.path / "run.json").read_text())["interrupted"] == [draft.name]


def test_a_folder_whose_files_were_all_left_out_goes_with_them(where: Place) -> None:
    """Nothing empty stays behind: the audit would take it for an addition."""
    with ledger.begin(where.store, memory=where.memory, now=START) as draft:
        draft.add("ai-training/more/before.element.png", png(PLAIN.encode()))
        sealed = draft.seal(
            visit((), now=START, ending=("try_later", 75)), PERSON, secrets=[PLAIN], now=START
        )
    assert sealed.left_out == ("ai-training/more/before.element.png",)
    assert not (sealed.path / "ai-training").exists()
    assert audit.audit(where.store).exit_code == 0


def test_a_password_that_is_the_account_leaves_out_the_account(where: Place) -> None:
    """account.json is searched as well; the run is sealed without it and the next one starts a new salt."""
    sealed = append(where, secrets=[PERSON.account])
    assert json.loads((sealed.path / "run.json").read_text())["left_out"] == ["account.json"]
    assert not (sealed.path / "account.json").exists()
    following = append(where, START + WEEK)
    assert json.loads((following.path / "run.json").read_text())["damage_seen"] is None
    assert (following.path / "account.json").exists()
    assert audit.audit(where.store).exit_code == 0


def test_what_is_too_short_to_be_a_secret_is_not_sought(where: Place) -> None:
    """Three characters stand in any file by chance; four are sought."""
    assert leaks.forms(["", "off", "png"]) == ()
    assert leaks.forms(["1234"]) != ()
    assert json.loads((append(where, secrets=["", "off"]).path / "run.json").read_text())["left_out"] == []


@given(
    secret=st.text(st.characters(codec="utf-8"), min_size=4, max_size=40),
    before=st.binary(max_size=9),
    behind=st.binary(max_size=9),
)
def test_base64_is_seen_through_anywhere(secret: str, before: bytes, behind: bytes) -> None:
    """Whatever stands around a secret before encoding, the encoded text is known to hold it."""
    patterns = leaks.forms([secret])
    content = before + secret.encode() + behind
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert leaks.holds_one(b"{" + encode(content) + b"}", patterns)
    assert leaks.holds_one(content, patterns)
    assert leaks.holds_one(content[: len(before)] + secret.encode("utf-16-le"), patterns)


@given(st.binary(max_size=200))
def test_bytes_that_hold_no_form_are_kept(content: bytes) -> None:
    """The search alone decides by what stands there: a long unlikely secret is never seen where it is not."""
    assert not leaks.holds_one(zlib.compress(content), leaks.forms(["an-unlikely-secret-of-32-letters"]))
