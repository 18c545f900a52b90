"""What a look at a setting's own page counts as: a reading and its sentence. Pure."""

from typing import assert_never

from optout.linkedin.switch import Seen, Shows
from optout.verdict import Cause, Look, Reading


def reading(seen: Seen, *, alive: bool) -> Look | None:
    """Given what a fresh load showed and whether the sign-in lives, return the look it makes.

    None if the page shows no switch at all: then the category page has to say whether the setting is offered
    (`menu.offered`). OFF is only ever read while signed in.
    """
    if seen.shows is not Shows.ON and not alive:
        return unreadable("the browser is not signed in any more", cause=Cause.PERSON)
    match seen.shows:
        case Shows.ON:
            return Look(
                reading=Reading.ON, reason="a fresh load showed it on" + ("" if seen.enabled else ", locked")
            )
        case Shows.OFF:
            return Look(reading=Reading.OFF, reason="a fresh load showed it off")
        case Shows.NOT_FOUND | Shows.CATEGORY | Shows.NO_SWITCH:
            return None
        case Shows.LOCKED_OFF:
            return unreadable("its switch shows off but is locked, so the page may not have finished")
        case Shows.DISAGREES:
            return unreadable("the switch stands on the page more than once, on and off", conflict=True)
        case Shows.ELSEWHERE:
            return unreadable("its address leads to another page")
        case Shows.OTHER_SWITCH:
            return unreadable("its page shows a switch with another key, which was left alone")
        case Shows.OTHER_CONTROL:
            return unreadable("its page shows another kind of control than the switch that is known")
        case Shows.BLANK:
            return unreadable("its page is empty")
        case Shows.UNSETTLED:
            return unreadable("its page did not come to rest in time")
        case Shows.NOTHING_YET:
            return unreadable("its page did not show itself in time", cause=Cause.SITE)
    assert_never(seen.shows)


def unreadable(reason: str, *, cause: Cause = Cause.PAGE, conflict: bool = False) -> Look:
    """Given why nothing could be told and whom it waits for, return the look that says so."""
    return Look(reading=Reading.UNREADABLE, reason=reason, cause=cause, conflict=conflict)
