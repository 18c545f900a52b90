"""What a person reads on a terminal is folded between words, and nowhere else is anything folded."""

import re
from pathlib import Path

import pytest
from at_the_prompt import ACCOUNT, login, on_a_terminal
from calling import RunOptout
from hypothesis import given
from hypothesis import strategies as st

from optout.commands.folding import folded, restored, whole
from optout.linkedin.catalogue import CATALOGUE
from optout.linkedin.other_pages import OTHER_PAGES

HASH = "7a1f" * 16


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("short", 40, ["short"]),
        ("one two three four", 12, ["one two", "  three four"]),
        ("    a reason of five words", 16, ["    a reason of", "    five words"]),
        ("✓ ads  off and off and off", 22, ["✓ ads  off and off and", "       off"]),
        (f"  head  {HASH} tail", 40, [f"  head  {HASH}", "        tail"]),
        ("run `optout check --fix` now and then", 23, ["run", "  `optout check --fix`", "  now and then"]),
        (f"it is in {whole('/a b/c d e')} now", 18, ["it is in", "  /a b/c d e now"]),
        ("a\nb c", 3, ["a", "b c"]),
    ],
    ids=["short", "sentence", "indented", "label", "hash", "command", "path with blanks", "lines"],
)
def test_a_line_is_folded_between_words(text: str, columns: int, lines: list[str]) -> None:
    """What follows stands under the text; labels, paths, hashes and commands stay whole."""
    assert restored(folded(text, columns)).split("\n") == lines


def test_colours_take_no_room() -> None:
    """A coloured mark is one column wide."""
    assert folded("\x1b[32m✓\x1b[0m ads  off", 12) == "\x1b[32m✓\x1b[0m ads  off"


@given(st.lists(st.text("abc`-/", min_size=1, max_size=30), min_size=1), st.integers(30, 90))
def test_folding_loses_nothing(words: list[str], columns: int) -> None:
    """Read across the line ends, a folded text has the same words, and no line without need is too long."""
    shown = folded(" ".join(words), columns)
    assert shown.split() == words
    for line in shown.split("\n"):
        assert len(line) <= columns or len(re.findall(r"`[^`]+`\S*|\S+", line)) == 1


@pytest.mark.parametrize("columns", [0, 60, 80])
def test_a_terminal_gets_whole_words(columns: int, command_environment: dict[str, str]) -> None:
    """No line of the catalogue is wider than the terminal, whatever width it has."""
    environment = command_environment | {"NO_COLOR": "1"}
    shown = on_a_terminal(["settings"], environment, columns).splitlines()
    assert max(len(line) for line in shown if "://" not in line) <= (columns or 80)
    assert "             since 2025-11-03" in shown or columns == 60
    assert sum("://" in line for line in shown) == len(CATALOGUE) + len(OTHER_PAGES)


def test_no_path_is_broken(optout: RunOptout, command_environment: dict[str, str], tmp_path: Path) -> None:
    """Paths stay in one piece even if they hold blanks, and the warning before a login is folded."""
    home = tmp_path / "a home with blanks in its name" / ("x" * 60)
    environment = command_environment | {"OPTOUT_HOME": str(home), "NO_COLOR": "1"}
    assert str(home / "evidence") in on_a_terminal(["doctor"], environment, 60)
    shown = on_a_terminal(["login", "--account", ACCOUNT, "--no-input"], environment, 60)
    assert "does not\r\n  allow automated access." in shown


def test_off_a_terminal_nothing_is_folded(optout: RunOptout) -> None:
    """A script that reads lines gets a sentence in one line, however long."""
    assert max(map(len, optout("settings").stdout.splitlines())) > 100
    assert max(map(len, login(optout).stderr.splitlines())) > 80
