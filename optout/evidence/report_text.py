"""Make any value out of a file fit to be shown: no signs that deceive, never too long, never too many."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from optout.change import harmless
from optout.evidence.record import is_time

LONGEST = 4000  # characters of a text
LONGEST_NAME = 200  # characters of a name: of a setting, a picture, a member
MOST = 50  # texts in a list, facts in a row
_CUT = " …"
_KEPT = "\n\t"
Within = tuple[datetime | None, datetime | None]  # beginning and end of a visit


def clean(value: object, longest: int = LONGEST) -> str | None:
    """Given any value out of a file, return it as text that is safe to show, None if it is no text.

    Signs that control or turn the writing become the replacement character; those that nobody sees fall away.
    """
    if not isinstance(value, str):
        return None
    text = value if len(value) <= longest else value[:longest] + _CUT
    if text.isascii() and text.isprintable():
        return text if text.strip() else None
    shown = "".join(sign if sign in _KEPT else harmless(sign) for sign in text)
    return shown if shown.strip() else None


def name(value: object) -> str | None:
    """Given any value out of a file, return it as a name on one line, None if it is no text."""
    text = clean(value, LONGEST_NAME)
    return " ".join(text.split()) if text else None


def texts(value: object, longest: int = LONGEST) -> tuple[str, ...]:
    """Given any value out of a file, return the texts in it if it is a list, the first MOST of them."""
    members = value[:MOST] if isinstance(value, list) else []
    return tuple(text for text in (clean(member, longest) for member in members) if text)


def objects(value: object) -> list[dict[str, object]]:
    """Given any value out of a file, return the objects in it if it is a list."""
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def facts(value: object) -> tuple[tuple[str, str | bool | None], ...]:
    """Given any value out of a file, return the plain members of it if it is an object, by their names.

    A member is a text, a yes or a no, or None where nothing could be told.
    """
    return tuple(islice(_facts(value), MOST))


def moment(value: object, within: Within | None = None) -> datetime | None:
    """Return a time out of a file; None if it is none, or does not lie in the visit it was written in."""
    if not is_time(value):
        return None
    try:
        at = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    if within is None:
        return at
    began, ended = within
    return at if began and ended and began <= at <= ended else None


def _facts(value: object) -> Iterator[tuple[str, str | bool | None]]:
    for label, member in value.items() if isinstance(value, dict) else ():
        match member:
            case None | bool():
                yield name(label) or "", member
            case str() | int() | float():
                yield name(label) or "", name(str(member)) or ""
            case list():
                parts = (name(str(part)) or "" for part in member[:10])
                yield name(label) or "", " \N{MULTIPLICATION SIGN} ".join(parts)
