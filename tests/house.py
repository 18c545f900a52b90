"""The rules of the house: which room stands on which floor, who may touch what, sizes, names and manners."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FLOORS = (
    {"__main__"},
    {"cli"},
    {"commands"},
    {"visit"},
    {"confirming", "surveying", "turning"},
    {"looking"},
    {"arrival", "closing", "cooldown", "environment", "notebook"},
    {"errand"},
    {"linkedin", "evidence", "browser", "credentials", "schedule", "notify", "practice"},
    {"secret"},
    {"config", "log"},
    {"change", "verdict"},
    {"errors"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
OUTSIDE_DOORS = {
    "click": {"cli", "commands"},
    "keyring": {"credentials"},
    "playwright": {"browser", "linkedin"},
}
SILENT = {"evidence", "verdict", "errors"}  # they return or raise, and never log
SAYS_NOTHING = re.compile(r"utils?|helpers?|managers?|common|misc|base|core")
LONGEST = 300


@dataclass(frozen=True)
class Module:
    """One Python file of the house."""

    place: str  # as in "linkedin/address.py"
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first name below optout; empty for the house's own __init__."""
        first = self.place.partition("/")[0].removesuffix(".py")
        return "" if first == "__init__" else first


@dataclass(frozen=True)
class House:
    """A package folder: its modules, and every file that is text."""

    modules: tuple[Module, ...]
    texts: Mapping[str, str]


def house(folder: Path) -> House:
    """Given the folder of the package, read all of it."""
    texts = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            texts[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8", errors="replace")
    sources = [(place, text) for place, text in texts.items() if place.endswith(".py")]
    return House(tuple(Module(place, text, ast.parse(text)) for place, text in sources), texts)


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every absolute import anywhere in a tree: line and dotted name, names of ours one level deeper."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def placed(us: House) -> Iterator[str]:
    """Every room stands on a floor, and the house itself is an empty __init__."""
    for module in us.modules:
        if module.room and module.room not in FLOOR:
            yield f"{module.place}: nobody placed the room {module.room} on a floor"
        if not module.room and module.text.strip():
            yield f"{module.place}: is not empty"


def downward(us: House) -> Iterator[str]:
    """Every import of ours leads to a lower floor, or stays in its room."""
    for module in us.modules:
        for line, name in imported(module.tree):
            ours, _, rest = name.partition(".")
            room = rest.partition(".")[0]
            if ours != "optout" or room in {module.room, ""}:
                continue
            if FLOOR.get(room, -1) <= FLOOR.get(module.room, -1):
                yield f"{module.place}:{line}: {module.room} may not enter {room}"


def absolute(us: House) -> Iterator[str]:
    """No relative import, and none by string, which no reader and no rule here could follow."""
    for module in us.modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield f"{module.place}:{node.lineno}: relative import"
        for line, name in calls(module.tree):
            if name in {"__import__", "import_module", "importlib.import_module"}:
                yield f"{module.place}:{line}: import by string"


def outside_doors(us: House) -> Iterator[str]:
    """An outside thing is touched in its own rooms only."""
    for module in us.modules:
        for line, name in imported(module.tree):
            library = name.partition(".")[0]
            if module.room not in OUTSIDE_DOORS.get(library, {module.room}):
                yield f"{module.place}:{line}: {library} belongs to {sorted(OUTSIDE_DOORS[library])}"
            if library in {"loguru", "logging"} and module.room in SILENT:
                yield f"{module.place}:{line}: {module.room} never logs"


def sinks(us: House) -> Iterator[str]:
    """Only log.py changes where loguru writes to."""
    for module in us.modules:
        loggers = {"loguru.logger"} | {
            alias.asname or alias.name
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ImportFrom) and node.module == "loguru"
            for alias in node.names
        }
        for line, name in calls(module.tree):
            owner, _, verb = name.rpartition(".")
            if owner in loggers and verb in {"add", "configure", "remove"} and module.room != "log":
                yield f"{module.place}:{line}: {name}"


def site_name(us: House) -> Iterator[str]:
    """The site is named in linkedin/ only, whether in one piece or in neighbouring ones."""
    for place, text in us.texts.items():
        if not place.startswith("linkedin/") and "linkedin.com" in text.lower():
            yield f"{place}: names the site"
    for module in us.modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and "linkedin.com" in str(node.value).lower():
                yield from [f"{module.place}:{node.lineno}: names the site"] * (module.room != "linkedin")


def sizes_and_names(us: House) -> Iterator[str]:
    """No file is longer than one sitting, and none has a name that says nothing."""
    for place, text in us.texts.items():
        if place.endswith((".py", ".js")) and text.count("\n") > LONGEST:
            yield f"{place}: {text.count(chr(10))} lines"
        for part in place.split("/"):
            if SAYS_NOTHING.fullmatch(part.partition(".")[0]):
                yield f"{place}: the name says nothing"


def manners(us: House) -> Iterator[str]:
    """Nothing that vanishes under -O, prints past click, waits by the clock, or swallows every fault."""
    for module in us.modules:
        lines = module.text.splitlines()
        for line, name in calls(module.tree):
            unexplained = name.endswith("wait_for_timeout") and "  # " not in lines[line - 1]
            if name in {"print", "sleep", "time.sleep"} or unexplained:
                yield f"{module.place}:{line}: {name}"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assert):
                yield f"{module.place}:{node.lineno}: assert"
        caught = sorted(swallowed(module.tree))
        for line in caught[1:] if module.room == "cli" else caught:
            yield f"{module.place}:{line}: catches everything"


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every call in a tree: line and dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def swallowed(tree: ast.AST) -> Iterator[int]:
    """The lines that stop every exception; a handler that ends in a bare `raise` only tidies up."""
    everything = {"Exception", "BaseException"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            if any(ast.unparse(word) in everything for word in node.args):
                yield node.lineno
        elif isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            end = node.body[-1]
            tidies_up = isinstance(end, ast.Raise) and end.exc is None
            if not tidies_up and any(kind is None or ast.unparse(kind) in everything for kind in kinds):
                yield node.lineno


Rule = Callable[[House], Iterator[str]]
RULES: tuple[Rule, ...] = (
    placed, downward, absolute, outside_doors, sinks, site_name, sizes_and_names, manners,
)  # fmt: skip
