"""Which time-stamp authorities are asked: what `optout evidence setup` wrote into the config folder.

No file there means that nobody has answered yet, and no authority is asked. No `.env` can add one.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from optout.errors import UsageProblem
from optout.evidence import disk, ordinary_file
from optout.evidence.record import to_json

FILE = "stamps.json"
ROOTS = "stamps"
SCHEMA = "optout.stamps/1"
QUALIFIED = ("yes", "no", "unknown")
MOST_ROOT = 1 << 16  # bytes of a root's file
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_HINT = "Run `optout evidence setup --off`, then set it up anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One to ask: short name, address, pinned root (PEM), and whether it is a qualified one, as was told."""

    name: str
    url: str
    root: bytes
    qualified: str = "unknown"


def load(config: Path) -> tuple[Authority, ...] | None:
    """Given the config folder, return the authorities in the order to ask; None if nobody has answered yet.

    Raise UsageProblem if a file cannot be followed.
    """
    path = config / FILE
    try:
        content = json.loads(ordinary_file.read(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        content = None
    match content:
        case {"schema": "optout.stamps/1", "authorities": list(found)}:
            return tuple(_authority(each, config) for each in found)
    raise UsageProblem(f"{path} cannot be read or understood.", _HINT)


def save(config: Path, authorities: Iterable[Authority]) -> None:
    """Given the config folder and the authorities in the order to ask, keep them; none means that it is off.

    A root that was pinned under a name before stays as a neighbour: older stamps rest on it.
    """
    found = tuple(authorities)
    with disk.one_sentence("The answer could not be kept"):
        disk.make_folder(config / ROOTS)
        for each in found:
            _pin(config / ROOTS, each)
        entries = [{"name": each.name, "url": each.url, "qualified": each.qualified} for each in found]
        disk.replace(config / FILE, to_json({"schema": SCHEMA, "authorities": entries}))


def pinned(config: Path) -> bytes | None:
    """Given the config folder, return every root that was ever pinned there, PEM; None if there is none.

    One that cannot be read is passed over: what rests on it could then not be checked, and is told so.
    """
    roots = []
    for path in sorted((config / ROOTS).glob("*.pem")):
        try:
            roots.append(ordinary_file.read(path, limit=MOST_ROOT))
        except OSError:
            continue
    return b"\n".join(roots) or None


def checked_name(name: str) -> str:
    """Given a short name, return it. Raise UsageProblem if a file could not be called so."""
    if not _NAME.fullmatch(name):
        raise UsageProblem(
            f"{name!r} is no short name.", "Use up to 32 small letters, digits and hyphens, as in `tsa-a`."
        )
    return name


def checked_url(url: str) -> str:
    """Given an authority's address, return it. Raise UsageProblem if it is none, or holds a password."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    else:
        sound = sound and "@" not in parts.netloc and not parts.fragment
    if not sound or not url.isascii() or not url.isprintable() or " " in url:
        raise UsageProblem(
            f"{url!r} is no address of an authority.",
            "Give it in full, beginning with http:// or https://, without a name or password in it.",
        )
    return url


def _authority(entry: object, config: Path) -> Authority:
    path = config / FILE
    match entry:
        case {"name": str(name), "url": str(url), "qualified": str(qualified)} if qualified in QUALIFIED:
            root_file = config / ROOTS / f"{checked_name(name)}.pem"
        case _:
            raise UsageProblem(f"{path} names an authority that cannot be understood.", _HINT)
    try:
        root = ordinary_file.read(root_file, limit=MOST_ROOT)
    except OSError:
        root = b""
    if not root:
        raise UsageProblem(f"The root of {name}, {root_file}, cannot be read.", _HINT)
    return Authority(name=name, url=checked_url(url), root=root, qualified=qualified)


def _pin(folder: Path, authority: Authority) -> None:
    path = folder / f"{authority.name}.pem"
    former = ordinary_file.read(path, limit=MOST_ROOT) if path.exists() else authority.root
    if former != authority.root:
        number = len(list(folder.glob(f"{authority.name}.former-*.pem"))) + 1
        disk.replace(folder / f"{authority.name}.former-{number}.pem", former)
    disk.replace(path, authority.root)
