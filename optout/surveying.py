"""Survey the pages' structure along a visit, where its errand asks for that."""

from optout.errors import OptoutError
from optout.looking import Scene


def begin(scene: Scene) -> None:
    """Given a scene whose stay has just begun, let the survey of its errand, if any, see each page."""
    if scene.errand.survey is not None:
        scene.errand.survey.begin(scene.stay)


def look_further(scene: Scene) -> None:
    """Given a scene whose settings have been read, open the further pages of its survey, if any.

    What stops that stops the visit; the findings stand.
    """
    survey = scene.errand.survey
    if survey is None:
        return
    try:
        if not scene.over:
            survey.look_further(scene.stay, scene.tell)
    except OptoutError as error:
        scene.stop = error
    finally:
        scene.book.walked(scene.stay.loads, None)
