"""Leave the site alone for a while once it refused or asked for calm: one small file per account and site."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from optout.config import account_folder
from optout.errors import OptoutError, PersonNeeded, SignInStopped, Throttled, TryLater
from optout.evidence import disk, ordinary_file
from optout.evidence.record import stamp, to_json
from optout.linkedin.address import State

FIRST = timedelta(hours=2)
LONGEST = timedelta(hours=24)
LAST_STEP = 5  # from this step on it is LONGEST
LARGEST_FILE = 4096  # bytes
FOLDER = "cooldowns"
SEPARATOR = "~"  # stands in no folder name of an account and in no host name

THROTTLED = "throttled"
DAMAGED = "damaged"
# What the site did, for each state that begins a cooldown. A checkpoint nobody described may be a lock.
WHY: dict[str, str] = {
    State.REFUSED: "The site refused the sign-in",
    State.CAPTCHA: "The site showed a captcha",
    State.RESTRICTED: "The site restricted this account",
    State.UNKNOWN_CHECKPOINT: "The site showed a checkpoint that this program does not know",
    State.WRONG_CODE: "The site did not accept the codes",
    State.WRONG_CREDENTIALS: "The site did not accept the e-mail address or the password",
    State.UNKNOWN_ACCOUNT: "The site showed an error at the e-mail address",
    State.WEAK_PASSWORD: "The site wanted a stronger password",
    State.FORM_STAYED: "The site kept its sign-in form",
    THROTTLED: "The site asked for calm",
    DAMAGED: "The note on an earlier refusal was found damaged",
}
OF_THE_PASSWORD = frozenset(
    {State.WRONG_CREDENTIALS, State.UNKNOWN_ACCOUNT, State.WEAK_PASSWORD, State.FORM_STAYED}
)

BY_HAND = "sign in by hand with `optout login --browser`"
ANYWAY = "add `--despite-cooldown` to visit anyway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooldown:
    """Why and until when a site is left alone; `step` counts how many came in a row. Times are UTC."""

    state: str
    since: datetime
    until: datetime
    step: int

    def stands(self, now: datetime) -> bool:
        """Given the time, return whether it is not over yet."""
        return now < self.until

    @property
    def why(self) -> str:
        """What the site did, and when."""
        return f"{WHY[self.state]} at {stamp(self.since)}"

    def refusal(self, now: datetime) -> OptoutError:
        """Given the time, return the error that says why nothing is visited, until when, and what to do."""
        sentence = (
            f"{self.why}: nothing is visited before {stamp(self.until)}, "
            f"in {_spoken(self.until - now)}. [cooldown]"
        )
        if self.state == THROTTLED:
            return TryLater(sentence, f"Wait until then, or {ANYWAY}.")
        if self.state in OF_THE_PASSWORD:
            return PersonNeeded(
                sentence, f"Store the right password with `optout login`, {BY_HAND}, or {ANYWAY}."
            )
        return PersonNeeded(sentence, f"Wait until then, {BY_HAND}, or {ANYWAY}.")


def file_for(state: Path, account: str, origin: str) -> Path:
    """Given the folder of the program's state, an account and a site, return the file of the two."""
    site = urlsplit(origin).netloc.lower().translate(str.maketrans(":[]", "___"))
    return state / FOLDER / f"{account_folder(account)}{SEPARATOR}{site}.json"


def length(step: int) -> timedelta:
    """Given how many came in a row, this one counted, return how long it lasts: 2 h, doubling to 24 h."""
    return LONGEST if step >= LAST_STEP else min(LONGEST, FIRST * 2 ** (step - 1))


def begun_by(stop: OptoutError | None) -> str | None:
    """Given what ended a visit, return the name of the cooldown that it begins, or None."""
    if isinstance(stop, Throttled):
        return THROTTLED
    return stop.state if isinstance(stop, SignInStopped) and stop.state in WHY else None


def read(file: Path, now: datetime) -> Cooldown | None:
    """Given the file and the time, return the last cooldown, over or not; None if there was none.

    One that lies ahead of the clock (which was set back) counts from now, and none lasts longer than its
    step. A file that cannot be understood counts as a first one that begins now: calm is what it was for.
    Raise OptoutError if the file cannot be read at all.
    """
    with _one_sentence("read"):
        try:
            noted = _understood(ordinary_file.read(file, limit=LARGEST_FILE))
        except FileNotFoundError:
            return None
        except ordinary_file.TooLarge:
            noted = None
    if noted is None:
        return _new(DAMAGED, now, step=1)
    if noted.since > now:
        return _new(noted.state, now, step=noted.step)
    return replace(noted, until=min(noted.until, noted.since + length(noted.step)))


def standing(file: Path, now: datetime) -> Cooldown | None:
    """Given the file and the time, return the cooldown that stands, or None.

    It is written again as it was understood, so that one whose file was damaged or ahead of the clock ends.
    Raise OptoutError if the file can be neither read nor written.
    """
    found = read(file, now)
    if found is None or not found.stands(now):
        return None
    _write(file, found)
    return found


def begin(file: Path, state: str, now: datetime) -> Cooldown:
    """Given the file, a key of WHY and the time, store the next cooldown in the row and return it.

    Raise OptoutError if the file can be neither read nor written.
    """
    last = read(file, now)
    begun = _new(state, now, step=last.step + 1 if last else 1)
    _write(file, begun)
    return begun


def end(file: Path) -> None:
    """Given the file, forget its cooldown and how many there were in a row. Raise OptoutError if it stays."""
    with _one_sentence("removed"):
        file.unlink(missing_ok=True)


def end_for_new_password(file: Path, now: datetime) -> Cooldown | None:
    """Given the file and the time, forget a cooldown that only waits for another password.

    Return the one that stands all the same, or None. Raise OptoutError if it cannot be read or removed.
    """
    last = read(file, now)
    if last is None or last.state not in OF_THE_PASSWORD:
        return last if last and last.stands(now) else None
    end(file)
    return None


def forget(state: Path, account: str) -> bool:
    """Given the folder of the program's state and an account, forget its cooldowns; return if there were."""
    begins = f"{account_folder(account)}{SEPARATOR}"
    found = [file for file in (state / FOLDER).glob(f"*{SEPARATOR}*") if file.name.startswith(begins)]
    for file in found:
        end(file)
    return bool(found)


def _new(state: str, now: datetime, *, step: int) -> Cooldown:
    return Cooldown(state=state, since=now, until=now + length(step), step=step)


def _understood(content: bytes) -> Cooldown | None:
    """Return what a file holds, or None if it is not what this program writes."""
    try:
        match json.loads(content):
            case {"state": str(state), "since": str(since), "until": str(until), "step": int(step)}:
                known = state in WHY and step >= 1
                found = Cooldown(state=state, since=_moment(since), until=_moment(until), step=step)
                return found if known else None
    except (ValueError, OverflowError, RecursionError):
        return None
    return None


def _moment(written: str) -> datetime:
    """Return a written time in UTC. Raise ValueError or OverflowError if it is none."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def _write(file: Path, cooldown: Cooldown) -> None:
    content = to_json(
        {
            "schema": "optout.cooldown/1",
            "state": cooldown.state,
            "since": stamp(cooldown.since),
            "until": stamp(cooldown.until),
            "step": cooldown.step,
        }
    )
    with _one_sentence("stored"):
        disk.make_folder(file.parent)
        disk.replace(file, content)


@contextmanager
def _one_sentence(done: str) -> Iterator[None]:
    """Given what is done to a file, turn OSError into OptoutError without the file's name: an account's."""
    with disk.one_sentence(f"The cooldown, in the folder {FOLDER} of the state, could not be {done}"):
        try:
            yield
        except OSError as problem:
            problem.filename = None
            raise


def _spoken(span: timedelta) -> str:
    """Return a span of time in hours and minutes, rounded up to a whole minute."""
    hours, minutes = divmod(-(-span // timedelta(minutes=1)), 60)
    words = [f"{hours} h"] if hours else []
    words += [f"{minutes} min"] if minutes or not hours else []
    return " ".join(words)
