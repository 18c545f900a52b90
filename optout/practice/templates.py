"""The site's HTML: templates from the `pages` folder, every value escaped that is not HTML already."""

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent
LANGUAGES = {"french": "fr", "german": "de", "arabic": "ar", "bengali": "bn"}
Words = dict[str, str]


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def escape(value: str) -> Html:
    """Given any text, return it as HTML; HTML stays as it is."""
    return value if isinstance(value, Html) else Html(html.escape(value, quote=True))


def fill(name: str, /, **values: str) -> Html:
    """Given a template's name and values, return the HTML. Raise KeyError if a value is missing."""
    return Html(_template(name).substitute({key: escape(value) for key, value in values.items()}))


def join(parts: Iterable[Html]) -> Html:
    """Given pieces of HTML, return them as one."""
    return Html("".join(parts))


def embedded(value: object, *, name: str = "page-data") -> Html:
    """Given a value, return it as JSON in the element `name`, which a script of the page reads."""
    return fill("data.html", name=name, json=json.dumps(value, ensure_ascii=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one page differs in: `scripts` are names in the static folder, `style` an address."""

    title: str
    body: Html
    scripts: tuple[str, ...] = ()
    style: str = "/static/style.css"


def page(words: Words, content: Content) -> Html:
    """Given words and content, return the whole page."""
    return fill(
        "shell.html",
        lang=words["lang"],
        direction=words["direction"],
        title=content.title,
        mark=words["mark"],
        mark_more=words["mark_more"],
        style=content.style,
        scripts=join([fill("script.html", name=name) for name in content.scripts]),
        content=content.body,
    )


def notice(words: Words, title: str, text: str) -> Html:
    """Given words, a title and a text, return a page that says just that."""
    return page(words, Content(title=title, body=fill("notice.html", title=title, text=text)))


@cache
def words_of(language: str) -> Words:
    """Given a language's two letters, return the site's words in it, English where there are none."""
    words: Words = json.loads((FOLDER / "words" / "en.json").read_text(encoding="utf-8"))
    if language != "en":
        words = words | json.loads((FOLDER / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return words


@cache
def static(name: str) -> bytes | None:
    """Given a file name of the static folder, return what is in it, or None if there is none."""
    if not re.fullmatch(r"[a-z-]+\.(css|js)", name):
        return None
    path = FOLDER / "static" / name
    return path.read_bytes() if path.is_file() else None


def hashed_names(seed: str) -> dict[str, str]:
    """Given a seed, return for each class of a settings page a name that says nothing."""
    sheet = (static("style.css") or b"").decode()
    names = sorted(set(re.findall(r"\.(setting-[a-z_-]+)", sheet)))
    return {name: f"_{seed}{number:02x}" for number, name in enumerate(names, 1)}


def hashed_sheet(seed: str) -> str:
    """Given a seed, return the style sheet with the names of `hashed_names`."""
    names = hashed_names(seed)
    sheet = (static("style.css") or b"").decode()
    return re.sub(r"\.(setting-[a-z_-]+)", lambda found: "." + names[found[1]], sheet)


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / "pages" / name).read_text(encoding="utf-8"))
