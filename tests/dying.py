"""Have a child of this process killed (SIGKILL) at one of its calls that change the disk.

For scripts in a process of their own: this forks, and wraps those calls.
"""

import os
import signal
from collections.abc import Callable

STEPS = ("mkdir", "open", "write", "fsync", "link", "rename", "replace", "unlink", "rmdir")


def died(act: Callable[[], object], step: int) -> bool:
    """Given something to do and a number, do it in a child that dies at that step; return whether it died."""
    child = os.fork()
    if child == 0:
        _die_at(step)
        act()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def _die_at(step: int) -> None:
    """Given a number, have this process killed before that call, or in the middle if it is a write."""
    left = [step]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(name: str) -> None:
        real: Callable[..., object] = getattr(os, name)

        def wrapped(*args: object, **keywords: object) -> object:
            count()
            if name == "write":
                content = args[1]
                assert isinstance(content, bytes | memoryview)
                half = len(content) // 2
                real(args[0], content[:half])
                count()
                real(args[0], content[half:])
                return len(content)
            return real(*args, **keywords)

        setattr(os, name, wrapped)

    for name in STEPS:
        wrap(name)
