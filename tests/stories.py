"""Stories of visits to a practice site: what every one of them has to hold, whoever tells it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from calling import Ended, RunOptout, StartPractice
from leak_search import files_with, holds
from logins import keep_login

from optout.evidence import audit
from optout.linkedin.catalogue import AFFILIATE_ADS, AI_TRAINING, CATALOGUE

if TYPE_CHECKING:
    from optout.practice.site import PracticeSite

PASSWORD = "Kein-Wort_aus+1 Buch"
ACCOUNT = "practice@example.org"
OFF = ("on", "off", "turned_off")
WAS_OFF = ("off", "off", "already_off")
ON = ("on", "on", "on")
STAYED = ("on", "on", "did_not_stick")
GONE = ("not_offered", "not_offered", "not_offered")
UNREAD = ("unreadable", "unreadable", "unreadable")
LOST = ("on", "unreadable", "unreadable")
CONFLICT = ("unreadable", "unreadable", "conflict")
WORDS = {
    0: "good",
    1: "fault",
    3: "on",
    4: "could_not_tell",
    5: "person_needed",
    6: "evidence_damaged",
    75: "try_later",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """How a visit to a practice site ended."""

    ended: Ended
    site: "PracticeSite"
    home: Path

    @property
    def findings(self) -> list[tuple[str, str, str]]:
        """Readings and verdict of each setting, in order."""
        return [(s["before"], s["after"], s["verdict"]) for s in self.ended.json["settings"]]

    @property
    def reasons(self) -> str:
        """The reasons of all settings."""
        return " | ".join(setting["reason"] for setting in self.ended.json["settings"])

    @property
    def run(self) -> Path:
        """The folder of the sealed run."""
        return Path(self.ended.json["evidence"]["path"])

    def stages(self, name: str) -> dict[str, bool | None]:
        """What the evidence says that the switch of a setting showed, stage by stage, in order."""
        file = self.run / name / "state.json"
        stages = json.loads(file.read_text())["stages"] if file.exists() else {}
        return {stage: facts["checked"] for stage, facts in stages.items()}

    def not_kept(self, name: str) -> list[str]:
        """What the evidence says is missing of a setting's pictures and texts, and why."""
        file = self.run / name / "state.json"
        return json.loads(file.read_text())["not_kept"] if file.exists() else []

    def stored_off(self) -> bool:
        """Whether the site itself keeps both settings off."""
        return not (self.site.stored[AI_TRAINING.key] or self.site.stored[AFFILIATE_ADS.key])


class Stories:
    """Tells the site's moods and the command's words as one story after the other."""

    def __init__(self, optout: RunOptout, practice: StartPractice, home: Path) -> None:
        self._optout, self._practice, self.home = optout, practice, home

    def open(self, *moods: str, **keywords: object) -> "PracticeSite":
        """Return a site in these moods for which the password is kept."""
        site = self._practice(*moods, **{"patience": 0.25} | keywords)
        keep_login(self.home, site.account, PASSWORD)
        return site

    def visit(
        self, site: "PracticeSite", *words: str, env: Mapping[str, str | None] | None = None
    ) -> Visited:
        """Return how a visit ended, after the checks that every visit has to pass."""
        ended = self._optout(*words, "--json", "--no-input", site=site, env=env)
        visited = Visited(ended=ended, site=site, home=self.home)
        self._holds(visited)
        return visited

    def told(self, ended: Ended) -> Visited:
        """Given how a visit to another address ended, return it after the same checks."""
        visited = Visited(ended=ended, site=self._practice(), home=self.home)
        self._holds(visited)
        return visited

    def _holds(self, visited: Visited) -> None:
        """What must be true of every visit, however it ended."""
        answer, code = visited.ended.json, visited.ended.returncode
        assert answer["schema"] == "optout.visit/1"
        assert (answer["exit_code"], answer["outcome"]) == (code, WORDS[code]), visited.ended.stderr
        for setting in answer["settings"]:
            if setting["verdict"] in {"already_off", "turned_off"}:
                assert visited.site.stored[CATALOGUE[setting["name"]].key] is False, (
                    "said OFF while the site keeps it ON"
                )
        run = Path(answer["evidence"]["path"])
        assert run.is_dir(), "a visit, good or bad, is sealed"
        for setting in answer["settings"]:
            assert all((run / picture).stat().st_size > 500 for picture in setting["screenshots"])
        record = json.loads((run / "run.json").read_text())
        assert record["settings"] == answer["settings"]
        texts = [*run.glob("*/state.json"), *run.glob("*/*.html"), *run.glob("*/*.yaml")]
        for file in (run / "run.json", run / "network.json", *texts):
            assert not re.search(rf"{ACCOUNT}|practice-person", file.read_text()), "identity can be withheld"
        audited = audit.audit(run.parent.parent)
        assert audited.exit_code == 0, audited.checks
        assert audited.head == answer["evidence"]["head"]
        assert not holds(visited.ended.stdout + visited.ended.stderr, PASSWORD)
        assert files_with(self.home, PASSWORD) == []
