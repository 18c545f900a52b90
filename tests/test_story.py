"""Whole visits in a real browser, one mood of the practice site each, told as a user meets them."""

import json
from pathlib import Path

import pytest
from calling import RunOptout, RunPython
from secret_service import SecretService
from stories import ACCOUNT, GONE, LOST, OFF, ON, UNREAD, WAS_OFF, Stories

from optout.linkedin.catalogue import AI_TRAINING, CATALOGUE

SIGN_IN = [
    "classic-foreign",
    "classic-decoys",
    "modern-late",
    "modern-mutates",
    "modern-decoys",
    "modern-no-enter",
    "password-only",
    "chooser",
    "chooser-anywhere",
    "guest-home",
    "authwall",
    "completing",
    "modern german completing",
    "other-tab",
    "modern other-tab",
    "late-answer",
    "modern late-answer",
    "add-phone",
    "modern arabic add-phone",
    "consent-page",
    "banner-old",
    "modern banner-old",
    "modern banner-new",
    "modern arabic chooser",
    "loop",
]


@pytest.mark.parametrize("mood", ["", "modern"])
def test_signs_in_once_and_switches_both_off(stories: Stories, mood: str) -> None:
    """Behind either generation of sign-in page both settings end proved off."""
    site = stories.open(*mood.split())
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([OFF, OFF], 0)
    assert visited.stored_off()
    assert site.counts["sign_in_posted"] == site.counts["password_received"] == 1
    assert site.counts["put"] == 2
    assert visited.ended.json["member"] == "practice-person"


@pytest.mark.parametrize("mood", SIGN_IN)
def test_signs_in_once_on_whatever_page_is_shown(stories: Stories, mood: str) -> None:
    """Whatever sign-in page is shown, the password is sent once, and the first setting ends proved off."""
    site = stories.open(*mood.split())
    visited = stories.visit(site, "run", "--only", "ai-training")
    assert (visited.findings, visited.ended.returncode) == ([OFF], 0)
    assert site.stored[AI_TRAINING.key] is False
    assert site.counts["sign_in_posted"] == site.counts["password_received"] == site.counts["put"] == 1
    assert visited.ended.json["member"] == "practice-person"


@pytest.mark.parametrize("mood", ["late-answer", "modern late-answer"])
def test_an_answer_that_is_too_late_blames_nobody(stories: Stories, mood: str) -> None:
    """A form that was sent and not answered in time was sent once, ends in 75, and begins no cooldown."""
    site = stories.open(*mood.split(), patience=1.0)
    visited = stories.visit(site, "run", env={"OPTOUT_TIMEOUT": "3"})
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 75)
    assert site.counts["password_received"] == 1
    assert not list(stories.home.glob("state/cooldowns/*"))


@pytest.mark.parametrize(
    ("mood", "state", "code", "posted"),
    [
        ("wrong-password-classic", "wrong_credentials", 5, 1),
        ("wrong-password-modern", "wrong_credentials", 5, 1),
        ("unknown-account", "unknown_account", 5, 1),
        ("code-email", "code_email", 5, 1),
        ("code-sms", "code_sms", 5, 1),
        ("code-totp", "code_totp", 5, 1),
        ("captcha", "captcha", 5, 1),
        ("captcha-on-submit", "captcha", 5, 1),
        ("refused", "refused", 5, 1),
        ("restricted", "restricted", 5, 1),
        ("weak-password", "weak_password", 5, 1),
        ("unknown-checkpoint", "unknown_checkpoint", 5, 1),
        ("add-phone bounces", "interstitial", 5, 1),
        ("consent-page bounces", "interstitial", 5, 1),
        ("modern arabic wrong-password-modern", "wrong_credentials", 5, 1),
        ("modern german unknown-account", "wrong_credentials", 5, 1),
        ("modern german code-email", "code_email", 5, 1),
        ("modern arabic code-sms", "code_sms", 5, 1),
        ("modern german code-totp", "code_totp", 5, 1),
        ("modern german captcha", "captcha", 5, 1),
        ("modern german refused", "refused", 5, 1),
        ("modern arabic restricted", "restricted", 5, 1),
        ("modern weak-password", "weak_password", 5, 1),
        ("modern german unknown-checkpoint", "unknown_checkpoint", 5, 1),
        ("modern german consent-page bounces", "interstitial", 5, 1),
        ("asks-between", "code_totp", 5, 1),
        ("german unknown-account", "unknown_account", 5, 1),
        ("german captcha-on-submit", "captcha", 5, 1),
        ("loop-always", "redirect_loop", 5, 1),
        ("password-only-other", "other_account", 5, 0),
        ("passkey-only", "passkey_only", 5, 0),
        ("no-form", "layout_drift", 4, 0),
        ("other-port", "off_site", 5, 0),
        ("other-host", "off_site", 5, 0),
        ("portal", "off_site", 5, 0),
        ("framed", "off_site", 5, 0),
        ("late-swap", "off_site", 5, 0),
    ],
)
def test_stops_where_a_person_is_needed(
    stories: Stories, mood: str, state: str, code: int, posted: int
) -> None:
    """A sign-in that does not end signed in ends the visit, names its state, and is not tried again."""
    site = stories.open(*mood.split())
    visited = stories.visit(site, "run", env={"OPTOUT_TIMEOUT": "3"})
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], code)
    assert f"[{state}]" in visited.reasons
    assert site.counts["password_received"] == posted
    assert site.counts["put"] == 0


@pytest.mark.parametrize(
    "moods",
    [
        "late:ai-training hashed:affiliate-ads",
        "two-switches:ai-training two-ids:affiliate-ads",
        "hidden-copy:ai-training cached:affiliate-ads",
        "covered:ai-training pill-dead:affiliate-ads",
        "slow-flip:ai-training remount:affiliate-ads",
        "late-state:ai-training put-slow:affiliate-ads",
        "put-unseen:ai-training lags:affiliate-ads",
        "alert:ai-training promo:affiliate-ads",
        "unlisted:ai-training list-late",
        "member-unknown french",
        "german",
        "arabic",
        "bengali",
    ],
)
def test_proves_both_off_however_the_page_looks(stories: Stories, moods: str) -> None:
    """Late, covered, foreign, slow: the key finds the switch, one save each, proved on a fresh load."""
    site = stories.open(*moods.split())
    visited = stories.visit(site, "run", env={"OPTOUT_TIMEOUT": "6"})
    assert (visited.findings, visited.ended.returncode) == ([OFF, OFF], 0)
    assert visited.stored_off()
    assert [count for name, count in site.counts.items() if name.startswith("saved:")] == [1, 1]


@pytest.mark.parametrize("mood", ["not-offered", "not-offered-blank", "not-offered-category"])
def test_not_offered_is_proved_by_the_category_page(stories: Stories, mood: str) -> None:
    """No switch on its page and no row in a complete list: not offered, exit 0, the list photographed."""
    visited = stories.visit(stories.open(mood), "run", env={"OPTOUT_TIMEOUT": "3"})
    assert (visited.findings, visited.ended.returncode) == ([GONE, GONE], 0)
    for setting in visited.ended.json["settings"]:
        assert f"{setting['name']}/category.full.png" in setting["screenshots"]
        listed = (visited.run / setting["name"] / "category.aria.yaml").read_text()
        assert "- link" in listed
        assert CATALOGUE[setting["name"]].path not in listed
        assert not (visited.run / setting["name"] / "card.html").exists()


@pytest.mark.parametrize(
    ("mood", "second", "code"),
    [
        ("europe", GONE, 0),
        ("gpc", WAS_OFF, 0),
        ("slow", OFF, 0),
        ("403:affiliate-ads", UNREAD, 4),
        ("password-again:affiliate-ads", UNREAD, 5),
        ("503:affiliate-ads", UNREAD, 75),
        ("offline:affiliate-ads", UNREAD, 75),
    ],
)
def test_what_is_the_matter_with_one_setting_leaves_the_other(
    stories: Stories, mood: str, second: tuple[str, str, str], code: int
) -> None:
    """Where the second is not offered, off already or not to be had, the first is done all the same."""
    site = stories.open(mood)
    visited = stories.visit(site, "run", env={"OPTOUT_TIMEOUT": "3"})
    assert (visited.findings, visited.ended.returncode) == ([OFF, second], code)
    assert site.counts["password_received"] == 1


def test_a_setting_that_was_read_before_does_not_vanish(stories: Stories) -> None:
    """A setting that was read earlier and now hides behind an unknown row could not be told."""
    site = stories.open()
    assert stories.visit(site, "check").findings == [ON, ON]
    site.moods.add("vanished")
    visited = stories.visit(site, "run", env={"OPTOUT_TIMEOUT": "3"})
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 4)


def test_a_list_that_the_site_cannot_send_is_tried_later(stories: Stories) -> None:
    """A category page that answers 503 leaves a missing switch untold, exit 75."""
    visited = stories.visit(stories.open("list-503"), "run", env={"OPTOUT_TIMEOUT": "3"})
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 75)


@pytest.mark.parametrize(
    ("mood", "finding", "code"),
    [("locked", ON, 3), ("already-off", WAS_OFF, 0), ("row-disagrees", ("on", "unreadable", "conflict"), 4)],
)
def test_what_the_page_says_decides(
    stories: Stories, mood: str, finding: tuple[str, str, str], code: int
) -> None:
    """A locked switch stays on, one that is off is not touched, a row that contradicts is a conflict."""
    site = stories.open(mood)
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([finding, finding], code)
    assert site.counts["put"] == (2 if mood == "row-disagrees" else 0)


def test_a_switch_that_is_drawn_off_first_counts_as_on(stories: Stories) -> None:
    """A box that shows off for the first 500 ms and on afterwards is read on."""
    visited = stories.visit(stories.open("late-state", patience=1.0), "check")
    assert (visited.findings, visited.ended.returncode) == ([ON, ON], 3)


def test_a_locked_switch_that_shows_off_proves_nothing(stories: Stories) -> None:
    """A disabled switch may not have finished loading: off is not believed."""
    visited = stories.visit(stories.open("locked", "already-off"), "run", env={"OPTOUT_TIMEOUT": "2"})
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 4)


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("429", 75),
        ("999", 75),
        ("503", 75),
        ("403", 75),
        ("offline", 75),
        ("too-slow", 75),
        ("bad-cookies", 5),
    ],
)
def test_a_site_that_cannot_be_reached(stories: Stories, mood: str, code: int) -> None:
    """Throttled, down or offline: nothing is known, nothing is said, try later."""
    visited = stories.visit(stories.open(mood), "run", env={"OPTOUT_TIMEOUT": "2"})
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], code)


@pytest.mark.parametrize(
    ("mood", "findings", "code"),
    [
        ("dies-between", [OFF, UNREAD], 5),
        ("dies-after-click", [LOST, UNREAD], 5),
        ("offline-midway", [OFF, UNREAD], 75),
        ("offline-after-click", [LOST, UNREAD], 75),
        ("member-changes", [OFF, UNREAD], 5),
    ],
)
def test_trouble_in_the_middle_keeps_what_was_proved(
    stories: Stories, mood: str, findings: list[tuple[str, str, str]], code: int
) -> None:
    """The first setting keeps its verdict; without a fresh load after the click nothing is said to be off."""
    site = stories.open(mood)
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == (findings, code)
    assert site.counts["password_received"] == 1


def test_one_fresh_load_after_a_click_is_not_enough(stories: Stories) -> None:
    """A site that saves nothing and echoes once what it was told: without a second load nothing is said."""
    visited = stories.visit(stories.open("echoes", "german"), "run", "--only", "ai-training")
    assert (visited.findings, visited.ended.returncode) == ([LOST], 75)
    assert "a second one could not be had" in visited.reasons
    told = visited.ended.json["settings"][0]["witnesses"]
    assert (told["control"], told["second_load"], told["save_response"]) == ("off", "unreadable", "accepted")


@pytest.mark.parametrize(("mood", "after"), [("entangled", "on"), ("entangled german", "unreadable")])
def test_a_click_that_turns_another_setting_on_is_found(stories: Stories, mood: str, after: str) -> None:
    """Switching off the second turns the first on: what was read before the last click is loaded after it."""
    site = stories.open(*mood.split())
    site.stored[AI_TRAINING.key] = False
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([("off", after, "conflict"), OFF], 4)
    run = Path(visited.ended.json["evidence"]["path"])
    stages = json.loads((run / "ai-training" / "state.json").read_text())["stages"]
    assert stages["before"]["checked"] is False
    assert stages["reload" if after == "on" else "last"]["checked"] is True


def test_the_second_visit_does_not_sign_in_again(stories: Stories) -> None:
    """The sign-in is kept, encrypted: a check afterwards loads no sign-in page and sends no password."""
    site = stories.open()
    assert stories.visit(site, "run").findings == [OFF, OFF]
    before = site.counts["login_page"]
    visited = stories.visit(site, "check")
    assert (visited.findings, visited.ended.returncode) == ([WAS_OFF, WAS_OFF], 0)
    assert (site.counts["login_page"], site.counts["password_received"]) == (before, 1)
    kept = list((stories.home / "sessions").iterdir())
    assert [file.stat().st_mode & 0o777 for file in kept] == [0o600]
    assert b"li_at" not in kept[0].read_bytes()


def test_a_sign_in_that_ended_is_made_again_once(stories: Stories) -> None:
    """When the site has ended the kept sign-in, the password is sent once more and the visit goes on."""
    site = stories.open()
    assert stories.visit(site, "run").ended.returncode == 0
    site.expire_sessions()
    visited = stories.visit(site, "check")
    assert (visited.findings, visited.ended.returncode) == ([WAS_OFF, WAS_OFF], 0)
    assert site.counts["password_received"] == 2


def test_a_sign_in_that_the_site_renews_needs_no_password(stories: Stories) -> None:
    """Where the site renews the sign-in on the second load, nothing is typed."""
    site = stories.open()
    assert stories.visit(site, "run").ended.returncode == 0
    site.moods.add("renews")
    visited = stories.visit(site, "check")
    assert (visited.findings, visited.ended.returncode) == ([WAS_OFF, WAS_OFF], 0)
    assert site.counts["password_received"] == 1


def test_it_says_what_came_back_on_and_switches_it_off_again(stories: Stories) -> None:
    """`check` names a setting that is on though it was proved off; `check --fix` switches it off again."""
    site = stories.open()
    assert stories.visit(site, "run").ended.returncode == 0
    site.stored[AI_TRAINING.key] = True
    back = ("on", "on", "came_back_on")
    visited = stories.visit(site, "check")
    assert (visited.findings, visited.ended.returncode) == ([back, WAS_OFF], 3)
    visited = stories.visit(site, "check", "--fix")
    assert (visited.findings, visited.ended.returncode) == ([OFF, WAS_OFF], 0)


def test_fix_leaves_alone_what_was_never_proved_off(stories: Stories) -> None:
    """`check --fix` at the first visit only looks: nothing came back."""
    site = stories.open()
    visited = stories.visit(site, "check", "--fix")
    assert (visited.findings, visited.ended.returncode) == ([ON, ON], 3)
    assert site.counts["put"] == 0
    assert visited.ended.stderr.count("optout run") == 1, "one command mends both"


def test_another_member_is_not_touched(stories: Stories) -> None:
    """If the site shows another member than at the last visit, nothing is read or clicked, exit 5."""
    site = stories.open()
    assert stories.visit(site, "check").ended.returncode == 3
    site.moods.add("other-member")
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 5)
    assert site.counts["put"] == 0


def test_news_of_rows_and_wording(stories: Stories) -> None:
    """A new row and changed words are told, once, and change no verdict."""
    site = stories.open()
    assert stories.visit(site, "run").ended.json["news"] == []
    site.moods.add("new-row")
    site.moods.add("reworded")
    news = " ".join(stories.visit(site, "check").ended.json["news"])
    assert "new row on Data privacy" in news
    assert "now reads" in news
    visited = stories.visit(site, "check")
    assert (visited.ended.json["news"], visited.ended.returncode) == ([], 0)


def test_a_quiet_check_that_finds_all_well_prints_nothing(stories: Stories, optout: RunOptout) -> None:
    """`check --quiet` is silent when every setting is good, and speaks when one is not."""
    site = stories.open()
    assert stories.visit(site, "run").ended.returncode == 0
    ended = optout("check", "--quiet", "--no-input", site=site)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    site.stored[AI_TRAINING.key] = True
    ended = optout("check", "--quiet", "--no-input", site=site)
    assert ended.returncode == 3
    assert "ai-training" in ended.stdout + ended.stderr


def test_without_a_password_it_says_what_to_do(
    optout: RunOptout, stories: Stories, python: RunPython, keyring: SecretService
) -> None:
    """A visit whose password left the keyring by another way ends in exit 5 and what helps, and is sealed."""
    site = stories.open()
    python(
        "import sys, keyring; keyring.delete_password('optout-practice', sys.argv[1])",
        ACCOUNT,
        DBUS_SESSION_BUS_ADDRESS=keyring.address,
    )
    ended = optout("run", "--json", "--no-input", site=site)
    assert (ended.returncode, ended.json["outcome"]) == (5, "person_needed")
    assert "optout login" in ended.json["settings"][0]["reason"]
    assert ended.json["evidence"] is not None
    assert site.counts["password_received"] == 0


@pytest.mark.parametrize("command", ["run", "check"])
def test_an_account_that_nobody_knows_is_refused(
    command: str, optout: RunOptout, stories: Stories, home: Path
) -> None:
    """A slip in the address opens neither browser nor evidence: exit 5 and the login that is missing."""
    site = stories.open()
    ended = optout(command, "--account", "tpyo@example.org", "--json", "--no-input", site=site)
    assert (ended.returncode, ended.json["outcome"]) == (5, "person_needed")
    assert (ended.json["account"], ended.json["evidence"]) == ("tpyo@example.org", None)
    assert "`optout login --account tpyo@example.org`" in ended.json["trouble"]
    assert {setting["verdict"] for setting in ended.json["settings"]} == {"unreadable"}
    assert not site.counts
    assert list((home / "evidence").rglob("*")) == []


@pytest.mark.parametrize(
    ("mood", "pressed"), [("banner-old", {"banner_pressed:DENY": 1}), ("banner-new", {})]
)
def test_the_old_cookie_notice_is_declined_and_the_new_one_left_alone(
    stories: Stories, mood: str, pressed: dict[str, int]
) -> None:
    """No consent is ever given: the old notice takes clicks meant for the form and gets a no, once."""
    site = stories.open(mood)
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([OFF, OFF], 0)
    assert visited.stored_off()
    assert {name: count for name, count in site.counts.items() if name.startswith("banner_")} == pressed


def test_with_several_accounts_the_command_names_one(stories: Stories, optout: RunOptout) -> None:
    """Where more than one account is known, the command to run next says for which."""
    site = stories.open("captcha")
    optout("login", "--account", "second@example.org", "--password-stdin", site=site, input="x")
    ended = optout("run", "--account", ACCOUNT, "--no-input", site=site)
    assert ended.returncode == 5
    assert f"`optout login --browser --account {ACCOUNT}`" in ended.stdout
