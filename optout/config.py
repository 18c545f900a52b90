"""Where things are kept and how a visit behaves: read once, into a frozen record.

What stands first wins: the words of the command, the environment, the user's `.env` and then
`config.toml` in the config folder, a `.env` in the current folder (only for a person at a terminal),
the defaults.
"""

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from optout.errors import UsageProblem

PREFIX = "OPTOUT_"
KEYS = ("home", "site", "browser", "timeout", "account")
TOML_KEYS = ("site", "browser", "timeout", "account")
DEFAULT_TIMEOUT = 15.0
TIMEOUT_RANGE = (1.0, 600.0)
LONGEST_FOLDER_NAME = 200  # bytes; file systems take 255, and an export adds to the name

# All other keys decide where credentials or notices go, so a folder one happens to stand in may not say them.
_FROM_THE_CURRENT_FOLDER = ("timeout", "account")

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789@._+-")
# Windows gives these names, with any ending, to devices.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """The folders of this user; none has to exist before `make`."""

    config: Path
    sessions: Path
    evidence: Path
    state: Path
    logs: Path

    def make(self) -> None:
        """Create what is missing, parents too, each 0700. Raise UsageProblem if one cannot be made."""
        for field in fields(self):
            _make(getattr(self, field.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a command needs to know before it begins.

    `site` None means the real site, `browser` None the first that is found, `account` None that the
    command has to name one. `timeout` is in seconds. `sources` says for each of KEYS where its value
    came from: "flag", "environment", "default" or the path of a file.
    """

    folders: Folders
    site: str | None
    browser: str | None
    timeout: float
    account: str | None
    sources: Mapping[str, str]


def load(
    flags: Mapping[str, str | None], environment: Mapping[str, str], *, interactive: bool, cwd: Path
) -> Config:
    """Given a command's words by key (see KEYS), the environment and the current folder, return the config.

    `interactive` says that a person sits at a terminal; only then is `.env` in `cwd` read, and only if
    this user owns it. Empty values count as not given. A relative path in a flag or in the environment
    starts at `cwd`. Creates nothing. Raise UsageProblem if a value or a file cannot be followed.
    """
    layers = [
        ("flag", {key: value for key, value in flags.items() if value}),
        ("environment", {key: environment.get(PREFIX + key.upper(), "") for key in KEYS}),
    ]
    folder = _folders(_path("home", layers, cwd)).config
    dotenv, toml, here = folder / ".env", folder / "config.toml", cwd / ".env"
    layers.append((str(dotenv), _read_dotenv(dotenv, current_folder=False)))
    layers.append((str(toml), _read_toml(toml)))
    if interactive and not _same(here, dotenv):
        layers.append((str(here), _read_dotenv(here, current_folder=True)))
    browser = _first("browser", layers)[0]
    return Config(
        # The files were found in `folder`: a home that they name moves everything but themselves.
        folders=replace(_folders(_path("home", layers, cwd)), config=folder),
        site=_first("site", layers)[0] or None,
        # A name without a slash is looked up on PATH by whoever starts it.
        browser=str(_path("browser", layers, cwd)) if {"/", "\\", "~"} & set(browser) else browser or None,
        timeout=_timeout(*_first("timeout", layers)),
        account=_account(*_first("account", layers)),
        sources={key: _first(key, layers)[1] for key in KEYS},
    )


def account_folder(account: str) -> str:
    """Given an account, return the one folder name that stands for it on every file system.

    Lower case; each UTF-8 byte outside a-z 0-9 @ . _ + - becomes %XX, and so does a dot at either end
    and the first letter of a name that Windows keeps for a device. Two accounts that differ in more
    than upper and lower case get different names. Raise UsageProblem if the account is empty or its
    name would be longer than LONGEST_FOLDER_NAME.
    """
    raw = account.lower().encode("utf-8", "surrogatepass")
    device = raw.split(b".", 1)[0].decode("latin-1") in _DEVICES

    def plain(place: int, byte: int) -> bool:
        outer_dot = byte == ord(".") and place in {0, len(raw) - 1}
        return byte in _PLAIN and not outer_dot and not (device and place == 0)

    name = "".join(chr(byte) if plain(place, byte) else f"%{byte:02X}" for place, byte in enumerate(raw))
    if not 0 < len(name) <= LONGEST_FOLDER_NAME:
        raise UsageProblem("The account is empty or too long.", "Give the e-mail address that signs in.")
    return name


def _folders(home: Path | None) -> Folders:
    """Given the one folder for everything, or None for the platform's own places, return the folders."""
    if home is not None:
        return Folders(**{field.name: home / field.name for field in fields(Folders)})
    from platformdirs import PlatformDirs

    places = PlatformDirs("optout", appauthor=False)
    return Folders(
        config=places.user_config_path,
        sessions=places.user_data_path / "sessions",
        evidence=places.user_data_path / "evidence",
        state=places.user_state_path,
        logs=places.user_log_path,
    )


def _first(key: str, layers: Iterable[tuple[str, Mapping[str, str]]]) -> tuple[str, str]:
    """Given layers, strongest first, return the key's value and source; ("", "default") if none has it."""
    return next(((values[key], source) for source, values in layers if values.get(key)), ("", "default"))


def _read_dotenv(path: Path, *, current_folder: bool) -> dict[str, str]:
    """Given a `.env`, return its values by key; empty if there is none.

    Nothing is expanded and nothing enters the environment. One in the `current_folder` may have been
    put there by anybody: it counts only if this user owns it and no stranger can write to it, and not
    at all where the platform cannot say so. Raise UsageProblem for a key that we do not know, or that
    decides where credentials or notices go and stands in such a file.
    """
    if current_folder and not hasattr(os, "getuid"):
        return {}
    text = _read(path, owner=os.getuid() if current_folder else None)
    if not text:
        return {}
    from io import StringIO

    from dotenv.parser import parse_stream  # dotenv_values without the warning that it logs for a bad line

    names = {PREFIX + key.upper(): key for key in KEYS}
    values: dict[str, str] = {}
    for binding in parse_stream(StringIO(text)):
        name = binding.key or ""
        if binding.error:
            raise UsageProblem(
                f"Line {binding.original.line} of {path} is not KEY=value.", "Correct or remove it."
            )
        known = name in names and names[name] not in _FROM_THE_CURRENT_FOLDER
        if current_folder and (known or name.startswith(("PYTHON_KEYRING_", "KEYRING_"))):
            raise UsageProblem(
                f"{path} sets {name}, which decides where credentials or notices go: not taken from there.",
                "Remove the line, or set it in the environment or in the config folder.",
            )
        if name in names:
            values[names[name]] = (binding.value or "").strip()
        elif name.startswith(PREFIX):
            raise _unknown(name, names, path)
    return values


def _read_toml(path: Path) -> dict[str, str]:
    """Given the user's `config.toml`, return its values by key, all as text; empty if there is no file."""
    text = _read(path)
    if not text:
        return {}
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageProblem(f"{path} is not valid TOML.", "Correct the file or move it away.") from error
    values: dict[str, str] = {}
    for key, value in table.items():
        if key not in TOML_KEYS:
            raise _unknown(key, TOML_KEYS, path)
        wanted = int | float if key == "timeout" else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise UsageProblem(f"{key} in {path} must be a {'number' if key == 'timeout' else 'text'}.")
        values[key] = str(value).strip()
    return values


def _unknown(name: str, known: Iterable[str], path: Path) -> UsageProblem:
    """Given a key that is none of ours, return the error that names the nearest one."""
    import difflib

    bare = {key.removeprefix(PREFIX): key for key in known}  # the prefix alone would make all keys alike
    near = difflib.get_close_matches(name.removeprefix(PREFIX), bare, n=1)
    hint = f"Did you mean {bare[near[0]]}?" if near else f"Known are: {', '.join(bare.values())}."
    return UsageProblem(f"{path} sets {name}, which is no key of optout.", hint)


def _read(path: Path, *, owner: int | None = None) -> str:
    """Given a path, return its text (UTF-8), or "" if there is no file.

    With `owner`, "" also if it is no plain file of that user or if others can write to it: asked of
    the open file, so that nobody can swap it in between. Raise UsageProblem if it cannot be read.
    """
    try:
        # Without O_NONBLOCK a pipe of that name would hold us until somebody writes to it.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            trusted = (
                stat.S_ISREG(facts.st_mode) and facts.st_uid == owner and not facts.st_mode & stat.S_IWOTH
            )
            return "" if owner is not None and not trusted else file.read().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read.", "Correct its permissions or move it away.") from error
    except UnicodeDecodeError as error:
        raise UsageProblem(f"{path} is not UTF-8 text.", "Save it as UTF-8 or move it away.") from error


def _same(one: Path, other: Path) -> bool:
    """Given two paths, return whether they lead to one file."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _path(key: str, layers: Iterable[tuple[str, Mapping[str, str]]], cwd: Path) -> Path | None:
    """Given a key, return its path, absolute, or None. Raise UsageProblem if a file gives a relative one."""
    value, source = _first(key, layers)
    if not value:
        return None
    name = f"OPTOUT_{key.upper()} ({source})"
    try:
        path = Path(value).expanduser()
    except RuntimeError as error:
        raise UsageProblem(f"{name} names a home folder that is not there.", "Write it in full.") from error
    if "\0" in value or not (path.is_absolute() or source in {"flag", "environment"}):
        raise UsageProblem(f"{name} is not a full path.", "Write it from the root, or from ~.")
    return Path(os.path.normpath(cwd / path))


def _timeout(value: str, source: str) -> float:
    """Given the text, return the seconds; the default if empty. Raise UsageProblem if it is out of range."""
    low, high = TIMEOUT_RANGE
    try:
        seconds = float(value or DEFAULT_TIMEOUT)
    except ValueError:
        seconds = 0.0
    if not low <= seconds <= high:
        raise UsageProblem(
            f"OPTOUT_TIMEOUT ({source}) is not a number of seconds from {low:g} to {high:g}.",
            "Correct or remove it.",
        )
    return seconds


def _account(value: str, source: str) -> str | None:
    """Given the text, return the account, None if empty. Raise UsageProblem if it cannot be one."""
    account = value.strip()
    if not account.isprintable() or " " in account:
        raise UsageProblem(
            f"The account ({source}) holds a blank or a control character.",
            "Give the e-mail address that signs in.",
        )
    if account:
        account_folder(account)
    return account or None


def _make(folder: Path) -> None:
    """Given a folder, create it and its missing parents with mode 0700. Raise UsageProblem if that fails."""
    try:
        if folder.is_dir():
            return
        if folder.parent != folder:
            _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)  # another command may be making it at the same time
    except OSError as error:
        raise UsageProblem(
            f"The folder {folder} cannot be made: {error.strerror}.",
            "Give OPTOUT_HOME a folder that you may write to.",
        ) from error
