"""What is new on the pages: rows come, gone or renamed, wording that changed. Never a verdict."""

from collections.abc import Iterable, Mapping

from optout.change import MOST_LANGUAGES, MOST_ROWS, PARTS, Change, Kind, Rows, plain
from optout.linkedin.catalogue import ADS, CATALOGUE, PRIVACY, Setting
from optout.linkedin.menu import ENOUGH_KNOWN, Menu, Row
from optout.linkedin.switch import Seen, Shows

PAGES = {PRIVACY: "Data privacy", ADS: "Advertising data"}

Texts = Mapping[str, Mapping[str, str]]  # language: part: text


def of_rows(menu: Menu, known: Rows | None, present: Iterable[Setting]) -> list[Change]:
    """Given a list, what was known of it and the settings that showed a switch, return what is new.

    Rows are told apart by their path, labels are compared within one language. At the first reading the
    catalogue is what was known; of its rows, one that is missing is told only if its setting showed a switch.
    A list that broke off, or that is another page, says nothing.
    """
    known = known or Rows()
    if not _tells(menu):
        return []
    rows = _rows(menu)
    labels = {row.path: plain(row.label) for row in rows}
    changes = [
        _change(Kind.ROW_NEW, menu, row.path, new=plain(row.label))
        for row in rows
        if row.path not in known.paths and (known.whole or row in menu.unknown)
    ]
    before = _labels_before(menu, known, present)
    changes += [
        _change(Kind.ROW_RENAMED, menu, path, old=before[path], new=label)
        for path, label in labels.items()
        if label and before.get(path) and before[path] != label
    ]
    gone = known.paths - set(labels) if menu.complete and menu.patient else frozenset()
    if menu.complete and menu.patient and not known.whole:
        gone |= {setting.path for setting in present} - set(labels)
    return changes + [
        _change(Kind.ROW_GONE, menu, path, old=_label(known, path, _lang_of(menu))) for path in sorted(gone)
    ]


def rows_after(menu: Menu, known: Rows | None) -> Rows:
    """Given a list and what was known of it, return what is known now. A part of it takes nothing away."""
    known = known or Rows()
    if not _tells(menu):
        return known
    rows = _rows(menu)
    paths = frozenset(row.path for row in rows)
    settled = menu.complete and menu.patient
    lang = _lang_of(menu)
    labels = {row.path: plain(row.label) for row in rows if plain(row.label)}
    earlier = {} if settled else known.labels.get(lang, {})
    others = {each: of_lang for each, of_lang in known.labels.items() if each != lang}
    kept = dict([*others.items(), (lang, {**earlier, **labels})][-MOST_LANGUAGES:])
    return Rows(paths=paths if settled else paths | known.paths, whole=known.whole or settled, labels=kept)


def of_wording(setting: Setting, now: Mapping[str, object], known: Texts) -> list[Change]:
    """Given the facts of a setting's page and the texts known of it, return a change per text that differs.

    Texts are compared within one language. Where none are known, an English heading is compared with the
    catalogue's.
    """
    lang = _lang(now)
    before = known.get(lang)
    if before is None:
        before = {"heading": setting.heading} if lang.startswith("en") else {}
    texts = _texts(now)
    return [
        Change(
            kind=Kind.WORDING,
            setting=setting.name,
            part=part,
            path=setting.path,
            old=before[part],
            new=texts[part],
            lang=lang or None,
        )
        for part in PARTS
        if before.get(part) and texts.get(part) and texts[part] != plain(before[part])
    ]


def texts_after(now: Mapping[str, object], known: Texts) -> Texts:
    """Given the facts of a setting's page and the texts known of it, return the texts known now."""
    lang = _lang(now)
    others = {each: texts for each, texts in known.items() if each != lang}
    merged = {**known.get(lang, {}), **_texts(now)}
    return dict([*others.items(), (lang, merged)][-MOST_LANGUAGES:])


def of_switch(setting: Setting, seen: Seen) -> list[str]:
    """Given what a setting's page showed, return a sentence if its switch carries another key."""
    if seen.shows is not Shows.OTHER_SWITCH or seen.sight is None or seen.sight.controls is None:
        return []
    keys = plain(", ".join(seen.sight.controls.other_keys[:5]))
    return [f"{setting.name}: the page shows a switch with another key ({keys})"]


def _tells(menu: Menu) -> bool:
    return menu.complete or (not menu.failed and menu.known >= ENOUGH_KNOWN)


def _rows(menu: Menu) -> tuple[Row, ...]:
    return menu.rows[:MOST_ROWS]


def _change(kind: Kind, menu: Menu, path: str, *, old: str | None = None, new: str | None = None) -> Change:
    name = next((each.name for each in CATALOGUE.values() if each.path == path), None)
    page = PAGES.get(menu.category, menu.category)
    return Change(
        kind=kind, page=page, setting=name, path=plain(path), old=old, new=new, lang=_lang_of(menu) or None
    )


def _labels_before(menu: Menu, known: Rows, present: Iterable[Setting]) -> Mapping[str, str]:
    """Return the labels known in the language of a list; at first our settings' headings, in English."""
    lang = _lang_of(menu)
    titles = {setting.path: setting.heading for setting in present} if lang.startswith("en") else {}
    return known.labels.get(lang) or ({} if known.labels else titles)


def _label(known: Rows, path: str, lang: str) -> str | None:
    """Return the label that a row had in a language, or in any if it was never read in that one."""
    told = [known.labels.get(lang, {}), *known.labels.values()]
    return next((labels[path] for labels in told if path in labels), None)


def _lang_of(menu: Menu) -> str:
    """Return the language that a list says it is in: a word of the site like any other."""
    return plain(menu.lang).lower()


def _lang(facts: Mapping[str, object]) -> str:
    lang = facts.get("lang")
    return plain(lang).lower() if isinstance(lang, str) else ""


def _texts(facts: Mapping[str, object]) -> dict[str, str]:
    """Return the texts that are compared, made harmless; those that are empty are left out."""
    texts = {part: plain(text) for part in PARTS if isinstance(text := facts.get(part), str)}
    return {part: text for part, text in texts.items() if text}
