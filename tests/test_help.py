"""Help, README and code say the same: each command has a help, an example, and its line in the README."""

import enum
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from calling import RunOptout, RunPython

import optout as optout_program
from optout.cli import group
from optout.commands.doctor_keyring import START
from optout.commands.lazy import LazyGroup, behind_the_name
from optout.errors import Outcome
from optout.verdict import Listed, Saving

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
SOURCE_MAP = (CHECKOUT / "docs" / "source-map.md").read_text(encoding="utf-8")
NOT_FOR_HELP = (
    "asyncio", "cryptography", "dotenv", "filelock", "importlib.metadata", "jinja2", "keyring", "loguru",
    "platformdirs", "playwright", "rich", "urllib.request",
)  # fmt: skip
NOT_FOR_STATUS = (
    "cryptography",
    "filelock",
    "jinja2",
    "keyring",
    "loguru",
    "playwright",
    "rich",
    "urllib.request",
)


def commands(
    found: click.Command = group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command that is no group, with the words that call it."""
    if not isinstance(found, LazyGroup):
        yield path, found
        return
    for name in found.lines:
        yield from commands(found.load(name), (*path, name))


ALL = dict(commands())


def parse(line: str) -> tuple[str, ...]:
    """Given a line as printed, parse it as the program would and return the command's name."""
    words = shlex.split(re.split(" [<>] ", line, maxsplit=1)[0])[1:]
    context = group.make_context("optout", words)
    found: click.Command = group
    path: tuple[str, ...] = ()
    while isinstance(found, click.Group):
        name, following, words = found.resolve_command(context, [*context._protected_args, *context.args])
        assert name is not None
        assert following is not None
        found, path = following, (*path, name)
        context = found.make_context(name, list(words), parent=context)
    return path


def printed(text: str) -> list[str]:
    """Given a text, return the lines that are calls of optout."""
    return re.findall(r"^ *(optout [a-z-].*?)\s*$", text, flags=re.MULTILINE)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_each_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    """A help has sentences, an example that parses, and a word on each option; its one line is the list's."""
    command = ALL[path]
    assert command.help
    assert command.help.partition("\n")[0].endswith(".")
    examples = [line for line in printed(command.epilog or "") if line.startswith(f"optout {' '.join(path)}")]
    assert examples
    assert {parse(line) for line in examples} == {path}
    assert [option for option in command.params if isinstance(option, click.Option) and not option.help] == []


@pytest.mark.parametrize("path", [(), ("evidence",), ("config",), ("schedule",)], ids=" ".join)
def test_the_list_of_commands_says_what_the_commands_say(path: tuple[str, ...]) -> None:
    """The one-line helps stand apart from the commands, so that help is quick; they must not drift."""
    parent: click.Command = group
    for name in path:
        assert isinstance(parent, LazyGroup)
        parent = parent.load(name)
    assert isinstance(parent, LazyGroup)
    assert {name: parent.load(name).short_help for name in parent.lines} == dict(parent.lines)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_each_command_is_in_the_readme(path: tuple[str, ...]) -> None:
    """A person who reads the README meets every command."""
    assert f"| `optout {' '.join(path)}` |" in README


def test_each_call_in_the_readme_parses() -> None:
    """What the README prints is understood by the program, options included."""
    calls = printed(README)
    assert len(calls) >= len(ALL) - 3
    for call in calls:
        parse(call)


@pytest.mark.parametrize("path", [("README.md",), *ALL], ids=" ".join)
def test_no_file_of_the_current_folder_is_imported(path: tuple[str, ...]) -> None:
    """Every `python -m optout` that a person is told to run has `-P`: a stray `click.py` would run else."""
    command = ALL.get(path)
    text = README if command is None else f"{command.help} {command.epilog}"
    calls = re.findall(r"python3?[^`\n]* -m optout", text)
    assert [call for call in calls if " -P " not in call] == []


def test_the_readme_says_what_the_witnesses_may_say() -> None:
    """Each value of the JSON that is no reading stands in the line of its witness."""
    values: dict[str, type[enum.StrEnum]] = {"save_response": Saving, "row": Listed}
    for name, words in values.items():
        (line,) = [line for line in README.splitlines() if line.startswith(f"| `{name}` |")]
        assert {f"`{word}`" for word in words} <= set(re.findall(r"`\w+`", line))


def test_the_readme_has_the_command_that_starts_a_keyring() -> None:
    """It is the one that `doctor` names."""
    assert f"\n{START}\n" in README


def test_a_wrong_call_does_not_parse() -> None:
    """The twin of the test above: a planted mistake is found."""
    with pytest.raises(click.NoSuchOption):
        parse("optout check --fixx")
    with pytest.raises(click.NoSuchCommand):
        parse("optout chek")


def test_exit_codes_stand_in_help_and_readme(optout: RunOptout) -> None:
    """Every ending of the program is documented with its code and its word."""
    shown = optout("--help").stdout
    for outcome in Outcome:
        assert re.search(rf"^ *{outcome.exit_code}  \w", shown, flags=re.MULTILINE)
        assert f"| {outcome.exit_code} | `{outcome.word}` |" in README
    assert re.search(r"^ *130  \w", shown, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [(["--help"], NOT_FOR_HELP), (["status"], NOT_FOR_STATUS)],
    ids=["--help", "status"],
)
def test_quick_commands_load_little(
    words: list[str], unwanted: tuple[str, ...], python: RunPython, tmp_path: Path
) -> None:
    """`--help` loads click and the standard library only, `status` neither browser nor keyring."""
    code = (
        "import sys; from optout.cli import main; code = main(sys.argv[2:]);"
        "print(code, sorted(set(sys.argv[1].split()) & set(sys.modules)), file=sys.stderr)"
    )
    ended = python(code, " ".join((*unwanted, "json")), *words, OPTOUT_HOME=str(tmp_path / "home"))
    loaded = ended.stderr.splitlines()[-1]
    assert loaded in {"0 []", "0 ['json']"}


def test_common_options_may_stand_before_the_command() -> None:
    """The words are sorted behind the command's name; anything else stays where it was."""
    assert behind_the_name(["--json", "--account", "a@b", "run", "-v"]) == [
        "run",
        "--json",
        "--account",
        "a@b",
        "-v",
    ]
    assert behind_the_name(["--account=a@b", "run"]) == ["run", "--account=a@b"]
    assert behind_the_name(["--version"]) == ["--version"]
    assert behind_the_name(["--account"]) == []


def test_the_source_map_names_each_file_and_no_other() -> None:
    """A newcomer finds every module in `docs/source-map.md`, and nothing that is gone."""
    program = Path(optout_program.__file__).parent
    there = {
        path.relative_to(program).as_posix() for path in program.rglob("*.py") if path.name != "__init__.py"
    }
    named = re.findall(r"^- `([^`]+)`: [A-Z`].*[.?]$", SOURCE_MAP, flags=re.MULTILINE)
    assert sorted(named) == sorted(there)
