"""What every member's page has around it, and the pages that have little more than that."""

import json
from collections.abc import Callable
from dataclasses import replace

from optout.practice.rows import CATEGORIES, CATEGORY, NOT_FOUND
from optout.practice.state import Session, State, second_setting
from optout.practice.templates import Content, Html, embedded, fill, join, page
from optout.practice.wire import Reply, json_reply

ME = "/voyager/api/me"
NAMES = {"firstName": "Practice", "lastName": "Person"}


def feed(state: State, session: Session) -> Reply:
    """Return the home page of whoever is signed in."""
    words = state.words
    if "home-503" in state.moods:
        return Reply(status=503, body=fill("bare.html", text="503"))
    content = Content(title=words["feed"], body=fill("feed.html", **words))
    return Reply(body=below_the_bar(state, session, content, home=True))


def me(state: State, session: Session) -> Reply:
    """Return what the site answers a page that asks whose it is. Shape: linkedin/member.py."""
    member = _member(state, session)
    if not member:
        return json_reply({"status": 403}, status=403)
    return Reply(body=json.dumps(_mini_profile(member)), kind="application/vnd.linkedin.normalized+json+2.1")


def plain(state: State, session: Session, title: str) -> Reply:
    """Given a title, return a member's page that says nothing else."""
    body = fill("plain.html", title=title, text=state.words["plain_page"])
    return Reply(body=below_the_bar(state, session, Content(title=title, body=body)))


def not_found(state: State, session: Session) -> Reply:
    """Return the page that every unknown address under the settings ends at."""
    words = state.words
    title = words["not_found"]
    body = beside_the_categories(state, "", fill("plain.html", title=title, text=words["not_found_text"]))
    return Reply(body=below_the_bar(state, session, Content(title=title, body=body)))


def below_the_bar(state: State, session: Session, content: Content, *, home: bool = False) -> Html:
    """Given content, return the whole page below the bar, which says whose page it is."""
    words, moods = state.words, state.moods
    member = _member(state, session)
    in_bar = not moods.any_of("member-in-response", "member-embedded", *(() if home else ("member-on-home",)))
    link = fill("me.html", href=f"/in/{member}/", text=words["me"]) if member and in_bar else Html("")
    parts = [fill("bar.html", **words, me_link=link, settings_href="/mypreferences/d/"), content.body]
    if "strangers" in moods:
        parts.append(fill("strangers.html", me=words["me"]))
    if member and "member-embedded" in moods:
        parts += [
            embedded(
                {"request": ME, "status": 200, "body": "told-1", "method": "GET"}, name="request-of-told-1"
            ),
            embedded(_mini_profile(member), name="told-1"),
        ]
    scripts = (*content.scripts, "me.js") if "member-in-response" in moods else content.scripts
    return page(words, replace(content, body=join(parts), scripts=scripts))


def beside_the_categories(state: State, current: str, main: Html) -> Html:
    """Given the current category and the main part of a page, return it beside the list of categories."""
    words = state.words
    links = join(
        fill(
            "side-link.html",
            href=CATEGORY + name,
            text=words["category:" + name],
            current="page" if name == current else "false",
        )
        for name in CATEGORIES
    )
    return fill("settings.html", heading=words["settings"], links=links, content=main)


def _mini_profile(member: str) -> dict[str, object]:
    """Return the mini-profile of a member, which the answer refers to among others that it includes."""
    own, other = (f"urn:li:fs_miniProfile:practice-{number}" for number in (1, 2))
    kind = "com.linkedin.voyager.identity.shared.MiniProfile"
    return {
        "data": {"plainId": 1, "*miniProfile": own, "$type": "com.linkedin.voyager.common.Me"},
        "included": [
            {"$type": kind, "entityUrn": other, "publicIdentifier": "practice-stranger"},
            {"$type": kind, "entityUrn": own, "publicIdentifier": member, **NAMES},
        ],
    }


def _member(state: State, session: Session) -> str:
    if "member-unknown" in state.moods:
        return ""
    changed = "member-changes" in state.moods and second_setting(session)
    return state.member + "-namesake" if changed or "other-member" in state.moods else state.member


PAGES: dict[str, Callable[[State, Session], Reply]] = {
    "/feed": feed,
    "/feed/foryou": feed,
    NOT_FOUND: not_found,
    ME: me,
}
