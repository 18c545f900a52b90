"""What a visit writes down on its way: pictures, the text beside them, steps and news, for the evidence."""

import itertools
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from optout.browser import photograph
from optout.browser.tls import Received
from optout.change import MOST_ROWS, Change, cut
from optout.errors import OptoutError
from optout.evidence import attempts, carried, changes
from optout.evidence.history import History
from optout.evidence.record import stamp, to_json
from optout.linkedin import capture
from optout.linkedin.capture import Part, Parts
from optout.linkedin.catalogue import Setting
from optout.linkedin.menu import Menu
from optout.linkedin.network import Network
from optout.linkedin.stay import Stay
from optout.linkedin.switch import Seen

if TYPE_CHECKING:
    from optout.evidence.ledger import Draft
    from optout.linkedin.load import Loaded

BEFORE = "before"  # the first fresh load; it decides where nothing is clicked
DECIDING = "reload"  # the stage whose reading is the finding's `after`
SECOND = "second"  # another fresh load, a while after the click
LAST = "last"  # a fresh load after the last click of the visit
STOOD = "stood"  # the page that showed it off, left open and looked at again at the end of the visit
SHORTEST_NAME = 4  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is kept of a page as text, and the stage that it is of."""

    stage: str
    content: str


@dataclass(kw_only=True)
class Notebook:
    """The notes of one visit; `draft` takes the pictures at once, the texts when the notebook is closed.

    `texts` are the files beside the pictures of each setting, `not_kept` says which pictures and texts are
    missing, and why.
    """

    draft: "Draft"
    news: list[str] = field(default_factory=list)
    steps: list[dict[str, object]] = field(default_factory=list)
    pictures: dict[str, list[str]] = field(default_factory=dict)
    stages: dict[str, dict[str, dict[str, object]]] = field(default_factory=dict)
    texts: dict[str, dict[str, Text]] = field(default_factory=dict)
    not_kept: dict[str, list[str]] = field(default_factory=dict)
    menus: dict[str, Menu] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def note(self, found: list[Change]) -> None:
        """Given what is new on the pages, note each thing and its sentence, once."""
        new = [change for change in dict.fromkeys(found) if change not in self.changes]
        self.changes += new
        self.news += [change.sentence for change in new]

    def capture(self, stay: Stay, setting: Setting, stage: str, seen: Seen, *, full: bool) -> None:
        """Given a stay and what its page showed, keep its picture and its text as a stage of the setting.

        The card is photographed where there is one; the whole of `main` if `full`, or if there is no card.
        Of the load that decides the card's structure is kept too. At the stage `STOOD` it is the page that
        the stay has left open for the setting.
        """
        page = stay.left_open[setting.name] if stage == STOOD else stay.page
        stages = self.stages.setdefault(setting.name, {})
        if stage == DECIDING and DECIDING in stages:
            stages[_free(f"early-{DECIDING}", stages)] = stages.pop(DECIDING)
        parts, shots = photographed(lambda: capture.parts(page, setting.key, whole=full))
        pictures = [
            self._keep(setting, f"{stage}.{kind}.png", part, shots.get(kind))
            for kind, part in (("element", parts.card), ("full", parts.main))
            if part is not None or (kind == "full" and (full or parts.card is None))
        ]
        stages[stage] = {**_facts(seen, setting), "pictures": [name for name in pictures if name]}
        if stage in {BEFORE, DECIDING}:
            self.texts[setting.name] = {}
            told = self.not_kept.get(setting.name, [])
            self.not_kept[setting.name] = [sentence for sentence in told if not sentence.startswith("card.")]
            if parts.card is not None and self._may_write(setting, "card.*", parts.card):
                self._write(setting, "card.html", stage, capture.html_text(parts.card))
                self._write(setting, "card.aria.yaml", stage, capture.aria_text(parts.card))

    def remark(self, setting: Setting, stage: str, seen: Seen) -> None:
        """Given what a page showed at a glance, keep its text alone as a stage of the setting."""
        self.stages.setdefault(setting.name, {})[stage] = {**_facts(seen, setting), "pictures": []}

    def capture_menu(self, stay: Stay, setting: Setting) -> None:
        """Given a stay on the category page, keep its rows as evidence for a setting without a row."""
        parts, shots = photographed(lambda: capture.parts(stay.page))
        main = parts.main
        self._keep(setting, "category.full.png", main, shots.get("full"))
        if main is not None and self._may_write(setting, "category.aria.yaml", main):
            self._write(setting, "category.aria.yaml", "category", capture.aria_text(main))

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

    def close(self, past: History, names: Iterable[str] = ()) -> None:
        """Given the past as it is known by now, write the texts into the draft, what is new among them.

        `names` say whose account it is; a text of a page that holds one could not be withheld with it.
        """
        self.draft.add("changes.json", to_json(changes.to_json(self.changes)))
        self.draft.add(carried.FILE, to_json(past.carried(datetime.now(UTC)).to_json()))
        for name, stages in self.stages.items():
            texts = self.texts.get(name, {})
            for file in [each for each, text in texts.items() if _names_one(text.content, names)]:
                self._not_kept(name, file, "it says whose account it is")
                del texts[file]
            for file, text in texts.items():
                self.draft.add(f"{name}/{file}", text.content.encode("utf-8", "replace"))
            state = {
                "stages": stages,
                "texts": {file: text.stage for file, text in texts.items()},
                "not_kept": self.not_kept.get(name, []),
            }
            self.draft.add(f"{name}/state.json", to_json(state))
        if self.menus:
            rows = {
                category: [{"path": cut(row.path), "label": cut(row.label)} for row in menu.rows[:MOST_ROWS]]
                for category, menu in self.menus.items()
            }
            self.draft.add("rows.json", to_json(rows))

    def file_what_came(self, network: Network, received: Received | None) -> None:
        """Given the record of the network, and what came over TLS or None, write both into the draft."""
        self.draft.add("network.json", to_json(network.to_json()))
        if received is not None:
            self.draft.add("tls.pem", received.pem)

    def _may_write(self, setting: Setting, name: str, part: Part) -> bool:
        """Return whether a text of a part may be kept."""
        if part.no_text is not None:
            self._not_kept(setting.name, name, part.no_text)
        return part.no_text is None

    def _write(self, setting: Setting, name: str, stage: str, content: str | None) -> None:
        """Keep a text of a page until the notebook is closed."""
        if content is None:
            self._not_kept(setting.name, name, "it is too long, may hold what was typed, or is gone")
        else:
            self.texts.setdefault(setting.name, {})[name] = Text(stage=stage, content=content)

    def _not_kept(self, name: str, file: str, why: str) -> None:
        """Note, once, why a picture or a text of a setting is missing."""
        told = self.not_kept.setdefault(name, [])
        told += [sentence for sentence in (f"{file}: {why}",) if sentence not in told]

    def _keep(self, setting: Setting, name: str, part: Part | None, picture: bytes | None) -> str | None:
        """Keep the picture of a part, if there is one, under the first free name; return that name."""
        if picture is None:
            why = "the page has no such part" if part is None else part.no_picture
            self._not_kept(setting.name, name, why or "the page moved, or went away")
            return None
        kept = self.pictures.setdefault(setting.name, [])
        stem, kind = name.split(".", 1)
        wanted, number = f"{setting.name}/{name}", 1
        while wanted in kept:
            number += 1
            wanted = f"{setting.name}/{stem}-{number}.{kind}"
        kept.append(self.draft.add(wanted, picture))
        return wanted


def photographed(look: Callable[[], Parts]) -> tuple[Parts, dict[str, bytes | None]]:
    """Given what looks at the parts of a page, return them, and by "element" and "full" pictures of them.

    It looks before and afterwards: something may have come over the page or moved in it meanwhile. Then all
    is done once more, and if that is no better there is no picture.
    """
    parts = look()
    for _ in range(2):
        allowed = {
            kind: part
            for kind, part in (("element", parts.card), ("full", parts.main))
            if part is not None and part.no_picture is None
        }
        shots = {kind: photograph.part(part.page, part.box) for kind, part in allowed.items()}
        before, parts = parts, look() if shots else parts
        if parts.outline == before.outline:
            return parts, shots
    return parts, {}


def _facts(seen: Seen, setting: Setting) -> dict[str, object]:
    """Return what is kept of a page as text: a site may put any length of it there."""
    return {name: cut(value) for name, value in seen.facts(setting.key).items()}


def _free(name: str, taken: Container[str]) -> str:
    """Return a name, with a number behind it if it is taken."""
    numbered = (f"{name}-{number}" for number in itertools.count(2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def _names_one(text: str, names: Iterable[str]) -> bool:
    """Return whether one of the names stands in a text; a very short one is in many by chance."""
    lowered = text.casefold()
    return any(len(name) >= SHORTEST_NAME and name.casefold() in lowered for name in names)


def reason_of(error: OptoutError) -> str:
    """Given an error that kept a setting from being read, return the sentence that becomes its reason."""
    return f"{error.sentence} {error.hint}".strip()
