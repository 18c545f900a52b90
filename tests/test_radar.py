"""The radar: what is new on the lists and in a setting's words is told once, sealed, and kept in sight."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from calling import RunOptout
from stories import ACCOUNT, OFF, WAS_OFF, Stories, Visited

from optout import change
from optout.change import Change, Kind, Rows
from optout.linkedin import news
from optout.linkedin.catalogue import ADS, AFFILIATE_ADS, AI_TRAINING, KNOWN_ROWS, PRIVACY
from optout.linkedin.menu import Menu, Row

NEW = "/mypreferences/d/settings/verified-sharing"
SEARCH = "/mypreferences/d/search-history"
EVIL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u202a-\u202e\u2066-\u2069]")


def sealed(visited: Visited) -> list[dict[str, Any]]:
    """Given a visit, return the changes that its run holds."""
    content = json.loads((Path(visited.ended.json["evidence"]["path"]) / "changes.json").read_text())
    assert content["schema"] == "optout.changes/1"
    found: list[dict[str, Any]] = content["changes"]
    return found


def told(visited: Visited) -> list[tuple[str, str | None, str | None, str | None]]:
    """Given a visit, return kind, place, old and new of its changes, after what holds of all of them."""
    found = sealed(visited)
    sentences = [change.from_json(each).sentence for each in found]  # type: ignore[union-attr]  # each is one
    assert visited.ended.json["news"] == sentences, "the sentences come from the records"
    record = json.loads((Path(visited.ended.json["evidence"]["path"]) / "run.json").read_text())
    assert record["news"] == sentences
    return [(each["kind"], each["part"] or each["path"], each["old"], each["new"]) for each in found]


def check(stories: Stories, site: Any, *words: str) -> Visited:
    """Look, and hold that whatever is new changes no verdict and no exit code."""
    visited = stories.visit(site, "check", *words)
    assert set(visited.findings) == {WAS_OFF}
    assert visited.ended.returncode == 0
    return visited


def test_rows_come_go_and_change_their_names(stories: Stories, optout: RunOptout, tmp_path: Path) -> None:
    """Each is told in the visit that saw it first, with old and new, and then by `status` and the report."""
    site = stories.open()
    assert told(stories.visit(site, "run")) == [], "the rows of the catalogue are the base line"
    site.moods.update({"new-row", "row-renamed", "own-row-renamed:affiliate-ads"})
    renamed = "Search history (new)"
    own = AFFILIATE_ADS.title
    assert told(check(stories, site)) == [
        ("row_new", NEW, None, "Sharing of verified details"),
        ("row_renamed", SEARCH, "Search history", renamed),
        ("row_new", NEW, None, "Sharing of verified details"),
        ("row_renamed", AFFILIATE_ADS.path, own, f"{own} (new)"),
    ]
    assert told(check(stories, site)) == [], "told once"
    site.moods.discard("row-renamed")
    site.moods.add("row-gone")
    assert told(check(stories, site)) == [("row_gone", SEARCH, renamed, None)]
    assert told(check(stories, site)) == []

    status = " ".join(optout("status", site=site).stdout.split())
    assert "new on the site in the last 30 days" in status
    gone, again = status.index("row gone from Data privacy"), status.index("row on Data privacy now reads")
    assert gone < again, "newest first"
    (account,) = optout("status", "--json", site=site).json["accounts"]
    assert [each["kind"] for each in account["changes"]] == [
        "row_gone", "row_new", "row_renamed", "row_new", "row_renamed",
    ]  # fmt: skip
    page = tmp_path / "page.html"
    assert optout("evidence", "report", "--out", str(page), site=site).returncode == 0
    cells = re.findall(r"<td><span[^>]*>([^<]*)</span></td><td><span[^>]*>([^<]*)</span>", page.read_text())
    assert (own, f"{own} (new)") in cells
    assert ("Search history", renamed) in cells


def test_other_words_of_a_setting_are_told_with_old_and_new(stories: Stories) -> None:
    """A quiet change of meaning: label and description. Another language in between compares nothing."""
    site = stories.open()
    assert stories.visit(site, "run").findings == [OFF, OFF]
    site.moods.add("german")
    assert told(check(stories, site)) == []
    site.moods.discard("german")
    site.moods.add("reworded:ai-training")
    found = told(check(stories, site))
    assert [(kind, part) for kind, part, _, _ in found] == [("wording", "label"), ("wording", "description")]
    for _, _, old, new in found:
        assert old
        assert new == f"{old} (2)"
    site.moods.add("german")
    assert {each["lang"] for each in sealed(check(stories, site))} == {"de"}, (
        "changed since the last in German"
    )


def test_a_list_that_broke_off_says_nothing_of_what_is_missing(stories: Stories) -> None:
    """Half a list in between: no row is called gone, and none new when the whole list is there again."""
    site = stories.open()
    assert stories.visit(site, "run").findings == [OFF, OFF]
    site.moods.add("half-list")
    assert told(check(stories, site)) == []
    site.moods.discard("half-list")
    assert told(check(stories, site)) == []


def test_both_lists_are_read_whichever_setting_was_asked_for(stories: Stories) -> None:
    """`--only ai-training` reads Advertising data too, once; what was seen there is not told again."""
    site = stories.open("new-row")
    visited = stories.visit(site, "run", "--only", "ai-training")
    assert [each["page"] for each in sealed(visited)] == ["Data privacy", "Advertising data"]
    assert site.counts[f"page:{ADS}"] == site.counts[f"page:{PRIVACY}"] == 1
    visited = stories.visit(site, "run")
    assert (told(visited), visited.ended.returncode) == ([], 0)


def test_a_stopped_visit_reads_no_list(stories: Stories) -> None:
    """Where the site asked for calm nothing more is loaded, a list least of all."""
    site = stories.open("429:ai-training")
    visited = stories.visit(site, "run", "--only", "ai-training")
    assert visited.ended.returncode == 75
    assert site.counts[f"page:{ADS}"] == site.counts[f"page:{PRIVACY}"] == 0
    assert told(visited) == []


def test_a_row_of_the_setting_that_is_missing_is_told_once(stories: Stories) -> None:
    """Its switch works, so its row ought to be there; the verdict stays as it is."""
    site = stories.open("unlisted:ai-training")
    visited = stories.visit(site, "run")
    assert (visited.findings, told(visited)) == ([OFF, OFF], [("row_gone", AI_TRAINING.path, None, None)])
    assert told(check(stories, site)) == []


def test_an_evil_name_does_no_harm(stories: Stories, optout: RunOptout, tmp_path: Path) -> None:
    """Signs that act on a terminal or turn the writing, HTML, a name without end: shown as harmless text."""
    site = stories.open("already-off", "evil-row")
    visited = check(stories, site)
    run = Path(visited.ended.json["evidence"]["path"])
    status = optout("status", site=site)
    text = optout("check", "--no-input", "--only", "ai-training", site=site)
    page = tmp_path / "page.html"
    assert optout("evidence", "report", "--out", str(page), site=site).returncode == 0
    (new, _) = sealed(visited)
    assert "<script>alert(1)</script>" in new["new"]
    assert len(new["new"]) <= change.LONGEST
    for shown in (visited.ended.stderr, status.stdout, text.stdout, *visited.ended.json["news"]):
        assert not EVIL.search(shown)
        assert max(map(len, shown.splitlines())) < 400
    rows = json.loads((run / "rows.json").read_text())[PRIVACY]
    assert any(EVIL.search(row["label"]) for row in rows), "the search would find what the site did send"
    assert "new row on Data privacy" in visited.ended.stderr
    assert "new row on Data privacy" in status.stdout
    assert not EVIL.search((run / "changes.json").read_text())
    html = page.read_text()
    assert not EVIL.search(html)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


# --- the rule itself --------------------------------------------------------------------------------

A, B, C = "/mypreferences/d/a", "/mypreferences/d/b", "/mypreferences/d/c"
DESCRIBED, *OTHERS = sorted(KNOWN_ROWS[PRIVACY] - {AI_TRAINING.path})


def listed(*rows: tuple[str, str], lang: str = "en", whole: bool = True, failed: bool = False) -> Menu:
    """A list with these paths and labels below three that are described."""
    known = tuple(Row(path=path, label="", state=None) for path in OTHERS[:3])
    return Menu(
        category=PRIVACY,
        rows=(*known, *(Row(path=path, label=label, state=None) for path, label in rows)),
        lang=lang,
        complete=whole,
        patient=whole,
        failed=failed,
    )


def visits(*menus: Menu) -> list[list[tuple[str, str | None, str | None, str | None]]]:
    """Given the lists of visits, oldest first, return what each tells."""
    known: Rows | None = None
    found = []
    for menu in menus:
        changes = news.of_rows(menu, known, [])
        found.append([(each.kind.value, each.path, each.old, each.new) for each in changes])
        known = news.rows_after(menu, known)
    return found


def test_at_first_the_catalogue_is_what_was_known() -> None:
    """A row beyond it is news; one of it that is missing is not, as regions differ."""
    assert visits(listed((DESCRIBED, "X"), (A, "A"))) == [[("row_new", A, None, "A")]]


def test_a_row_of_the_catalogue_that_appears_later_is_new_to_this_account() -> None:
    """As when a setting comes to a region; but only if a whole list was read without it."""
    assert visits(listed((A, "A")), listed((A, "A"), (DESCRIBED, "X")))[1] == [
        ("row_new", DESCRIBED, None, "X")
    ]
    assert visits(listed((A, "A"), whole=False), listed((A, "A"), (DESCRIBED, "X")))[1] == []


def test_labels_are_compared_within_one_language() -> None:
    """French in between is no new name; what changed meanwhile is told in the language it was known in."""
    en, fr = listed((A, "One")), listed((A, "Un"), lang="fr")
    assert visits(en, fr, en, listed((A, "Two")), fr)[1:] == [[], [], [("row_renamed", A, "One", "Two")], []]


def test_part_of_a_list_takes_nothing_away_and_adds_what_it_shows() -> None:
    """Told once, whatever breaks off in between."""
    both = listed((A, "A"), (B, "B"))
    assert visits(both, listed((B, "B"), (C, "C"), whole=False), listed((A, "A"), (B, "B"), (C, "C")))[
        1:
    ] == [
        [("row_new", C, None, "C")],
        [],
    ]
    assert visits(both, listed((A, "A"), whole=False), listed((A, "A")))[1:] == [
        [], [("row_gone", B, "B", None)],
    ]  # fmt: skip


def test_a_list_that_broke_off_or_is_another_page_says_nothing() -> None:
    """Its links may be those of any page; what is new is told once a list is there."""
    both = listed((A, "A"), (B, "B"))
    failed = listed((C, "C"), (A, "X"), whole=False, failed=True)
    other = Menu(category=PRIVACY, rows=(Row(path=C, label="C", state=None),), lang="en", complete=False)
    assert visits(both, failed, other, both)[1:] == [[], [], []]
    assert visits(failed, other) == [[], []]


def test_a_row_that_comes_back_is_told_again() -> None:
    """Gone and there again are two things that happened."""
    both, one = listed((A, "A"), (B, "B")), listed((A, "A"))
    assert visits(both, one, both, both)[1:] == [
        [("row_gone", B, "B", None)], [("row_new", B, None, "B")], [],
    ]  # fmt: skip


def test_the_row_of_a_setting_names_the_setting() -> None:
    """Gone or renamed, it concerns one of ours."""
    known = news.rows_after(listed((AI_TRAINING.path, AI_TRAINING.title)), None)
    (renamed,) = news.of_rows(listed((AI_TRAINING.path, "Other")), known, [AI_TRAINING])
    (gone,) = news.of_rows(listed((A, "A")), known, [])[1:]
    assert (renamed.setting, gone.setting) == ("ai-training", "ai-training")
    assert gone.sentence == (
        f"ai-training: row gone from Data privacy: {AI_TRAINING.title} ({AI_TRAINING.path})"
    )
    (first,) = news.of_rows(listed((AI_TRAINING.path, "Other")), None, [AI_TRAINING])
    assert (first.kind, first.old) == (Kind.ROW_RENAMED, AI_TRAINING.title)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\r d", "a b c d"),
        ("\x1b[31mred\x07", "\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}"),
        ("a\u202eb\u2066c", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"),
        ("soft\u00adly \ufeffzero\u200bwidth", "softly zerowidth"),
        ("\u0995\u09cd\u200d\u09b7 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", None),
        ("half \ud83d", "half \N{REPLACEMENT CHARACTER}"),
        ("x" * 5000, "x" * (change.LONGEST - 3) + "..."),
    ],
)
def test_a_text_of_the_site_is_made_harmless(text: str, shown: str | None) -> None:
    """One line, nothing that acts, not too long; letters of all scripts stay as they are."""
    assert change.plain(text) == (text if shown is None else shown)
    assert change.plain(change.plain(text)) == change.plain(text)


def test_a_language_is_a_word_of_the_site_like_any_other() -> None:
    """It is sealed and compared: not too long, and nothing in it acts on a terminal."""
    evil = "\x1b[2J\u202e" + "e" * 9_000_000
    known = news.rows_after(listed((A, "A"), lang=evil), None)
    assert [(len(lang), EVIL.search(lang)) for lang in known.labels] == [(change.LONGEST, None)]
    (renamed,) = news.of_rows(listed((A, "B"), lang=evil), known, [])
    assert (len(renamed.lang or ""), EVIL.search(renamed.lang or "")) == (change.LONGEST, None)


def test_what_is_sealed_beside_a_picture_is_as_it_was_and_not_too_long() -> None:
    """Texts are kept with every sign of them, up to four thousand; all else is not touched."""
    assert change.cut("\x1b\u202e" + "x" * 9000) == "\x1b\u202e" + "x" * (change.SEALED - 5) + "..."
    assert change.cut(["x" * change.SEALED, 7, None, ["y" * 9000]]) == [
        "x" * change.SEALED, 7, None, ["y" * (change.SEALED - 3) + "..."],
    ]  # fmt: skip


@pytest.mark.parametrize("value", [None, [], 7, {}, {"kind": []}, {"kind": "row_lost"}])
def test_what_is_no_change_is_none(value: object) -> None:
    """Any value may stand in a file."""
    assert change.from_json(value) is None


def test_a_change_comes_back_from_its_json() -> None:
    """Written and read again it is the same; texts of a file are made harmless anew."""
    one = Change(kind=Kind.WORDING, setting="ai-training", part="label", old="A", new="B", lang="en")
    assert change.from_json(one.to_json()) == one
    spoilt = change.from_json({"kind": "row_new", "new": "\x1b[2J", "path": 3, "page": ACCOUNT})
    assert spoilt == Change(kind=Kind.ROW_NEW, new="\N{REPLACEMENT CHARACTER}[2J", page=ACCOUNT)
