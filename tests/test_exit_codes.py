"""Every command against the README's table of exit codes: its own words, and what is said behind its name."""

import re

import pytest
from calling import Ended, RunOptout
from conftest import NO_BUS
from test_help import ALL, README

from optout import errors
from optout.errors import OptoutError, Outcome

TABLE = {int(code): word for code, word in re.findall(r"^\| (\d+) \| `(\w+)` \|", README, flags=re.MULTILINE)}
WHOSE = ("--account", "a@example.org")
BARE = {"DBUS_SESSION_BUS_ADDRESS": NO_BUS}
NO_BROWSER = {"OPTOUT_BROWSER": "/nonexistent/browser"}
ELSEWHERE = {"OPTOUT_SITE": "https://example.org"}

# Command, its further words, environment, and the code of the table: no case needs a visit.
CASES: tuple[tuple[str, tuple[str, ...], dict[str, str], int], ...] = (
    ("login", (*WHOSE, "--password-stdin"), BARE, 5),
    ("run", WHOSE, {}, 5),
    ("run", WHOSE, ELSEWHERE, 2),
    ("check", WHOSE, {}, 5),
    ("check", ("--only", "nothing"), {}, 2),
    ("status", (), {}, 0),
    ("settings", (), {}, 0),
    ("evidence audit", WHOSE, {}, 4),
    ("evidence report", WHOSE, {}, 2),
    ("evidence setup", WHOSE, {}, 2),
    ("evidence export", WHOSE, {}, 2),
    ("evidence head", WHOSE, {}, 2),
    ("evidence prune", (*WHOSE, "--yes"), {}, 2),
    ("config show", (), {}, 0),
    ("config show", (), {"OPTOUT_TIMEOUT": "never"}, 2),
    ("schedule install", ("--at", "never", "--yes"), {}, 2),
    ("schedule status", (), {}, 0),
    ("schedule test", (), {}, 2),
    ("schedule remove", (), {}, 0),
    ("doctor", (), BARE | NO_BROWSER, 1),
    ("demo", (), NO_BROWSER, 1),
    ("logout", WHOSE, BARE, 5),
)


def test_the_table_is_the_programs_own() -> None:
    """Code and word of each ending stand in it, and no other besides the signals'."""
    assert {outcome.exit_code: outcome.word for outcome in Outcome} | {130: "fault"} == TABLE


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_a_word_that_cannot_be_followed_is_2(path: tuple[str, ...], optout: RunOptout) -> None:
    """Whatever the command; nothing is printed that could be taken for an answer."""
    ended = optout(*path, "--no-such-word")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"optout {' '.join(path)} --help" in ended.stderr


@pytest.mark.parametrize(("name", "words", "env", "code"), CASES)
def test_the_ending_has_the_code_of_the_table(
    name: str, words: tuple[str, ...], env: dict[str, str], code: int, optout: RunOptout
) -> None:
    """The code is the table's, an ending in trouble is one sentence, and the object says the same word."""
    ended: Ended = optout(*name.split(), *words, env=env, input="heron\n")
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr
    if code in {2, 5}:
        assert ended.stderr.count("optout: ") == 1
    if any("--json" in each.opts for each in ALL[tuple(name.split())].params):
        answer = optout(*name.split(), *words, "--json", env=env, input="heron\n").json
        assert (answer["exit_code"], answer["outcome"]) == (code, TABLE[code])


def test_every_command_has_a_case() -> None:
    """A new command does not go without."""
    assert {name for name, *_ in CASES} == {" ".join(path) for path in ALL}


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_the_help_names_no_code_that_the_table_lacks(path: tuple[str, ...]) -> None:
    """What a command says of its exit codes is in the table."""
    _, found, told = (ALL[path].epilog or "").partition("Exit codes:")
    codes = {int(code) for code in re.findall(r"(?<![\w.])(\d{1,3})(?= )", told)}
    assert codes <= set(TABLE)
    assert bool(codes) is bool(found)


def test_each_error_ends_in_the_table() -> None:
    """No class of error has a code of its own."""
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OptoutError)
    ]
    assert len(kinds) > 10
    assert {kind.outcome.exit_code for kind in kinds} < set(TABLE)
