"""Which schedulers there are, which one this computer has, and what is wrong with an installed schedule."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from optout.errors import OptoutError
from optout.schedule import cron, launchd, schtasks, systemd
from optout.schedule.plan import Plan
from optout.schedule.program import SchedulerRefused, call

BACKENDS = ("systemd", "launchd", "schtasks", "cron")
AGAIN = "optout schedule install"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What keeps the installed schedule from working: one sentence, and the one command that mends it."""

    sentence: str
    mend: str


def named(backend: str) -> ModuleType:
    """Given one of BACKENDS, return its module, which has texts, install, remove and standing."""
    return {"systemd": systemd, "launchd": launchd, "schtasks": schtasks, "cron": cron}[backend]


def best() -> str:
    """Return the first of BACKENDS that this computer has. Raise SchedulerRefused if it has none."""
    if sys.platform == "darwin":
        return "launchd"
    if sys.platform == "win32":
        return "schtasks"
    if shutil.which("systemctl") and call(["systemctl", "--user", "show-environment"]).returncode == 0:
        return "systemd"
    if shutil.which("crontab"):
        return "cron"
    raise SchedulerRefused(
        "Neither systemd for users nor cron is here.", "Install the package `cron`, or name a --backend."
    )


def problems(plan: Plan) -> Iterator[Problem]:
    """Given the kept plan, yield what is wrong; start no visit."""
    if not os.access(plan.interpreter, os.X_OK):
        yield Problem(sentence=f"The Python of the schedule is gone: {plan.interpreter}.", mend=AGAIN)
    if plan.browser and not os.access(plan.browser, os.X_OK):
        yield Problem(sentence=f"The browser of the schedule is gone: {plan.browser}.", mend=AGAIN)
    try:
        found = named(plan.backend).standing(plan)
    except (OptoutError, OSError) as error:
        yield Problem(sentence=f"{plan.backend} could not be asked: {error}", mend="optout doctor")
        return
    if found == "gone":
        yield Problem(sentence=f"What was installed for {plan.backend} is no longer there.", mend=AGAIN)
    elif found == "changed":
        yield Problem(sentence=f"What was installed for {plan.backend} was changed by hand.", mend=AGAIN)
