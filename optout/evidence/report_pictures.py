"""The pictures of a visit for the report: inside the page where they matter, by name everywhere else."""

import base64
import os
import re
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from markupsafe import Markup

from optout.evidence import ordinary_file
from optout.evidence.report_visits import Said, Visit
from optout.evidence.report_words import Words

LARGEST = 8 << 20  # of one picture, in bytes
BUDGET = 24 << 20  # of all pictures in one page, in bytes
_NAME = re.compile(
    r"[A-Za-z0-9_-][A-Za-z0-9._-]*/(?P<stage>[A-Za-z0-9_-]+?)(-(?P<again>[0-9]+))?\.(?P<kind>[a-z]+)\.png"
)
_LARGEST_SIDE = 100_000
_HEADER = 33
_PNG = b"\x89PNG\r\n\x1a\n"
STAGES = ("before", "after", "reload", "second", "last", "stood", "category")
_ASIDE = frozenset({"after", "stood"})  # stages that show the act, or a page left open: no fresh load


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture: `source` is a data: address, or None if the page only names it, in `note` why.

    `caption` says what it shows and when. `whole` says that it shows a whole page, `large` that it is one of
    those that a reader wants to read. `width` and `height` are in pixels, 0 if unknown.
    """

    name: str
    caption: Markup
    alt: Markup
    href: str | None
    whole: bool = False
    large: bool = False
    source: str | None = None
    width: int = 0
    height: int = 0
    note: Markup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The files that are declared to be absent, by their paths under `runs/`, and by whom."""

    pruned: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()

    @property
    def is_any(self) -> bool:
        """Whether anything is declared to be absent."""
        return bool(self.pruned or self.withheld)

    def why(self, path: str) -> str:
        """Given the path of an absent file, return whether it is `pruned`, `withheld`, or just `missing`."""
        return "pruned" if path in self.pruned else "withheld" if path in self.withheld else "missing"


def absent(store: Path, entries: Iterable[Visit]) -> Absent:
    """Given the store's folder and its runs, return what they declare absent.

    A prune speaks of runs before it alone. `missing.txt` is what a hand-over says of itself.
    """
    pruned = {path for entry in entries for path in entry.pruned if path < entry.run}
    withheld: set[str] = set()
    with suppress(OSError, UnicodeDecodeError):
        withheld.update(ordinary_file.read(store / "missing.txt").decode("ascii").splitlines())
    return Absent(pruned=frozenset(pruned), withheld=frozenset(withheld))


@dataclass(slots=True, kw_only=True)
class Album:
    """Takes pictures into the page, in the order in which it is asked for them, until the page is full.

    `runs` is the address of the folder of runs as the page links to it, None if it links to no file; `left`
    the room in the page, in bytes.
    """

    t: Words
    runs: str | None
    absent: Absent = field(default_factory=Absent)
    left: int = BUDGET

    def pictures(self, visit: Visit, said: Said, *, whole: bool) -> list[Picture]:
        """Given a visit and what it says of a setting, return its pictures, those of the setting in the page.

        With `whole` the first and the last picture of the whole page as well; the others are only named.
        """
        cards, pages = (
            [name for name in said.pictures if name.endswith(f".{kind}.png")] for kind in ("element", "full")
        )
        large = {*cards[:1], *_fresh(cards)[-1:]}
        inside = {*cards, *({*pages[:1], *_fresh(pages)[-1:]} if whole else ())}
        inside |= {name for name in said.pictures if _NAME.fullmatch(name) is None}
        shown = [self._picture(visit, said, name, inside=name in inside) for name in said.pictures]
        return [replace(picture, large=picture.name in large) for picture in shown]

    def newest(self, visit: Visit, said: Said) -> Picture | None:
        """Given a visit and what it says of a setting, return the last picture of a fresh load, if any."""
        name = self._last(said)
        return self._picture(visit, said, name, inside=True) if name else None

    def link(self, visit: Visit, said: Said) -> str | None:
        """Given a visit and what it says of a setting, return the address of that picture, if it is there."""
        name = self._last(said)
        is_there = name is not None and os.path.lexists(visit.path / name)
        return self._address(visit, name) if name and is_there else None

    def folder(self, visit: Visit) -> str | None:
        """Given a visit, return the address of its folder."""
        return self._address(visit, "")

    def _address(self, visit: Visit, name: str) -> str | None:
        return None if self.runs is None else f"{self.runs}/{visit.run}/{name}"

    def _last(self, said: Said) -> str | None:
        cards = [name for name in said.pictures if name.endswith(".element.png") and _NAME.fullmatch(name)]
        return next(reversed(_fresh(cards)), None)

    def _picture(self, visit: Visit, said: Said, name: str, *, inside: bool) -> Picture:
        t = self.t
        match = _NAME.fullmatch(name)
        if match is None:
            other = t("picture.other")
            return Picture(name=name, caption=other, alt=other, href=None, note=t("picture.no_name"))
        caption = t.either("picture", match["stage"] if match["stage"] in STAGES else "other")
        if match["again"]:
            caption = t("picture.again", caption=caption, n=match["again"])
        whole, at = match["kind"] == "full", said.taken_at(name)
        alt = t("picture.of_page" if whole else "picture.of_setting", name=said.name, caption=caption)
        caption = t("picture.whole", caption=caption) if whole else caption
        if at:
            caption = t("picture.at", caption=caption, time=t.time(at))
        else:
            caption = t("picture.at_end", caption=caption, time=t.time(visit.when))
        path = f"{visit.run}/{name}"
        named = Picture(name=name, caption=caption, alt=alt, href=self._address(visit, name), whole=whole)
        if not os.path.lexists(visit.path / name):
            return replace(named, href=None, note=t(f"picture.{self.absent.why(path)}"))
        return self._taken_in(named, visit.path / name) if inside else named

    def _taken_in(self, named: Picture, path: Path) -> Picture:
        content = _content(path)
        if content is None:
            return replace(named, note=self.t("picture.missing"))
        if len(content) > self.left:
            return replace(named, note=self.t("picture.full"))
        self.left -= len(content)
        width, height = struct.unpack(">II", content[16:24])
        fits = 0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE
        return replace(
            named,
            source="data:image/png;base64," + base64.b64encode(content).decode(),
            width=width if fits else 0,
            height=height if fits else 0,
        )


def _fresh(names: list[str]) -> list[str]:
    """Return those of the pictures that show a fresh load."""
    return [name for name in names if re.split(r"[/.-]", name.rpartition("/")[2])[0] not in _ASIDE]


def _content(path: Path) -> bytes | None:
    if path.parent.is_symlink():
        return None
    try:
        content = ordinary_file.read(path, limit=LARGEST)
    except OSError:
        return None
    is_picture = content.startswith(_PNG) and content[12:16] == b"IHDR" and len(content) >= _HEADER
    return content if is_picture else None
