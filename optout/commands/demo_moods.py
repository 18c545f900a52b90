"""What can be the matter with the site of `optout demo`: the list of moods, and a wrong name."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from optout.commands import answer, words
from optout.errors import UsageProblem

if TYPE_CHECKING:
    from optout.practice.site import PracticeSite


def show(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """Given that `--moods` was said, print the names with what each means, and end."""
    if not wanted or ctx.resilient_parsing:
        return
    from optout.practice.moods import GROUPS, MOODS

    width = max(len(name) for name in MOODS)
    for group, moods in GROUPS.items():
        answer.say(click.style(group, bold=True))
        for name, what in moods.items():
            answer.say(f"  {name:<{width}}  {what}")
    ctx.exit()


def refuse_wrong(moods: Sequence[str], *, keep_serving: bool) -> None:
    """Given the names that were said, raise UsageProblem, with the nearest name, if one is no mood's.

    Also if only a sign-in would meet it and none would follow.
    """
    from optout.practice.moods import AT_SIGN_IN, MOODS

    for mood in moods:
        name = mood.partition(":")[0]
        if name not in MOODS:
            raise UsageProblem(
                f"There is no mood named {name!r}.{words.nearest(name, MOODS)}",
                "`optout demo --moods` lists the names.",
            )
        if not _can_be(mood):
            raise UsageProblem(
                f"The mood {mood!r} cannot be had: {name!r} is not for that setting alone.",
                f"Say `--mood {name}`.",
            )
        if name in AT_SIGN_IN and not keep_serving and "expired" not in moods:
            raise UsageProblem(
                f"Only a sign-in meets the mood {name!r}, and the second visit needs none.",
                "Add `--keep-serving` and sign in yourself, or `--mood expired`: it ends the kept sign-in.",
            )


def _can_be(mood: str) -> bool:
    """Given a mood, with a setting behind a colon or without, return whether a site can be in it."""
    from optout.practice.moods import Moods

    try:
        Moods([mood], on_add=lambda _: None)
    except ValueError:
        return False
    return True


def set_in(site: "PracticeSite", moods: Sequence[str]) -> Iterator[str]:
    """Given a running site, let it be in the moods; yield the lines that tell of them."""
    from optout.practice.moods import MOODS

    site.moods.update(moods)
    if moods:
        yield f"\n{click.style('From now on on the practice site', bold=True)}:"
    for mood in moods:
        name, _, setting = mood.partition(":")
        yield f"  {mood}  {MOODS[name]}" + (f" (The page of {setting} alone.)" if setting else "")
