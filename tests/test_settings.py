"""The further settings: the same proof for each, in presets, and a list of what is left to a person."""

import json
from pathlib import Path

import pytest
from at_the_prompt import login, one_sentence
from calling import RunOptout, StartPractice
from stories import GONE, OFF, Stories

from optout.linkedin.address import origin_of
from optout.linkedin.catalogue import ADS, CATALOGUE, CORE, PRESETS, SOURCES
from optout.linkedin.other_pages import OTHER_PAGES
from optout.practice.rows import all_rows

PROMOTIONS = "/mypreferences/d/settings/linkedin-promotions"
DATA, MAIL = "allowProfileAndActivityDataForMarketingAds", "tipsForUsingLinkedinViaEmail"
ALL_KEYS = {setting.key for setting in CATALOGUE.values()}


def test_presets_are_what_their_names_say() -> None:
    """`ads` is all under Advertising data, affiliate-ads included; `all` is the catalogue."""
    assert set(PRESETS["ads"]) == {name for name, setting in CATALOGUE.items() if setting.category == ADS}
    assert "affiliate-ads" in PRESETS["ads"]
    assert "ai-training" not in PRESETS["ads"]
    assert PRESETS["all"] == tuple(CATALOGUE)


def test_each_setting_has_a_title_of_its_own(stories: Stories) -> None:
    """Two that share page and heading are told apart in what is shown, and not in what is compared."""
    shared = [CATALOGUE["promotions-data"], CATALOGUE["promotions-email"]]
    assert {setting.heading for setting in shared} == {"LinkedIn promotions"}
    assert len({setting.title for setting in CATALOGUE.values()}) == len(CATALOGUE)
    rows = {row.path: row.title for row in all_rows()}
    assert {setting.path: setting.heading for setting in CATALOGUE.values()}.items() <= rows.items()
    words = ("--only", "promotions-data", "--also", "promotions-email")
    visited = stories.visit(stories.open(), "check", *words)
    for number, setting in enumerate(shared, 1):
        assert f"reading {number} of 2: {setting.title}\n" in visited.ended.stderr
    assert visited.ended.json["news"] == [], "neither heading nor row is called another"


def test_what_is_left_by_hand_is_in_no_catalogue() -> None:
    """No page is both turned by the program and left to a person; each is named once."""
    paths = [page.path for page in OTHER_PAGES]
    assert len(set(paths)) == len(paths)
    assert not set(paths) & {setting.path for setting in CATALOGUE.values()}
    assert {page.path for page in OTHER_PAGES if page.never} >= {
        "/mypreferences/d/search-history",
        "/mypreferences/d/member-cookies",
        "/jobs/application-settings/",
    }


def test_all_settings_are_switched_off_and_proved(stories: Stories) -> None:
    """`--preset all`: every key of the catalogue off, one save each, each proved, and nothing else saved."""
    site = stories.open()
    visited = stories.visit(site, "run", "--preset", "all")
    assert [setting["name"] for setting in visited.ended.json["settings"]] == list(CATALOGUE)
    assert (visited.findings, visited.ended.returncode) == ([OFF] * len(CATALOGUE), 0), visited.reasons
    assert {key for key, on in site.stored.items() if not on} == ALL_KEYS
    saved = {name: count for name, count in site.counts.items() if name.startswith("saved:")}
    assert saved == {f"saved:{key}": 1 for key in ALL_KEYS}
    assert visited.ended.json["news"] == []
    run = json.loads((Path(visited.ended.json["evidence"]["path"]) / "run.json").read_text())
    assert run["options"]["preset"] == ["all"]
    looked = stories.visit(site, "check", "--preset", "all")
    assert {finding[2] for finding in looked.findings} == {"already_off"}
    assert looked.ended.returncode == 0


def test_the_proof_is_asked_of_the_site(stories: Stories) -> None:
    """The twin of the test above: a further setting that the site does not save is said to be on."""
    site = stories.open("put-lies:ads-by-age")
    visited = stories.visit(site, "run", "--only", "ads-gender", "--also", "ads-age")
    assert [finding[2] for finding in visited.findings] == ["turned_off", "did_not_stick"]
    assert visited.ended.returncode == 3
    assert site.stored["allowAdsByAge"]


def test_what_is_not_offered_hinders_nothing(stories: Stories) -> None:
    """`--preset ads` where some are missing: these are shown not to be offered, the rest is switched off."""
    site = stories.open("europe", "not-offered:ads-by-age", "not-offered-blank:ads-by-gender")
    visited = stories.visit(site, "run", "--preset", "ads", "--also", "research", env={"OPTOUT_TIMEOUT": "3"})
    found = dict(
        zip((each["name"] for each in visited.ended.json["settings"]), visited.findings, strict=True)
    )
    gone = {"affiliate-ads", "ads-age", "ads-gender"}
    wanted = {*PRESETS["ads"], "research"}
    assert found == {name: GONE if name in gone else OFF for name in wanted}, visited.reasons
    assert visited.ended.returncode == 0
    off = {key for key, on in site.stored.items() if not on}
    assert off == {CATALOGUE[name].key for name in wanted - gone}


@pytest.mark.parametrize(
    ("name", "turned", "left"), [("promotions-data", DATA, MAIL), ("promotions-email", MAIL, DATA)]
)
def test_a_second_switch_on_the_page_is_never_touched(
    stories: Stories, name: str, turned: str, left: str
) -> None:
    """Of the two switches of the promotions page only the one that is named is turned."""
    site = stories.open("already-off")
    visited = stories.visit(site, "run", "--also", name)
    assert [finding[2] for finding in visited.findings] == ["already_off", "already_off", "turned_off"]
    assert visited.ended.returncode == 0
    assert (site.stored[turned], site.stored[left]) == (False, True)
    assert (site.counts[f"put:{turned}"], site.counts[f"put:{left}"]) == (1, 0)
    assert site.counts["put"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--preset", "add"], "'ads'"),
        (["--preset", "everything"], "There are: ads, all."),
        (["--preset", "ads", "--only", "ads-age"], "`--also NAME` adds to a preset"),
    ],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_preset_that_cannot_be_followed(
    optout: RunOptout, command: str, words: list[str], said: str
) -> None:
    """It is a usage error with the nearest name, told before anything is opened."""
    ended = optout(command, *words)
    assert ended.returncode == 2
    assert said in one_sentence(ended)


def test_the_list_says_what_was_found_last(optout: RunOptout, practice: StartPractice) -> None:
    """`settings` shows each setting's last finding from the evidence, and none where no visit looked."""
    before = optout("settings")
    assert before.returncode == 0
    assert "last" not in before.stdout
    site = practice("key-renamed:affiliate-ads")
    login(optout, site)
    assert optout("run", "--only", "ai-training", site=site).returncode == 0
    assert optout("check", "--only", "affiliate-ads", site=site).returncode == 4
    requests = len(site.state.log)
    shown = optout("settings", site=site).stdout
    answer = optout("settings", "--json", site=site).json
    assert len(site.state.log) == requests, "no network"
    assert f"site: {site.origin}, a practice site: nothing of this is about a real account\n" in shown
    assert f"    page     {site.origin}{PROMOTIONS}\n" in shown
    assert "UTC: switched OFF, and proved" in shown
    assert "UTC: could not be read; no visit could tell" in shown
    assert shown.count("no visit looked at it yet") == len(CATALOGUE) - 2
    last = {setting["name"]: setting["last"] for setting in answer["settings"]}
    assert last["ai-training"]["verdict"] == "turned_off"
    assert last["affiliate-ads"]["verdict"] == "unreadable"
    assert last["research"] is None
    assert answer["account"] == site.account
    assert set(CORE) == {setting["name"] for setting in answer["settings"] if setting["core"]}
    assert all(setting["source"] and setting["seen"] for setting in answer["settings"])
    site.moods.discard("key-renamed:affiliate-ads")
    assert optout("check", "--only", "affiliate-ads", site=site).returncode == 3
    site.moods.add("key-renamed:affiliate-ads")
    assert optout("check", "--only", "affiliate-ads", site=site).returncode == 4
    assert "UTC: could not be read; before that ON: seen" in optout("settings", site=site).stdout


def test_the_list_names_what_is_left_by_hand(optout: RunOptout, practice: StartPractice) -> None:
    """Every such page stands there with its address; what is never touched is marked."""
    shown = optout("settings").stdout
    answer = optout("settings", "--json").json
    assert [page["path"] for page in answer["by_hand"]] == [page.path for page in OTHER_PAGES]
    for page in OTHER_PAGES:
        (line,) = [each for each in shown.splitlines() if each.startswith(f"{page.title} (")]
        assert page.kind.value in line
        assert line.endswith(f": {origin_of(None)}{page.path}")
        assert ("never opened" in line) is page.never
    assert shown.count("never opened") == sum(page.never for page in OTHER_PAGES) == 8
    assert answer["presets"] == {name: list(names) for name, names in PRESETS.items()}
    for account in ("one@example.org", "two@example.org"):
        login(optout, practice(account=account), account=account)
    several = optout("settings")
    assert "Several accounts are known: one@example.org, two@example.org." in several.stdout
    assert optout("settings", "--account", "two@example.org", "--json").json["account"] == "two@example.org"
    assert optout("settings", "--account", "two").returncode == 2


def test_an_account_that_is_not_known_is_called_so(optout: RunOptout, practice: StartPractice) -> None:
    """Neither a slip in the address nor a first day is told twelve times as a setting without a visit."""
    login(optout, practice())
    slip = optout("settings", "--account", "nobody@example.org")
    assert slip.returncode == 0
    assert "nobody@example.org: not known here; run `optout login`\n" in slip.stdout
    first = optout("settings").stdout
    assert "practice@example.org: no visit yet; run `optout run`\n" in first
    for shown in (slip.stdout, first):
        assert "    last" not in shown
        assert "a practice site" not in shown


def test_the_list_has_headings_and_explains_its_words(optout: RunOptout) -> None:
    """It begins with what it lists, says once at its end what a source is, and has each address whole."""
    lines = optout("settings").stdout.splitlines()
    assert lines[0] == "Settings that this program switches off"
    assert lines.count("Settings that only you can change") == 1
    assert lines[-1].startswith("Source: ")
    assert all(f"{name}: {what}" in lines[-1] for name, what in SOURCES.items())
    named = {word.partition(" ")[0] for each in CATALOGUE.values() for word in each.source.split(", ")}
    assert named == set(SOURCES)
    for setting in CATALOGUE.values():
        assert f"    page     {origin_of(None)}{setting.path}" in lines


@pytest.mark.parametrize(("preset", "by_hand"), [("ads", 0), ("all", len(OTHER_PAGES))])
def test_a_preset_lists_its_settings_alone(optout: RunOptout, preset: str, by_hand: int) -> None:
    """`--preset` is a filter, for people and for scripts."""
    answer = optout("settings", "--preset", preset, "--json").json
    assert tuple(setting["name"] for setting in answer["settings"]) == PRESETS[preset]
    assert len(answer["by_hand"]) == by_hand
    shown = optout("settings", "--preset", preset).stdout
    assert sum(line.startswith("    does ") for line in shown.splitlines()) == len(PRESETS[preset])
    assert ("ai-training" in shown) is (preset == "all")
    assert ("only you can change" in shown) is bool(by_hand)
    wrong = optout("settings", "--preset", "adds")
    assert wrong.returncode == 2
    assert "Did you mean 'ads'?" in one_sentence(wrong)
