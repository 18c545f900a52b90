"""`optout config show`: every key, its value, its source, and no address that notices go to."""

import re
from pathlib import Path

import pytest
from calling import RunOptout

from optout import config
from optout.commands.config_show import DOTS, shown


def test_each_key_is_shown_with_its_source(optout: RunOptout, home: Path) -> None:
    """Option, environment, both files and default are told apart, for a person and for a script."""
    (home / "config").mkdir(parents=True)
    (home / "config" / ".env").write_text("OPTOUT_BROWSER=chromium\n")
    (home / "config" / "config.toml").write_text('site = "http://me:heron@127.0.0.1:8765"\n')
    words = ("config", "show", "--account", "a@example.org")
    told = optout(*words, "--json")
    keys = told.json["keys"]
    assert (told.returncode, told.json["schema"], told.json["exit_code"]) == (0, "optout.config/1", 0)
    assert set(keys) == set(config.KEYS)
    assert keys["home"] == {"value": str(home), "source": "environment"}
    assert keys["account"] == {"value": "a@example.org", "source": "flag"}
    assert keys["browser"] == {"value": "chromium", "source": str(home / "config" / ".env")}
    assert keys["site"]["source"] == str(home / "config" / "config.toml")
    assert keys["timeout"] == {"value": 4.0, "source": "environment"}
    lines = optout(*words).stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(config.KEYS)
    assert not re.search("heron", told.stdout + "".join(lines))
    assert not (home / "state").exists(), "looking makes nothing"


def test_a_fault_in_the_configuration_is_the_answer(optout: RunOptout, home: Path) -> None:
    """It ends in 2 and names the key that was meant, in the object too."""
    (home / "config").mkdir(parents=True)
    (home / "config" / ".env").write_text("OPTOUT_TIMEOT=4\n")
    ended = optout("config", "show", "--json")
    assert (ended.returncode, ended.json["outcome"]) == (2, "usage")
    assert "OPTOUT_TIMEOUT" in ended.json["trouble"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("ping_url", "https://hc.example/uuid-heron", f"https://{DOTS}"),
        ("notify", "mailto://me:heron@example.org tgram://heron/1", f"mailto://{DOTS} tgram://{DOTS}"),
        ("notify", ("mailto://me:heron@example.org", "heron"), f"mailto://{DOTS} {DOTS}"),
        ("notify", "heron!://x", DOTS),
        ("site", "http://me:heron@127.0.0.1:1", f"http://{DOTS}@127.0.0.1:1"),
        ("account", "you@example.org", "you@example.org"),
        ("ping_url", None, None),
    ],
)
def test_what_only_its_owner_may_know_is_dots(key: str, value: object, said: str | None) -> None:
    """Of a channel's address the kind is left, of an origin with a password all but that."""
    assert shown(key, value) == said
