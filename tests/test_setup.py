"""What set-up promises: pins for every platform that name no index, and one sentence when it cannot go on."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from house import house, imported

import optout

CHECKOUT = Path(__file__).parents[1]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
FILES = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt")
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$", re.MULTILINE)


def pins(file: str) -> dict[str, tuple[str, str | None]]:
    """Given a requirements file, return version and marker of each package."""
    text = (CHECKOUT / file).read_text(encoding="utf-8")
    return {pin["name"]: (pin["version"], pin["marker"]) for pin in PIN.finditer(text)}


def plain(requirement: str) -> str:
    """Given a requirement, return the package's name as pinned files write it."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.mark.parametrize("file", FILES)
def test_a_requirements_file_names_packages_and_hashes_only(file: str) -> None:
    """No address, no path, no option: where packages come from is the user's own choice."""
    lines = (CHECKOUT / file).read_text(encoding="utf-8").splitlines()
    shapes = re.compile(
        PIN.pattern + r"|^    --hash=sha256:[0-9a-f]{64}(?: \\)?$|^ *#[^:]*(?::(?:$|[a-z]+\)$))?$"
    )
    assert [line for line in lines if not shapes.match(line)] == []


@pytest.mark.parametrize("file", FILES)
def test_every_pin_has_a_hash(file: str) -> None:
    """A package without a hash would be taken on trust."""
    text = (CHECKOUT / file).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z])", text)[1:]
    assert len(blocks) == len(pins(file)) > 0
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_files_agree_with_each_other() -> None:
    """The tests run with the versions that users get."""
    dev = pins("requirements-dev.txt")
    for file in ("requirements.txt", "requirements-build.txt"):
        assert {name: dev.get(name) for name in pins(file)} == pins(file)


def test_what_is_declared_is_pinned() -> None:
    """A dependency that was added to pyproject.toml only would be missing after set-up."""
    assert {plain(word) for word in PROJECT["project"]["dependencies"]} <= pins("requirements.txt").keys()
    groups = [
        word for group in PROJECT["dependency-groups"].values() for word in group if isinstance(word, str)
    ]
    assert {plain(word) for word in groups} <= pins("requirements-dev.txt").keys()


def test_the_pins_are_for_other_platforms_too() -> None:
    """What keyring and loguru need on Linux or on Windows is there, and there only."""
    found = pins("requirements.txt")
    for name, system in {"jeepney": "linux", "secretstorage": "linux", "pywin32-ctypes": "win32"}.items():
        assert found[name][1] == f"sys_platform == '{system}'"


def test_what_is_imported_is_declared() -> None:
    """The program uses no library that only happens to be there."""
    declared = {plain(word) for word in PROJECT["project"]["dependencies"]}
    providers = packages_distributions()
    names = {
        name.partition(".")[0]
        for module in house(Path(optout.__file__).parent).modules
        for _, name in imported(module.tree)
    }
    foreign = names - sys.stdlib_module_names - {"optout"}
    assert {
        name for name in foreign if not declared & {plain(one) for one in providers.get(name, [])}
    } == set()


@pytest.mark.parametrize("script", ["scripts/setup", "scripts/demo", "scripts/test"])
def test_a_script_is_plain_shell_and_never_asks_for_root(script: str) -> None:
    """Any POSIX shell reads it, it can be started, and it calls no sudo."""
    path = CHECKOUT / script
    assert subprocess.run(["sh", "-n", str(path)], check=False, capture_output=True).stderr == b""
    assert os.access(path, os.X_OK)
    words = "\n".join(line.partition("#")[0] for line in path.read_text(encoding="utf-8").splitlines())
    assert "sudo" not in words


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout with nothing but the scripts, and a PATH on which there is hardly anything."""
    shutil.copytree(CHECKOUT / "scripts", tmp_path / "check out" / "scripts")
    for file in (*FILES, "pyproject.toml"):
        shutil.copy(CHECKOUT / file, tmp_path / "check out" / file)
    (tmp_path / "bin").mkdir()
    for name in ("cat", "cksum", "date", "dirname", "find", "id", "mkdir", "rm", "sh", "sort"):
        program = shutil.which(name)
        assert program is not None
        (tmp_path / "bin" / name).symlink_to(program)
    return tmp_path


def start(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Given what `bare` made, start a script of the checkout in it, without HOME."""
    script = place / "check out" / "scripts" / words[0]
    return subprocess.run(
        [str(script), *words[1:]],
        check=False,
        cwd=place,
        env={"PATH": str(place / "bin")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("script", ["demo", "test"])
def test_without_python_set_up_says_what_to_do(script: str, bare: Path) -> None:
    """One sentence with the command, and nothing half done."""
    ended = start(bare, script)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.splitlines()) == 1
    assert "Python 3.11" in ended.stderr
    assert "apt-get install" in ended.stderr


def test_an_old_python_is_no_python(bare: Path) -> None:
    """A Python that is too old is passed over, quietly."""
    old = bare / "bin" / "python3"
    old.write_text("#!/bin/sh\necho too old >&2\nexit 1\n")
    old.chmod(0o755)
    ended = start(bare, "demo")
    assert ended.returncode == 1
    assert "too old" not in ended.stderr


def test_set_up_refuses_words_it_does_not_know(bare: Path) -> None:
    """A typo is a usage error."""
    assert start(bare, "setup", "dmeo").returncode == 2


def test_type_checkers_may_trust_the_package() -> None:
    """The marker file is installed with it."""
    assert (Path(optout.__file__).parent / "py.typed").is_file()
