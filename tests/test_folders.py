"""The folders: where they are, that they are private, and the name of the one that belongs to an account."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from calling import RunPython
from hypothesis import assume, example, given
from hypothesis import strategies as st

from optout import config
from optout.config import Folders, account_folder
from optout.errors import UsageProblem


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """An empty current folder."""
    folder = tmp_path / "anywhere"
    folder.mkdir()
    return folder


def folders_of(home: Path, cwd: Path) -> Folders:
    """The folders of a command that is called in `cwd` with this OPTOUT_HOME."""
    return config.load({}, {"OPTOUT_HOME": str(home)}, interactive=False, cwd=cwd).folders


def test_one_home_holds_everything(home: Path, cwd: Path) -> None:
    """OPTOUT_HOME has a folder each for config, sign-ins, evidence, state, logs; relative means from here."""
    folders = folders_of(home, cwd)
    assert [folders.config, folders.sessions, folders.evidence, folders.state, folders.logs] == [
        home / name for name in ("config", "sessions", "evidence", "state", "logs")
    ]
    assert folders_of(Path("../there"), cwd).config == cwd.parent / "there" / "config"
    assert folders_of(Path("~/there"), cwd).config == Path.home() / "there" / "config"


SHOW = """
import json, os
from pathlib import Path
from optout import config
loaded = config.load({}, os.environ, interactive=True, cwd=Path.cwd())
names = ("config", "sessions", "evidence", "state", "logs")
found = {name: str(getattr(loaded.folders, name)) for name in names}
print(json.dumps(found | {"home": loaded.sources["home"]}))
"""


def test_without_a_home_the_platforms_own_folders_are_used(python: RunPython, tmp_path: Path) -> None:
    """On Linux those of XDG. A home named in the .env there moves all but the folder it was found in."""
    person = tmp_path / "somebody"
    shown = python(SHOW).json
    assert shown == {
        "config": str(person / ".config/optout"),
        "sessions": str(person / ".local/share/optout/sessions"),
        "evidence": str(person / ".local/share/optout/evidence"),
        "state": str(person / ".local/state/optout"),
        "logs": str(person / ".local/state/optout/log"),
        "home": "default",
    }
    assert not (person / ".config").exists()

    (person / ".config/optout").mkdir(parents=True)
    (person / ".config/optout/.env").write_text("OPTOUT_HOME=~/all\n")
    moved = python(SHOW).json
    assert moved["home"] == str(person / ".config/optout/.env")
    assert (moved["config"], moved["evidence"]) == (
        str(person / ".config/optout"),
        str(person / "all/evidence"),
    )

    (person / ".config/optout/.env").write_text("OPTOUT_HOME=all\n")
    assert "is not a full path" in python(SHOW).stderr


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A person whose new files everybody may read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_folders_are_made_private_with_their_parents(tmp_path: Path, cwd: Path) -> None:
    """Each new one is 0700 whatever the umask; one that was there keeps its mode; again changes nothing."""
    cwd.chmod(0o755)
    folders = folders_of(cwd / "deep" / "home", cwd)
    for _ in range(2):
        folders.make()
        made = [path for path in cwd.rglob("*") if path.is_dir()]
        assert len(made) == 7
        assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o700}
    assert stat.S_IMODE(cwd.stat().st_mode) == 0o755


def test_a_folder_that_cannot_be_made_is_a_sentence(home: Path, cwd: Path) -> None:
    """A file in its place or above it: which, why, and what to do."""
    home.write_text("")
    with pytest.raises(UsageProblem, match=f"{re.escape(str(home))}.* cannot be made") as caught:
        folders_of(home, cwd).make()
    assert "OPTOUT_HOME" in caught.value.hint


ACCOUNTS = st.text(min_size=1, max_size=20).map(str.lower)


@given(one=ACCOUNTS, other=ACCOUNTS)
@example(one="é@x", other="%c3%a9@x")
@example(one="con", other="%63on")
@example(one=".", other="%2e")
@example(one="a.", other="a%2e")
@example(one="\ud800", other="\udfff")
def test_two_accounts_never_share_a_folder(one: str, other: str) -> None:
    """Different accounts have different folders, on file systems that ignore case too."""
    assume(one != other)
    assert account_folder(one).lower() != account_folder(other).lower()


@given(account=ACCOUNTS)
@example(account=".")
@example(account="..")
@example(account="../../etc/passwd")
@example(account="a\\b:c*d?e")
def test_an_accounts_folder_is_one_safe_name(account: str) -> None:
    """Only a-z 0-9 @ . _ + - and %XX, no dot at either end, and the same for capitals."""
    name = account_folder(account)
    assert re.fullmatch(r"(?:[a-z0-9@._+-]|%[0-9A-F]{2})+", name)
    assert not name.startswith(".")
    assert not name.endswith(".")
    assert account_folder(account.upper().lower()) == account_folder(account.upper())


@pytest.mark.parametrize(
    ("account", "name"),
    [
        ("Ann.Example+x@Example.org", "ann.example+x@example.org"),
        ("zoë@example.org", "zo%C3%AB@example.org"),
        ("a/b%c@x", "a%2Fb%25c@x"),
        ("nul", "%6Eul"),
        ("com1.de", "%63om1.de"),
        ("com1@x.de", "com1@x.de"),
        ("..", "%2E%2E"),
    ],
)
def test_examples_of_folder_names(account: str, name: str) -> None:
    """An ordinary address reads as it is."""
    assert account_folder(account) == name


@pytest.mark.parametrize("account", ["", "x" * 201, "ü" * 67])
def test_an_account_that_no_folder_can_carry_is_refused(account: str) -> None:
    """Empty, or too long for the file systems that evidence may be copied to."""
    with pytest.raises(UsageProblem):
        account_folder(account)


def test_no_library_is_loaded_for_nothing(python: RunPython, tmp_path: Path) -> None:
    """With a home and without files neither platformdirs nor dotenv nor tomllib is imported."""
    code = SHOW + "import sys; print({'platformdirs', 'dotenv', 'tomllib'} & set(sys.modules))"
    assert python(code, OPTOUT_HOME=str(tmp_path / "home")).stdout.splitlines()[1] == "set()"
