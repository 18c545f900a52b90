"""What a look at a setting's own page counts as: a reading and its sentence. Pure."""

from optout.linkedin.switch import Seen, Shows
from optout.verdict import Cause, Look, Reading, unreadable

# The page shows no switch at all: then the category page has to say whether the setting is offered.
ABSENT = frozenset({Shows.NOT_FOUND, Shows.CATEGORY, Shows.NO_SWITCH})

LOOKS: dict[Shows, Look] = {
    Shows.OFF: Look(reading=Reading.OFF, reason="a fresh load showed it off"),
    Shows.LOCKED_OFF: unreadable("its switch shows off but is locked, so the page may not have finished"),
    Shows.DISAGREES: unreadable("its page shows the switch on and off at once", conflict=True),
    Shows.ELSEWHERE: unreadable("its address leads to another page"),
    Shows.KEY_ELSEWHERE: unreadable("its switch stands on another page than the one that was asked for"),
    Shows.KEY_OTHERWISE: unreadable("its page carries its key, but not on the switch that is known"),
    Shows.OTHER_SWITCH: unreadable("its page shows a switch with another key, which was left alone"),
    Shows.OTHER_CONTROL: unreadable("its page shows other controls than the switch that is known"),
    Shows.BLANK: unreadable("its page is empty"),
    Shows.UNSETTLED: unreadable("its page did not come to rest in time"),
    Shows.REFUSED: unreadable("the site answered with an error, or with nothing that could be seen"),
    Shows.FAILED: unreadable("the site failed to answer what its page asked for", cause=Cause.SITE),
    Shows.TURNED_AWAY: unreadable(
        "the site answered what its page asked for as if nobody were signed in", cause=Cause.PERSON
    ),
    Shows.CUT_SHORT: unreadable("the connection broke off in the middle of its page", cause=Cause.SITE),
    Shows.OPEN_ENDED: unreadable(
        "its page came without a mark of its end, so it may have broken off", cause=Cause.SITE
    ),
    Shows.WAITING: unreadable("the site did not answer in time what its page asked for", cause=Cause.SITE),
    Shows.NOTHING_YET: unreadable("its page did not show itself in time", cause=Cause.SITE),
}


def reading(seen: Seen, *, alive: bool) -> Look | None:
    """Given what a fresh load showed and whether the sign-in lives, return the look it makes.

    None if the page shows no switch at all (`menu.offered`). OFF is only ever read while signed in.
    """
    if seen.shows is Shows.ON:
        locked = "" if seen.enabled else ", locked"
        return Look(reading=Reading.ON, reason=f"a fresh load showed it on{locked}")
    if not alive:
        return unreadable("the browser is not signed in any more", cause=Cause.PERSON)
    return None if seen.shows in ABSENT else LOOKS[seen.shows]


def at_a_glance(seen: Seen) -> Look:
    """Given what a page that is not loaded afresh shows at this moment, return the look it makes.

    It is a witness at best; a page that shows no switch any more says nothing.
    """
    match seen.shows:
        case Shows.ON:
            return Look(reading=Reading.ON, reason="its page, left open, shows it on")
        case Shows.OFF:
            return Look(reading=Reading.OFF, reason="its page, left open, still shows it off")
        case Shows.DISAGREES:
            return LOOKS[Shows.DISAGREES]
    return unreadable("its page, left open, shows nothing of it any more")
