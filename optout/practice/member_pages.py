"""What every member's page has around it, and the pages that have little more than that."""

from collections.abc import Callable
from dataclasses import replace

from optout.practice.rows import CATEGORIES, CATEGORY, NOT_FOUND
from optout.practice.state import Session, State, second_setting
from optout.practice.templates import Content, Html, fill, join, page
from optout.practice.wire import Reply


def feed(state: State, session: Session) -> Reply:
    """Return the home page of whoever is signed in."""
    words = state.words
    content = Content(title=words["feed"], body=fill("feed.html", **words))
    return Reply(body=below_the_bar(state, session, content))


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


def below_the_bar(state: State, session: Session, content: Content) -> Html:
    """Given content, return the whole page below the bar, which says whose page it is."""
    words = state.words
    member = _member(state, session)
    me = fill("me.html", href=f"/in/{member}/", text=words["me"]) if member else Html("")
    bar = fill("bar.html", **words, me_link=me, settings_href="/mypreferences/d/")
    return page(words, replace(content, body=join((bar, content.body))))


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


def _member(state: State, session: Session) -> str:
    if "member-unknown" in state.moods:
        return ""
    changed = "member-changes" in state.moods and second_setting(session)
    return state.member + "-namesake" if changed or "other-member" in state.moods else state.member


PAGES: dict[str, Callable[[State, Session], Reply]] = {
    "/feed": feed,
    "/feed/foryou": feed,
    NOT_FOUND: not_found,
}
