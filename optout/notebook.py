"""What a visit writes down on its way: pictures, the text beside them, steps and news, for the evidence."""

import itertools
import platform
import sys
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING

from optout.browser import photograph
from optout.change import MOST_ROWS, Change, cut
from optout.errors import OptoutError
from optout.evidence import attempts, carried, changes
from optout.evidence.history import History
from optout.evidence.record import stamp, to_json
from optout.linkedin.catalogue import CATALOGUE_DATE, Setting
from optout.linkedin.menu import Menu
from optout.linkedin.stay import Stay
from optout.linkedin.switch import Seen

if TYPE_CHECKING:
    from optout.evidence.ledger import Draft
    from optout.linkedin.load import Loaded

DECIDING = "reload"  # the stage whose reading is the finding's `after`
SECOND = "second"  # another fresh load, a while after the click
LAST = "last"  # a fresh load after the last click of the visit
STOOD = "stood"  # the page that showed it off, left open and looked at again at the end of the visit


@dataclass(kw_only=True)
class Notebook:
    """The notes of one visit; `draft` takes the pictures at once, the texts when the notebook is closed."""

    draft: "Draft"
    news: list[str] = field(default_factory=list)
    steps: list[dict[str, object]] = field(default_factory=list)
    pictures: dict[str, list[str]] = field(default_factory=dict)
    stages: dict[str, dict[str, dict[str, object]]] = field(default_factory=dict)
    menus: dict[str, Menu] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def note(self, found: list[Change]) -> None:
        """Given what is new on the pages, note each thing and its sentence, once."""
        new = [change for change in dict.fromkeys(found) if change not in self.changes]
        self.changes += new
        self.news += [change.sentence for change in new]

    def capture(self, stay: Stay, setting: Setting, stage: str, seen: Seen, *, full: bool) -> None:
        """Given a stay and what its page showed, keep its picture and its text as a stage of the setting.

        The card is photographed where there is one; the whole page if `full`, or if there is no card. At the
        stage `STOOD` it is the page that the stay has left open for the setting.
        """
        page = stay.left_open[setting.name] if stage == STOOD else stay.page
        stages = self.stages.setdefault(setting.name, {})
        if stage == DECIDING and DECIDING in stages:
            stages[_free(f"early-{DECIDING}", stages)] = stages.pop(DECIDING)
        pictures: list[str | None] = []
        if seen.card is not None:
            pictures.append(self._keep(setting, f"{stage}.element.png", photograph.card(page, seen.card)))
        if full or seen.card is None:
            pictures.append(self._keep(setting, f"{stage}.full.png", photograph.full_page(page)))
        stages[stage] = {**_facts(seen, setting), "pictures": [name for name in pictures if name]}

    def remark(self, setting: Setting, stage: str, seen: Seen) -> None:
        """Given what a page showed at a glance, keep its text alone as a stage of the setting."""
        self.stages.setdefault(setting.name, {})[stage] = {**_facts(seen, setting), "pictures": []}

    def capture_menu(self, stay: Stay, setting: Setting) -> None:
        """Given a stay on the category page, keep its picture as evidence for a setting without a row."""
        self._keep(setting, "category.full.png", photograph.full_page(stay.page))

    def is_locked(self, setting: Setting) -> bool:
        """Return whether the switch could not be turned when it was first read."""
        before = self.stages.get(setting.name, {}).get("before", {})
        return before.get("enabled") is False

    def walked(self, loads: "list[Loaded]", setting: Setting | None) -> None:
        """Given the loads of a stay so far, note those that are not noted yet as steps for a setting."""
        for loaded in loads[len(self.steps) :]:
            step = {name: cut(value) for name, value in loaded.step().items()}
            self.steps.append(
                {"at": step.pop("at"), "did": step.pop("did"), "setting": setting and setting.name, **step}
            )

    def announce_click(self, setting: Setting, earlier: tuple[str, ...]) -> None:
        """Before `check --fix` clicks, keep the time of it, and of `earlier` clicks that were never sealed.

        If the visit is killed, this is what the next one finds in its draft.
        """
        times = (*earlier, stamp(datetime.now(UTC)))
        self.draft.add(f"{setting.name}/{attempts.CLICKED}", to_json(attempts.clicked_json(times)))

    def close(self, past: History) -> None:
        """Given the past as it is known by now, write the texts into the draft, what is new among them."""
        self.draft.add("changes.json", to_json(changes.to_json(self.changes)))
        self.draft.add(carried.FILE, to_json(past.carried(datetime.now(UTC)).to_json()))
        for name, stages in self.stages.items():
            self.draft.add(f"{name}/state.json", to_json({"stages": stages}))
        if self.menus:
            rows = {
                category: [{"path": cut(row.path), "label": cut(row.label)} for row in menu.rows[:MOST_ROWS]]
                for category, menu in self.menus.items()
            }
            self.draft.add("rows.json", to_json(rows))

    def _keep(self, setting: Setting, name: str, picture: bytes | None) -> str | None:
        """Keep one picture, if there is one, under the first free name; return that name."""
        if picture is None:
            return None
        kept = self.pictures.setdefault(setting.name, [])
        stem, kind = name.split(".", 1)
        wanted, number = f"{setting.name}/{name}", 1
        while wanted in kept:
            number += 1
            wanted = f"{setting.name}/{stem}-{number}.{kind}"
        kept.append(self.draft.add(wanted, picture))
        return wanted


def _facts(seen: Seen, setting: Setting) -> dict[str, object]:
    """Return what is kept of a page as text: a site may put any length of it there."""
    return {name: cut(value) for name, value in seen.facts(setting.key).items()}


def _free(name: str, taken: Container[str]) -> str:
    """Return a name, with a number behind it if it is taken."""
    numbered = (f"{name}-{number}" for number in itertools.count(2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def environment(browser: dict[str, object], *, session: str) -> dict[str, object]:
    """Given what is known of the browser and where the sign-in came from, return the block of `run.json`.

    None stands for what could not be told.
    """
    unknown = dict.fromkeys(("browser", "headless", "locale", "viewport", "time_zone", "member_shown"))
    told = {"proxy": None} | unknown | browser
    proxy = told.pop("proxy")
    return {
        "optout": _version(),
        "catalogue": CATALOGUE_DATE,
        "python": platform.python_version(),
        "os": _system(),
        **told,
        "clock_synchronised": None,
        "proxy": proxy,
        "session": session,
    }


def reason_of(error: OptoutError) -> str:
    """Given an error that kept a setting from being read, return the sentence that becomes its reason."""
    return f"{error.sentence} {error.hint}".strip()


def _version() -> str | None:
    """Return the version of this program."""
    try:
        return metadata.version("optout")
    except metadata.PackageNotFoundError:
        return None


def _system() -> str:
    """Return the name and version of the operating system."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return f"{platform.system()} {platform.release()}"
    return f"{release.get('NAME', sys.platform)} {release.get('VERSION_ID', '')}".strip()
