"""What of a page may be written for strangers to read: what is on our lists passes, all else becomes "…".

An allow-list, never a block-list: a word passes because it is known to be a word of settings pages, not
because nothing speaks against it. Only then the member's own words are taken out as well. What is left
can name somebody else only in words of sieve.txt, which has no first names but those of which pages are made.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

from optout.linkedin.address import SIGN_IN_PATHS
from optout.linkedin.catalogue import ADS, CATALOGUE, KNOWN_ROWS, NOT_FOUND_PATH, PREFERENCES, PRIVACY
from optout.linkedin.menu import SETTINGS_ROOTS
from optout.linkedin.other_pages import OTHER_PAGES

GONE = "…"
ENOUGH_OF_A_NAME = 4  # letters of a word that stand within one of the member's own: `page` in `mpage`
SIGNS = frozenset({"-", "\u2013", "\u2014", "&", "/", "|", "+"})
# As a sentence has it: in quotes or brackets, with its marks, joined to others, with an 's.
PLAIN_WORD = re.compile(
    "[\"'\u201c\u2018(]?([^\\W\\d_]+(?:[-/][^\\W\\d_]+)*)(?:['\u2019]s)?[\"'\u201d\u2019).,:;!?]{0,3}"
)

KEYS = frozenset(setting.key for setting in CATALOGUE.values()) | {
    "discloseAsProfileViewer",
    "nonEssentialCookieConsent",
}
PATHS = (
    frozenset(setting.path for setting in CATALOGUE.values())
    | {path for rows in KNOWN_ROWS.values() for path in rows}
    | {page.path.rstrip("/") for page in OTHER_PAGES}
    | {
        PREFERENCES + "categories/" + name
        for name in ("account", "sign-in-and-security", "profile-visibility")
    }
    | {PREFERENCES + "categories/notifications", PRIVACY, ADS, NOT_FOUND_PATH, "/feed", "/"}
    | SIGN_IN_PATHS
)
SEGMENTS = frozenset(segment for path in (*PATHS, *SETTINGS_ROOTS) for segment in path.split("/") if segment)
LABELS = frozenset(setting.title for setting in CATALOGUE.values()) | {page.title for page in OTHER_PAGES}


@functools.cache
def listed(name: str) -> frozenset[str]:
    """Given the name of a list of sieve.txt, return its words."""
    text = resources.files("optout.linkedin").joinpath("sieve.txt").read_text(encoding="utf-8")
    sections = re.findall(r"^\[(\w+)\]$([^\[]*)", text, flags=re.MULTILINE)
    return {title: frozenset(words.split()) for title, words in sections}[name]


@functools.cache
def vocabulary() -> frozenset[str]:
    """Return the words of settings pages, those of known keys, addresses and titles among them."""
    known_names = {
        word.lower() for text in (*KEYS, *PATHS, *LABELS) for word in _parts(text) if len(word) > 1
    }
    return listed("words") | known_names


def _parts(text: str) -> list[str]:
    """Return the words that a camelCase, kebab-case or snake_case name is made of, as they are written."""
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)


def _folded(text: str) -> str:
    """Return a text without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Lets through what is known; `personal` are the member's own words, folded, known ones among them."""

    personal: frozenset[str] = frozenset()

    def token(self, text: str) -> str:
        """Given an id, a name or a key, return it if it is known or made of known words, else "…".

        A camelCase name, as all keys are, may have words that are not known, if two or more and at least
        half of its words are: so has a new key. Each run of the others becomes "…" and its length.
        """
        form = r"([A-Za-z]+(?:-[A-Za-z]+)*)(?:V[0-9]|-v[0-9])?(?:__([A-Z]+(?:_[A-Z]+)*))?"
        form_of = re.fullmatch(form, text)
        if not form_of or len(text) > 80:
            return GONE
        base, value = form_of[1], form_of[2] or ""
        words = _parts(base)
        if not all(self._passing(_parts(value))):
            return GONE
        passing = self._passing(words)
        if base in KEYS or all(passing):
            return text
        known = sum(passing)
        return self._by_word(words, "") if "-" not in base and known > 1 and 2 * known >= len(words) else GONE

    def path(self, text: str) -> str:
        """Given a path, return it if it is known, else with "…" for what of it is not known.

        Below the settings a new slug is shown word by word. Elsewhere nothing is shown behind the first
        segment that is not known: there stand people, companies and posts.
        """
        bare = text.partition("?")[0].partition("#")[0].rstrip("/") or "/"
        if bare in PATHS:
            return bare
        segments = bare.strip("/").split("/")
        behind = segments.index("in") + 1 if "in" in segments else len(segments)
        if bare.startswith(SETTINGS_ROOTS):
            written = [self._slug(segment) for segment in segments[:behind]]
        else:
            written = list(itertools.takewhile(SEGMENTS.__contains__, segments))
            if not written and self._slug(segments[0]) == segments[0]:
                written = segments[:1]
        return "/" + "/".join([*written, *[GONE] * (len(segments) - len(written))])

    def label(self, text: str) -> str:
        """Given the label of a switch of ours, return it if it is known, else those of its words that are.

        Where words are missing it says how long the label is and how many of its words are known.
        """
        text = " ".join(text.split())
        if text in LABELS or not text:
            return text or GONE
        chunks = text.split(" ")
        words = [(place, word) for place, chunk in enumerate(chunks) for word in _spoken(chunk)]
        passing = self._passing([word for _, word in words])
        gone = {place for (place, _), passes in zip(words, passing, strict=True) if not passes}
        if not gone:
            return text
        runs = itertools.groupby(enumerate(chunks), key=lambda each: each[0] in gone)
        shown = (GONE if hidden else " ".join(chunk for _, chunk in run) for hidden, run in runs)
        known = len(chunks) - len(gone)
        return f"{' '.join(shown)} ({len(text)} characters, {known} of {len(chunks)} words known)"

    def attributes(self, names: Iterable[str]) -> list[str]:
        """Given attribute names, return those that are known, and "data-…" or "…" once for all others."""
        return sorted({self._attribute(name) for name in names})

    def _attribute(self, name: str) -> str:
        if name in listed("attributes"):
            return name
        if name.startswith("aria-"):
            return name if name.removeprefix("aria-") in listed("aria") else GONE
        if not name.startswith("data-"):
            return GONE
        return name if self.token(name) == name else "data-" + GONE

    def _slug(self, segment: str) -> str:
        """Return a segment of an address, with "…" and their length for the words that are not known."""
        if segment in SEGMENTS:
            return segment
        form_of = re.fullmatch(r"([a-z]+(?:-[a-z]+)*)(?:-v[0-9])?", segment)
        if not form_of or len(segment) > 60:
            return f"{GONE}({len(segment)})"
        words = form_of[1].split("-")
        return segment if all(self._passing(words)) else self._by_word(words, "-")

    def _by_word(self, words: Sequence[str], joint: str) -> str:
        """Return the words that pass, and "…" with their letters counted for each run of the others."""
        runs = itertools.groupby(zip(words, self._passing(words), strict=True), key=lambda each: each[1])
        return joint.join(
            joint.join(word for word, _ in run) if passes else f"{GONE}({sum(len(word) for word, _ in run)})"
            for passes, run in runs
        )

    def _passing(self, words: Sequence[str]) -> list[bool]:
        """Return of each word whether it may be written: known, and neither it nor its run is the member's.

        A run is one: `Mark Page` is the name of `markpage@example.org`.
        """
        plain = [_folded(word) for word in words]
        passing = [
            word.casefold() in vocabulary() and not self._is_personal(bare)
            for word, bare in zip(words, plain, strict=True)
        ]
        for first, last in itertools.combinations(range(len(words) + 1), 2):
            if "".join(plain[first:last]) in self.personal:
                passing[first:last] = [False] * (last - first)
        return passing

    def _is_personal(self, bare: str) -> bool:
        parts_of_names = (name for name in self.personal if len(bare) >= ENOUGH_OF_A_NAME and bare in name)
        return bare in self.personal or any(parts_of_names)


def of(*names: str | None) -> Sieve:
    """Given what names the member, an e-mail address or a public identifier, return the sieve for them.

    The last part of the address' domain is left out: it names a country or a trade.
    """
    told = [re.sub(r"(@.*)\.[^.@]*$", r"\1", name) for name in names if name]
    words = {word for name in told for word in re.findall(r"[^\W\d_]{2,}", _folded(name))}
    return Sieve(personal=frozenset(words))


def _spoken(chunk: str) -> list[str]:
    """Return the words of what stands between two blanks of a label; whole if it is no plain word."""
    if chunk in SIGNS:
        return []
    form_of = PLAIN_WORD.fullmatch(chunk)
    return re.split(r"[-/]", form_of[1]) if form_of else [chunk]


def known(text: str, names: frozenset[str]) -> str:
    """Given a word and a list of ours, return the word if it is on it, "…" if not; nothing for nothing."""
    return text if not text or text.lower() in names else GONE


def language(text: str) -> str:
    """Given the language of a page, return it if it is one of the site's, with a region if that is known."""
    first, *further = re.split(r"[-_]", text.lower())
    if first in listed("languages") and len(further) < 3 and listed("regions").issuperset(further):
        return text
    return GONE if text else "none"
