"""What one page shows at one moment, taken in a single turn of the page."""

import functools
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from optout.errors import SiteUnavailable

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle, Page

POLL = 0.05  # seconds between two looks


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSight:
    """One box that carries the setting's key; `card` is x, y, width, height in pixels of the whole page."""

    checked: bool
    mixed: bool
    enabled: bool
    aria: str | None
    label: str
    card: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What else on the page could be a switch; `traces` is how often the key stands in it, drawn or not."""

    other_keys: tuple[str, ...]
    boxes: int
    radios: int
    others: int
    frames: int
    shadow: bool
    traces: int = 0

    @property
    def any(self) -> bool:
        """Whether anything but the box with the key could be meant as a switch."""
        return bool(self.boxes or self.radios or self.others or self.frames or self.shadow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One page at one moment. `text` is the number of characters in its `main`.

    `members` are the public identifiers that the links of its bar lead to, `embedded` the answers about the
    member that the server put into it, as JSON.
    `document` tells one document from the next: the moment its load began. `echoes` is what else on the page
    says on or off under the setting's key than its boxes.
    `polling_seconds` is how long a page that waits for an approval says it will, None if it does not say.
    """

    href: str
    document: float
    ready: bool
    lang: str
    title: str
    text: int
    heading: str
    description: str
    members: tuple[str, ...]
    embedded: tuple[str, ...] = ()
    username: bool
    password: bool
    hidden_key: str | None
    buttons: bool
    chooser: bool
    email_code: bool
    phone_code: bool
    recovery: bool
    push: bool
    captcha: bool
    code_refused: bool
    polling_seconds: float | None
    errors: tuple[str, ...]
    unknown_account: bool
    weak: bool
    banner: bool
    dialog: bool
    busy: bool
    switches: tuple[SwitchSight, ...]
    controls: Controls | None
    echoes: tuple[bool, ...] = ()


def call(page: "Page", function: str, **asked: object) -> Any:
    """Given the name of a function of page.js and what it asks for, return the page's answer as JSON.

    Raise playwright's Error if the page went away meanwhile; its text never holds what was asked.
    """
    return page.evaluate(expression(function), asked)


def element(page: "Page", function: str, **asked: object) -> "ElementHandle | None":
    """Given a function of page.js that finds an element, return it; None also if the page went away."""
    from playwright.sync_api import Error

    try:
        return page.evaluate_handle(expression(function), asked).as_element()
    except Error:
        return None


def look(page: "Page", key: str | None = None) -> Sight | None:
    """Given a page and perhaps a setting's key, return what it shows.

    None while it is between two documents or shows the browser's own error page. Raise SiteUnavailable if the
    page was closed.
    """
    from playwright.sync_api import Error

    try:
        raw = page.evaluate(_survey(), {"key": key})
    except Error:
        if page.is_closed():
            raise SiteUnavailable("The browser's page was closed.", "Run the command again.") from None
        return None
    href = str(raw["href"])
    return None if href.startswith(("chrome-error:", "about:")) else _sight(raw)


def wait(page: "Page", seconds: float, enough: Callable[[], bool]) -> bool:
    """Given a page and a condition, look every 50 ms until it holds; return if it did within `seconds`."""
    deadline = time.monotonic() + seconds
    while not enough():
        if time.monotonic() >= deadline:
            return False
        pause(page, POLL)
    return True


def pause(page: "Page", seconds: float) -> None:
    """Given a page, let the browser's events come in for `seconds`; the only wait by the clock."""
    from playwright.sync_api import Error

    try:
        page.wait_for_timeout(seconds * 1000)  # the sync API hands out events only inside a call of its own
    except Error:
        raise SiteUnavailable("The browser's page was closed.", "Run the command again.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time by which a setting's page is watched, in seconds.

    `now` tells it, `pause` lets a while of it pass, `poll` is the while between two looks.
    """

    now: Callable[[], float] = time.monotonic
    pause: "Callable[[Page, float], None]" = pause
    poll: float = POLL


def expression(function: str) -> str:
    """Given the name of a function of page.js, return the script that calls it with one argument."""
    return f"(asked) => ({script('page.js')})({script('sign_in.js')}).{function}(asked)"


@functools.cache
def _survey() -> str:
    """Return the script of a whole look: the page's survey, and whom it shows as its own member."""
    page = f"({script('page.js')})({script('sign_in.js')})"
    return f"(asked) => ({{...{page}.survey(asked), ...({script('member.js')})()}})"


@functools.cache
def script(name: str) -> str:
    """Given the name of a script of ours, return it without the comment at its head."""
    text = resources.files("optout.linkedin").joinpath(name).read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    return "".join(itertools.dropwhile(lambda line: line.startswith("//"), lines)).rstrip()


def _sight(raw: Mapping[str, Any]) -> Sight:
    """Return the page's answer as a record."""
    controls = raw["controls"]
    return Sight(
        href=raw["href"],
        document=raw["document"],
        ready=raw["ready"] == "complete",
        lang=raw["lang"],
        title=raw["title"],
        text=raw["text"],
        heading=raw["heading"],
        description=raw["description"],
        members=tuple(raw["members"]),
        embedded=tuple(raw["embedded"]),
        username=raw["username"],
        password=raw["password"],
        hidden_key=raw["hiddenKey"],
        buttons=raw["buttons"],
        chooser=raw["chooser"],
        email_code=raw["emailCode"],
        phone_code=raw["phoneCode"],
        recovery=raw["recovery"],
        push=raw["push"],
        captcha=raw["captcha"],
        code_refused=raw["codeRefused"],
        polling_seconds=raw["pollingSeconds"],
        errors=tuple(raw["errors"]),
        unknown_account=raw["unknownAccount"],
        weak=raw["weak"],
        banner=raw["banner"],
        dialog=raw["dialog"],
        busy=raw["busy"],
        switches=tuple(
            SwitchSight(
                checked=box["checked"],
                mixed=box["mixed"],
                enabled=box["enabled"],
                aria=box["aria"],
                label=box["label"],
                card=(box["card"]["x"], box["card"]["y"], box["card"]["width"], box["card"]["height"]),
            )
            for box in raw["switches"]
        ),
        echoes=tuple(raw["echoes"]),
        controls=controls
        and Controls(
            other_keys=tuple(controls["otherKeys"]),
            boxes=controls["boxes"],
            radios=controls["radios"],
            others=controls["others"],
            frames=controls["frames"],
            shadow=controls["shadow"],
            traces=controls["traces"],
        ),
    )
