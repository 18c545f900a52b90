"""Pages made at random, each with the truth about it: what a person who sees through it would say."""

import json
from dataclasses import dataclass

from hypothesis import strategies as st

from optout.linkedin.catalogue import AI_TRAINING, NOT_FOUND_PATH
from optout.linkedin.switch import SETTLE

KEY = AI_TRAINING.key
LATEST = round(SETTLE * 1000) - 60  # the last moment, in ms, at which a page may still change its mind
TEXT = "Decide whether what you write may be used."
LANGUAGES = ("en", "de", "ar", "ja", "")
# How a control can be kept from the eye; the first four leave a person something to see and press.
HIDING = {
    "plain": "",
    "pill": "",
    "label": "",
    "named": "",
    "off-screen": "position:absolute;left:-9999px",
    "faint": "opacity:0",
    "tiny": "",
    "none": "display:none",
    "invisible": "visibility:hidden",
}
VISIBLE = ("plain", "pill", "label", "named")
UNDRAWN = ("none", "invisible")
# Where the setting's address leads to, and what then stands in the bar.
LANDINGS = {
    "right": AI_TRAINING.path,
    "slash": AI_TRAINING.path + "/",
    "not-found": NOT_FOUND_PATH,
    "category": AI_TRAINING.category,
    "other": "/mypreferences/d/settings/read-receipts",
    "root": "/mypreferences/d/",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One thing that can be on or off. `shape` is box, checkbox, button, pressed or radio.

    `key` is what its aria-labelledby says. `first` is what it shows until `late` ms have passed, None if it
    is not there until then. `where` is main, body, shadow, frame or dialog.
    """

    shape: str
    key: str
    on: bool
    first: bool | None
    late: int
    hiding: str
    locked: str
    mixed: bool
    aria: str | None
    where: str

    @property
    def is_ours(self) -> bool:
        """Whether it carries the key."""
        return KEY in self.key.split()

    @property
    def is_drawn(self) -> bool:
        """Whether anything of it is on the page for a person to see."""
        return self.hiding not in UNDRAWN

    @property
    def is_plain(self) -> bool:
        """Whether nothing about it is odd: a person reads it at once, and so should the program."""
        odd = (
            self.mixed
            or self.aria not in {None, str(self.on).lower()}
            or (not self.on and (self.locked or self.first))
        )
        shape = self.shape in {"box", "checkbox"} and self.where in {"main", "body", "dialog"}
        return shape and self.hiding in VISIBLE and not odd


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A whole page. `spinner` is how many ms it says that it is loading, `mains` how its text stands."""

    controls: tuple[Control, ...]
    landing: str
    lang: str
    text: bool
    mains: str
    spinner: int
    based: bool
    overlay: bool
    pushed: bool

    @property
    def ours(self) -> list[Control]:
        """What carries the key."""
        return [control for control in self.controls if control.is_ours]

    @property
    def is_at_home(self) -> bool:
        """Whether the page is the one that was asked for."""
        return self.landing in {"right", "slash"}

    @property
    def may_be_off(self) -> bool:
        """Whether it is true to say that the page shows the setting off."""
        drawn = [control for control in self.ours if control.is_drawn]
        return bool(drawn) and not any(control.on or control.mixed for control in drawn)

    @property
    def may_be_on(self) -> bool:
        """Whether it is true to say that the page shows, or showed, the setting on: that counts at once."""
        return any(control.on or control.first for control in self.ours)

    @property
    def expected(self) -> str | None:
        """The reading that a person would call plain; None if they would have to think."""
        if not self.ours:
            away = self.landing in {"not-found", "category"} and not self.pushed
            bare = self.is_at_home and self.text and self.mains == "one" and not self.overlay
            return "not_offered" if away or (bare and not self.controls) else None
        if len(self.ours) > 1 or not self.is_at_home:
            return None
        only = self.ours[0]
        return ("on" if only.on else "off") if only.is_plain else None


def html(made: Made) -> str:
    """Given a page, return its HTML; what happens later in it happens when `advance` is called."""
    inside = "".join(_of(control, number) for number, control in enumerate(made.controls))
    text = f"<h1>Setting</h1><p>{TEXT}</p>" if made.text else ""
    spinner = (
        "<div id=spinner role=progressbar style='width:20px;height:20px'>.</div>" if made.spinner else ""
    )
    here = "<div id=body></div>"
    match made.mains:
        case "one":
            main = f"<main>{text}{spinner}<div id=main></div></main>{here}"
        case "hidden":
            main = f"<main style='display:none'>{text}</main>{spinner}<div id=main></div>{here}"
        case "two":
            main = f"<main>{text}</main><main>{spinner}<div id=main></div></main>{here}"
        case _:
            main = f"<div>{text}{spinner}<div id=main></div></div>{here}"
    base = "<base href='https://elsewhere.example/'>" if made.based else ""
    over = (
        "<div style='position:fixed;inset:0;background:#fff' role=dialog>Offer</div>" if made.overlay else ""
    )
    push = f"history.pushState(null, '', {json.dumps(AI_TRAINING.path)});" if made.pushed else ""
    away = f"at({made.spinner}, () => document.getElementById('spinner').remove());" if made.spinner else ""
    return (
        f"<!doctype html><html lang='{made.lang}' dir={'rtl' if made.lang == 'ar' else 'ltr'}><head>{base}"
        f"<meta charset=utf-8><title>x</title></head><body>{main}{over}<script>{SCRIPT}{push}{away}{inside}"
        "advance(0);</script></body></html>"
    )


SCRIPT = """
let now = 0; const due = [];
const at = (ms, act) => due.push({ms, act});
const advance = (ms) => {
  now += ms;
  due.filter((each) => each.ms <= now).forEach((each) => { due.splice(due.indexOf(each), 1); each.act(); });
};
const place = (where) => {
  const made = document.createElement("div");
  document.getElementById(["main", "shadow", "frame"].includes(where) ? "main" : "body").append(made);
  if (where === "shadow") return made.attachShadow({mode: "open"});
  if (where === "dialog") made.setAttribute("role", "dialog");
  if (where !== "frame") return made;
  const frame = document.createElement("iframe");
  frame.width = 300; frame.height = 60;
  made.append(frame);
  frame.contentDocument.open(); frame.contentDocument.write("<body></body>"); frame.contentDocument.close();
  return frame.contentDocument.body;
};
const put = ({where, markup, mixed}) => {
  const spot = place(where);
  const row = document.createElement("div");
  row.innerHTML = markup;
  spot.append(row);
  const el = row.querySelector(".it");
  if (mixed) el.indeterminate = true;
  return el;
};
const say = (el, on) => {
  if (el.matches("input")) el.checked = on;
  else el.setAttribute(el.hasAttribute("aria-pressed") ? "aria-pressed" : "aria-checked", String(on));
};
"""


def _of(control: Control, number: int) -> str:
    """Return the script that puts a control on the page and changes it later."""
    put = json.dumps(
        {
            "where": control.where,
            "markup": _markup(control, number),
            "mixed": control.mixed,
        }
    ).replace("</", "<\\/")
    if control.first is None:
        return f"at({control.late}, () => say(put({put}), {json.dumps(control.on)}));"
    name = f"it{number}"
    return (
        f"const {name} = put({put}); say({name}, {json.dumps(control.first)});"
        f"at({control.late}, () => say({name}, {json.dumps(control.on)}));"
    )


def _markup(control: Control, number: int) -> str:
    """Return the HTML of a control."""
    aria = "" if control.aria is None else f" aria-checked={control.aria}"
    names = f" aria-labelledby='{control.key}'" if control.key else ""
    state = " disabled" if control.locked == "disabled" else ""
    small = "width:0;height:0;margin:0;padding:0;border:0;appearance:none" if control.hiding == "tiny" else ""
    hidden = (
        "display:none"
        if control.hiding in {"label", "named"}
        else "opacity:0"
        if control.hiding == "pill"
        else ""
    )
    look = f" class=it id=c{number} style='{small}{hidden}'{names}{state}"
    match control.shape:
        case "box":
            it = f"<input type=checkbox role=switch{look}{aria}>"
        case "checkbox":
            it = f"<input type=checkbox{look}{aria}>"
        case "radio":
            it = f"<input type=radio{look}>"
        case "pressed":
            it = f"<button type=button aria-pressed=false{look}>x</button>"
        case _:
            it = f"<button type=button role=switch aria-checked=false{look}>x</button>"
    label = f"<span id='{control.key.split()[-1] if control.key else ''}'>Words</span>"
    if control.hiding == "label":
        label = f"<label for=c{number}>Words</label>"
    pill = "<span class=setting-toggle__toggle style='display:inline-block;width:40px;height:20px'></span>"
    row = label + it + (pill if control.hiding == "pill" else "")
    if control.locked == "fieldset":
        row = f"<fieldset disabled>{row}</fieldset>"
    if control.locked == "group":
        row = f"<div role=group aria-disabled=true>{row}</div>"
    return f"<div style='{HIDING[control.hiding]}'>{row}</div>"


def _late() -> st.SearchStrategy[int]:
    return st.one_of(st.just(0), st.integers(0, LATEST))


@st.composite
def controls(draw: st.DrawFn, key: str | None = None) -> Control:
    """A control that is plain more often than not."""
    odd = draw(st.integers(0, 9))
    on = draw(st.booleans())
    return Control(
        shape=draw(st.sampled_from(["box", "checkbox", "button", "pressed", "radio"])) if odd == 1 else "box",
        key=key or draw(st.sampled_from([KEY + "V2", "x" + KEY, KEY.lower(), "other", ""])),
        on=on,
        first=draw(st.sampled_from([on, not on, None])),
        late=draw(_late()),
        hiding=draw(st.sampled_from(list(HIDING) if odd in {2, 3} else VISIBLE)),
        locked=draw(st.sampled_from(["disabled", "fieldset", "group"])) if odd == 4 else "",
        mixed=odd == 5 and draw(st.booleans()),
        aria=draw(st.sampled_from(["true", "false", "mixed", "on"])) if odd == 6 else None,
        where=draw(st.sampled_from(["body", "shadow", "frame", "dialog"])) if odd == 7 else "main",
    )


@st.composite
def pages(draw: st.DrawFn) -> Made:
    """A page: mostly one control with the key, sometimes none or several, among others that have not."""
    ours = draw(st.sampled_from([1, 1, 1, 1, 2, 2, 3, 0, 0]))
    keys = st.sampled_from([KEY, KEY, KEY, f"a {KEY}", f"{KEY} b"])
    mine = [draw(controls(key=draw(keys))) for _ in range(ours)]
    others = [draw(controls()) for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2])))]
    away = draw(st.integers(0, 9)) == 0 if ours else draw(st.booleans())
    landing = draw(st.sampled_from(list(LANDINGS) if away else ["right", "right", "slash"]))
    odd = draw(st.integers(0, 9))
    return Made(
        controls=tuple(draw(st.permutations(mine + others))),
        landing=landing,
        lang=draw(st.sampled_from(LANGUAGES)),
        text=draw(st.sampled_from([True, True, True, False])),
        mains=draw(st.sampled_from(["hidden", "two", "no"])) if odd == 1 else "one",
        spinner=draw(_late()) if odd == 2 else 0,
        based=odd == 3,
        overlay=odd == 4,
        pushed=odd == 5 and landing not in {"right", "slash"} and draw(st.booleans()),
    )
