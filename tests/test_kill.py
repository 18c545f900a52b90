"""A visit that is killed at any of its steps: the evidence holds, the lock is free, the next visit tells."""

import json
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from calling import RunOptout, StartPractice
from stories import PASSWORD

from optout.evidence import audit
from optout.linkedin.catalogue import AFFILIATE_ADS, AI_TRAINING

ACCOUNT = "practice@example.org"
STEPS = [
    "opening the browser",
    "reading 1 of 2",
    "signing in",
    "switching off",
    "proving on a fresh load",
    "reading 2 of 2",
    "looking for new rows",
    "sealing the evidence",
]


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step(
    optout: RunOptout,
    practice: StartPractice,
    command_environment: dict[str, str],
    home: Path,
    step: str,
) -> None:
    """After SIGKILL at a step the store holds, nothing is locked, and the next run names the broken one."""
    site = practice()
    optout("login", "--account", ACCOUNT, "--password-stdin", site=site, input=PASSWORD)
    first = optout("check", "--json", "--no-input", site=site)
    assert first.returncode == 3
    if step == "signing in":
        site.expire_sessions()
    with subprocess.Popen(
        [sys.executable, "-m", "optout", "run", "--no-input"],
        env=command_environment | {"OPTOUT_SITE": site.origin},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if step in line:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    store = Path(first.json["evidence"]["path"]).parent.parent
    assert audit.audit(store).exit_code == 0
    visited = optout("run", "--json", "--no-input", site=site)
    assert visited.returncode == 0, visited.stderr
    record = json.loads((Path(visited.json["evidence"]["path"]) / "run.json").read_text())
    assert len(record["interrupted"]) == 1
    audited = audit.audit(store)
    assert (audited.exit_code, audited.runs) == (0, 2)
    assert not list((home / "sessions").glob("*.new"))


@pytest.mark.parametrize("number", range(10))
def test_killed_at_a_random_moment(
    optout: RunOptout,
    practice: StartPractice,
    command_environment: dict[str, str],
    home: Path,
    number: int,
) -> None:
    """Whenever SIGKILL comes, from the start of the program to its end, the next visit works and all holds.

    The ten moments lie in ten parts of the time that a visit takes, each anywhere in its part.
    """
    site = practice()
    optout("login", "--account", ACCOUNT, "--password-stdin", site=site, input=PASSWORD)
    began = time.monotonic()
    first = optout("check", "--json", "--no-input", site=site)
    lasts = 1.5 * (time.monotonic() - began)  # switching off takes longer than looking
    assert first.returncode == 3
    if number % 2:
        site.expire_sessions()
    moment = lasts * random.uniform(number, number + 1) / 10  # noqa: S311 - a moment, no secret
    with subprocess.Popen(
        [sys.executable, "-m", "optout", "run", "--no-input", "--quiet"],
        env=command_environment | {"OPTOUT_SITE": site.origin},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        process.kill()
    told = f"killed after {moment:.3f} s"
    store = Path(first.json["evidence"]["path"]).parent.parent
    assert audit.audit(store).exit_code == 0, told
    visited = optout("run", "--json", "--no-input", site=site)
    assert visited.returncode == 0, (told, visited.stderr)
    assert audit.audit(store).exit_code == 0, told
    assert not list((home / "sessions").glob("*.new")), told
    assert not any(site.stored[key] for key in (AI_TRAINING.key, AFFILIATE_ADS.key)), told
