"""Cookie notices that lie over every page until somebody answers them. Elements: linkedin.md 5."""

from optout.practice.sessions import cookie
from optout.practice.state import State
from optout.practice.templates import fill
from optout.practice.wire import Reply, Request, json_reply

PRESSED = "/practice-api/banner"
KINDS = {"banner-old": "banner-old.html", "banner-new": "banner-new.html"}


def add(state: State, request: Request, reply: Reply) -> None:
    """Given a page on its way out, lay the notice over it that the moods want, unless it was answered."""
    if not reply.kind.startswith("text/html") or request.cookie("li_gc"):
        return
    for mood, template in KINDS.items():
        if mood in state.moods:
            notice = fill(template, **state.words)
            reply.body = str(reply.body).replace("</body>", notice + "</body>")


def pressed(state: State, request: Request) -> Reply:
    """Given a press on one of a notice's buttons, count it and remember the answer."""
    answer = str(request.json().get("answer", ""))
    state.counts["banner_pressed:" + answer] += 1
    reply = json_reply({})
    reply.cookies = [cookie("li_gc", "practice-" + ("accept" if answer == "ACCEPT" else "deny"))]
    return reply
