"""What every test may use: a fresh home, a real keyring, the practice site, the command as users call it."""

import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import loopback_only
import pytest
import secret_service
from calling import Ended, RunOptout, RunPython, StartPractice, call
from secret_service import SecretService
from stories import PASSWORD, Stories

import optout as program

if TYPE_CHECKING:
    from optout.practice.site import PracticeSite

NO_BUS = "unix:path=/nonexistent/bus"
# What a command gets from the person who runs the tests; all else starts empty.
PASSED_ON = ("PATH", "OPTOUT_BROWSER", "PLAYWRIGHT_BROWSERS_PATH", "NODE_COMPILE_CACHE")


# On a busy machine an example takes as long as it takes: speed is not what a test is about.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_configure() -> None:
    """Take from this process what belongs to whoever runs the tests: keyring, settings, network."""
    for name in list(os.environ):
        theirs = (
            name.startswith(("OPTOUT_", "PYTHON_KEYRING_", "KEYRING_PROPERTY_")) and name not in PASSED_ON
        )
        if theirs or name in {"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY"}:
            del os.environ[name]
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = NO_BUS
    loopback_only.install()


@pytest.fixture(autouse=True)
def _stayed_on_the_machine() -> Iterator[None]:
    """A test that tried to leave the machine fails, even if the program swallowed the refusal."""
    yield
    tried, loopback_only.refused[:] = list(loopback_only.refused), []
    assert tried == []


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for OPTOUT_HOME that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def keyring() -> Iterator[SecretService]:
    """A real Secret Service, unlocked, shared by all tests; this process finds it too."""
    with secret_service.running() as service, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
        yield service


@pytest.fixture
def locked_keyring() -> Iterator[SecretService]:
    """A Secret Service of this test's own, locked, for processes that are given its address."""
    with secret_service.running() as service:
        service.lock()
        yield service


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session whose bus is not there."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", NO_BUS)


@pytest.fixture
def practice() -> Iterator[StartPractice]:
    """Practice sites, started on demand; at the end each is stopped and must have had no fault of its own."""
    from optout.practice.site import PracticeSite

    sites: list[PracticeSite] = []
    with ExitStack() as stack:

        def start(*moods: str, **keywords: object) -> PracticeSite:
            wanted: dict[str, object] = {"password": PASSWORD, "moods": moods} | keywords
            sites.append(stack.enter_context(PracticeSite(**wanted)))  # type: ignore[arg-type]  # checked by it
            return sites[-1]

        yield start
    assert [site.faults for site in sites if site.faults] == []


@pytest.fixture
def command_environment(home: Path, keyring: SecretService, tmp_path: Path) -> dict[str, str]:
    """The whole environment of a command: nearly that of cron, with the test's home and an empty keyring."""
    keyring.empty()
    person = tmp_path / "person"
    person.mkdir()
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    browsers = Path.home() / ".cache" / "ms-playwright"
    if browsers.is_dir():  # HOME is another one below
        environment.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(browsers))
    checkout = Path(program.__file__).parent.parent
    if checkout != Path(sysconfig.get_path("purelib")):
        environment["PYTHONPATH"] = str(checkout)
    return environment | {
        "HOME": str(person),
        "LANG": "C.UTF-8",
        "DBUS_SESSION_BUS_ADDRESS": keyring.address,
        "OPTOUT_HOME": str(home),
        "OPTOUT_TIMEOUT": "4",
    }


@pytest.fixture
def optout(command_environment: dict[str, str]) -> RunOptout:
    """The command as users call it, in a process of its own; see RunOptout."""
    folder = Path(command_environment["HOME"])

    def run(
        *args: str,
        site: "PracticeSite | str | None" = None,
        home: Path | None = None,
        input: str | None = None,  # noqa: A002 - named as in subprocess.run
        env: Mapping[str, str | None] | None = None,
    ) -> Ended:
        environment: dict[str, str | None] = {**command_environment}
        if site is not None:
            environment["OPTOUT_SITE"] = site if isinstance(site, str) else site.origin
        if home is not None:
            environment["OPTOUT_HOME"] = str(home)
        environment |= env or {}
        left = {name: value for name, value in environment.items() if value is not None}
        return call([sys.executable, "-m", "optout", *args], folder, left, input)

    return run


@pytest.fixture
def stories(optout: RunOptout, practice: StartPractice, home: Path) -> Stories:
    """A home of its own and a real keyring, with sites on demand."""
    return Stories(optout, practice, home)


@pytest.fixture
def python(tmp_path: Path) -> RunPython:
    """Runs Python code in a process of its own, with only the given environment, PATH and a new HOME."""
    person = tmp_path / "somebody"
    person.mkdir()
    path = [str(Path(program.__file__).parent.parent), str(Path(__file__).parent)]

    def run(code: str, *args: str, **env: str) -> Ended:
        environment = {"PATH": os.environ["PATH"], "HOME": str(person), "LANG": "C.UTF-8"} | env
        environment["PYTHONPATH"] = os.pathsep.join([*path, env.get("PYTHONPATH", "")])
        return call([sys.executable, "-c", code, *args], person, environment, None)

    return run
