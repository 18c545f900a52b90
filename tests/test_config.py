"""Where things are kept and how a visit behaves: which source wins, what is refused, and in which words."""

import os
import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from optout import config
from optout.config import Config
from optout.errors import UsageProblem

EXAMPLE = Path(__file__).parent.parent / ".env.example"


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """An empty current folder."""
    folder = tmp_path / "anywhere"
    folder.mkdir()
    return folder


@pytest.fixture
def files(home: Path) -> Path:
    """The config folder of the test's home, there and empty."""
    folder = home / "config"
    folder.mkdir(parents=True)
    return folder


def load(home: Path, cwd: Path, *, interactive: bool = True, **environment: str) -> Config:
    """Load as a command without options does, with this home and environment."""
    return config.load({}, {"OPTOUT_HOME": str(home)} | environment, interactive=interactive, cwd=cwd)


def test_the_strongest_source_that_speaks_decides(files: Path, home: Path, cwd: Path) -> None:
    """Flag, environment, own .env, config.toml, .env of the current folder, default: all 32 mixtures."""
    own, toml, here = files / ".env", files / "config.toml", cwd / ".env"
    order = ["flag", "environment", str(own), str(toml), str(here)]
    for speaks in product([True, False], repeat=len(order)):
        named = dict(zip(order, speaks, strict=True))
        own.write_text("OPTOUT_ACCOUNT=own@x\n" if named[str(own)] else "")
        toml.write_text('account = "toml@x"\n' if named[str(toml)] else "")
        here.write_text("OPTOUT_ACCOUNT=here@x\n" if named[str(here)] else "")
        environment = {"OPTOUT_HOME": str(home)} | ({"OPTOUT_ACCOUNT": "env@x"} if speaks[1] else {})
        flags = {"account": "flag@x" if speaks[0] else None}
        loaded = config.load(flags, environment, interactive=True, cwd=cwd)
        words = dict(zip(order, ["flag@x", "env@x", "own@x", "toml@x", "here@x"], strict=True))
        source = next((each for each in order if named[each]), "default")
        assert (loaded.account, loaded.sources["account"]) == (words.get(source), source)


def test_with_nothing_said_the_defaults_hold(home: Path, cwd: Path) -> None:
    """The real site, any browser, 15 seconds, no account; nothing is created by looking."""
    loaded = load(home, cwd)
    assert (loaded.site, loaded.browser, loaded.timeout, loaded.account) == (None, None, 15.0, None)
    assert set(loaded.sources) == set(config.KEYS)
    assert not home.exists()


def test_an_empty_value_counts_as_not_given(files: Path, home: Path, cwd: Path) -> None:
    """So a key can be taken back for one call."""
    (files / "config.toml").write_text('account = "toml@x"\n')
    (files / ".env").write_text("OPTOUT_ACCOUNT=\nOPTOUT_TIMEOUT\n")
    loaded = load(home, cwd, OPTOUT_ACCOUNT="", OPTOUT_SITE="")
    assert (loaded.account, loaded.site, loaded.timeout) == ("toml@x", None, 15.0)


HARMLESS = ("timeout", "account")  # what a folder that one stands in may say; a new key is refused there


@pytest.mark.parametrize(
    "key",
    [*(f"OPTOUT_{key.upper()}" for key in config.KEYS if key not in HARMLESS), "PYTHON_KEYRING_BACKEND"],
)
@pytest.mark.parametrize("value", ["", "/somewhere"])
def test_a_folder_may_not_say_where_credentials_go(home: Path, cwd: Path, key: str, value: str) -> None:
    """A .env in the current folder that tries is named with its key, even if the environment would win."""
    (cwd / ".env").write_text(f"OPTOUT_TIMEOUT=20\nexport {key}={value}\n")
    with pytest.raises(UsageProblem, match=f"{re.escape(str(cwd / '.env'))} sets {key}"):
        load(home, cwd, OPTOUT_SITE="http://127.0.0.1:1", OPTOUT_BROWSER="/usr/bin/chromium")


def test_a_keyrings_properties_are_refused_there_too(home: Path, cwd: Path) -> None:
    """KEYRING_PROPERTY_... changes the backend as much as its name does."""
    (cwd / ".env").write_text("KEYRING_PROPERTY_SCHEME=KeePassXC\n")
    with pytest.raises(UsageProblem, match="KEYRING_PROPERTY_SCHEME"):
        load(home, cwd)


def test_the_current_folder_is_read_for_a_person_only(home: Path, cwd: Path) -> None:
    """A scheduled check ignores it; so does a command in the config folder, which has read it already."""
    (cwd / ".env").write_text("OPTOUT_SITE=http://127.0.0.1:1\n")
    assert load(home, cwd, interactive=False).site is None
    with pytest.raises(UsageProblem):
        load(home, cwd, interactive=True)


def test_the_config_folder_as_current_folder_is_the_users_own(files: Path, home: Path) -> None:
    """There the .env is the user's, and may name the site."""
    (files / ".env").write_text("OPTOUT_SITE=http://127.0.0.1:1\n")
    assert load(home, files).site == "http://127.0.0.1:1"


def test_the_current_folders_other_keys_are_nobodys_business(home: Path, cwd: Path) -> None:
    """Most .env files belong to other programs; theirs neither count nor disturb."""
    (cwd / ".env").write_text("DATABASE_URL=postgres://x\nHTTPS_PROXY=http://x\nOPTOUT_TIMEOUT=20\n")
    loaded = load(home, cwd)
    assert (loaded.timeout, loaded.sources["timeout"]) == (20.0, str(cwd / ".env"))


def test_a_file_that_others_can_write_does_not_count(home: Path, cwd: Path) -> None:
    """Whoever may change it could choose the account; without that right it counts."""
    (cwd / ".env").write_text("OPTOUT_ACCOUNT=mallory@x\n")
    (cwd / ".env").chmod(0o666)
    assert load(home, cwd).account is None
    (cwd / ".env").chmod(0o644)
    assert load(home, cwd).account == "mallory@x"


def test_a_file_of_another_user_does_not_count(home: Path, cwd: Path) -> None:
    """It is not even parsed. The twin: the same text in a file of one's own is found faulty."""
    text = "127.0.0.1 localhost\n"
    here = cwd / ".env"
    if os.getuid() == 0:
        here.write_text(text)
        os.chown(here, 1, 1)
    else:
        here.symlink_to("/etc/hosts")  # root's, with lines like this one
    assert load(home, cwd).sources["account"] == "default"
    here.unlink()
    here.write_text(text)
    with pytest.raises(UsageProblem, match="Line 1"):
        load(home, cwd)


def test_a_pipe_in_place_of_a_file_holds_nobody_up(files: Path, home: Path, cwd: Path) -> None:
    """A pipe without a writer reads as empty."""
    os.mkfifo(cwd / ".env")
    os.mkfifo(files / "config.toml")
    assert load(home, cwd).sources["account"] == "default"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (".env", "OPTOUT_ACOUNT=x\n", "sets OPTOUT_ACOUNT.*Did you mean OPTOUT_ACCOUNT"),
        (".env", "OPTOUT_ZZZ=x\n", "sets OPTOUT_ZZZ.*Known are: OPTOUT_HOME"),
        (".env", "# fine\nOPTOUT_ACCOUNT x\n", "Line 2 of"),
        (".env", "OPTOUT_BROWSER=./chromium\n", "OPTOUT_BROWSER .* is not a full path"),
        (".env", "OPTOUT_BROWSER=~nobody-of-that-name/chromium\n", "home folder that is not there"),
        (
            ".env",
            "OPTOUT_TIMEOUT=15s\n",
            r"OPTOUT_TIMEOUT \(.*\.env\) is not a number of seconds from 1 to 600",
        ),
        ("config.toml", "tiemout = 3\n", "sets tiemout.*Did you mean timeout"),
        ("config.toml", 'home = "/x"\n', "sets home"),
        ("config.toml", "timeout = true\n", "timeout in .* must be a number"),
        ("config.toml", 'timeout = "15"\n', "timeout in .* must be a number"),
        ("config.toml", "account = 7\n", "account in .* must be a text"),
        ("config.toml", 'browser = "/a\\u0000b"\n', "is not a full path"),
        ("config.toml", "account = \n", "is not valid TOML"),
    ],
)
def test_a_fault_in_a_file_is_named_with_its_place(
    files: Path, home: Path, cwd: Path, name: str, text: str, sentence: str
) -> None:
    """One sentence says which file, which key or line, and what is meant instead."""
    (files / name).write_text(text)
    with pytest.raises(UsageProblem, match=sentence) as caught:
        config.load({}, {"OPTOUT_HOME": str(home)}, interactive=False, cwd=cwd)
    assert str(files / name) in str(caught.value)


@pytest.mark.parametrize("name", [".env", "config.toml"])
def test_a_file_that_is_no_text_is_a_sentence(files: Path, home: Path, cwd: Path, name: str) -> None:
    """Another encoding, or a folder of that name; a byte order mark is no fault."""
    (files / name).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageProblem, match="is not UTF-8 text"):
        load(home, cwd)
    (files / name).unlink()
    (files / name).mkdir()
    with pytest.raises(UsageProblem, match="cannot be read"):
        load(home, cwd)
    (files / name).rmdir()
    (files / name).write_bytes(b"\xef\xbb\xbf# a comment\r\n")
    assert load(home, cwd).sources["account"] == "default"


@pytest.mark.parametrize("value", ["0", "0.9", "601", "-1", "nan", "inf", "1e99", "15s", "fast", "15 000"])
def test_a_time_that_cannot_be_is_refused(home: Path, cwd: Path, value: str) -> None:
    """From 1 to 600 seconds, a finite number. The sentence does not repeat the value."""
    with pytest.raises(UsageProblem, match="from 1 to 600") as caught:
        load(home, cwd, OPTOUT_TIMEOUT=value)
    assert value not in caught.value.sentence.replace("from 1 to 600", "").split()


@pytest.mark.parametrize(("value", "seconds"), [("1", 1.0), ("600", 600.0), ("2.5", 2.5), (" 30 ", 30.0)])
def test_a_time_in_range_is_taken(home: Path, cwd: Path, value: str, seconds: float) -> None:
    """Both ends belong to the range; fractions and blanks around are fine."""
    assert load(home, cwd, OPTOUT_TIMEOUT=value).timeout == seconds


@pytest.mark.parametrize("account", ["a b@example.org", "a\n@example.org", "a\x00@x", "a\u200b@x", "x" * 201])
def test_what_cannot_be_an_account_is_refused(home: Path, cwd: Path, account: str) -> None:
    """A blank or control character inside, or a length that no folder can carry."""
    with pytest.raises(UsageProblem, match="account"):
        load(home, cwd, OPTOUT_ACCOUNT=account)


def test_unknown_keys_in_the_environment_are_left_alone(home: Path, cwd: Path) -> None:
    """It is not ours: a wrapper or a later version may keep things there."""
    assert load(home, cwd, OPTOUT_LATER="x").sources["account"] == "default"


def test_nothing_is_expanded_and_nothing_enters_the_environment(files: Path, home: Path, cwd: Path) -> None:
    """${HOME} in a .env stays these seven characters, and the process's own environment stays as it was."""
    (files / ".env").write_text('OPTOUT_ACCOUNT="${HOME}@example.org"\nOTHER=1\n')
    before = dict(os.environ)
    assert load(home, cwd).account == "${HOME}@example.org"
    assert dict(os.environ) == before


def test_a_browser_is_a_path_or_a_name(home: Path, cwd: Path) -> None:
    """A path is made full from here; a name without a slash stays a name to look up on PATH."""
    assert load(home, cwd, OPTOUT_BROWSER="bin/chromium").browser == str(cwd / "bin/chromium")
    assert load(home, cwd, OPTOUT_BROWSER="~/chromium").browser == str(Path.home() / "chromium")
    assert load(home, cwd, OPTOUT_BROWSER="chromium").browser == "chromium"


def keys_of(text: str) -> Mapping[str, str]:
    """Given the text of an example file, return its keys, commented or not, with what stands behind them."""
    return dict(re.findall(r"^#?([A-Z][A-Z_]*)=(.*)$", text, re.MULTILINE))


def test_the_example_names_every_key_and_no_other() -> None:
    """Each key is there, commented out; the one value it shows is the default. A lost line would show."""
    text = EXAMPLE.read_text(encoding="utf-8")
    known = {f"OPTOUT_{key.upper()}" for key in config.KEYS}
    assert set(keys_of(text)) == known
    assert not re.search(r"^[^#\n]", text, re.MULTILINE)
    assert {value for value in keys_of(text).values() if value} == {f"{config.DEFAULT_TIMEOUT:g}"}
    assert set(keys_of(text.replace("#OPTOUT_TIMEOUT=15\n", ""))) != known


def test_the_example_can_be_used_as_it_is(files: Path, home: Path, cwd: Path) -> None:
    """Copied whole it changes nothing, and so it does with every # before a key taken away."""
    text = EXAMPLE.read_text(encoding="utf-8")
    plain = load(home, cwd)
    for copied in (text, re.sub(r"^#(?=OPTOUT_)", "", text, flags=re.MULTILINE)):
        (files / ".env").write_text(copied, encoding="utf-8")
        loaded = load(home, cwd)
        assert (loaded.folders, loaded.site, loaded.browser) == (plain.folders, plain.site, plain.browser)
        assert (loaded.timeout, loaded.account) == (plain.timeout, plain.account)
