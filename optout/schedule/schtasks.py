"""Task Scheduler of Windows: a task that runs while the user is logged on. Never run there."""

import os
import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from optout.schedule.plan import JITTER, Plan
from optout.schedule.program import call, obey

NAME = "optout check"
NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def texts(plan: Plan) -> dict[str, str]:
    """Given a plan, return the task by name, in the order of elements that Windows gives its own tasks."""
    task = ElementTree.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    trigger = _below(task, "Triggers/CalendarTrigger")
    start = plan.installed.astimezone().replace(tzinfo=None, second=0, microsecond=0)
    clock = plan.clock
    _text(trigger, "StartBoundary", start.replace(hour=clock.hour, minute=clock.minute).isoformat())
    _text(trigger, "Enabled", "true")
    _text(trigger, "RandomDelay", f"PT{int(JITTER.total_seconds()) // 60}M")
    match plan.every:
        case "daily":
            _text(_below(trigger, "ScheduleByDay"), "DaysInterval", "1")
        case "weekly":
            week = _below(trigger, "ScheduleByWeek")
            _text(week, "WeeksInterval", "1")
            _below(week, f"DaysOfWeek/{WEEK[plan.day or 0]}")
        case _:
            month = _below(trigger, "ScheduleByMonth")
            _text(_below(month, "DaysOfMonth"), "Day", str(plan.day))
            months = _below(month, "Months")
            for name in MONTHS:
                _below(months, name)
    principal = _below(task, "Principals/Principal")
    principal.set("id", "Author")
    # S4U and Password would run without the user's stored credentials, so without the keyring.
    _text(principal, "LogonType", "InteractiveToken")
    _text(principal, "RunLevel", "LeastPrivilege")
    settings = _below(task, "Settings")
    for name, value in (
        ("MultipleInstancesPolicy", "IgnoreNew"),
        ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"),
        ("StartWhenAvailable", "true"),
        ("RunOnlyIfNetworkAvailable", "true"),
        ("Enabled", "true"),
        ("ExecutionTimeLimit", "PT15M"),
    ):
        _text(settings, name, value)
    actions = _below(task, "Actions")
    actions.set("Context", "Author")
    action = _below(actions, "Exec")
    _text(action, "Command", plan.interpreter)
    _text(action, "Arguments", subprocess.list2cmdline(plan.command[1:]))
    ElementTree.indent(task)
    return {NAME: ElementTree.tostring(task, encoding="unicode") + "\n"}


def _below(parent: ElementTree.Element, path: str) -> ElementTree.Element:
    for name in path.split("/"):
        parent = ElementTree.SubElement(parent, name)
    return parent


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def install(plan: Plan) -> None:
    """Given a plan, hand the task over. Raise SchedulerRefused if it is not taken."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "task.xml"
        head = '<?xml version="1.0" encoding="UTF-16"?>\n'
        file.write_text(head + texts(plan)[NAME], encoding="utf-16")
        obey(["schtasks", "/create", "/tn", NAME, "/xml", os.fspath(file), "/f"])


def remove() -> None:
    """Delete the task if there is one."""
    if call(["schtasks", "/query", "/tn", NAME]).returncode == 0:
        obey(["schtasks", "/delete", "/tn", NAME, "/f"])


def standing(plan: Plan) -> str:
    """Given a plan, return "there", "gone" or "changed".

    Windows gives the task back in words of its own, so only the call is compared.
    """
    ended = call(["schtasks", "/query", "/tn", NAME, "/xml"])
    if ended.returncode:
        return "gone"
    wide = ended.stdout.startswith((b"\xff\xfe", b"\xfe\xff"))
    told = ended.stdout.decode("utf-16" if wide else "utf-8", errors="replace")
    arguments = subprocess.list2cmdline(plan.command[1:])
    return "there" if plan.interpreter in told and arguments in told else "changed"
