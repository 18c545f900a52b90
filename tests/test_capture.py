"""What of a page may be kept: a card's text by allow-list, pictures with nobody else on them, or nothing."""

import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from optout.browser import photograph
from optout.browser.window import open_window
from optout.linkedin import capture
from optout.notebook import photographed

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

ORIGIN = "http://127.0.0.1:8000"
PATH = "/mypreferences/d/settings/practice"
KEY = "practiceKey"
SECRET = "not-a-real-one-at-all"
BOX = f"<input id=x type=checkbox role=switch aria-labelledby={KEY} checked>"
SWITCH = f"<label id={KEY} for=x>Use it</label>{BOX}"
CARD = f"<section><p style='width:400px'>What it does.</p>{SWITCH}</section>"
FACE = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
IN_SHADOW = "<div id=host></div><script>host.attachShadow({mode: 'open'}).innerHTML = '%s'</script>"
FIELD, COVERED = (
    "a field for a password or a code is on the page",
    "something that is no part of it lies over it",
)
PEOPLE = "another person may be on it"
Show = Callable[..., "Page"]


@pytest.fixture(scope="module")
def show() -> Iterator[Show]:
    """Shows HTML as a page of the settings, without any server."""
    with open_window(choice=None, headed=False, cookies=[], timeout=5) as window:
        page = window.page

        def shown(html: str, path: str = PATH) -> "Page":
            def answer(route: "Route") -> None:
                route.fulfill(body=f"<!doctype html><body>{html}", content_type="text/html")

            page.unroute_all()
            page.route("**/*", answer)
            page.goto(ORIGIN + path)
            return page

        yield shown


def _whole(card: str = CARD, *, beside: str = "") -> str:
    """A page of the settings: a bar, a main part with a heading and a card, and what is beside them."""
    bar = "<header><a href='/in/me/'>Me</a></header>"
    return f"{bar}<main style='width:600px'><h1>Practice</h1><div>{card}</div></main>{beside}"


def test_the_card_is_kept_as_text_by_allow_list(show: Show) -> None:
    """Structure, roles, ids, states and drawn words; no script, style, comment, value or other attribute."""
    card = (
        f"<section class=c data-token={SECRET} style='--x:{SECRET}' title={SECRET}><!-- {SECRET} -->"
        f"<p style='width:400px'>What &amp; why.</p><script>'{SECRET}'</script><style>/* {SECRET} */</style>"
        f"<code>{SECRET}</code><span hidden>{SECRET}</span><template>{SECRET}</template>"
        f"<my-box onclick={SECRET}>In a box.</my-box>"
        f"<a href='/x?csrf={SECRET}' name={SECRET}>More</a><input type=hidden value={SECRET}>"
        f"<svg width=8 height=8><title>{SECRET}</title></svg><textarea hidden>{SECRET}</textarea>"
        f"{SWITCH}</section>"
    )
    page = show(_whole(card))
    part = capture.parts(page, KEY).card
    assert part is not None
    assert (part.no_picture, part.no_text) == (None, None)
    assert capture.html_text(part) == (
        '<!doctype html>\n<meta charset="utf-8">\n<section><p>What &#38; why.</p><span></span>In a box.'
        f'<a>More</a><input type="hidden"><label id="{KEY}" for="x">Use it</label>'
        f'<input id="x" type="checkbox" role="switch" aria-labelledby="{KEY}" checked></section>\n'
    )
    text = capture.aria_text(part)
    assert text is not None
    assert text.splitlines() == [
        "- paragraph: What & why.",
        "- text: In a box.",
        '- link "More":',
        "- text: Use it",
        '- switch "Use it" [checked]',
    ]


def test_what_is_switched_off_or_too_long_is_told_as_such(show: Show) -> None:
    """The state is that of the box and not of its attribute; a card without end gives no text."""
    page = show(_whole())
    page.evaluate("document.querySelector('#x').checked = false")
    part = capture.parts(page, KEY).card
    assert part is not None
    assert "checked" not in (capture.html_text(part) or "")
    part = capture.parts(show(_whole(CARD.replace("What", "What " * 5000))), KEY).card
    assert part is not None
    assert (capture.html_text(part), capture.aria_text(part)) == (None, None)


@pytest.mark.parametrize(
    ("field", "no_picture", "no_text"),
    [
        ("<input type=password value=x>", FIELD, FIELD),
        ("<input autocomplete='one-time-code'>", FIELD, FIELD),
        ("<input name=pin>", FIELD, FIELD),
        ("<input type=password hidden>", None, FIELD),
        (IN_SHADOW % "<input type=password>", FIELD, FIELD),
        ("<input type=text>", None, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("inside", [True, False])
def test_nothing_is_kept_while_a_secret_may_stand_on_the_page(
    show: Show, field: str, no_picture: str | None, no_text: str | None, *, inside: bool
) -> None:
    """A field for a password or a code, anywhere: no text; drawn: no picture either."""
    parts = capture.parts(show(_whole(CARD + field if inside else CARD, beside="" if inside else field)), KEY)
    for part in (parts.main, parts.card):
        assert part is not None
        assert (part.no_picture, part.no_text) == (no_picture, no_text)


@pytest.mark.parametrize(
    "person",
    [
        "<a href='/in/maria-fremd/'>Maria</a>",
        "<a href='https://example.org/pub/maria'>Maria</a>",
        f"<img src='{FACE}' width=24 height=24 alt=Maria>",
        f"<div style='width:24px;height:24px;background:url({FACE})'></div>",
        "<p data-urn='urn:li:fsd_profile:practice'>Maria</p>",
        "<svg width=24 height=24><image width=24 height=24 /></svg>",
        "<canvas width=24 height=24></canvas>",
        "<iframe srcdoc='Maria'></iframe>",
        "<closed-box style='display:block;width:24px;height:24px'></closed-box>",
        IN_SHADOW % "<a href=/in/maria/>Maria</a>",
    ],
)
def test_a_part_that_may_show_another_person_is_not_kept(show: Show, person: str) -> None:
    """A link to one, their number, a picture, a frame: neither picture nor text of what holds it."""
    inside = capture.parts(show(_whole(CARD.replace("</section>", f"{person}</section>"))), KEY)
    below = capture.parts(show(_whole(f"{CARD}<div style='margin-top:60px'>{person}</div>")), KEY)
    assert inside.card is not None
    assert (inside.card.no_picture, inside.card.no_text) == (PEOPLE, PEOPLE)
    assert below.card is not None
    assert (below.card.no_picture, below.card.no_text) == (None, None)
    for parts in (inside, below):
        assert parts.main is not None
        assert (parts.main.no_picture, parts.main.no_text) == (PEOPLE, PEOPLE)


@pytest.mark.parametrize(
    "icon",
    [
        f"<img src='{FACE}' width=16 height=16>",
        "<svg width=40 height=40></svg>",
        "<an-icon style='display:block'><svg width=40 height=40></svg></an-icon>",
        "<iframe width=1 height=1 style='border:0' srcdoc=''></iframe>",
        "",
    ],
)
def test_icons_are_nobody(show: Show, icon: str) -> None:
    """Twin: a small picture, a drawing of the site's own or nothing at all hinders no picture and no text."""
    parts = capture.parts(show(_whole(CARD.replace("</section>", f"{icon}</section>"))), KEY)
    for part in (parts.main, parts.card):
        assert part is not None
        assert (part.no_picture, part.no_text) == (None, None)


OVER = "style='position:fixed;left:0;top:0;width:500px;padding-top:90px'"


@pytest.mark.parametrize(
    ("beside", "why"),
    [
        (f"<aside {OVER}>Maria wrote to you</aside>", COVERED),
        (f"<aside {OVER} role=dialog><button>Maria</button></aside>", COVERED),
        (f"<div {OVER}><p>Maria</p></div>", COVERED),
        (f"<div {OVER} aria-modal=true><img src='{FACE}' width=40 height=40></div>", PEOPLE),
        (f"<div {OVER} aria-modal=true>Are you sure?</div>", None),
        (f"<section {OVER}><svg id=signal-notice-medium></svg><p>Cookies</p></section>", None),
        (f"<div {OVER}></div>", None),
        ("<div style='position:fixed;left:0;top:90px;height:0'>Maria wrote to you</div>", COVERED),
        ("<aside style='position:fixed;right:0;top:0;width:300px'>Maria wrote to you</aside>", None),
        (f"<aside {OVER} hidden>Maria wrote to you</aside>", None),
    ],
)
def test_what_lies_over_a_part_keeps_it_from_being_photographed(
    show: Show, beside: str, why: str | None
) -> None:
    """What is no part of `main` and lies over it may be anybody's, but for what the site asks everybody."""
    parts = capture.parts(show(_whole(beside=beside)), KEY)
    for part in (parts.main, parts.card):
        assert part is not None
        assert (part.no_picture, part.no_text) == (why, None)


def test_the_picture_is_the_main_part_and_nothing_beside_it(show: Show) -> None:
    """People below and beside the main part are outside the picture, which is as large as the part."""
    crowd = f"<aside><a href='/in/maria/'><img src='{FACE}' width=400 height=2000></a></aside>"
    plain, crowded = (capture.parts(show(_whole(beside=beside))).main for beside in ("", crowd))
    assert plain is not None
    assert crowded is not None
    assert crowded.no_picture is None
    assert crowded.box == plain.box
    picture = photograph.part(crowded.page, crowded.box)
    assert picture is not None
    width, height = struct.unpack(">II", picture[16:24])
    assert (abs(width - crowded.box[2]) <= 1, abs(height - crowded.box[3]) <= 1) == (True, True)


def test_what_comes_over_the_page_meanwhile_costs_the_picture(show: Show) -> None:
    """Before and after each picture the page is looked at; if it only moved, one more picture is taken."""
    for script, kinds in (
        (f"document.body.insertAdjacentHTML('beforeend', `<aside {OVER}>Maria wrote to you</aside>`)", set()),
        ("document.body.style.marginTop = '50px'", {"element", "full"}),
        ("document.body.style.marginTop = `${Math.random() * 1000}px`", set()),
        ("0", {"element", "full"}),
    ):
        page = show(_whole())

        def look(page: "Page" = page, script: str = script) -> capture.Parts:
            parts = capture.parts(page, KEY)
            page.evaluate(script)
            return parts

        _, shots = photographed(look)
        assert {kind for kind, shot in shots.items() if shot} == kinds


def test_only_pages_of_the_settings_are_kept(show: Show) -> None:
    """The home page is full of other people: whatever it looks like, nothing of it is kept."""
    main = capture.parts(show(_whole(), "/feed/"), KEY).main
    assert main is not None
    assert main.no_picture == main.no_text == "it is no page of the settings"


def test_a_page_without_a_main_part_has_nothing_to_keep(show: Show) -> None:
    """No `main`, an empty one, or a page that does not load: there is nothing of which to keep anything."""
    assert capture.parts(show("<p>text</p>"), KEY) == capture.Parts()
    assert capture.parts(show("<main></main>"), KEY) == capture.Parts()


@pytest.mark.parametrize("typed", ["<input aria-label=a value=typed>", "<textarea>typed</textarea>"])
def test_what_was_typed_is_in_no_text(show: Show, typed: str) -> None:
    """The accessibility tree says what stands in a field: then there is none; the HTML says none of it."""
    part = capture.parts(show(_whole(CARD.replace("</section>", f"{typed}</section>"))), KEY).card
    assert part is not None
    assert part.no_text is None
    assert capture.aria_text(part) is None
    assert "typed" not in (capture.html_text(part) or "")


def test_of_addresses_only_plain_words_are_kept(show: Show) -> None:
    """A link's address is kept if it is a path of words, without anything that may be a token or a person."""
    links = "".join(f"<li><a href='{to}'>x</a></li>" for to in (
        "/mypreferences/d/", "/help/a?token=1", "/help/a#b", "/help/a1b2c3", "https://example.org/", "/help/a"
    ))  # fmt: skip
    main = capture.parts(show(f"<main><ul>{links}</ul></main>")).main
    assert main is not None
    text = capture.aria_text(main) or ""
    assert [line.split()[-1] for line in text.splitlines() if "/url" in line] == [
        "/mypreferences/d/",
        "/help/a",
    ]
