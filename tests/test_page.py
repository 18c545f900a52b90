"""The script that reads and fills pages, against pages made for one question each, in a real browser."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from optout.browser.window import open_window
from optout.linkedin import sight, turn

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

ORIGIN = "http://127.0.0.1:8000"
ELSEWHERE = "http://127.0.0.1:8001"
ACCOUNT = "me@example.org"
SECRET = "not-a-real-one"
RIGHT = "<button type=button id=right>x</button>"
SIGN_IN = "<input id=username name=session_key><input id=password name=session_password type=password>"
Show = Callable[..., "Page"]


@pytest.fixture(scope="module")
def show() -> Iterator[Show]:
    """Shows HTML as a page of an origin, without any server; frames get their content by their path."""
    with open_window(choice=None, headed=False, cookies=[], timeout=5) as window:
        page = window.page

        def shown(html: str, origin: str = ORIGIN, **frames: str) -> "Page":
            def answer(route: "Route") -> None:
                name = route.request.url.rsplit("/", 1)[1]
                route.fulfill(body=frames.get(name, html), content_type="text/html")

            page.unroute_all()
            page.route("**/*", answer)
            page.goto(f"{origin}/login")
            return page

        yield shown


def _say(page: "Page", function: str, role: str = "password", account: str = ACCOUNT) -> str:
    return str(sight.call(page, function, role=role, origin=ORIGIN, account=account, text=SECRET))


def _values(page: "Page") -> list[str]:
    return [
        str(value) for value in page.evaluate("[...document.querySelectorAll('input')].map((el) => el.value)")
    ]


@pytest.mark.parametrize("function", ["type", "focus", "holds"])
@pytest.mark.parametrize("role", ["username", "password"])
@pytest.mark.parametrize(
    ("html", "origin"),
    [
        (SIGN_IN, ELSEWHERE),
        (SIGN_IN, "http://localhost:8000"),
        (f"<form method=post action='{ELSEWHERE}/x'>{SIGN_IN}</form>", ORIGIN),
        (f"<form method=post action='//127.0.0.1:8001/x'>{SIGN_IN}</form>", ORIGIN),
        (f"<form method=post action='http://['>{SIGN_IN}</form>", ORIGIN),
        (f"<form method=post>{SIGN_IN}<button formaction='{ELSEWHERE}/x'>in</button></form>", ORIGIN),
        (
            f"<form id=f method=post>{SIGN_IN}</form><button form=f formaction='{ELSEWHERE}/x'>in</button>",
            ORIGIN,
        ),
        (f"<form method=post>{SIGN_IN}<input type=image formaction='{ELSEWHERE}/x'></form>", ORIGIN),
        (f"<base href='{ELSEWHERE}/'><form method=post action='x'>{SIGN_IN}</form>", ORIGIN),
        (f"<form method=get action='/x'>{SIGN_IN}</form>", ORIGIN),
        (f"<form action='/x'>{SIGN_IN}</form>", ORIGIN),
        (f"<form action=''>{SIGN_IN}</form>", ORIGIN),
        (f"<form>{SIGN_IN}<button formaction='/x'>in</button></form>", ORIGIN),
        (f"<form method=post>{SIGN_IN}<button formmethod=get>in</button></form>", ORIGIN),
    ],
)
def test_nothing_is_typed_where_it_would_leave_the_site(
    show: Show, html: str, origin: str, role: str, function: str
) -> None:
    """Another origin, or a form whose buttons lead elsewhere or into an address: nothing is typed."""
    page = show(html, origin)
    assert _say(page, function, role) == "origin"
    assert SECRET not in _values(page)


@pytest.mark.parametrize("function", ["type", "focus", "holds"])
def test_nothing_is_typed_in_a_frame(show: Show, function: str) -> None:
    """A form of the right origin in a frame of another page is not filled."""
    page = show("<iframe src=/inner></iframe>", inner=SIGN_IN)
    frame = page.frames[1]
    frame.wait_for_selector("#password")
    script = sight.expression(function)
    said = frame.evaluate(script, {"role": "password", "origin": ORIGIN, "account": ACCOUNT, "text": SECRET})
    assert said == "origin"


@pytest.mark.parametrize(
    "field",
    [
        "<input type=password disabled>",
        "<input type=password readonly>",
        "<input type=password autocomplete=new-password>",
        "<input type=text autocomplete=current-password>",
        "<input type=password hidden>",
        "<div aria-hidden=true><input type=password></div>",
        "<div style='opacity:0'><input type=password></div>",
        "<div style='visibility:hidden'><input type=password></div>",
        "<div style='position:absolute;left:-9999px'><input type=password></div>",
        "<p>no field at all</p>",
    ],
)
def test_a_field_that_is_no_visible_password_field_is_left(show: Show, field: str) -> None:
    """Disabled, read-only, for a new password, readable or hidden by any means: nothing is typed."""
    page = show(field)
    assert _say(page, "type") == "field"
    assert SECRET not in _values(page)


@pytest.mark.parametrize(
    "hiding", ["display:none", "visibility:hidden", "opacity:0", "position:absolute;left:-999px"]
)
def test_the_visible_copy_is_filled(show: Show, hiding: str) -> None:
    """Where the form stands twice, the hidden copy first, only the visible one is filled."""
    page = show(f"<div style='{hiding}'>{SIGN_IN}</div><div>{SIGN_IN}</div>")
    assert _say(page, "type") == "typed"
    assert _values(page) == ["", "", "", SECRET]
    assert _say(page, "holds") == "typed"


@pytest.mark.parametrize(
    ("key", "said"),
    [("me@example.org", "typed"), ("ME@example.org ", "typed"), ("you@example.org", "account")],
)
def test_a_password_alone_is_typed_for_our_account_only(show: Show, key: str, said: str) -> None:
    """A page that asks for a password alone names an account; another's gets nothing."""
    page = show(
        f"<form method=post><input type=hidden name=session_key value='{key}'><input type=password></form>"
    )
    assert _say(page, "type") == said
    assert (SECRET in _values(page)) == (said == "typed")


def test_a_value_survives_a_controlled_field(show: Show) -> None:
    """A page that keeps its own copy of the value hears of it, as of a person's key."""
    page = show(
        f"{SIGN_IN}<script>let kept = ''; const el = document.querySelector('#password');"
        "el.addEventListener('input', () => { kept = el.value; });"
        "setInterval(() => { el.value = kept; }, 10);</script>"
    )
    assert _say(page, "type") == "typed"
    page.wait_for_function(f"document.querySelector('#password').value === '{SECRET}'")
    assert _say(page, "holds") == "typed"


def test_a_page_that_takes_nothing_is_told_so(show: Show) -> None:
    """A field that empties itself is "lost", not "typed"."""
    page = show(
        f"{SIGN_IN}<script>document.querySelector('#password')"
        ".addEventListener('input', (event) => { event.target.value = ''; });</script>"
    )
    assert _say(page, "type") == "lost"


@pytest.mark.parametrize(
    "html",
    [
        f"<form method=post>{SIGN_IN}<button id=right>x</button></form>",
        f"<form method=post>{SIGN_IN}<button type=button>show</button><button id=right>x</button></form>",
        f"<div>{SIGN_IN}<button type=button id=eye>a</button></div><p>{RIGHT}</p>",
        f"<div>{SIGN_IN}</div><p><button type=button>with Google</button></p><p>{RIGHT}</p>",
        f"<form><button>x</button></form><form method=post>{SIGN_IN}<p><button id=right>x</button></form>",
    ],
)
def test_the_button_of_the_form_is_found(show: Show, html: str) -> None:
    """Not the eye that shows the password, not another way to sign in, not another form's."""
    page = show(html)
    button = sight.element(page, "submitControl", role="password")
    assert button is not None
    assert button.get_attribute("id") == "right"


KEY = "allowDataForGenerativeAI"
BOX = f"<input type=checkbox aria-labelledby='{KEY}'"


@pytest.mark.parametrize(
    ("html", "checked"),
    [
        (f"<input type=checkbox role=switch aria-labelledby='{KEY}'>", [False]),
        (f"<input type=checkbox role=switch aria-labelledby='a {KEY} b' checked>", [True]),
        (f"{BOX} style='opacity:0' checked>", [True]),
        (f"<input type=checkbox role=switch aria-labelledby='{KEY}2' checked>", []),
        (f"<input type=checkbox role=switch aria-labelledby='x{KEY}' checked>", []),
        (f"<input type=checkbox role=switch aria-labelledby='{KEY.lower()}' checked>", []),
        (
            f"<div hidden>{BOX}></div>{BOX} checked>",
            [True],
        ),
        (
            f"<label>{BOX} style='display:none' checked>words</label>",
            [True],
        ),
        (f"<div hidden><label>{BOX} checked>words</label></div>", []),
        (f"<div><b id='{KEY}'>words</b>{BOX} style='display:none' checked></div>", [True]),
        (f"<div style='visibility:hidden'>{BOX} checked></div>", []),
        (f"<button role=switch aria-checked=true aria-labelledby='{KEY}'>x</button>", []),
    ],
)
def test_the_switch_is_the_box_with_the_whole_key(show: Show, html: str, checked: list[bool]) -> None:
    """By a whole token of aria-labelledby; a box nobody can see does not count, one under a pill does."""
    seen = sight.look(show(f"<main>{html}</main>"), KEY)
    assert seen is not None
    assert [box.checked for box in seen.switches] == checked


@pytest.mark.parametrize(
    "html",
    [
        "<button aria-pressed=true>On</button>",
        "<label><input type=checkbox style='display:none' aria-labelledby=other>words</label>",
        "<label><input type=radio style='display:none'>words</label>",
        "<div role=switch aria-checked=false>x</div>",
        "<select><option>on</select>",
        "<iframe src=/inner width=300 height=100></iframe>",
        "<button>Try again</button>",
        "<div id=host></div><script>host.attachShadow({mode: 'open'}).innerHTML = '<input>'</script>",
        "<div role=checkbox>x</div>",
        "<div tabindex=0>x</div>",
        "<input type=range>",
        "<object data=/inner width=300 height=100></object>",
        "<iframe src=/inner width=40 height=20></iframe>",
        "<x-switch style='display:block;width:40px;height:20px'></x-switch>",
        "</main><input type=radio>",
        "</main><main><button>On</button>",
    ],
)
def test_a_page_with_any_control_is_not_one_without_a_switch(show: Show, html: str) -> None:
    """Whatever could be meant as a switch, or says that the page failed, is seen."""
    seen = sight.look(show(f"<main><p>words</p>{html}</main>", inner="x"), KEY)
    assert seen is not None
    assert seen.controls is not None
    assert seen.controls.any


FRAME = "<iframe id=f width=300 height=60></iframe><script>f.contentDocument.body.innerHTML = `{}`</script>"
SHADOW = "<div id=h></div><script>h.attachShadow({{mode: 'open'}}).innerHTML = `{}`</script>"


@pytest.mark.parametrize(
    ("html", "echoes"),
    [
        (f"<button aria-pressed=true aria-labelledby='{KEY}'>x</button>", [True]),
        (f"<div role=switch aria-checked=false aria-labelledby='a {KEY}'>x</div>", [False]),
        (f"<div role=switch aria-checked=mixed aria-labelledby='{KEY}'>x</div>", [True]),
        (f"<input type=radio checked aria-labelledby='{KEY}'>", [True]),
        (FRAME.format(f"{BOX} checked>"), [True]),
        (SHADOW.format(f"{BOX}>"), [False]),
        (SHADOW.format(f"<p><b id='{KEY}'>x</b>{BOX} style='display:none' checked></p>"), [True]),
        (SHADOW.format(f"<label>x{BOX} style='display:none' checked></label>"), [True]),
        (SHADOW.format(SHADOW.format(f"{BOX} checked>").partition("<script>")[0]), []),
        (FRAME.replace("<iframe", "<iframe hidden").format(f"{BOX} checked>"), []),
        (f"<div hidden>{BOX} checked></div>", []),
        (f"<button aria-pressed=true aria-labelledby='{KEY}2'>x</button>", []),
    ],
)
def test_everything_drawn_under_the_key_is_a_witness(show: Show, html: str, echoes: list[bool]) -> None:
    """Buttons, radios, boxes in frames and open shadow roots speak beside the box; hidden ones do not."""
    seen = sight.look(show(f"<main>{BOX}>{html}</main>"), KEY)
    assert seen is not None
    assert ([box.checked for box in seen.switches], list(seen.echoes)) == ([False], echoes)


@pytest.mark.parametrize(
    "html",
    [
        f"<div hidden>{BOX} checked></div>",
        f"<label id='{KEY}'>words</label>",
        f"<input type=radio id='{KEY}__ON'>",
        f"<input type=text name='{KEY}'>",
        FRAME.replace("<iframe", "<iframe hidden").format(f"{BOX}>"),
        SHADOW.format(f"<b id='{KEY}'></b>"),
    ],
)
def test_a_key_leaves_a_trace(show: Show, html: str) -> None:
    """Where the key stands anywhere, drawn or not, the page is none without the switch."""
    seen = sight.look(show(f"<main><p>words</p>{html}</main>"), KEY)
    assert seen is not None
    assert seen.controls is not None
    assert (seen.switches, seen.controls.traces > 0) == ((), True)


@pytest.mark.parametrize("lock", ["disabled", "aria-disabled=true"])
def test_a_switch_is_locked_by_what_holds_it_too(show: Show, lock: str) -> None:
    """A box in a disabled group cannot be turned."""
    seen = sight.look(show(f"<main><fieldset {lock}>{BOX}></fieldset></main>"), KEY)
    assert seen is not None
    assert [box.enabled for box in seen.switches] == [False]


def test_words_that_nobody_sees_are_none(show: Show) -> None:
    """A main part that is not drawn has no text, so that its page is empty."""
    seen = sight.look(show("<main style='display:none'><p>words</p></main>"), KEY)
    assert seen is not None
    assert seen.text == 0


def test_a_page_of_words_has_no_control(show: Show) -> None:
    """Twin: links and text alone are none."""
    seen = sight.look(show("<main><h1>A</h1><p>words</p><a href=/back>back</a></main>"), KEY)
    assert seen is not None
    assert seen.controls is not None
    assert not seen.controls.any
    assert seen.controls.traces == 0


NEAR = f"<div style='position:relative'><b id='{KEY}'>words</b>{{}}</div>"
OVER = "style='position:absolute;inset:0;opacity:.5'"
SWITCHED = f"{BOX} id=box style='width:40px;height:20px' checked>"
PILL = "<i id=pill class=setting-toggle__toggle>x</i>"
NOTED = (
    "<script>window.noted = []; addEventListener('click', (event) => { noted.push(event.target.id); "
    "if (event.target.id === 'bad') event.preventDefault(); }, true);</script>"
)
WAYS = ("_click_face", "_click_label", "_uncheck", "_press_inside")


def _clicked(page: "Page") -> list[str]:
    """Go all the ways to click, the box being put back on after each; return what was clicked."""
    for way in WAYS:
        getattr(turn, way)(page, KEY)
        page.evaluate("document.querySelector('#box').checked = true")
    return list(page.evaluate("noted"))


@pytest.mark.parametrize(
    "tag",
    [
        "a href=/x", "button", "button role=switch", "div role=button", "div role=link", "select", "summary",
        "input type=button", "div onclick='0'", "label for=other", "div tabindex=0", "x-thing",
        "div role=menuitemcheckbox",
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["over", "named", "inside the label", "around"])
def test_no_click_falls_on_anything_else_that_acts(show: Show, tag: str, how: str) -> None:
    """Over the box, called a pill, in its label or around its pill: only the box itself is clicked."""
    end = f"</{tag.partition(' ')[0]}>"
    html = {
        "over": f"<label for=box id=label></label>{SWITCHED}<{tag} id=bad {OVER}>x{end}",
        "named": f"<{tag} id=bad class=setting-toggle__toggle>x{end}{SWITCHED}",
        "inside the label": f"<label for=box id=label><{tag} id=bad>words{end}</label>{SWITCHED}",
        "around": f"{SWITCHED}<{tag} {OVER}><i id=bad class=setting-toggle__toggle>x</i>{end}",
    }[how]
    page = show(f"<main>{NEAR.format(html)}</main>{NOTED}")
    assert "bad" not in _clicked(page)
    assert "box" in page.evaluate("noted")


@pytest.mark.parametrize(
    ("html", "clicked"),
    [
        (SWITCHED, ["box", KEY, "box", "box"]),
        (f"{SWITCHED}<span id=pill {OVER}></span>", ["pill", "pill", "box"]),
        (f"{PILL}{BOX} id=box style='display:none' checked>", ["pill", KEY, "box"]),
        (
            f"<label for=box id=label><a href=/x id=bad>link</a> and words</label>{SWITCHED}",
            ["box", "label", "box", "box", "box"],
        ),
        (
            f"<div role=switch tabindex=0 onclick='0'>{SWITCHED}<span id=pill {OVER}></span></div>",
            ["pill", "pill", "box"],
        ),
    ],
)
def test_a_click_falls_where_a_person_would_click(show: Show, html: str, clicked: list[str]) -> None:
    """Twin: the bare box, the pill over or beside it, the label's own words, the box from inside."""
    assert _clicked(show(f"<main>{NEAR.format(html)}</main>{NOTED}")) == clicked


@pytest.mark.parametrize(
    ("rest", "folded"),
    [
        ("", False),
        ("<details open><summary>x</summary><a href=/z>z</a></details>", False),
        ("<button hidden>x</button>", False),
        ("<button>x</button>", True),
        ("<div role=button>x</div>", True),
        ("<a href=/y aria-expanded=false>y</a>", True),
        ("<details><summary>x</summary><a href=/z>z</a></details>", True),
    ],
)
def test_a_list_with_something_to_open_is_not_whole(show: Show, rest: str, folded: bool) -> None:
    """What can be pressed or unfolded in a list may have rows behind it; what stands beside it has none."""
    page = show(f"<button>x</button><main><a href=/x>x</a>{rest}</main><details>y</details>")
    assert sight.call(page, "folded") is folded
