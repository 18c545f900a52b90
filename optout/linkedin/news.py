"""What is new on the pages: rows nobody has described, wording that changed. Never a verdict."""

from collections.abc import Iterable, Mapping

from optout.linkedin.catalogue import ADS, PRIVACY, Setting
from optout.linkedin.menu import Menu
from optout.linkedin.switch import Seen, Shows

PAGES = {PRIVACY: "Data privacy", ADS: "Advertising data"}
WORDING = ("heading", "label", "description")


def of_rows(menu: Menu, seen_before: frozenset[str], settings: Iterable[Setting]) -> list[str]:
    """Given a category page, the paths seen there earlier and the settings that showed a switch, tell.

    One sentence per unknown row that is new, per setting without a row, and per English row with other words.
    """
    page = PAGES.get(menu.category, menu.category)
    news = [
        f"new row on {page}: {row.label} ({row.path})" for row in menu.unknown if row.path not in seen_before
    ]
    for setting in settings:
        row = menu.row(setting)
        if row is None and menu.complete:
            news.append(f"no row for {setting.name} on {page}")
        elif row is not None and menu.lang.lower().startswith("en") and row.label not in {"", setting.title}:
            news.append(f"{setting.name}: its row on {page} now reads {row.label!r}")
    return news


def of_wording(setting: Setting, now: Mapping[str, object], before: Mapping[str, object] | None) -> list[str]:
    """Given the facts of a page now and at the last visit, return one sentence per text that changed.

    Texts are compared within one language. At the first visit only an English heading is compared, with the
    catalogue's title.
    """
    if before is None:
        title, english = now.get("heading"), str(now.get("lang") or "").lower().startswith("en")
        if english and title and title != setting.title:
            return [f"{setting.name}: the page is now headed {title!r}"]
        return []
    if now.get("lang") != before.get("lang"):
        return []
    return [
        f"{setting.name}: the {part} now reads {now.get(part)!r}"
        for part in WORDING
        if before.get(part) and now.get(part) and now.get(part) != before.get(part)
    ]


def of_switch(setting: Setting, seen: Seen) -> list[str]:
    """Given what a setting's page showed, return a sentence if its switch carries another key."""
    if seen.shows is not Shows.OTHER_SWITCH or seen.sight is None or seen.sight.controls is None:
        return []
    keys = ", ".join(seen.sight.controls.other_keys[:5])
    return [f"{setting.name}: the page shows a switch with another key ({keys})"]
