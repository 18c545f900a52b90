"""Stores for the tests of the evidence, written through the ledger's own door."""

import base64
import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from optout.change import Change
from optout.evidence import changes, ledger, record, seal, sshsig
from optout.secret import Secret, SigningKey

START = datetime(2026, 10, 5, 8, 15, 42, tzinfo=UTC)
WEEK = timedelta(days=7)
PERSON = record.Identity(
    account="practice@example.org",
    member="practice-person",
    display_name="Pat Practice",
    profile_url="http://127.0.0.1:8000/in/practice-person/",
)
# Before, after, verdict, and the ending of a visit that finds nothing else.
TURNED_OFF = ("on", "off", "turned_off")
ALREADY_OFF = ("off", "off", "already_off")
CAME_BACK = ("on", "on", "came_back_on")
UNREADABLE = ("unreadable", "unreadable", "unreadable")
NOT_OFFERED = ("not_offered", "not_offered", "not_offered")
_ENDINGS = {"came_back_on": ("on", 3), "on": ("on", 3), "unreadable": ("could_not_tell", 4)}


def signing_key(letter: str) -> SigningKey:
    """Given a letter, return the key that is made of it."""
    return SigningKey(Secret(base64.urlsafe_b64encode(letter.encode() * 32).decode()))


OWNER, ANOTHER = signing_key("o"), signing_key("a")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a test's store and the memory of its head lie."""

    store: Path
    memory: Path

    @property
    def runs(self) -> list[Path]:
        """The run folders, oldest first."""
        return sorted(path for path in (self.store / "runs").iterdir() if not path.name.startswith("."))


def place(folder: Path) -> Place:
    """Given a folder, return a place in it that does not exist yet."""
    return Place(folder / "evidence" / "somebody", folder / "state" / "somebody.head.json")


def png(text: bytes = b"", *, width: int = 3, height: int = 2) -> bytes:
    """Given a comment, return a real picture that carries it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\x7f" * width) * height)
    chunks = ((b"IHDR", header), (b"tEXt", b"Comment\x00" + text), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def state_json(
    before: str, after: str, verdict: str, *, now: datetime = START, pictures: Iterable[str] = ()
) -> bytes:
    """Given readings and verdict, return the `state.json` that a visit sealed at `now` writes for them."""
    checked = {"on": True, "off": False}
    stages: dict[str, dict[str, object]] = {"before": {"checked": checked.get(before)}}
    if verdict in {"turned_off", "did_not_stick"} or before != after:
        stages["reload"] = {"checked": checked.get(after)}
    if verdict == "turned_off":
        stages["second"] = {"checked": False}
    if after == "off":
        stages["stood"] = {"checked": False}
    ago = {"before": 42, "reload": 12, "second": 6, "stood": 4}
    for name, stage in stages.items():
        stage["at"] = record.stamp(now - timedelta(seconds=ago[name]))
        stage["lang"] = "en"
        stage["pictures"] = [picture for picture in pictures if f"/{name}." in picture]
    for stage in stages.values():
        stage |= {
            "key": "a-setting",
            "url": "http://127.0.0.1:8000/settings/x",
            "heading": "A setting",
            "label": "Use my data",
        }
    return json.dumps({"stages": stages}).encode()


def witnesses(after: str, verdict: str) -> dict[str, str | None]:
    """Given the last reading and the verdict, return the witnesses that go with `state_json`."""
    return {
        "control": after,
        "stood": "off" if after == "off" else None,
        "second_load": "off" if verdict == "turned_off" else None,
        "last_load": None,
        "save_response": "accepted" if verdict == "turned_off" else None,
        "row": {"not_offered": "missing", "unreadable": None}.get(after, "listed"),
    }


def visit(
    settings: Iterable[record.SettingRecord],
    *,
    now: datetime,
    ending: tuple[str, int] = ("good", 0),
    **more: object,
) -> record.VisitRecord:
    """Given findings, return what a visit says; `more` are members of the record to be set."""
    members: dict[str, object] = {
        "command": "check",
        "options": {"fix": False, "only": [], "also": [], "headed": False, "site": "http://127.0.0.1:8000"},
        "environment": {"optout": "0.1.0", "headless": True, "viewport": (1280, 900), "proxy": None},
    }
    outcome, code = ending
    return record.VisitRecord(
        outcome=outcome,
        exit_code=code,
        started=now - timedelta(seconds=44),
        finished=now - timedelta(seconds=1),
        settings=tuple(settings),
        **(members | more),  # type: ignore[arg-type]  # a test names the members it sets
    )


def append(
    where: Place,
    now: datetime = START,
    findings: Mapping[str, tuple[str, str, str]] | None = None,
    *,
    secrets: Iterable[str] = (),
    ending: tuple[str, int] | None = None,
    found: tuple[Change, ...] = (),
    person: record.Identity = PERSON,
    means: seal.Means | None = None,
    picture: bytes = b"",
    **more: object,
) -> ledger.Sealed:
    """Given a place and a time, seal a visit with pictures and texts there; by default all is off.

    `found` is what was new on the pages, `person` whose account it was, `means` what there is to seal with,
    `picture` what every picture carries besides.
    """
    told = {"ai-training": ALREADY_OFF, "affiliate-ads": ALREADY_OFF} if findings is None else findings
    settings = []
    with ledger.begin(where.store, memory=where.memory, now=now, means=means or seal.Means()) as draft:
        for name, (before, after, verdict) in told.items():
            pictures = [draft.add(f"{name}/before.element.png", png(f"{name} {now}".encode() + picture))]
            if verdict == "turned_off":
                pictures.append(draft.add(f"{name}/reload.element.png", png(b"afresh " + name.encode())))
            draft.add(f"{name}/state.json", state_json(before, after, verdict, now=now, pictures=pictures))
            settings.append(
                record.SettingRecord(
                    name=name,
                    before=before,
                    after=after,
                    verdict=verdict,
                    reason=f"a fresh load showed it {after}",
                    witnesses=witnesses(after, verdict),
                    screenshots=tuple(pictures),
                )
            )
        if found:
            draft.add(changes.FILE, record.to_json(changes.to_json(found)))
        if ending is None:
            bad = [_ENDINGS[verdict] for _, _, verdict in told.values() if verdict in _ENDINGS]
            ending = min(bad, key=lambda each: each[1], default=("good", 0))
            ending = ("evidence_damaged", 6) if draft.damage_seen else ending
        said = visit(settings, now=now, ending=ending, **more)
        return draft.seal(said, person, secrets=secrets, now=now)


def good_store(
    folder: Path, means: seal.Means | None = None, *, start: datetime = START, step: timedelta = WEEK
) -> Place:
    """Given a folder, write five runs there: turned off, off, one came back, turned off again, off.

    `means` are what there is to seal with; the first run is sealed at `start`, each next one a `step` later.
    """
    where = place(folder)
    history: list[dict[str, tuple[str, str, str]]] = [
        {"ai-training": TURNED_OFF, "affiliate-ads": TURNED_OFF},
        {"ai-training": ALREADY_OFF, "affiliate-ads": ALREADY_OFF},
        {"ai-training": ALREADY_OFF, "affiliate-ads": CAME_BACK},
        {"ai-training": ALREADY_OFF, "affiliate-ads": TURNED_OFF},
        {"ai-training": ALREADY_OFF, "affiliate-ads": ALREADY_OFF},
    ]
    for number, findings in enumerate(history):
        append(where, start + number * step, findings, means=means)
    return where


def reseal(run: Path) -> None:
    """Given a run folder whose files were changed, write its own checksums anew and leave its links."""
    sums = run / "SHA256SUMS"
    links = [line for line in sums.read_text().splitlines() if "  ../" in line]
    names = sorted(
        path.relative_to(run).as_posix()
        for path in run.rglob("*")
        if path.is_file() and not path.name.startswith("SHA256SUMS")
    )
    own = [f"{hashlib.sha256((run / name).read_bytes()).hexdigest()}  {name}" for name in names]
    sums.write_text("".join(f"{line}\n" for line in own + links))


def relink(runs: list[Path], first: int) -> None:
    """Given all run folders, oldest first, write the links anew from the run at `first` on."""
    for before, run in zip(runs[first - 1 :], runs[first:], strict=False):
        sums = run / "SHA256SUMS"
        own = [line for line in sums.read_text().splitlines() if "  ../" not in line]
        links = [
            f"{hashlib.sha256(seal.read_bytes()).hexdigest()}  ../{before.name}/{seal.name}"
            for seal in sorted(before.glob("SHA256SUMS*"))
        ]
        sums.write_text("".join(f"{line}\n" for line in own + links))


def sign(run: Path, key: SigningKey) -> None:
    """Given a run folder and a key, sign its checksums anew."""
    sums = (run / "SHA256SUMS").read_bytes()
    (run / seal.SIGNATURE).write_bytes(sshsig.signature(sums, public=key.public, sign=key.sign))


def edit(run: Path, **members: object) -> None:
    """Given a run folder, set members of its `run.json`, its checksums not following."""
    path = run / "run.json"
    path.write_bytes(record.to_json(json.loads(path.read_text()) | members))


def snapshot(folder: Path) -> dict[str, bytes]:
    """Given a folder, return every file in it with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
