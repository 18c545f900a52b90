"""Whole visits to a site that the program was not written against: same facts, other markup and languages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from calling import RunOptout
from foreign_pages import ADS, AI, KEYS, Shape
from foreign_site import ForeignSite
from logins import keep_login

from optout.evidence import audit

ACCOUNT = "member@example.org"
PASSWORD = "Ein+anderes Wort=7"
NAMES = {"ai-training": AI, "affiliate-ads": ADS}
TWO = tuple(NAMES)
ONE = TWO[:1]
PRIVACY = frozenset({"data-for-ai-improvement"})
DOORWAYS = {"plain": "POST /checkpoint/lg/login-submit", "controlled": "POST /flagship-web/x/enter"}
SIMILAR = (AI + "Research", "pre" + AI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """A shape of the site, the verdicts expected there in order, and the exit code."""

    shape: Shape
    verdicts: tuple[str, ...] = ("turned_off",)
    code: int = 0
    settings: tuple[str, ...] = ONE
    saved: tuple[str, ...] = ONE


WORDS = {"skeleton": False, "route": "words-first", "away": 60000}


def _unread(code: int, *, page: Mapping[str, object] | None = None, **shape: Any) -> Tale:
    """Given what goes wrong on a site with a skeleton of its switch, off, return the tale of a doubt."""
    told = Shape(page={"skeleton": True} | dict(page or {}), **shape)
    return Tale(shape=told, verdicts=("unreadable",), code=code, saved=())


OFF_TWICE = ("turned_off", "turned_off")
TALES = {
    "japanese, classic form, redirects": Tale(
        shape=Shape(door="uas", hops=3, ids="x-lead {} x-tail"), settings=TWO, verdicts=OFF_TWICE, saved=TWO
    ),
    "hebrew, fields in a script, clipped box": Tale(
        shape=Shape(
            language="he",
            signin="controlled",
            hidden_by="offscreen",
            door="wall",
            widget="clipped",
            save="keepalive",
            bar="home",
            page={"link": True},
        ),
        settings=TWO,
        verdicts=OFF_TWICE,
        saved=TWO,
    ),
    "hindi, transparent copy of the form, no Enter": Tale(
        shape=Shape(
            language="hi",
            signin="controlled",
            hidden_by="opacity",
            enter=False,
            late=1.0,
            widget="naked",
            save="xhr",
        )
    ),
    "box not displayed, saved by a beacon": Tale(shape=Shape(widget="undisplayed", save="beacon")),
    "boxes of three settings in one place": Tale(
        shape=Shape(widget="stacked", neighbours=SIMILAR, signin="controlled", hidden_by="folded")
    ),
    "one big button over everything": Tale(shape=Shape(banner=True, save="form")),
    "flips after a slow save": Tale(shape=Shape(save_takes=0.5, page={"pessimistic": True})),
    "drawn anew by its own change, off for a moment at first": Tale(
        shape=Shape(bar="home", state_takes=0.4, neighbours=SIMILAR[:1], page={"flash": 250, "remount": True})
    ),
    "words first, the switch later, no row": Tale(
        shape=Shape(unlisted=PRIVACY, page={"route": "words-first", "away": 1500})
    ),
    "saved nowhere, remembered by page, worker and cache": Tale(
        shape=Shape(keeps="nothing", renewed=1, page={"again": True, "memory": "local", "worker": True}),
        verdicts=("did_not_stick",),
        code=3,
    ),
    "one not offered, rows in two portions": Tale(
        shape=Shape(
            absent=frozenset({"share-data-with-select-partners"}),
            rows_after=frozenset({"ads-by-age", "read-receipts"}),
            second_portion=1.0,
        ),
        settings=TWO,
        verdicts=("turned_off", "not_offered"),
    ),
    "its page fails, its row is in the second portion": Tale(
        shape=Shape(state_fails=True, rows_after=PRIVACY, second_portion=1.0, language="hi"),
        verdicts=("unreadable",),
        code=75,
        saved=(),
    ),
    "a skeleton of a switch until the data is there": Tale(
        shape=Shape(state_takes=1.5, page={"skeleton": True})
    ),
    "a skeleton of a switch for good": Tale(
        shape=Shape(state_fails=True, state_takes=1.0, page={"skeleton": True}),
        verdicts=("unreadable",),
        code=75,
        saved=(),
    ),
    "a skeleton until the rest of an answer is there": Tale(
        shape=Shape(body_takes=2.0, page={"skeleton": True})
    ),
    "a skeleton for good, as its state is forbidden": _unread(75, state_fails=True, fail_status=403),
    "a skeleton for good, as its state is for members": _unread(5, state_fails=True, fail_status=401),
    "a skeleton for good, as its state leads to the sign-in": _unread(5, state_fails=True, fail_status=302),
    "a skeleton for good, as its state is an error that says 200": _unread(
        75, state_fails=True, fail_status=200, fail_body='{"errors": [{"message": "x"}], "cards": null}'
    ),
    "a skeleton for good, as its state is given up": _unread(75, state_takes=2.0, page={"gives_up": 300}),
    "a skeleton for good, as a state with the path of a report fails": _unread(
        75, state_fails=True, page={"state": "/x/tracking/state"}
    ),
    "saved nowhere, and its state forbidden ever since": Tale(
        shape=Shape(
            keeps="nothing",
            state_fails=True,
            fail_status=403,
            fails_when_saved=True,
            page={"skeleton": True},
        ),
        verdicts=("unreadable",),
        code=75,
    ),
    "words for good, as its state is forbidden, no row": _unread(
        75, state_fails=True, fail_status=403, unlisted=PRIVACY, page={"skeleton": False}
    ),
    "words for too long, its row in a slow second portion": _unread(
        4, rows_after=PRIVACY, second_portion=5.0, page=WORDS
    ),
    "words for too long, its row in a portion that is forbidden": _unread(
        75, rows_after=PRIVACY, rows_status=403, page=WORDS
    ),
    "words for too long, its row behind a button": _unread(
        4, rows_after=PRIVACY, page=WORDS | {"more": True}
    ),
    "at page-not-found for a second, no row": Tale(
        shape=Shape(unlisted=PRIVACY, page={"route": "lost-and-found", "away": 1000})
    ),
    "a stale copy beside a box that is not displayed": Tale(
        shape=Shape(widget="undisplayed", page={"ghost": True}), verdicts=("conflict",), code=4, saved=()
    ),
    "drawn off for a second after the data is there": Tale(
        shape=Shape(page={"flash": 1000}), verdicts=("conflict",), code=4, saved=()
    ),
    "flashes off for two seconds and a half": Tale(
        shape=Shape(page={"flash": 2500}), verdicts=("conflict",), code=4, saved=()
    ),
    "nothing saved, the first read echoes the click": Tale(
        shape=Shape(keeps="nothing", renewed=1), verdicts=("conflict",), code=4
    ),
    "nothing saved, remembered in a cookie": Tale(
        shape=Shape(keeps="nothing", page={"memory": "cookie"}), verdicts=("did_not_stick",), code=3
    ),
    "nothing saved, mirrored in a cookie since its first load": Tale(
        shape=Shape(keeps="nothing", page={"memory": "cookie", "mirror": "all"}),
        verdicts=("did_not_stick",),
        code=3,
    ),
    "nothing saved, a removed cookie would mean off": Tale(
        shape=Shape(keeps="nothing", page={"memory": "absent", "mirror": "all"}),
        verdicts=("did_not_stick",),
        code=3,
    ),
    "locked and on until the save is answered": Tale(shape=Shape(save_takes=1.4, page={"pessimistic": True})),
    "deaf for two seconds": Tale(shape=Shape(page={"hydrate": 2000})),
    "refuses the save and turns back": Tale(
        shape=Shape(keeps="refuses", page={"reverts": True}), verdicts=("did_not_stick",), code=3
    ),
    "the sign-in ends midway, in the page's own script": Tale(
        shape=Shape(ends_after=1, page={"route": "login"}),
        settings=TWO,
        verdicts=("unreadable", "unreadable"),
        code=5,
        saved=(),
    ),
    "another switch is drawn like a pill": Tale(
        shape=Shape(
            page={
                "before": '<button role="switch" aria-checked="true" class="setting-toggle__toggle" '
                'data-no="other" style="display:block">…</button>'
            }
        )
    ),
    "a link is drawn like a pill": Tale(
        shape=Shape(
            widget="clipped",
            page={"before": '<a class="setting-toggle__toggle" data-no="link" href="/help/x">…</a>'},
        )
    ),
    "a button over the label and the box": Tale(
        shape=Shape(
            widget="naked",
            page={
                "text": '…</span></span><span style="position:absolute;inset:0;z-index:5"><button '
                'data-no="over" style="width:100%;height:100%;opacity:.2">?</button></span><span><span>'
            },
        )
    ),
    "the whole label of a bare box is a link": Tale(
        shape=Shape(widget="naked", page={"text": '<a data-no="words" href="/help/x">… … …</a>'})
    ),
}


def untrue(findings: Iterable[dict[str, Any]], site: ForeignSite) -> list[str]:
    """Given findings and the site, return those that call good what the site does not store so."""
    slugs = {key: slug for slug, key in KEYS.items()}
    wrong = []
    for finding in findings:
        key = NAMES[finding["name"]]
        off = finding["verdict"] in {"already_off", "turned_off"} or finding["after"] == "off"
        gone = "not_offered" in {finding["verdict"], finding["after"]}
        if (off and site.stored[key]) or (gone and slugs[key] not in site.shape.absent):
            wrong.append(f"{finding['name']}: {finding['verdict']}")
    return wrong


@pytest.fixture(params=list(TALES))
def tale(request: pytest.FixtureRequest) -> Iterator[tuple[Tale, ForeignSite]]:
    told = TALES[request.param]
    with ForeignSite(ACCOUNT, PASSWORD, told.shape) as site:
        yield told, site


def test_verdicts_on_a_site_of_other_markup(
    tale: tuple[Tale, ForeignSite], optout: RunOptout, home: Path
) -> None:
    """Verdicts follow the facts alone; what is good is so in the site's store; nothing else was touched."""
    told, site = tale
    asked = [word for name in told.settings for word in ("--only", name)]
    keep_login(home, ACCOUNT, PASSWORD)

    ended = optout("run", "--json", "--no-input", *asked, site=site.origin)

    findings = ended.json["settings"]
    assert untrue(findings, site) == []
    assert tuple(finding["verdict"] for finding in findings) == told.verdicts, ended.stdout
    assert ended.returncode == told.code
    assert ended.json["member"] == site.member
    assert audit.audit(Path(ended.json["evidence"]["path"]).parent.parent).exit_code == 0
    assert site.saved == [(NAMES[name], False) for name in told.saved]
    assert not any(site.stored[key] for key in told.shape.neighbours)
    assert site.pressed == {}
    assert site.passwords == [DOORWAYS[told.shape.signin]]


def test_no_page_vouches_for_itself_at_the_next_visit(optout: RunOptout, home: Path) -> None:
    """A page that drew OFF for a whole visit and noted it in a cookie is asked anew at the next one."""
    shape = Shape(keeps="nothing", renewed=99, page={"memory": "cookie", "mirror": "off"})
    with ForeignSite(ACCOUNT, PASSWORD, shape) as site:
        keep_login(home, ACCOUNT, PASSWORD)
        optout("run", "--json", "--no-input", "--only", "ai-training", site=site.origin)
        assert site.saved == [(AI, False)]
        site.just_saved.clear()
        ended = optout("check", "--json", "--no-input", "--only", "ai-training", site=site.origin)

    assert untrue(ended.json["settings"], site) == []
    assert [finding["after"] for finding in ended.json["settings"]] == ["on"]
    assert len(site.passwords) == 1, "the sign-in itself was kept"


@pytest.mark.parametrize("signin", list(DOORWAYS))
def test_wrong_password_is_sent_once(signin: str, optout: RunOptout, home: Path) -> None:
    """On either generation, in no language the program knows, a refused password is sent once: exit 5.

    The classic form shows its error at the address, the other one does not say at which field.
    """
    with ForeignSite(ACCOUNT, PASSWORD, Shape(signin=signin, hidden_by="clip", language="he")) as site:
        site.account = "somebody.else@example.org"
        keep_login(home, ACCOUNT, PASSWORD)
        ended = optout("run", "--json", "--no-input", site=site.origin)

        assert ended.returncode == 5
        state = "[unknown_account]" if signin == "plain" else "[wrong_credentials]"
        assert state in ended.json["settings"][0]["reason"]
        assert site.passwords == [DOORWAYS[signin]]
        assert site.pressed == {}


@pytest.mark.parametrize(("verdict", "after"), [("already_off", "off"), ("not_offered", "not_offered")])
def test_an_untrue_verdict_would_be_seen(verdict: str, after: str) -> None:
    """A good verdict against a store that says ON is named by the check of these tests."""
    site = ForeignSite(ACCOUNT, PASSWORD, Shape())
    site.server.server_close()
    assert untrue([{"name": "ai-training", "verdict": verdict, "after": after}], site) != []
    site.stored[AI], site.shape = False, Shape(absent=PRIVACY)
    assert untrue([{"name": "ai-training", "verdict": verdict, "after": after}], site) == []
