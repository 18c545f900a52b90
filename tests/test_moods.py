"""Every mood of the practice site is met by a visit of the whole program in some test."""

import ast
from collections.abc import Iterator
from pathlib import Path

from optout.practice.site import MOODS

# These look at the site alone, or only measure.
WITHOUT_VISITS = {"test_practice.py", "test_moods.py", "test_bench.py"}


def words_in(text: str) -> Iterator[str]:
    """Given a module, yield the words of its strings, of `mood:setting` the mood; docstrings are left out."""
    tree = ast.parse(text)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) not in said and isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (word.partition(":")[0] for word in node.value.split())


def untold(moods: set[str], modules: dict[str, str]) -> set[str]:
    """Given moods and test modules, return the moods that no module with visits names."""
    visits = [text for name, text in modules.items() if name not in WITHOUT_VISITS and "stories" in text]
    return moods - {word for text in visits for word in words_in(text)}


def _modules() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")}


def test_every_mood_has_a_story() -> None:
    """No mood is only drawn and never visited."""
    assert untold(set(MOODS), _modules()) == set()


def test_a_mood_without_a_story_is_found() -> None:
    """Twin: a mood that nobody visits, or that only the site's own tests name, is told."""
    modules = _modules() | {"test_practice.py": "stories = 'never-met'"}
    assert untold({*MOODS, "never-met"}, modules) == {"never-met"}
    assert untold({"met"}, {"test_story.py": "'''stories and a met one'''"}) == {"met"}
    assert untold({"met"}, {"test_story.py": "def test(stories): stories.open('met:ai-training')"}) == set()
