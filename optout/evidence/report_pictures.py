"""The pictures of a visit for the report: inside the page where they matter, by name everywhere else."""

import base64
import re
import struct
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from optout.evidence import ordinary_file
from optout.evidence.report_visits import Said, Visit

LARGEST = 8 << 20  # of one picture, in bytes
BUDGET = 40 << 20  # of all pictures in one page, in bytes
_NAME = re.compile(
    r"[A-Za-z0-9_-][A-Za-z0-9._-]*/(?P<stage>[A-Za-z0-9_-]+?)(-(?P<again>[0-9]+))?\.(?P<kind>[a-z]+)\.png"
)
_LARGEST_SIDE = 100_000
_HEADER = 33
_PNG = b"\x89PNG\r\n\x1a\n"
_STAGES = {
    "before": "As it was found on a fresh load",
    "after": "Straight after the click; proves nothing by itself",
    "reload": "Loaded afresh after the click",
    "second": "Loaded afresh a second time, a while after the click",
    "last": "Loaded afresh after the last click of the visit",
    "stood": "The page that had shown it off, left open, at the end of the visit",
    "category": "The page that lists what is offered",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture: `source` is a data: address, or None if the page only names it, in `note` why.

    `at` is when the load that it shows was read, None if that is not recorded. `whole` says that it shows a
    whole page. `width` and `height` are in pixels, 0 if unknown.
    """

    name: str
    caption: str
    href: str | None
    whole: bool
    at: datetime | None = None
    source: str | None = None
    width: int = 0
    height: int = 0
    note: str | None = None


class Album:
    """Takes pictures into the page until the page is full."""

    def __init__(self, runs: str = "runs", budget: int = BUDGET) -> None:
        """Given the address of the folder of runs, as the page would link to it, and the room in the page."""
        self._runs = runs
        self._left = budget

    def pictures(self, visit: Visit, said: Said, *, inside: bool) -> list[Picture]:
        """Given a visit and what it says of a setting, return its pictures; in the page if `inside`."""
        return [self._picture(visit, said, name, inside=inside) for name in said.pictures]

    def newest(self, visit: Visit, said: Said) -> list[Picture]:
        """Given a visit and what it says of a setting, return its last picture of the setting alone."""
        shown = [name for name in said.pictures if name.endswith(".element.png") and "/after." not in name]
        return [self._picture(visit, said, name, inside=True) for name in shown[-1:]]

    def _picture(self, visit: Visit, said: Said, name: str, *, inside: bool) -> Picture:
        match = _NAME.fullmatch(name)
        if match is None:
            return Picture(
                name=name, caption="A picture", href=None, whole=False, note="this is no picture's name"
            )
        stage, again = match["stage"], match["again"]
        named = Picture(
            name=name,
            caption=_STAGES.get(stage, stage) + (f", once more ({again})" if again else ""),
            href=f"{self._runs}/{visit.run}/{name}",
            whole=match["kind"] == "full",
            at=said.taken_at(name),
        )
        if not inside:
            return named
        content = _content(visit.path / name)
        if content is None:
            return replace(named, note="it is missing or is no picture")
        if len(content) > self._left:
            return replace(named, note="left out here, as the page would grow too large")
        self._left -= len(content)
        width, height = struct.unpack(">II", content[16:24])
        fits = 0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE
        return replace(
            named,
            source="data:image/png;base64," + base64.b64encode(content).decode(),
            width=width if fits else 0,
            height=height if fits else 0,
        )


def _content(path: Path) -> bytes | None:
    if path.parent.is_symlink():
        return None
    try:
        content = ordinary_file.read(path, limit=LARGEST)
    except OSError:
        return None
    is_picture = content.startswith(_PNG) and content[12:16] == b"IHDR" and len(content) >= _HEADER
    return content if is_picture else None
