"""Read a page of the report as a person does: for the tests of the report."""

import html
import re
from datetime import datetime

from sample_store import START, WEEK, Place

from optout.change import Change, Kind
from optout.evidence import report

NOW = START + 5 * WEEK
CARD = re.compile(r'<article class="card (\w+)(?: earlier)?">(.*?)</article>', re.DOTALL)
VISIT = re.compile(r'<article class="visit" id="([^"]+)".*?</article>', re.DOTALL)
FIX = {"fix": True, "site": "http://127.0.0.1:8000"}
FOUND = (
    Change(kind=Kind.ROW_NEW, page="Data privacy", path="/new/row", new="A new row", lang="en"),
    Change(
        kind=Kind.ROW_GONE, page="Data privacy", setting="ai-training", path="/gone", old="Ancien", lang="fr"
    ),
    Change(kind=Kind.ROW_RENAMED, page="Advertising data", path="/x" * 90, old="One", new="Two"),
    Change(
        kind=Kind.WORDING,
        setting="ai-training",
        part="label",
        old="No <b>training</b>",
        new="\u0623 " * 80,
        lang="ar",
    ),
)


def page_of(where: Place, now: datetime = NOW, lang: str = "en") -> str:
    """Given a place, return the report of its store."""
    return report.render(where.store, now=now, lang=lang)


def cards(page: str) -> dict[str, tuple[str, str]]:
    """Given a page, return for each setting the state of its card and the card's text on one line."""
    found = {}
    for state, body in CARD.findall(page):
        text = " ".join(html.unescape(re.sub(r"<[^>]+>", "", body)).split())
        name = re.search(r'<p class="meta">([^<]*)</p>', body)
        assert name is not None
        found[html.unescape(name[1])] = (state, text)
    return found


def shown(page: str) -> str:
    """Given a page, return what a person reads, on one line."""
    body = page.split("</style>")[1]
    apart = re.sub(r"</(dt|dd|td|th|li|p|h[1-4])>", " ", body)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", apart)).split())


def visits(page: str) -> dict[str, str]:
    """Given a page, return for each run the HTML that tells of it."""
    return {match[1]: match[0] for match in VISIT.finditer(page)}


def heading(page: str) -> str:
    """Given a page, return its headline and the sentence below it."""
    text = shown(page)
    return text[len("Evidence report ") : text.index(" Account ")]


def table(page: str) -> list[list[str]]:
    """Given a page, return the words in the cells of its table of visits, hidden ones too."""
    text = page[page.index('<table class="visits') :]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", text[: text.index("</table>")], re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]
