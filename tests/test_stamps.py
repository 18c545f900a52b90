"""Time stamps, from a real authority on loopback: which replies are taken, and what they prove, how long."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import authority
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_store import OWNER, Place, append, good_store, place

from optout.errors import UsageProblem
from optout.evidence import audit, audit_tools, authorities, checkers, seal, shown_seals, sshsig, tsa
from optout.evidence.audit_told import Told

SUMS = b"0" * 64 + b"  run.json\n"
LISTED = (
    '{{"schema": "optout.stamps/1", "authorities": '
    '[{{"name": "{name}", "url": "http://a/", "qualified": "no"}}]}}'
)
PATIENCE = 0.5  # seconds, where an authority is silent in any case
FIXTURES = Path(__file__).parent / "stamps"
LONG = "A root with a name that makes what it signs the longer by far"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[authority.Serving]:
    """An authority that runs, for all tests here."""
    with authority.serving(authority.office(tmp_path_factory.mktemp("tsa") / "office")) as running:
        yield running


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> authority.Office:
    """Another authority, whose root is not pinned for the first one."""
    return authority.office(tmp_path_factory.mktemp("stranger") / "office", root="Another Root")


def means(*asked: authorities.Authority) -> seal.Means:
    """Given authorities, return what there is to seal with: them, and a key."""
    return seal.Means(key=lambda _: OWNER, authorities=asked)


def audited(where: Place, *roots: bytes, checks: audit_tools.Checkers = checkers.FAST) -> audit.Audit:
    """Given a place and roots that were told, audit its store."""
    told = Told(roots=b"\n".join(roots) or None, expects_stamps=bool(roots))
    return audit.audit(where.store, told=told, checkers=checks)


def results(found: audit.Audit) -> tuple[str, str]:
    """Given an audit, return the results of `timestamp` and `time`."""
    told = {check.name: check.result for check in found.checks}
    return told["timestamp"], told["time"]


def test_a_stamp_is_asked_for_and_stock_tools_accept_it(tmp_path: Path, served: authority.Serving) -> None:
    """One request per run, which holds hash and nonce; the reply lies there as it came, and its time fits."""
    before = len(served.office.asked)
    where = good_store(tmp_path, means(served.authority()), start=datetime.now(UTC), step=timedelta())
    assert len(served.office.asked) == before + 5
    for run in where.runs:
        told = json.loads((run / "run.json").read_text())["seal"]
        assert told["stamps_asked"] == ["tsa-a"]
        sums, reply = ((run / f"SHA256SUMS{end}").read_bytes() for end in ("", ".tsa-a.tsr"))
        moment = audit_tools.stamped_at(sums, reply, served.office.root)
        assert abs(moment - datetime.now(UTC)) < timedelta(minutes=10)
        assert checkers.stamped_at(sums, reply, served.office.root) == moment
    assert json.loads((where.store / "store.json").read_text())["stamps"] == ["tsa-a"]
    found = audited(where, served.office.root)
    assert (found.exit_code, results(found)) == (0, ("holds", "holds"))
    assert results(audited(where)) == ("could_not_check", "could_not_check")


def test_what_seals_say_of_themselves_is_shown(tmp_path: Path, served: authority.Serving) -> None:
    """Key and time of a run, for a page that names them; nothing where there is none, or none to be read."""
    where, now = place(tmp_path), datetime.now(UTC).replace(microsecond=0)
    append(where, now, means=means(served.authority()))
    append(where, now)
    shown, bare = map(shown_seals.of, where.runs)
    [(name, moment)] = shown.stamps
    assert (shown.key, name) == (sshsig.fingerprint(OWNER.public), "tsa-a")
    assert moment is not None
    assert now <= moment <= datetime.now(UTC)
    assert bare == shown_seals.ShownSeals(key=None, stamps=())
    for seal_name in (seal.SIGNATURE, "SHA256SUMS.tsa-a.tsr"):
        (where.runs[0] / seal_name).write_bytes(b"x")
    assert shown_seals.of(where.runs[0]) == shown_seals.ShownSeals(key=None, stamps=(("tsa-a", None),))


REFUSED = {
    "500": "HTTP 500", "redirect": "HTTP 302", "html": "something else", "empty": "something else",
    "huge": "something else", "truncate": "something else", "flip": "does not fit", "other": "does not fit",
    "drop": "could not be reached",
}  # fmt: skip


@pytest.mark.parametrize(("mood", "words"), REFUSED.items())
def test_what_is_no_stamp_for_this_run_is_dropped_and_the_next_is_asked(
    served: authority.Serving, mood: str, words: str
) -> None:
    """Whatever an authority answers, the next one's stamp is taken, and the reason told."""
    asked = tsa.ask([served.authority("bad", mood), served.authority("good")], SUMS)
    assert asked.stamp is not None
    assert (asked.stamp.authority, asked.stamp.checked) == ("good", True)
    [refusal] = asked.refusals
    assert refusal.startswith("bad ")
    assert words in refusal


def test_an_authority_that_is_silent_is_not_waited_for(served: authority.Serving) -> None:
    """It has its time and no more, and what still waits for it holds no exit."""
    asked = tsa.ask([served.authority("mute", "slow")], SUMS, patience=PATIENCE)
    assert asked == tsa.Asked(stamp=None, refusals=(f"mute did not answer within {PATIENCE:g} seconds",))
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "time stamp")


def test_an_address_at_which_nothing_answers_is_told(served: authority.Serving) -> None:
    """No server there: the next one would be asked."""
    nowhere = authorities.Authority(name="gone", url="http://127.0.0.1:9/", root=served.office.root)
    assert tsa.ask([nowhere], SUMS).refusals == ("gone could not be reached",)


def test_a_stamp_that_does_not_chain_to_the_pinned_root_is_dropped(
    served: authority.Serving, stranger: authority.Office
) -> None:
    """Most authorities speak plain HTTP: whoever sits in between has another root."""
    asked = tsa.ask([served.authority(root=stranger.root)], SUMS)
    assert (asked.stamp, asked.refusals) == (None, ("tsa-a answered with a stamp that does not fit",))
    assert tsa.ask([served.authority(root=stranger.root + served.office.root)], SUMS).stamp is not None


def test_a_certificate_that_had_ended_before_is_no_good(tmp_path: Path) -> None:
    """The signer's certificate was over when it stamped."""
    over = authority.office(tmp_path / "over", until=datetime.now(UTC) - timedelta(hours=1))
    with authority.serving(over) as running:
        assert tsa.ask([running.authority()], SUMS).stamp is None
    for check in (checkers.stamped_at, audit_tools.stamped_at):
        with pytest.raises(audit_tools.Refused):
            check(SUMS, over.stamp(SUMS), over.root)


def test_a_certificate_that_ended_since_takes_nothing_away() -> None:
    """Its certificate was valid for three seconds, in November 2026, and the stamp was made in these."""
    sums, reply, root = ((FIXTURES / f"expired.{end}").read_bytes() for end in ("sums", "tsr", "pem"))
    for check in (checkers.stamped_at, audit_tools.stamped_at):
        assert check(sums, reply, root).year == 2026
        with pytest.raises(audit_tools.Refused):
            check(sums + b"x", reply, root)


@pytest.mark.parametrize(("root", "is_sorted"), [("Root", False), (LONG, True)])
def test_certificates_in_either_order_are_taken(tmp_path: Path, root: str, is_sorted: bool) -> None:
    """The library refuses a set that is not sorted as DER wants it; openssl judges then, and finds a flip."""
    from rfc3161_client import decode_timestamp_response

    office = authority.office(tmp_path / "office", root=root, middle="Middle")
    reply = office.stamp(SUMS)
    if is_sorted:
        decode_timestamp_response(reply)
    else:
        with pytest.raises(ValueError, match="InvalidSetOrdering"):
            decode_timestamp_response(reply)
    with authority.serving(office) as running:
        asked = tsa.ask([running.authority()], SUMS)
        assert asked.stamp is not None
        assert asked.stamp.checked
        assert tsa.ask([running.authority(mood="flip")], SUMS).stamp is None
        assert tsa.ask([running.authority(mood="other")], SUMS).stamp is None
    assert checkers.stamped_at(SUMS, asked.stamp.reply, office.root) <= datetime.now(UTC)


def test_what_nothing_here_can_check_is_stored_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No openssl, and a reply that the library refuses: kept if it is whole, with a word on it."""
    office = authority.office(tmp_path / "office", middle="Middle")
    cut, whole = office.stamp(SUMS)[:-9], office.stamp(SUMS)
    with authority.serving(office) as running:
        who = seal.signer_of(means(), "")
        running.replies = {"whole": whole, "cut": cut}
        monkeypatch.setenv("PATH", "")
        found, remarks = seal.seals(who, means(running.authority(mood="whole")), SUMS)
        assert found["SHA256SUMS.tsa-a.tsr"] == whole
        assert remarks == ("The time stamp of tsa-a is stored and not checked yet.",)
        for mood in ("cut", "html"):
            assert tsa.ask([running.authority(mood=mood)], SUMS).stamp is None


def test_a_visit_goes_on_without_a_stamp_and_the_next_one_covers_it(
    tmp_path: Path, served: authority.Serving
) -> None:
    """None answers: sealed, told, exit 4 as long as it is the newest; covered by the next run's stamp."""
    where, now = place(tmp_path), datetime.now(UTC)
    append(where, now, means=means(served.authority()))
    pending = append(where, now, means=means(served.authority(mood="500")))
    assert "tsa-a answered with HTTP 500" in pending.remarks[0]
    found = audited(where, served.office.root)
    assert (found.exit_code, results(found)) == (4, ("could_not_check", "holds"))
    append(where, now, means=means(served.authority()))
    assert audited(where, served.office.root).exit_code == 0
    append(where, now, means=means())
    assert results(audited(where, served.office.root)) == ("could_not_check", "holds")


@pytest.mark.parametrize(
    ("wrong_by", "time"),
    [
        (timedelta(days=1), "fails"), (timedelta(days=-1), "fails"),
        (timedelta(minutes=11), "fails"), (timedelta(minutes=-11), "fails"),
        (timedelta(minutes=9), "holds"), (timedelta(minutes=-9), "holds"),
    ],
    ids=str,
)  # fmt: skip
def test_a_clock_that_is_wrong_shows(
    tmp_path: Path, served: authority.Serving, wrong_by: timedelta, time: str
) -> None:
    """More than ten minutes between the computer's clock and the authority's, either way: `time` fails."""
    where = place(tmp_path)
    append(where, datetime.now(UTC) + wrong_by, means=means(served.authority()))
    assert results(audited(where, served.office.root)) == ("holds", time)


def test_a_stamp_older_than_the_one_before_it_fails(tmp_path: Path, served: authority.Serving) -> None:
    """The authority's clock went backwards between two runs, each within ten minutes of its own."""
    where, now = place(tmp_path), datetime.now(UTC)
    for _ in range(2):
        append(where, now, means=means(served.authority()))
    times = iter((now, now - timedelta(seconds=1)))
    backwards = audit_tools.Checkers(
        signed_by=checkers.signed_by, stamped_at=lambda *_: next(times).replace(microsecond=0)
    )
    found = audited(where, served.office.root, checks=backwards)
    assert results(found) == ("holds", "fails")
    [check] = [check for check in found.checks if check.name == "time"]
    assert check.sentence.endswith(f"its stamp is older than that of {where.runs[0].name}")


def test_another_root_fails_and_both_roots_hold(
    tmp_path: Path, served: authority.Serving, stranger: authority.Office
) -> None:
    """Two authorities stamped the runs: both roots are needed."""
    where, now = place(tmp_path), datetime.now(UTC)
    with authority.serving(stranger) as other:
        append(where, now, means=means(served.authority()))
        append(where, now, means=means(other.authority("tsa-b")))
    for checks in (checkers.FAST, audit_tools.STOCK):
        assert audited(where, served.office.root, stranger.root, checks=checks).exit_code == 0
        assert results(audited(where, served.office.root, checks=checks)) == ("fails", "holds")


def test_a_told_root_is_missed_where_nothing_is_stamped(tmp_path: Path, served: authority.Serving) -> None:
    """Whoever was given a root was told of stamps: exit 4; without one, the question was not asked."""
    where = place(tmp_path)
    append(where, means=means())
    assert results(audited(where)) == ("not_asked", "not_asked")
    assert results(audited(where, served.office.root)) == ("could_not_check", "could_not_check")


@settings(deadline=None, max_examples=30, derandomize=True)
@given(content=st.binary(max_size=300))
def test_any_other_bytes_are_no_stamp(content: bytes) -> None:
    """Neither checker takes them, and none ends in anything but a refusal."""
    root = (FIXTURES / "expired.pem").read_bytes()
    with pytest.raises(audit_tools.Refused):
        checkers.stamped_at(SUMS, content, root)


def test_what_is_set_up_is_read_again_and_older_roots_stay(tmp_path: Path) -> None:
    """Nobody answered, off, and several, in their order; a root that was replaced is still pinned."""
    assert authorities.load(tmp_path) is None
    assert authorities.pinned(tmp_path) is None
    authorities.save(tmp_path, ())
    assert authorities.load(tmp_path) == ()
    one, other = (
        authorities.Authority(name=name, url=f"http://{name}.example/", root=name.encode(), qualified="no")
        for name in ("b", "a")
    )
    authorities.save(tmp_path, (one, other))
    assert authorities.load(tmp_path) == (one, other)
    changed = authorities.Authority(name="b", url="https://b.example/", root=b"new")
    authorities.save(tmp_path, (changed,))
    assert authorities.load(tmp_path) == (changed,)
    authorities.save(tmp_path, ())
    assert sorted((authorities.pinned(tmp_path) or b"").split()) == [b"a", b"b", b"new"]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.*")} == {0o600}


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", '{"schema": "optout.stamps/1"}', '{"schema": "optout.stamps/9", "authorities": []}',
        '{"schema": "optout.stamps/1", "authorities": [7]}',
        LISTED.format(name="../a"), LISTED.format(name="a"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_followed_ends_the_command(tmp_path: Path, content: str) -> None:
    """Senseless, of a later version, a name that leads elsewhere, or a root that is not there."""
    (tmp_path / authorities.FILE).write_text(content)
    with pytest.raises(UsageProblem):
        authorities.load(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "tsa.example", "ftp://tsa.example/", "file:///etc/passwd", "http://", "http://me:word@tsa.example/",
        "http://tsa.example:port/", "http://tsa.example/ x", "http://tsa.example/#x", "http://[::1",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """Only http and https, with a host, and never with a password in it."""
    with pytest.raises(UsageProblem):
        authorities.checked_url(url)
    assert authorities.checked_url("http://tsa.example:8080/tsr?x=1")
