"""The house keeps its rules, and each rule is shown to see a planted fault."""

import ast
import importlib.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from calling import Ended, call
from house import (
    RULES,
    Rule,
    absolute,
    calls,
    downward,
    house,
    manners,
    outside_doors,
    placed,
    sinks,
    site_name,
    sizes_and_names,
)


def _ours() -> Path:
    spec = importlib.util.find_spec("optout")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


OURS = _ours()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    """The installed program has no fault that a rule can see."""
    assert list(rule(house(OURS))) == []


def test_no_test_waits_by_the_clock() -> None:
    """Tests wait for a state, never for a time."""
    found = [
        f"{path.name}:{line}: {name}"
        for path in Path(__file__).parent.glob("*.py")
        for line, name in calls(ast.parse(path.read_text(encoding="utf-8")))
        if name.rpartition(".")[2] in {"sleep", "wait_for_timeout"}
    ]
    assert found == []


SOUND = {
    "__init__.py": "",
    "errors.py": "class OptoutError(Exception):\n    pass\n",
    "log.py": "from loguru import logger\nlogger.add('file')\n",
    "cli.py": "try:\n    import click\nexcept Exception:\n    raise SystemExit(1)\n",
    "visit.py": "def go():\n    from optout.evidence import ledger\n",
    "evidence/ledger.py": "import optout.errors\nfrom optout.evidence import audit\n",
    "evidence/audit.py": "import json\n",
    "linkedin/address.py": "SITE = 'https://www.linkedin.com'\n",
    "practice/site.py": "try:\n    pass\nexcept BaseException:\n    raise\n",
    "browser/find.py": "def f():\n    from playwright.sync_api import Page\n    set().add(1)\n",
    "browser/listen.py": "def f(page):\n    page.wait_for_timeout(50)  # lets events in\n",
}
FAULTS: tuple[tuple[Rule, str, str], ...] = (
    (placed, "attic.py", ""),
    (placed, "attic/__init__.py", ""),
    (placed, "__init__.py", "import json"),
    (downward, "errors.py", "from optout.verdict import Finding"),
    (downward, "evidence/a.py", "import optout.visit"),
    (downward, "evidence/a.py", "from optout import cli"),
    (downward, "evidence/a.py", "from optout.linkedin import address"),
    (downward, "config.py", "from optout.log import redact"),
    (downward, "practice/a.py", "def f():\n    if True:\n        from optout.browser.find import launch"),
    (downward, "verdict.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import optout.config"),
    (downward, "visit.py", "from optout.attic import rat"),
    (absolute, "evidence/a.py", "from . import ledger"),
    (absolute, "evidence/a.py", "def f():\n    from ..visit import go"),
    (absolute, "commands/a.py", "import importlib\nimportlib.import_module('optout.visit')"),
    (outside_doors, "visit.py", "import click"),
    (outside_doors, "commands/a.py", "def f():\n    from keyring.errors import KeyringError"),
    (outside_doors, "practice/a.py", "import playwright.sync_api as p"),
    (outside_doors, "evidence/a.py", "from loguru import logger"),
    (outside_doors, "verdict.py", "import logging"),
    (sinks, "cli.py", "from loguru import logger as l\nl.add('x')"),
    (sinks, "visit.py", "import loguru\nloguru.logger.remove()"),
    (site_name, "practice/a.py", "# as linkedin.com has it"),
    (site_name, "config.py", "SITE = 'https://linkedin' '.com'"),
    (site_name, "evidence/page.html", "<a href='https://www.LinkedIn.com/'>"),
    (sizes_and_names, "visit.py", "\n" * 301),
    (sizes_and_names, "linkedin/page.js", "\n" * 301),
    (sizes_and_names, "linkedin/utils.py", ""),
    (sizes_and_names, "commands/core/a.py", ""),
    (manners, "visit.py", "assert True"),
    (manners, "visit.py", "print('off')"),
    (manners, "browser/a.py", "def f(page):\n    page.wait_for_timeout(5)"),
    (manners, "browser/a.py", "from time import sleep\nsleep(1)"),
    (manners, "visit.py", "try:\n    pass\nexcept Exception:\n    pass"),
    (
        manners,
        "visit.py",
        "try:\n    pass\nexcept (ValueError, BaseException) as e:\n    raise ValueError from e",
    ),
    (manners, "visit.py", "try:\n    pass\nexcept:\n    pass"),
    (manners, "visit.py", "import contextlib\nwith contextlib.suppress(Exception):\n    pass"),
    (manners, "cli.py", "try:\n    pass\nexcept Exception:\n    pass\n" * 2),
)


def plant(folder: Path, *trees: Mapping[str, str]) -> Path:
    """Given a folder and files, build a package `optout` in it."""
    for tree in trees:
        for place, text in tree.items():
            path = folder / "optout" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_sound_house_has_no_faults(rule: Rule, tmp_path: Path) -> None:
    """What the rules allow passes them, so that a planted fault is seen for itself."""
    assert list(rule(house(plant(tmp_path, SOUND) / "optout"))) == []


@pytest.mark.parametrize(
    ("rule", "place", "text"), FAULTS, ids=lambda word: getattr(word, "__name__", word)[:40]
)
def test_a_rule_sees_a_planted_fault(rule: Rule, place: str, text: str, tmp_path: Path) -> None:
    """One fault in a sound house, and its rule names the file."""
    found = list(rule(house(plant(tmp_path, SOUND, {place: text}) / "optout")))
    assert found
    assert all(fault.startswith(place) for fault in found)


# Too slow to load, or out of place, where no browser and no keyring is needed.
HEAVY = ("playwright", "keyring", "loguru", "rich", "jinja2", "cryptography")
LOADED = """
import sys
sys.argv[0] = "optout"
try:
    from optout.cli import main
    main()
except SystemExit as ended:
    code = ended.code
else:
    code = 0
print([name for name in {heavy!r} if name in sys.modules], code, file=sys.stderr)
"""
STATUS = ["status", "--account", "practice@example.org"]
BLOCKED = """
import sys
for name in (
    "playwright", "keyring", "click", "loguru", "cryptography", "rfc3161_client", "jinja2", "rich",
    "platformdirs",
):
    sys.modules[name] = None
import optout.evidence.audit
"""


def run(code: str, place: Path, folder: Path, *words: str) -> Ended:
    """Given code, the folder that has the package, an empty one, and words, run it there at home."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(place)}
    return call([sys.executable, "-c", code, *words], folder, environment, None)


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], ["settings"], STATUS])
def test_a_small_question_loads_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    """Help, version, status and catalogue come without browser, keyring, log, or pretty printing."""
    ended = run(LOADED.format(heavy=HEAVY), OURS.parent, tmp_path, *words)
    assert ended.stderr.splitlines()[-1].startswith("[] "), ended


def test_the_audit_needs_the_standard_library_only(tmp_path: Path) -> None:
    """A DPO's machine has Python and nothing else."""
    assert run(BLOCKED, OURS.parent, tmp_path).returncode == 0


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_import_is_seen(name: str, tmp_path: Path) -> None:
    """The question above is not answered well by chance."""
    plant(tmp_path, {"__init__.py": "", "cli.py": f"import {name}\ndef main(): pass\n"})
    assert (
        run(LOADED.format(heavy=HEAVY), tmp_path, tmp_path).stderr.splitlines()[-1].startswith(f"['{name}'")
    )


@pytest.mark.parametrize("name", ["loguru", "click", "cryptography", "playwright.sync_api"])
def test_an_audit_that_needs_more_is_seen(name: str, tmp_path: Path) -> None:
    """An audit that imports anything else does not start under the block."""
    plant(tmp_path, {"__init__.py": "", "evidence/__init__.py": "", "evidence/audit.py": f"import {name}\n"})
    assert "ModuleNotFoundError" in run(BLOCKED, tmp_path, tmp_path).stderr
