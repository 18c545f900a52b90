"""The log of a visit that failed says by itself what happened, and not to whom."""

import stat

from leak_search import holds
from stories import ACCOUNT, PASSWORD, Stories

# Mood of the site, and what the log has to name: kind of page or state, and the reason.
FAILING = {
    "captcha": ("captcha", "shows a captcha", "ended person_needed, exit code 5"),
    "wrong-password-classic": ("/uas/login", "password", "ended person_needed, exit code 5"),
    "no-switch": ("(inside), status 200", "its page shows no switch", "ended could_not_tell, exit code 4"),
    "503": ("status 503", "site", "ended try_later, exit code 75"),
}


def test_the_log_of_a_failed_visit_is_enough(stories: Stories) -> None:
    """Page, state, reason, ending and run are named; neither password nor account nor member is."""
    log = stories.home / "logs" / "optout.log"
    begun = 0
    for mood, named in FAILING.items():
        visited = stories.visit(stories.open(mood), "check", "--only", "ai-training", "--despite-cooldown")
        text = log.read_text(encoding="utf-8")[begun:]
        begun += len(text)
        missing = [words for words in (*named, visited.run.name, "ai-training") if words not in text]
        assert missing == [], f"{mood}: {text}"
        assert not [word for word in (ACCOUNT, "practice-person") if word in text], mood
        assert not holds(text, PASSWORD)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_visit_that_could_not_begin_is_logged_without_the_account(stories: Stories) -> None:
    """A refused keyring ends in one line of the log as well, as JSON if that was asked for."""
    site = stories.open()
    ended = stories._optout(
        "check",
        "--log-json",
        "--no-input",
        site=site,
        env={"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
    )
    text = (stories.home / "logs" / "optout.jsonl").read_text(encoding="utf-8")
    assert ended.returncode == 5
    assert "ended person_needed, KeyringUnusable" in text
    assert ACCOUNT not in text
