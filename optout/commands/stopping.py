"""A person or the system stops a command: Ctrl-C, SIGTERM and SIGHUP end it alike, and only once."""

import os
import signal
import sys
import threading
import time
import warnings
from types import FrameType

from optout.errors import Terminated

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
PATIENCE = 10.0  # seconds; longer than a browser may take to close


class Brake:
    """The handler of our signals: the first raises KeyboardInterrupt, and what follows it at once is no news.

    For all but Ctrl-C it is a Terminated, which is one too.

    A terminal that closes, `timeout` and a person in a hurry all send two or three. One that comes more
    than PATIENCE seconds later raises again, or ends the process if the answer has been given by then.
    """

    def __init__(self) -> None:
        self.number: int = signal.SIGINT
        self._last = float("-inf")
        self._released = False

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Given a signal, stop what is being done."""
        now = time.monotonic()
        if now - self._last < PATIENCE:
            return
        if self._released:
            os._exit(128 + number)
        self._last, self.number = now, number
        if not sys.warnoptions:  # a call that is cut off was "never awaited": no news either
            warnings.simplefilter("ignore")
        _stop(KeyboardInterrupt() if number == signal.SIGINT else Terminated())

    @property
    def exit_code(self) -> int:
        """The exit code of a command that was stopped: 128 and the number of the signal."""
        return 128 + self.number

    def release(self) -> None:
        """From now on the answer is being given: stop nothing any more."""
        self._last, self._released = time.monotonic(), True

    def end(self) -> None:
        """The answer has been given: ignore the signals, since Python resets handlers before it is gone."""
        if threading.current_thread() is threading.main_thread():
            for number in _numbers():
                if signal.getsignal(number) is self:
                    signal.signal(number, signal.SIG_IGN)


def _stop(stop: KeyboardInterrupt) -> None:
    """Raise what stops the command: at once, or as soon as Playwright has read the message it is reading.

    Raised in the middle of one it would end the reading for good: the browser could not be closed, or the
    visit would take the end of the connection for the trouble (Playwright 1.65).
    """
    greenlet = sys.modules.get("greenlet")
    if greenlet is None or greenlet.getcurrent().parent is None:
        raise stop
    import asyncio

    def between_two_messages() -> None:
        raise stop

    asyncio.get_running_loop().call_soon_threadsafe(between_two_messages)


def install() -> Brake:
    """Make the signals stop this process in order; return the brake. One that is ignored stays ignored.

    So `nohup` and a shell's `&` keep their meaning. Outside the main thread nothing is installed.
    """
    brake = Brake()
    if threading.current_thread() is threading.main_thread():
        for number in _numbers():
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, brake)
    return brake


def release() -> None:
    """From now on the answer of the command is being given: a signal cuts no part of it off."""
    for brake in {id(each): each for each in map(signal.getsignal, _numbers())}.values():
        if isinstance(brake, Brake):
            brake.release()


def _numbers() -> list[signal.Signals]:
    return [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
