"""The pages of members: feed, lists of settings, and the page of one setting.

Shape, ids and addresses: linkedin.md 3 and 4. What a script draws stands as JSON in the page.
"""

import secrets
from collections.abc import Callable

from optout.practice.rows import (
    AFFILIATE_ADS,
    CATEGORIES,
    CATEGORY,
    LISTS,
    MOVED,
    NEW_ROW,
    NOT_FOUND,
    SETTINGS,
    VANISHED,
    Row,
    all_rows,
    category_of,
)
from optout.practice.state import Session, State, offered, second_setting
from optout.practice.templates import Html, embedded, fill, hashed_names, join, page
from optout.practice.wire import Reply, Request, redirect

Found = tuple[Row, str]


def feed(state: State, session: Session) -> Reply:
    """Return the home page of whoever is signed in."""
    words = state.words
    content = fill("feed.html", **words)
    return Reply(body=member_page(state, session, title=words["feed"], content=content))


def plain(state: State, session: Session, title: str) -> Reply:
    """Given a title, return a member's page that says nothing else."""
    content = fill("plain.html", title=title, text=state.words["plain_page"])
    return Reply(body=member_page(state, session, title=title, content=content))


def not_found(state: State, session: Session) -> Reply:
    """Return the page that every unknown address under the settings ends at."""
    words = state.words
    content = fill("plain.html", title=words["not_found"], text=words["not_found_text"])
    return Reply(body=member_page(state, session, title=words["not_found"], content=_beside(state, "", content)))


def category(state: State, session: Session, name: str) -> Reply:
    """Given the name of a category, return its page; its rows are drawn by a script."""
    words = state.words
    rows = [row for group in LISTS.get(name, ()) for row in group.rows]
    if any(state.moods.touch("list-503", row) for row in rows):
        return Reply(status=503, body=fill("bare.html", text="503"))
    groups: list[dict[str, object]] = []
    for group in LISTS.get(name, ()):
        listed = [entry for row in group.rows for entry in _entries(state, row)]
        if "new-row" in state.moods and group.name in ("data", "elsewhere"):
            listed.insert(1, _entry(state, NEW_ROW))
        if listed:
            groups.append({"heading": words.get("group:" + group.name, group.heading), "rows": listed})
    if any(state.moods.touch("list-broken", row) for row in rows):
        groups = []
    title = words["category:" + name]
    data = {
        "groups": groups,
        "empty": words["empty_list"],
        "appearAfter": state.milliseconds(0.12),
        "restAfter": state.milliseconds(1.5) if "list-late" in state.moods else None,
    }
    content = Html(fill("category.html", title=title, loading=words["loading"]) + embedded(data))
    body = member_page(state, session, title=title, content=_beside(state, name, content), scripts=("category.js",))
    return Reply(body=body)


def _entries(state: State, row: Row) -> list[dict[str, str]]:
    touch = state.moods.touch
    if touch("moved", row):
        return [_entry(state, row) | {"href": MOVED[row.name], "label": _title(state, row) + " (2)"}]
    if touch("vanished", row):
        return [_entry(state, VANISHED[row.name])]
    if not offered(state, row) or touch("unlisted", row):
        return []
    return [_entry(state, row)]


def _entry(state: State, row: Row) -> dict[str, str]:
    words = state.words
    said = ""
    if row.kind == "switch":
        on = state.stored[row.key] or state.moods.touch("row-disagrees", row)
        said = words["on"] if on else words["off"]
    return {"href": row.path, "label": _title(state, row), "state": said}


def _title(state: State, row: Row) -> str:
    return state.words.get("title:" + row.name, row.title)


def found(state: State, path: str) -> Found | None:
    """Given a path, return the row whose page it is and the key its switch has; None if there is none."""
    path = path.rstrip("/")
    for name, moved in MOVED.items():
        row = next(row for row in all_rows() if row.name == name)
        if path == moved and state.moods.touch("moved", row):
            return row, row.key
    for row in all_rows():
        if path == row.path.rstrip("/"):
            return row, row.key
    return None


def setting(state: State, session: Session, request: Request) -> Reply:
    """Given a request below the settings, return the setting's page, or the way to page-not-found."""
    hit = found(state, request.path)
    if hit is None:
        return redirect(NOT_FOUND)
    row, key = hit
    touch = state.moods.touch
    gone = any(touch(mood, row) for mood in ("not-offered", "listed-but-gone", "vanished"))
    if gone or (row is AFFILIATE_ADS and "europe" in state.moods):
        return redirect(NOT_FOUND)
    if touch("moved", row) and request.path.rstrip("/") == row.path:
        return redirect(NOT_FOUND)
    if touch("not-offered-category", row):
        return redirect(CATEGORY + category_of(row))
    if row.kind == "page":
        return plain(state, session, row.title)
    return _drawn(state, session, request, row, key)


def _drawn(state: State, session: Session, request: Request, row: Row, key: str) -> Reply:
    words, touch = state.words, state.moods.touch
    title = _title(state, row)
    if touch("password-again", row):
        content = fill("password-again.html", **words, title=title)
        return Reply(body=member_page(state, session, title=title, content=content))
    if touch("empty", row):
        return Reply(body=page(words, title=title, content=Html("<main></main>")))
    names = hashed_names(secrets.token_hex(3)) if touch("hashed", row) else {}
    data = _card(state, row, key) | {"names": names}
    if "frame" not in request.query and touch("in-iframe", row):
        data = {"appearAfter": data["appearAfter"], "frame": request.path + "?frame=1", "title": title, "names": {}}
    style = ""
    if names:
        seed = next(iter(names.values()))[1:-2]
        style = f"/static/hashed-{seed}.css"
    content = Html(fill("setting.html", title=title, loading=words["loading"], back=words["back"],
                        up=CATEGORY + category_of(row)) + embedded(data))
    scripts = ("setting.js", *(f"{name}.js" for name in ("promo", "alert", "cached") if touch(name, row)))
    if "frame" in request.query:
        return Reply(body=page(words, title=title, content=content, scripts=scripts, style=style))
    whole = _beside(state, category_of(row), content)
    return Reply(body=member_page(state, session, title=title, content=whole, scripts=scripts, style=style))


def _card(state: State, row: Row, key: str) -> dict[str, object]:
    words, touch = state.words, state.moods.touch
    reworded = " (2)" if touch("reworded", row) else ""
    switch = {
        "key": key + "V2" if touch("key-renamed", row) else key,
        "label": words.get("label:" + row.name, words["label"]) + reworded,
        "on": _shown(state, row),
        "locked": touch("locked", row),
        "twoIds": touch("two-ids", row),
        "hidden": False,
    }
    switches = [switch]
    if touch("two-switches", row):
        switches.insert(0, switch | {"key": key + "ByMail", "label": words["other_label"],
                                     "on": state.stored.setdefault(key + "ByMail", True)})
    for mood in ("hidden-copy", "shown-copy"):
        if touch(mood, row):
            switches.insert(0, switch | {"on": not switch["on"], "hidden": mood == "hidden-copy"})
    blank = any(touch(mood, row) for mood in ("no-switch", "not-offered-blank", "list-broken", "list-503"))
    looks = {"radios": "radios", "aria-only": "button"}
    return {
        "switches": [] if blank else switches,
        "text": (words["blank_text"] if blank else words.get("text:" + row.name, words["text"])) + reworded,
        "note": "" if blank else words.get("note:" + row.name, ""),
        "look": next((look for mood, look in looks.items() if touch(mood, row)), row.kind),
        "click": next((m for m in ("covered", "pill-dead", "slow-flip", "remount", "all-dead") if touch(m, row)), ""),
        "save": next((m for m in ("put-unseen", "save-button", "confirm") if touch(m, row)), "put"),
        "appearAfter": state.milliseconds(5.0 if touch("late", row) else 0.12),
        "stateAfter": state.milliseconds(0.5) if touch("late-state", row) else None,
        "flipAfter": state.milliseconds(0.6),
        "words": {name: words[name] for name in (
            "on", "off", "save", "confirm_title", "confirm_text", "confirm_yes", "confirm_no",
            "promo_title", "promo_text", "promo_close",
        )},
    }  # fmt: skip


def _shown(state: State, row: Row) -> bool:
    with state.lock:
        if state.stale[row.key] > 0:
            state.stale[row.key] -= 1
            return not state.stored[row.key]
        return state.stored[row.key]


def _beside(state: State, current: str, content: Html) -> Html:
    words = state.words
    links = join([
        fill("side-link.html", href=CATEGORY + name, text=words["category:" + name],
             current="page" if name == current else "false")
        for name in CATEGORIES
    ])  # fmt: skip
    return fill("settings.html", heading=words["settings"], links=links, content=content)


def member_page(
    state: State, session: Session, *, title: str, content: Html, scripts: tuple[str, ...] = (), style: str = ""
) -> str:
    """Given a title and content, return a whole page below the bar that every member's page has."""
    words = state.words
    member = _member(state, session)
    me = fill("me.html", href=f"/in/{member}/", text=words["me"]) if member else Html("")
    bar = fill("bar.html", **words, me_link=me, settings_href="/mypreferences/d/")
    return page(words, title=title, content=Html(bar + content), scripts=scripts, style=style)


def _member(state: State, session: Session) -> str:
    if "member-unknown" in state.moods:
        return ""
    other = "other-member" in state.moods or ("member-changes" in state.moods and second_setting(session))
    return state.member + "-namesake" if other else state.member


MEMBER_PAGES: dict[str, Callable[[State, Session], Reply]] = {
    "/feed/": feed,
    "/feed": feed,
    "/feed/foryou/": feed,
    NOT_FOUND: not_found,
}
PREFIXES = (SETTINGS, "/mypreferences/", "/jobs/")
