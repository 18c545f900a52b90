"""The list of a category's settings. Its rows stand as JSON in the page and are drawn by a script.

Shape and order: linkedin.md 4.
"""

from collections.abc import Iterable
from itertools import takewhile

from optout.practice.member_pages import below_the_bar, beside_the_categories
from optout.practice.rows import CHANGING_ROW, EVIL_ROW, LISTS, MOVED, NEW_ROW, VANISHED, Row
from optout.practice.state import Session, State, offered
from optout.practice.templates import Content, embedded, fill, join
from optout.practice.wire import Reply

WITH_NEWS = ("data", "elsewhere")


def category(state: State, session: Session, name: str) -> Reply:
    """Given the name of a category, return its page."""
    words, moods = state.words, state.moods
    rows = [row for group in LISTS.get(name, ()) for row in group.rows]
    if any(moods.touch("list-cut-short", row) for row in rows):
        before = takewhile(lambda row: not moods.touch("list-cut-short", row), rows)
        return _cut_short(state, session, before)
    if "half-list" in moods:
        return _cut_short(state, session, rows[: len(rows) // 2])
    for status in (429, 999, 503):
        if any(moods.touch(f"list-{status}", row) for row in rows):
            return Reply(status=status, body=fill("bare.html", text=str(status)))
    broken = any(moods.touch("list-broken", row) for row in rows)
    title = words["category:" + name]
    rest = {"restAfter": state.milliseconds(1.5) if "list-late" in moods else None}
    drawn = rest | {
        "groups": [] if broken else _groups(state, name),
        "empty": words["empty_list"],
        "appearAfter": state.milliseconds(0.12),
    }
    main = join((fill("category.html", title=title, loading=words["loading"]), embedded(drawn)))
    body = beside_the_categories(state, name, main)
    return Reply(
        body=below_the_bar(state, session, Content(title=title, body=body, scripts=("category.js",)))
    )


def _cut_short(state: State, session: Session, rows: Iterable[Row]) -> Reply:
    links = join(fill("side-link.html", href=row.path, text=row.title, current="false") for row in rows)
    begin = below_the_bar(state, session, Content(title="", body=links)).partition("</body>")[0]
    return Reply(body=begin, cut_short=True)


def title_of(state: State, row: Row) -> str:
    """Given a row, return its name in the site's language."""
    return state.words.get("title:" + row.name, row.title)


def _groups(state: State, name: str) -> list[dict[str, object]]:
    groups: list[dict[str, object]] = []
    for group in LISTS.get(name, ()):
        rows = [entry for row in group.rows for entry in _entries(state, row)]
        if "new-row" in state.moods and group.name in WITH_NEWS:
            rows.insert(1, _entry(state, NEW_ROW))
        if "evil-row" in state.moods and group.name in WITH_NEWS:
            rows.insert(1, _entry(state, EVIL_ROW))
        groups.append({"heading": state.words.get("group:" + group.name, group.heading), "rows": rows})
    return groups


def _entries(state: State, row: Row) -> list[dict[str, str]]:
    touch = state.moods.touch
    if touch("moved", row):
        return [_entry(state, row) | {"href": MOVED[row.name], "label": title_of(state, row) + " (2)"}]
    if touch("vanished", row):
        return [_entry(state, VANISHED[row.name])]
    changing = row.name == CHANGING_ROW
    if not offered(state, row) or touch("unlisted", row) or (changing and "row-gone" in state.moods):
        return []
    renamed = touch("own-row-renamed", row) or (changing and "row-renamed" in state.moods)
    return [_entry(state, row) | ({"label": title_of(state, row) + " (new)"} if renamed else {})]


def _entry(state: State, row: Row) -> dict[str, str]:
    said = ""
    if row.kind == "switch":
        on = any(state.stored[key] for key in (row.key, *row.more)) or state.moods.touch("row-disagrees", row)
        said = state.words["on" if on else "off"]
    return {"href": row.path, "label": title_of(state, row), "state": said}
