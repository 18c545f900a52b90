"""The page of one setting. Its card stands as JSON in the page and is drawn by a script.

Shape, ids and addresses: linkedin.md 3.
"""

import secrets

from optout.practice.list_page import title_of
from optout.practice.member_pages import below_the_bar, beside_the_categories, plain
from optout.practice.moods import ODD_SWITCHES
from optout.practice.rows import CATEGORY, MOVED, NOT_FOUND, SETTINGS, Row, all_rows, category_of
from optout.practice.state import Session, State, offered
from optout.practice.templates import (
    Content,
    Html,
    Words,
    embedded,
    fill,
    hashed_names,
    join,
    page,
    words_of,
)
from optout.practice.wire import Reply, Request, redirect

BLANK = ("no-switch", "not-offered-blank", "list-broken", "list-503", "list-cut-short")
CLICKS = ("covered", "pill-dead", "slow-flip", "remount", "all-dead")
SAVES = ("put-unseen", "save-button", "confirm", "confirm-box", "toast")
SCRIPTS = ("promo", "alert", "cached", "people", "conversations", "leaky")
AWAY = {"to-other-setting": SETTINGS + "read-receipts", "to-home": "/mypreferences/d/"}
# What the site's developer documentation calls the ids of an answer.
IDS = {"X-Li-Uuid": "AAYpractice==", "X-Li-Fabric": "practice-fabric", "X-Li-Pop": "practice-pop"}
WORDS = (
    "on", "off", "save", "saved", "opposite_label",
    "confirm_title", "confirm_text", "confirm_yes", "confirm_no",
    "promo_title", "promo_text", "promo_close",
)  # fmt: skip


def row_at(state: State, path: str) -> Row | None:
    """Given a path, return the row whose page it is, or None if there is none."""
    path = path.rstrip("/")
    for row in all_rows():
        if path == row.path.rstrip("/"):
            return row
        moved = any(state.moods.touch(mood, row) for mood in ("moved", "other-address"))
        if path == MOVED.get(row.name) and moved:
            return row
    return None


def setting(state: State, session: Session, request: Request) -> Reply:
    """Given a request below the settings, return the setting's page, or the way to page-not-found."""
    row = row_at(state, request.path)
    if row is None:
        return redirect(NOT_FOUND)
    touch = state.moods.touch
    away = _away(state, request, row)
    if away is not None:
        return redirect(away)
    if row.name in state.echoed and not state.stale[row.key or ""]:
        return Reply(status=503, body=fill("bare.html", text="503"))
    has_page = offered(state, row) or touch("not-offered-blank", row)
    at_old_address = touch("moved", row) and request.path.rstrip("/") == row.path
    if not has_page or at_old_address or touch("listed-but-gone", row) or touch("vanished", row):
        return redirect(NOT_FOUND)
    if row.kind == "page":
        return plain(state, session, row.title)
    title = title_of(state, row)
    if touch("password-again", row):
        body = fill("password-again.html", **state.words, title=title)
        return Reply(body=below_the_bar(state, session, Content(title=title, body=body)))
    if touch("cut-short", row) or touch("cut-unseen", row):
        whole = below_the_bar(state, session, Content(title=title, body=fill("cut-short.html", key=row.key)))
        told = touch("cut-short", row)
        return Reply(body=whole.partition("<!-- here -->")[0], cut_short=told, unmeasured=not told)
    if touch("empty", row):
        return Reply(body=page(state.words, Content(title=title, body=Html("<main></main>"))))
    return _drawn(state, session, request, row)


def _away(state: State, request: Request, row: Row) -> str | None:
    """Return the address that a setting's own leads to, None if it leads to its page."""
    touch = state.moods.touch
    if touch("not-offered-category", row):
        return CATEGORY + category_of(row)
    if touch("pushed", row):
        return f"{AWAY['to-other-setting']}?as={row.path}"
    if touch("other-address", row) and request.path.rstrip("/") == row.path:
        return MOVED[row.name]
    return next((path for mood, path in AWAY.items() if touch(mood, row)), None)


def _drawn(state: State, session: Session, request: Request, row: Row) -> Reply:
    touch, framed = state.moods.touch, "frame" in request.query
    words, title = _words(state, row), title_of(state, row)
    if touch("frameset", row) and not framed:
        return Reply(
            body=fill("frameset.html", lang=words["lang"], title=title, source=f"{request.path}?frame=1")
        )
    seed = secrets.token_hex(3) if touch("hashed", row) else ""
    card = _card(state, row) | {"names": hashed_names(seed) if seed else {}}
    if touch("leaky", row):
        card |= {"secrets": [value for _, value in request.cookies]}
    if framed:
        card |= {"odd": []}
        card |= {"switches": _turned(_switches(state, row, ""))} if "turned" in request.query else {}
    elif touch("in-iframe", row) or touch("in-object", row):
        tag = "object" if touch("in-object", row) else "iframe"
        card |= {"frame": request.path + "?frame=1", "frameTag": tag, "title": title}
    main = fill(
        "setting.html",
        title=title,
        loading=words["loading"],
        back=words["back"],
        up=CATEGORY + category_of(row),
    )
    scripts = [f"{name}.js" for name in SCRIPTS if touch(name, row)]
    scripts.insert(0, "setting.js")
    if card["odd"] or "as" in request.query:
        scripts.insert(0, "odd-switch.js")  # first, so that it hears when the card is drawn
    content = Content(
        title=title,
        body=join((main, embedded(card))),
        scripts=tuple(scripts),
        style=f"/static/hashed-{seed}.css" if seed else "/static/style.css",
    )
    if framed:
        return Reply(body=page(words, content))
    beside = beside_the_categories(state, category_of(row), content.body)
    whole = Content(title=title, body=beside, scripts=content.scripts, style=content.style)
    headers = {"Cache-Control": "private, max-age=600"} if touch("cached", row) else {}
    if touch("leaky", row):
        headers |= IDS | {"X-Practice-Secret": request.cookie("li_at")}
    return Reply(body=below_the_bar(state, session, whole), headers=headers)


def _words(state: State, row: Row) -> Words:
    return words_of("fr") if state.moods.touch("stub", row) else state.words


def _card(state: State, row: Row) -> dict[str, object]:
    words, touch = _words(state, row), state.moods.touch
    reworded = " (2)" if touch("reworded", row) else ""
    blank = any(touch(mood, row) for mood in BLANK)
    looks = {"radios": "radios", "aria-only": "button"}
    text = words["blank_text"] if blank else words.get("text:" + row.name, words["text"])
    return {
        "switches": [] if blank else _switches(state, row, reworded),
        "text": text + reworded,
        "note": "" if blank else words.get("note:" + row.name, ""),
        "look": next((look for mood, look in looks.items() if touch(mood, row)), row.kind),
        "click": next((mood for mood in CLICKS if touch(mood, row)), ""),
        "save": next((mood for mood in SAVES if touch(mood, row)), "put"),
        "appearAfter": state.milliseconds(5.0 if touch("late", row) else 0.12),
        "stateAfter": _state_after(state, row),
        "odd": [mood for mood in ODD_SWITCHES if touch(mood, row)],
        "overAfter": state.milliseconds(0.3),
        "flipAfter": state.milliseconds(0.6),
        "words": {name: words[name] for name in WORDS},
    }


def _state_after(state: State, row: Row) -> int | None:
    """Return after how many ms the switch takes its real state, None if it has it from the first."""
    late = {"late-state": 0.5, "flash": 2.0, "stub": 1000.0}
    return next((state.milliseconds(s) for mood, s in late.items() if state.moods.touch(mood, row)), None)


def _turned(switches: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the switches in the other state."""
    return [switch | {"on": not switch["on"]} for switch in switches]


def _switches(state: State, row: Row, reworded: str) -> list[dict[str, object]]:
    words, touch = state.words, state.moods.touch
    switch: dict[str, object] = {
        "key": row.key + "V2" if touch("key-renamed", row) else row.key,
        "label": words.get("label:" + row.name, words["label"]) + reworded,
        "on": _shown(state, row),
        "locked": touch("locked", row),
        "twoIds": touch("two-ids", row),
        "hidden": False,
    }
    above: list[dict[str, object]] = []
    if touch("two-switches", row):
        other = row.key + "ByMail"
        on = state.stored.setdefault(other, True)
        above.append(switch | {"key": other, "label": words["other_label"], "on": on})
    above += [
        switch | {"on": not switch["on"], "hidden": mood == "hidden-copy"}
        for mood in ("hidden-copy", "shown-copy")
        if touch(mood, row)
    ]
    below = [
        switch | {"key": key, "label": words["other_label"], "on": state.stored[key]} for key in row.more
    ]
    return [*above, switch, *below]


def _shown(state: State, row: Row) -> bool:
    with state.lock:
        if state.stale[row.key] > 0:
            state.stale[row.key] -= 1
            return not state.stored[row.key]
        return state.stored[row.key]
