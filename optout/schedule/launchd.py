"""launchd: an agent of the user's own, which catches up at wake. Never run there."""

import os
import plistlib
from pathlib import Path

from optout.schedule.plan import Plan
from optout.schedule.program import call, obey

LABEL = "optout.check"


def file() -> Path:
    """Return where the agent lies."""
    return Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"


def texts(plan: Plan) -> dict[str, str]:
    """Given a plan, return the agent by path.

    Without LimitLoadToSessionType: a background session cannot read the keychain.
    """
    when = {"Hour": plan.clock.hour, "Minute": plan.clock.minute}
    if plan.every == "weekly":
        when["Weekday"] = ((plan.day or 0) + 1) % 7  # Sunday is 0
    elif plan.every == "monthly":
        when["Day"] = plan.day or 1
    agent = {
        "Label": LABEL,
        "ProgramArguments": list(plan.command),
        "EnvironmentVariables": dict(plan.variables),
        "StartCalendarInterval": when,
        "RunAtLoad": False,
        "ProcessType": "Background",
        "Nice": 10,
        "Umask": 0o077,
    }
    return {str(file()): plistlib.dumps(agent, sort_keys=False).decode()}


def _domain() -> str:
    return f"gui/{os.getuid()}"


def install(plan: Plan) -> None:
    """Given a plan, write the agent and load it. Raise SchedulerRefused if launchd does not take it."""
    obey(["launchctl", "print", _domain()])
    for path, text in texts(plan).items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    call(["launchctl", "bootout", f"{_domain()}/{LABEL}"])  # an earlier one, if any
    obey(["launchctl", "bootstrap", _domain(), str(file())])


def remove() -> None:
    """Unload the agent and delete it."""
    if file().exists():
        call(["launchctl", "bootout", f"{_domain()}/{LABEL}"])
        file().unlink()


def standing(plan: Plan) -> str:
    """Given a plan, return "there", "gone" or "changed"."""
    if not file().is_file():
        return "gone"
    return "there" if file().read_text(encoding="utf-8") == texts(plan)[str(file())] else "changed"
