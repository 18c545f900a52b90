"""The page report: what a maintainer needs of changed pages, as a text that its sender can read through.

Whatever a page says passes the sieve or does not stand here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from optout.linkedin import sieve
from optout.linkedin.address import State
from optout.linkedin.catalogue import CATALOGUE, CATALOGUE_DATE, KNOWN_ROWS, Setting
from optout.linkedin.menu import Menu
from optout.linkedin.other_pages import OTHER_PAGES
from optout.linkedin.reading import LOOKS
from optout.linkedin.sieve import Sieve
from optout.linkedin.structure import MOST_CONTROLS, Control, Structure
from optout.linkedin.survey import Survey, Surveyed
from optout.linkedin.switch import Shows
from optout.verdict import Finding, Verdict

HEAD = """\
optout page report
==================

What this is: how the settings pages were built when `optout doctor --report` looked at them, so
that the program can be mended if they have changed. Nothing was clicked.

What it holds: addresses without what stands behind a "?", HTTP statuses, languages, counts of
controls, and of each control its kind, its keys, its state and what is around it. Labels stand
here only for switches on the pages of settings that the program knows, and for their rows.

What it does not hold: e-mail addresses, identifiers of members, cookies, pictures, values of
fields, the text of the pages. Labels, addresses and keys are written word by word, from a list of
words of settings pages that the program has; anything else is shown as "…". Your own name is left
out as far as your account's address and your profile's address show it, also where it is such a word.

What can still be in it: how many letters a word has that was left out, the one digit of a version,
and a word of that list that is part of somebody's name as well ("page", "job", "post").

Rows of a list are "known" or "unknown" to this program, or belong to "another list" of settings.
"missing" is a row that the program knows and that this account's list does not have: not every
region and not every account has every row, so that alone is normal.

It does say which of these settings are on or off. Read it through before you send it to anybody.
"""
# What the reader makes of a page where reading.py has no sentence for it.
MADE_OF_IT = {
    Shows.ON: "the switch with the key is on",
    Shows.NOT_FOUND: "the address ends at page-not-found",
    Shows.CATEGORY: "the address ends at the category page",
    Shows.NO_SWITCH: "the page shows text and no switch",
}
INDENT = "  "


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the head of a report says; `versions` are ours, `practice` that the site is not the real one."""

    looked: str
    versions: Sequence[tuple[str, str]]
    practice: bool
    outcome: str
    account: str
    member: str | None


def text(survey: Survey, settings: Sequence[Setting], findings: Iterable[Finding], about: About) -> str:
    """Given what a visit saw of the pages, the settings wanted and what was found, return the report.

    The member's own words are known from `about`; they stand nowhere in it.
    """
    strainer = sieve.of(about.account, about.member)
    found = {finding.name: finding for finding in findings}
    lines = [HEAD, *_labelled(_about(survey, about)), ""]
    by_path = {setting.path: setting for setting in CATALOGUE.values()}
    paths = dict.fromkeys(
        (*(each.path for each in settings), *survey.pages, *(page.path for page in survey.further))
    )
    for number, path in enumerate(paths, 1):
        lines.append(f"page {number}: {strainer.path(path)}")
        here = [setting for setting in settings if setting.path == path]
        lines += _indented(_page(path, survey, [(each, found.get(each.name)) for each in here], strainer))
        if path not in by_path and path in survey.pages:
            lines += _indented(_information(path, survey.pages[path], strainer))
        lines.append("")
    return "\n".join(lines)


def is_as_known(survey: Survey, findings: Iterable[Finding]) -> bool:
    """Given what a visit saw of the pages and what was found, return whether nothing is to be mended.

    Each setting was told, and each page and list that was looked at is built as the program knows it. Of a
    page that is left to a person nothing is known, so one that was to be looked at makes it False.
    """
    told = all(finding.verdict not in {Verdict.UNREADABLE, Verdict.CONFLICT} for finding in findings)
    menus = [seen.menu for seen in survey.pages.values() if seen.menu is not None]
    whole = bool(menus) and all(menu.complete and not menu.unknown for menu in menus)
    absent = {Shows.NOT_FOUND, Shows.CATEGORY, Shows.NO_SWITCH}  # shown not to be offered, if all were told
    pages = {seen.shows for seen in survey.pages.values() if seen.shows is not None}
    return told and whole and not survey.further and pages <= {Shows.ON, Shows.OFF} | absent


def _about(survey: Survey, about: About) -> Iterator[tuple[str, str]]:
    yield "looked", about.looked
    yield "site", "a practice site on this computer, not the real one" if about.practice else "the real site"
    yield "ended", about.outcome
    yield "member", "shown by the pages" if about.member else "not shown by the pages"
    yield "catalogue", f"of {CATALOGUE_DATE}"
    yield from about.versions
    if survey.browser:
        yield "browser", survey.browser


def _page(
    path: str, survey: Survey, wanted: Sequence[tuple[Setting, Finding | None]], strainer: Sieve
) -> Iterator[str]:
    """Yield what is to be said of one page."""
    seen, load = survey.pages.get(path), survey.last_load(path)
    built = seen.structure if seen else None
    facts = [("shown", strainer.path(built.path) if built else "not seen")]
    facts.append(("status", str(load.status or "no answer") if load else "never asked for"))
    if built:
        facts.append(("lang", sieve.language(built.lang)))
    facts += [("reader", text) for text in _made_of_it(seen)]
    yield from _labelled(facts)
    for setting, finding in wanted:
        yield from _of_setting(setting, finding, built)
    if path in survey.unread:
        yield f"not read: {survey.unread[path]}"
    if seen and seen.menu:
        yield from _rows(seen.menu, strainer)
    if built:
        yield from _structure(built, strainer, labels=any(path == each.path for each in CATALOGUE.values()))


def _made_of_it(seen: Surveyed | None) -> Iterator[str]:
    """Yield what the reader concluded from the page, in our own words."""
    if seen is None:
        yield "nothing: the page was not read"
    elif seen.shows is not None:
        look = LOOKS.get(seen.shows)
        yield f"{seen.shows.name.lower()}: {look.reason if look else MADE_OF_IT[seen.shows]}"


def _of_setting(setting: Setting, finding: Finding | None, built: Structure | None) -> Iterator[str]:
    """Yield what was expected of a setting, whether its key is there, and the finding."""
    yield f"setting: {setting.name}, a checkbox with the key {setting.key} in its aria-labelledby"
    if built:
        yield f"{INDENT}key: {_where(setting.key, built)}"
    if finding:
        readings = f"{finding.before.reading.value}, then {finding.after.reading.value}"
        yield f"{INDENT}found: {finding.verdict.value} ({readings}){_state(finding.reason)}"


def _where(key: str, built: Structure) -> str:
    """Return where a key stands on the page."""
    carriers = [each for each in built.controls if key in each.labelled_by]
    if carriers:
        numbers = ", ".join(str(built.controls.index(each) + 1) for each in carriers)
        return f"found, names the label of control {numbers}"
    ids = [each for each in built.controls if key in {each.id, each.name, each.id.partition("__")[0]}]
    if ids:
        return f"not in any aria-labelledby, but in the id or name of {len(ids)} controls"
    if built.labels:
        return "no control names it, but an element has it as its id"
    return "not found on the page"


def _state(reason: str) -> str:
    """Return the state of a sign-in that a reason names, if it does; nothing else of a reason is written."""
    state = next((state.value for state in State if f"[{state.value}]" in reason), None)
    return f", sign-in: {state}" if state else ""


def _rows(menu: Menu, strainer: Sieve) -> Iterator[str]:
    """Yield the rows of a category page, known, unknown and missing; with a label those of our settings."""
    known = KNOWN_ROWS.get(menu.category, frozenset())
    there = {row.path for row in menu.rows}
    ours = {setting.path for setting in CATALOGUE.values()}
    doubt = "not complete: they never came to rest, the page broke off, or more can be opened in it"
    ending = "complete" if menu.complete else doubt
    yield f"rows: {len(menu.rows)}, {ending}"
    unknown = {row.path for row in menu.unknown}
    for row in menu.rows:
        what = "unknown" if row.path in unknown else "known" if row.path in known else "of another list"
        label = f"  {strainer.label(row.label)}" if row.path in ours else ""
        yield f"{INDENT}{what:<8} {strainer.path(row.path)}{label}"
    yield from (f"{INDENT}missing  {path}" for path in sorted(known - there))


def _structure(built: Structure, strainer: Sieve, *, labels: bool) -> Iterator[str]:
    """Yield how a page is built; `labels` says that it is the page of a setting that is known."""
    counts = ", ".join(f"{number} {kind}" for kind, number in built.counts.items() if number)
    yield f"controls: {counts or 'none'}"
    yield f"main: {_yes(built.main)}, loaded: {_yes(built.ready)}, dialogs: {built.dialogs}"
    for frame in built.frames:
        whose = f"of the site, {strainer.path(frame.path)}" if frame.readable else "of another origin"
        yield f"frame: {whose}, rendered: {_yes(frame.rendered)}"
    for number, control in enumerate(built.controls, 1):
        yield from _control(number, control, strainer, labels=labels)
    if len(built.controls) == MOST_CONTROLS:
        yield f"more controls than {MOST_CONTROLS} are not described"


def _control(number: int, control: Control, strainer: Sieve, *, labels: bool) -> Iterator[str]:
    """Yield one control: what it is, its keys and state, what is around it."""
    kind = [sieve.known(control.tag, sieve.listed("tags"))]
    kind += [f"type={sieve.known(control.type, sieve.listed('types'))}"] if control.type else []
    kind += [f"role={sieve.known(control.role, sieve.listed('roles'))}"] if control.role else []
    yield f"control {number}: {' '.join(kind)}, in {control.where}"
    keys = [strainer.token(token) for token in control.labelled_by]
    facts = [("labelledby", " ".join(keys) or "none")]
    names = [(word, strainer.token(value)) for word, value in (("id", control.id), ("name", control.name))]
    facts += [(word, value) for word, value in names if value != sieve.GONE]
    shown = set(keys) | {value for _, value in names}
    if labels and control.label and (control.is_toggle or control.is_radio) and shown - {sieve.GONE}:
        facts.append(("label", strainer.label(control.label)))
    facts.append(("state", _states(control)))
    facts.append(("attributes", " ".join(strainer.attributes(control.attributes))))
    facts.append(("inside", " < ".join(_ancestor(tag, role) for tag, role in control.above)))
    yield from _indented(_labelled(facts))


def _states(control: Control) -> str:
    """Return the state of a control in words."""
    words = []
    if control.checked is not None:
        words.append(f"checked: {'mixed' if control.mixed else _yes(control.checked)}")
    for name, value in (("aria-checked", control.aria_checked), ("aria-pressed", control.aria_pressed)):
        if value is not None:
            words.append(f"{name}: {sieve.known(value, frozenset({'true', 'false', 'mixed'}))}")
    words += [f"disabled: {_yes(control.disabled)}", f"rendered: {_yes(control.rendered)}"]
    return ", ".join(words)


def _ancestor(tag: str, role: str) -> str:
    name = sieve.known(tag, sieve.listed("tags"))
    return f"{name}[{sieve.known(role, sieve.listed('roles'))}]" if role else name


def _information(path: str, seen: Surveyed, strainer: Sieve) -> Iterator[str]:
    """Yield, for a page that is left to a person and has one switch only, the key and state of it."""
    page = next((page for page in OTHER_PAGES if page.path == path), None)
    if page is None or seen.structure is None:
        return
    every = [control for control in seen.structure.controls if control.is_toggle]
    toggles = [control for control in every if control.rendered] or every
    if len(toggles) != 1:
        return
    keys = " ".join(strainer.token(token) for token in toggles[0].labelled_by) or "none"
    yield "information: exactly one switch, looked at once and never clicked; this proves nothing"
    yield f"{INDENT}key: {keys}; {_states(toggles[0])}"


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _labelled(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"{label + ':':<12}{text}" for label, text in facts)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (INDENT + line for line in lines)
