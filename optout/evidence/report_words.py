"""The words of the report, from one file per language, with that language's dates, numbers and spaces."""

import calendar
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import MAXYEAR, UTC, datetime
from importlib import resources

from markupsafe import Markup

LANGUAGES = ("en", "fr")
_CODE = re.compile(r"`([^`\n]+)`")
_MORE_THAN_ONE: Mapping[str, Callable[[int], bool]] = {"en": lambda n: n != 1, "fr": lambda n: n > 1}
_NARROW, _WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
# Lexique des règles typographiques (Imprimerie nationale): narrow before ; ! ?, wide before : and in quotes.
_SPACES = {
    "en": ((re.compile(r"(?<=article) (?=\d)"), _WIDE),),
    "fr": (
        (re.compile(r" (?=[;!?])"), _NARROW),
        (
            re.compile(r" (?=[:\u00bb])|(?<=\u00ab) |(?<=\{n\}) |(?<=article) (?=\d)|(?<=paragraphe) (?=\d)"),
            _WIDE,
        ),
    ),
}


class Words:
    """All that the report says in one language. Texts are markup, what is put into them is escaped."""

    def __init__(self, lang: str) -> None:
        """Given one of LANGUAGES, read its texts."""
        self.lang = lang
        content = resources.files("optout.evidence").joinpath(f"report_{lang}.toml")
        self.texts = {
            key: _spaced(text, lang) for key, text in _flat(tomllib.loads(content.read_text("utf-8")))
        }
        self._is_plural = _MORE_THAN_ONE[lang]

    def __call__(self, key: str, **parts: object) -> Markup:
        """Given a key and the parts of its text, return the text; `n` chooses between one and many.

        Raise KeyError if there is no such text or a part of it is not given.
        """
        n = parts.get("n")
        if key not in self.texts and isinstance(n, int):
            key += ".other" if self._is_plural(n) else ".one"
        told = {name: self.number(part) if isinstance(part, int) else part for name, part in parts.items()}
        return Markup(self.texts[key]).format(**told)  # noqa: S704 - our own file, and parts are escaped

    def either(self, group: str, word: str) -> Markup:
        """Given a group of words and one out of a file, return its text, or the group's for any other."""
        return self(f"{group}.{word}" if f"{group}.{word}" in self.texts else f"{group}.other")

    def known(self, group: str, word: str) -> str:
        """Given a group of words and one out of a file, return its text, or the word itself."""
        return self.texts.get(f"{group}.{word}", word.replace("_", " "))

    def number(self, n: int) -> str:
        """Given a number, return it with its thousands apart."""
        return f"{n:,}".replace(",", self.texts["form.thousands"])

    def day(self, when: datetime | None, *, short: bool = False) -> str:
        """Given a time, return its day in UTC; `short` takes the short names of the months."""
        if when is None:
            return self.texts["form.no_day"]
        here = when.astimezone(UTC)
        months = self.texts["form.short_months" if short else "form.months"].split(" ")
        day = self.texts["form.first_of_month"] if here.day == 1 else str(here.day)
        return self.texts["form.day"].format(day=day, month=months[here.month - 1], year=here.year)

    def moment(self, when: datetime | None) -> str:
        """Given a time, return it as it stands in a sentence, to the second."""
        if when is None:
            return self.texts["form.no_moment"]
        return self.texts["form.moment"].format(day=self.day(when), clock=f"{when.astimezone(UTC):%H:%M:%S}")

    def time(self, when: datetime | None) -> Markup:
        """Given a time, return it as it stands in a sentence, readable by a machine too."""
        if when is None:
            return Markup.escape(self.moment(when))
        stamp = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Markup('<time datetime="{}">{}</time>').format(stamp, self.moment(when))

    def listed(self, texts: Iterable[str], comma: str = "comma") -> Markup:
        """Given texts, return them side by side."""
        return Markup.escape(self.texts[f"form.{comma}"]).join(texts)

    def foreign(self, text: str) -> Markup:
        """Given a sentence that a run or the audit holds, return it with its commands marked, as English."""
        parts = _CODE.split(text)
        marked = (
            Markup("<code>{}</code>").format(part) if place % 2 else Markup.escape(part)
            for place, part in enumerate(parts)
        )
        said = Markup("").join(marked)
        if self.lang == "en":
            return Markup("<bdi>{}</bdi>").format(said)
        return self("form.quoted", text=Markup('<bdi lang="en">{}</bdi>').format(said))


def clock(when: datetime | None) -> str:
    """Given a time, return its hour and minute in UTC, nothing if it is unknown."""
    return f"{when.astimezone(UTC):%H:%M}" if when else ""


def month_later(when: datetime) -> datetime | None:
    """Given a time, return the same day of the next month, or its last; None after the last year.

    Source: EU Regulation 1182/71, article 3.
    """
    year, month = divmod(when.year * 12 + when.month, 12)
    if year > MAXYEAR:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return when.replace(year=year, month=month + 1, day=min(when.day, last))


def _flat(group: Mapping[str, object], before: str = "") -> list[tuple[str, str]]:
    found = []
    for key, member in group.items():
        if isinstance(member, dict):
            found += _flat(member, f"{before}{key}.")
        else:
            found.append((before + key, str(member)))
    return found


def _spaced(text: str, lang: str) -> str:
    for place, space in _SPACES[lang]:
        text = place.sub(space, text)
    return text
