"""What is new on the site's pages: a plain record of one change, its sentence, and what was known before."""

import enum
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

LONGEST = 1000  # characters of a text of the site that are kept and compared
SEALED = 4000  # characters of it that the evidence holds beside its picture; the audit reads 16 MiB of a run
SAID = 160  # characters of it that stand in a sentence
ELLIPSIS = "..."
MOST_ROWS = 500  # rows of one page that are compared; a real one has about 25
MOST_LANGUAGES = 4  # languages of a page whose words are remembered, those read last
PARTS = ("heading", "label", "description")
_HARMLESS = frozenset("\u200c\u200d")  # they join or part letters, in Bengali and Persian for example
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Kind(enum.StrEnum):
    """What happened to a row of a list, or to the words of a setting's own page."""

    ROW_NEW = "row_new"
    ROW_GONE = "row_gone"
    ROW_RENAMED = "row_renamed"
    WORDING = "wording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is new. Texts are of the site, made harmless by `plain`, None where there is none.

    `page` is the list's name, None for a setting's own page; `setting` is set if it concerns one of ours.
    `part` is which text was reworded, `lang` the language that the page says it is in.
    """

    kind: Kind
    page: str | None = None
    setting: str | None = None
    part: str | None = None
    path: str | None = None
    old: str | None = None
    new: str | None = None
    lang: str | None = None

    @property
    def sentence(self) -> str:
        """What a person is told: one line."""
        whose = f"{self.setting}: " if self.setting else ""
        old, new = _said(self.old), _said(self.new)
        before = f' (before: "{old}")' if old else ""
        match self.kind:
            case Kind.ROW_NEW:
                return f"{whose}new row on {self.page}: {new} ({self.path})"
            case Kind.ROW_GONE if not old:
                return f"{whose}no row for it on {self.page} ({self.path})"
            case Kind.ROW_GONE:
                return f"{whose}row gone from {self.page}: {old} ({self.path})"
            case Kind.ROW_RENAMED:
                return f'{whose}row on {self.page} now reads "{new}"{before} ({self.path})'
            case Kind.WORDING:
                return f'{whose}the {self.part} now reads "{new}"{before}'

    def to_json(self) -> dict[str, object]:
        """Return its members as the evidence and `optout status --json` hold them."""
        return {
            name: value.value if isinstance(value, Kind) else value for name, value in asdict(self).items()
        }


def from_json(value: object) -> Change | None:
    """Given any value out of a file, return the change in it, made harmless anew; None if it is none."""
    if not isinstance(value, dict):
        return None
    kind = next((each for each in Kind if each.value == value.get("kind")), None)
    if kind is None:
        return None
    names = ("page", "setting", "part", "path", "old", "new", "lang")
    return Change(kind=kind, **{name: _plain_or_none(value.get(name)) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is known of one list: the paths of its rows, and for each language the labels read last.

    `whole` says that a complete list was read once: only then is a row of the catalogue new to this account.
    """

    paths: frozenset[str] = frozenset()
    whole: bool = False
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def plain(text: str) -> str:
    """Given a text of the site, return it on one line, not too long, without what acts on a terminal.

    Signs that control or turn the writing become the replacement character, invisible ones fall away.
    """
    line = " ".join(text[: 4 * LONGEST].split())
    shown = "".join(harmless(character) for character in line)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - len(ELLIPSIS)] + ELLIPSIS


def cut(value: object) -> object:
    """Given a text of the site or a list of them, return it as it is but not too long; all else unchanged."""
    if isinstance(value, list):
        return [cut(each) for each in value]
    if not isinstance(value, str) or len(value) <= SEALED:
        return value
    return value[: SEALED - len(ELLIPSIS)] + ELLIPSIS


def harmless(character: str) -> str:
    """Given one sign of a text, return what may be shown in its place: nothing for one that nobody sees."""
    category = unicodedata.category(character)
    if category in {"Cc", "Cs"} or character in _TURNING:
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category in {"Cf", "Zl", "Zp"} and character not in _HARMLESS else character


def _plain_or_none(value: object) -> str | None:
    return plain(value) or None if isinstance(value, str) else None


def _said(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= SAID else text[: SAID - len(ELLIPSIS)] + ELLIPSIS
