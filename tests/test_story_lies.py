"""Whole visits to pages that lie, change or differ: what is said of each, and what the evidence shows."""

import json
from dataclasses import dataclass, field
from itertools import zip_longest

import pytest
from stories import CONFLICT, OFF, STAYED, UNREAD, WORDS, Stories

from optout.errors import Outcome, worst
from optout.linkedin.catalogue import CATALOGUE

Stages = dict[str, bool | None]
PROVED: Stages = {"before": True, "after": False, "reload": False}
UNTOUCHED: Stages = {"before": None}
CAME_BACK: Stages = {"before": True, "after": False, "reload": True}
NEVER_MOVED: Stages = {"before": True, "after": True, "reload": True}
SEEN_OFF: Stages = {"before": False, "reload": False}  # looked at again, since the row says otherwise
DOUBTED: Stages = {"before": True, "after": False, "reload": None}
IS_OFF, ON_AND_OFF = "a fresh load showed it off", "shows the switch on and off at once"
STRANGE, KEY_ONLY = "shows other controls", "carries its key, but not on the switch that is known"
ROW = "its row on the category page says On"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What has to be said of a setting in a mood; `stages` is what the evidence shows of its switch."""

    finding: tuple[str, str, str] = UNREAD
    said: str
    code: int = 4
    stages: Stages = field(default_factory=lambda: UNTOUCHED)
    news: str = ""
    saved: int = 0


def _off(news: str = "") -> Told:
    return Told(finding=OFF, said=IS_OFF, code=0, stages=PROVED, news=news, saved=1)


def _stayed(said: str, stages: Stages = CAME_BACK) -> Told:
    return Told(finding=STAYED, said=said, code=3, stages=stages)


SEEMS_OFF = Told(finding=("off", "unreadable", "conflict"), said=ROW, stages=SEEN_OFF)
AT_ODDS = Told(finding=CONFLICT, said=ON_AND_OFF)
CLICKED = Told(finding=("on", "unreadable", "conflict"), said=ON_AND_OFF, stages=DOUBTED, saved=1)

# Each mood, or several at once, of one setting. Two neighbours share a visit, one for each setting.
MOODS = {
    # the switch in other shapes
    "bare-label": _off(),
    "four-switches": _off(),
    "attribute-lies": _off(),
    "label-lies": _off(),
    "based": _off(),
    "flash": _off(),
    "in-shadow unlisted": Told(said=KEY_ONLY),
    "in-object unlisted": Told(said=KEY_ONLY),
    "in-iframe": Told(said=KEY_ONLY),
    "aria-only": Told(said=KEY_ONLY),
    "radios": Told(said=KEY_ONLY),
    "frameset": Told(said=KEY_ONLY),
    "keyless": Told(said=STRANGE),
    "beside-main unlisted": Told(said=STRANGE),
    "key-renamed": Told(said="another key, which was left alone", news="a switch with another key"),
    # nothing, or not enough
    "no-switch": Told(said="the category page lists it, but its page shows no switch"),
    "empty": Told(said="its page is empty"),
    "list-broken": Told(said="the category page cannot be read"),
    "moved": Told(said="its switch has moved to", news="new row"),
    "moved empty": Told(said="an unknown one leads to", news="new row"),
    "listed-but-gone": Told(finding=CONFLICT, said="its page is not there"),
    # two witnesses
    "half": AT_ODDS,
    "copy-under-pill": AT_ODDS,
    "shown-copy": AT_ODDS,
    "faked-faint": AT_ODDS,
    "faked": SEEMS_OFF,
    "stub": SEEMS_OFF,
    "aria-lies": CLICKED,
    "already-off overlaid": AT_ODDS,
    # other pages than the one asked for
    "to-other-setting": Told(said="its address leads to another page"),
    "to-home": Told(said="its address leads to another page"),
    "pushed": Told(said="another key, which was left alone", news="a switch with another key"),
    "other-address": Told(said="its switch stands on another page"),
    # what was clicked and not kept
    "put-500": _stayed("the site answered HTTP 500 to the save"),
    "put-lies": _stayed("the site answered HTTP 200 to the save"),
    "put-lies cached": _stayed("the site answered HTTP 200 to the save"),
    "put-lost": _stayed("the save went unanswered"),
    "toast": _stayed("a fresh load showed it on"),
    "save-button": _stayed("a fresh load showed it on"),
    "all-dead": _stayed("a fresh load showed it on", NEVER_MOVED),
    "confirm": _stayed("a dialog stood open and was not answered"),
    "confirm-box": _stayed("a dialog (confirm) came up and was not accepted", NEVER_MOVED),
}
NAMES = ("ai-training", "affiliate-ads")
# What no picture is taken of: frames, which may hold anybody, and a page without a main part.
HIDING = {"in-iframe", "in-object unlisted", "frameset", "already-off overlaid", "empty"}
PAIRS = list(zip_longest(list(MOODS)[::2], list(MOODS)[1::2], fillvalue=""))


@pytest.mark.parametrize("pair", PAIRS, ids=" | ".join)
def test_says_what_is_so_and_shows_why(stories: Stories, pair: tuple[str, str]) -> None:
    """Each page gets the finding it deserves, a reason that names what was seen, evidence that shows it."""
    moods = {name: mood for name, mood in zip(NAMES, pair, strict=True) if mood}
    site = stories.open(*(f"{each}:{name}" for name, mood in moods.items() for each in mood.split()))
    only = [word for name in moods for word in ("--only", name)]
    visited = stories.visit(site, "run", *only, env={"OPTOUT_TIMEOUT": "3"})
    told = {name: MOODS[mood] for name, mood in moods.items()}
    assert dict(zip(moods, visited.findings, strict=True)) == {n: each.finding for n, each in told.items()}
    ending = worst({outcome.exit_code: outcome for outcome in Outcome}[each.code] for each in told.values())
    assert visited.ended.returncode == ending.exit_code
    for name, setting in zip(moods, visited.ended.json["settings"], strict=True):
        key = CATALOGUE[name].key
        assert told[name].said in setting["reason"]
        assert told[name].news in " ".join(visited.ended.json["news"])
        shown = visited.stages(name)
        assert {stage: shown[stage] for stage in ("before", "after", "reload") if stage in shown} == (
            told[name].stages
        )
        pictured = {picture.split("/")[1].split(".")[0] for picture in setting["screenshots"]}
        pictured |= {sentence.split(".")[0] for sentence in visited.not_kept(name)}
        assert pictured >= told[name].stages.keys(), "every stage has its picture, or says why it has none"
        hidden = moods[name] in HIDING
        assert (f"{name}/before.full.png" in setting["screenshots"]) != hidden
        assert bool(visited.not_kept(name)) == hidden
        assert site.counts[f"saved:{key}"] == told[name].saved
        assert site.stored[key] != bool(told[name].saved or "already-off" in moods[name])
        assert site.counts[f"put:{key}ByMail"] == 0


PRIVACY, ADS = CATALOGUE["ai-training"], CATALOGUE["affiliate-ads"]


@pytest.mark.parametrize(
    ("moods", "findings", "code", "last"),
    [
        ("429:affiliate-ads", [OFF, UNREAD], 75, [ADS.path]),
        ("999:affiliate-ads", [OFF, UNREAD], 75, [ADS.path]),
        ("no-switch:ai-training list-429:ai-training", [UNREAD, UNREAD], 75, [PRIVACY.category]),
        ("no-switch:ai-training list-999:ai-training", [UNREAD, UNREAD], 75, [PRIVACY.category]),
        ("put-429", [STAYED, UNREAD], 3, ["PUT", PRIVACY.path]),
        ("put-999", [STAYED, UNREAD], 3, ["PUT", PRIVACY.path]),
    ],
)
def test_a_site_that_asks_for_calm_is_left_in_peace(
    stories: Stories, moods: str, findings: list[tuple[str, str, str]], code: int, last: list[str]
) -> None:
    """Throttled anywhere in the middle, nothing more is loaded, but the one page that a click still needs."""
    site = stories.open(*moods.split())
    visited = stories.visit(site, "run", env={"OPTOUT_TIMEOUT": "3"})
    assert (visited.findings, visited.ended.returncode) == (findings, code)
    assert "HTTP " + next(word for word in ("429", "999") if word in moods) in visited.reasons
    walked = ["PUT" if method == "PUT" else path for method, path in site.log if "/static/" not in path]
    assert walked[-len(last) :] == last
    assert walked.count(last[0]) == 1, "what asked for calm was not asked again"
    assert json.loads((visited.run / "run.json").read_text())["outcome"] == WORDS[code]


def test_another_server_behind_a_setting_ends_the_visit(stories: Stories) -> None:
    """A setting's address that leads to another server is not read, nor is anything after it: exit 5."""
    site = stories.open("to-elsewhere:affiliate-ads")
    visited = stories.visit(site, "run", env={"OPTOUT_TIMEOUT": "3"})
    assert (visited.findings, visited.ended.returncode) == ([OFF, UNREAD], 5)
    assert "[off_site]" in visited.reasons
    assert visited.stages("affiliate-ads") == {}
    assert site.counts["password_received"] == 1


def test_a_page_that_shows_off_for_2_seconds_is_no_proof(stories: Stories) -> None:
    """What turns on by itself, asking nobody, is caught by the page that was left open: both are shown."""
    site = stories.open("flash:ai-training", "german", patience=1.0)
    visited = stories.visit(site, "check", "--only", "ai-training")
    assert (visited.findings, visited.ended.returncode) == ([("off", "unreadable", "conflict")], 4)
    assert "its page, left open, no longer does" in visited.reasons
    shown = visited.stages("ai-training")
    assert (shown["before"], True in shown.values()) == (False, True)
