"""What of a page may be written for strangers to read: what is on our lists passes, all else becomes "…".

An allow-list, never a block-list: a word passes because it is known to be a word of settings pages, not
because nothing speaks against it. Only then the member's own words are taken out as well.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from optout.linkedin.address import SIGN_IN_PATHS
from optout.linkedin.catalogue import ADS, CATALOGUE, KNOWN_ROWS, NOT_FOUND_PATH, PREFERENCES, PRIVACY
from optout.linkedin.other_pages import OTHER_PAGES

GONE = "…"
LONGEST_LABEL = 200

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


@functools.cache
def listed(name: str) -> frozenset[str]:
    """Given the name of a list of sieve.txt, return its words."""
    text = resources.files("optout.linkedin").joinpath("sieve.txt").read_text(encoding="utf-8")
    sections = re.findall(r"^\[(\w+)\]$([^\[]*)", text, flags=re.MULTILINE)
    return {title: frozenset(words.split()) for title, words in sections}[name]


@functools.cache
def vocabulary() -> frozenset[str]:
    """Return the words that settings pages are made of, those of the known keys and addresses among them."""
    known_names = {word for text in (*KEYS, *PATHS) for word in _parts(text) if len(word) > 1}
    return listed("words") | known_names


def _parts(text: str) -> list[str]:
    """Return the words that a camelCase, kebab-case or snake_case name is made of, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Lets through what is known; `personal` are words of the member's own that are no words of the pages."""

    personal: frozenset[str] = frozenset()

    def token(self, text: str) -> str:
        """Given an id, a name or a key, return it if it is known or made of known words, else "…".

        A camelCase name, as all keys are, may have words that are not known if most are: so has a new key.
        """
        if text in KEYS:
            return text
        base, _, value = text.partition("__")
        if len(text) > 80 or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", base):
            return GONE
        if re.search(r"[0-9]{3}", base) or not re.fullmatch(r"|[A-Z][A-Z_]{0,30}", value):
            return GONE
        words = [word for word in _parts(base) if len(word) > 1]
        known = [word for word in words if word in vocabulary()]
        is_camel = bool(re.fullmatch(r"[a-z]+(?:[A-Z][a-z]*[0-9]{0,2})+", base))
        enough = 2 * len(known) > len(words) if is_camel else len(known) == len(words)
        value_is_known = value in KEYS or all(word in vocabulary() for word in _parts(value))
        return text if words and enough and value_is_known and not self._is_personal(base) else GONE

    def path(self, text: str) -> str:
        """Given a path, return it if it is known, else with "…" for each segment that is no plain slug."""
        bare = text.partition("?")[0].partition("#")[0].rstrip("/") or "/"
        if bare in PATHS:
            return bare
        segments, hidden = [], False
        for segment in bare.strip("/").split("/"):
            is_slug = bool(re.fullmatch(r"[a-z]+[0-9]{0,3}(?:-[a-z]+[0-9]{0,3}|-[0-9]{1,3})*", segment))
            plain = is_slug and len(segment) <= 60 and not self._is_personal(segment)
            segments.append(segment if plain and not hidden else GONE)
            hidden = hidden or segment == "in"
        return "/" + "/".join(segments)

    def label(self, text: str) -> str:
        """Given the label of a switch of ours, return it unless it could name somebody."""
        text = " ".join(text.split())
        odd = (
            not text.isprintable() or len(text) > LONGEST_LABEL or re.search(r"[@\\/]|\d{3}|urn:|www\.", text)
        )
        return GONE if odd or self._is_personal(text) else text

    def attributes(self, names: Iterable[str]) -> list[str]:
        """Given attribute names, return those that are known, and "data-…" or "…" once for all others."""
        return sorted({self._attribute(name) for name in names})

    def _attribute(self, name: str) -> str:
        if name in listed("attributes") or re.fullmatch(r"aria-[a-z]{3,20}", name):
            return name
        if not name.startswith("data-"):
            return GONE
        return name if self.token(name) == name else "data-" + GONE

    def _is_personal(self, text: str) -> bool:
        return not self.personal.isdisjoint(re.findall(r"\w+", " ".join((text.lower(), *_parts(text)))))


def of(*names: str | None) -> Sieve:
    """Given what names the member, an e-mail address or a public identifier, return the sieve for them."""
    words = {word for name in names if name for word in re.findall(r"[^\W\d_]{3,}", name.lower())}
    return Sieve(personal=frozenset(words - vocabulary()))


def known(text: str, names: frozenset[str]) -> str:
    """Given a word and a list of ours, return the word if it is on it, "…" if not; nothing for nothing."""
    return text if not text or text.lower() in names else GONE


def language(text: str) -> str:
    """Given the language of a page, return it if it looks like one."""
    return text if re.fullmatch(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4}){0,2}", text) else GONE if text else "none"
