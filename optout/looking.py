"""Look at a setting, turn it, look again: the steps of a visit and what each leaves in its notebook."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from optout.errand import Errand, SwitchOff
from optout.errors import OptoutError, PersonNeeded, SignInStopped, Throttled
from optout.evidence.history import History
from optout.evidence.record import stamp
from optout.linkedin import address, member, menu, news, switch
from optout.linkedin.catalogue import Setting
from optout.linkedin.reading import reading
from optout.linkedin.stay import Stay
from optout.linkedin.switch import Shows
from optout.notebook import BEFORE, DECIDING, Notebook, reason_of
from optout.verdict import (
    Cause,
    Finding,
    Listed,
    Look,
    Reading,
    Saving,
    Verdict,
    Witnesses,
    conclude,
    unreadable,
    weigh,
)

LAG = 2.0  # seconds before one more load if the first one after a click still shows the switch on
PATIENT_QUIET = 3.0  # seconds in which a page that did nothing at the first click may begin to save


@dataclass(slots=True, kw_only=True)
class Case:
    """What a visit has seen of one setting so far; its finding follows from it, however the visit ends.

    `control` is the last fresh load that may decide, None from a click until the page was loaded afresh.
    `since` is when the page that is left open began to show it off, `looked` when it was last loaded afresh,
    both on the monotonic clock, `remark` the tail of its reason. The rest is `Witnesses`.
    """

    setting: Setting
    before: Look
    control: Look | None
    clicked: bool = False
    since: float = 0.0
    looked: float = 0.0
    stood: Look | None = None
    second: Look | None = None
    last: Look | None = None
    saving: Saving | None = None
    row: Listed | None = None
    remark: str | None = None

    @property
    def witnesses(self) -> Witnesses:
        """What was seen besides the control."""
        return Witnesses(
            clicked=self.clicked,
            stood=self.stood,
            second=self.second,
            last=self.last,
            saving=self.saving,
            row=self.row,
        )

    @property
    def is_off(self) -> bool:
        """Whether the deciding fresh load showed it off."""
        return self.control is not None and self.control.reading is Reading.OFF


@dataclass(kw_only=True)
class Scene:
    """What the steps of one visit share; `stop` is set once nothing more can be read.

    `cases` holds each setting that was looked at, so that a visit that breaks off still tells; `clicked` is
    when a switch was last pressed, on the monotonic clock.
    """

    errand: Errand
    past: History
    book: Notebook
    tell: Callable[[str], None]
    stay: Stay = field(init=False)
    cases: dict[str, Case] = field(default_factory=dict)
    stop: OptoutError | None = None
    clicked: float = 0.0
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def over(self) -> bool:
        """Whether nothing more is loaded in this visit."""
        return self.stop is not None

    def wants_off(self, setting: Setting) -> bool:
        """Given a setting, return whether the errand is to switch it off."""
        match self.errand.switch_off:
            case SwitchOff.ALL:
                return True
            case SwitchOff.CAME_BACK:
                return (
                    setting.name in self.past.proved_off
                    and not self.past.switched_off(setting.name, self.started).exhausted
                )
            case SwitchOff.NEVER:
                return False


def look(scene: Scene, setting: Setting, stage: str) -> Look:
    """Given a setting, load its page afresh, read it and photograph it as `stage`; return the look.

    What hinders the reading becomes the look's reason.
    """
    stay = scene.stay
    try:
        seen = switch.read(stay, setting)
        # Whoever it is has to be known before the click, and before anything of theirs is photographed.
        if seen.shows is Shows.ON and seen.enabled and scene.wants_off(setting) and stay.find_member():
            seen = switch.read(stay, setting)
        found = reading(seen, alive=stay.alive)
        scene.book.news += news.of_switch(setting, seen)
        reworded = _compare_wording(scene, setting, seen, stage)
        proved_off = scene.past.proved_off.get(setting.name, "")
        full = reworded or is_worth_a_page(found, stage, proved_off=proved_off, now=scene.started)
        scene.book.capture(stay, setting, stage, seen, full=full)
        scene.book.news += [member.CONTRADICTION] if stay.contradicted else []
        found = found or _is_offered(scene, setting, seen)
    except OptoutError as error:
        found = hindered(scene, error)
    scene.book.walked(stay.loads, setting)
    return found


def prove(scene: Scene, setting: Setting, stage: str = DECIDING) -> Look:
    """Given a setting, look at it on a page that knows nothing of a click."""
    scene.stay.start_afresh()
    return look(scene, setting, stage)


def _is_offered(scene: Scene, setting: Setting, seen: switch.Seen) -> Look:
    """Let the category page decide whether a setting without a switch is not offered, or not readable."""
    stay = scene.stay
    listed = menu.read(stay, setting.category, [setting], scene.past.known_paths(setting.category))
    scene.book.menus[setting.category] = listed
    scene.book.capture_menu(stay, setting)
    found = menu.offered(
        setting,
        seen,
        listed,
        read_earlier=setting.name in scene.past.read,
        look_into=lambda row: switch.read_at(stay, setting, row.path).shows,
    )
    if found.reading is Reading.NOT_OFFERED and seen.shows is Shows.NO_SWITCH:
        # Words alone may be all that had come by then; nothing but one more load can tell.
        again = reading(switch.read(stay, setting), alive=stay.alive)
        if again is not None and again.reading is Reading.OFF:
            return unreadable("its page showed no switch at first, and one that is off on a second load")
        if again is not None:
            return again
    if found.reading is Reading.NOT_OFFERED and not stay.alive:
        return unreadable("the browser is not signed in any more", cause=Cause.PERSON)
    return found


def finding_of(scene: Scene, case: Case, missing: Look) -> Finding:
    """Given what was seen of a setting, weigh the witnesses and return the finding.

    `missing` is the look that stands for a fresh load that was not had.
    """
    name = case.setting.name
    proved = name in scene.past.proved_off
    after = weigh(case.control or missing, case.witnesses)
    verdict = conclude(case.before, after, clicked=case.clicked, proved_off_earlier=proved)
    came_back = None
    if proved and case.before.reading is Reading.ON:
        came_back = scene.past.stretches[name].until(stamp(scene.started))
    left_alone = verdict is Verdict.CAME_BACK_ON and scene.past.switched_off(name, scene.started).exhausted
    told = [after.reason, case.remark, came_back, _advice(scene, case.setting) if left_alone else None]
    return Finding(
        name=name,
        before=case.before,
        control=case.control,
        witnesses=case.witnesses,
        after=replace(after, reason="; ".join(filter(None, told))),
        verdict=verdict,
        screenshots=tuple(scene.book.pictures.get(name, ())),
        came_back=came_back,
        left_alone=left_alone,
    )


def _advice(scene: Scene, setting: Setting) -> str:
    """Return how often a setting was switched off of late, and how it still can be."""
    by_hand = f"switch it off by hand: {scene.stay.origin}{setting.path}"
    times = scene.past.switched_off(setting.name, scene.started).sentence
    return f"{times}: {by_hand}, or run `optout run`"


def hindered(scene: Scene, error: OptoutError) -> Look:
    """Given what kept a setting from being read, return the look it makes.

    Stop the visit where going on would be useless or rude.
    """
    causes = {cause.value: cause for cause in Cause}
    if (
        isinstance(error, Throttled)
        or not scene.stay.arrived
        or (isinstance(error, PersonNeeded) and not is_only_here(error))
    ):
        scene.stop = error
    return unreadable(reason_of(error), cause=causes.get(error.outcome, Cause.PERSON))


def is_only_here(error: OptoutError) -> bool:
    """Given an error, return whether a person is needed for one page alone, and the sign-in lives."""
    return isinstance(error, SignInStopped) and error.state == address.State.PASSWORD_AGAIN


def is_worth_a_page(look: Look | None, stage: str, *, proved_off: str, now: datetime) -> bool:
    """Given a look, return whether all of `main` is photographed: not if it is off as earlier this month.

    `proved_off` is the time of the last proof, empty if there was none. Of the loads after a click that show
    it off only the deciding one is. Pure.
    """
    if look is None or look.reading is not Reading.OFF:
        return True
    recently = proved_off.startswith(now.strftime("%Y-%m"))
    return stage == DECIDING or (stage == BEFORE and not recently)


def _compare_wording(scene: Scene, setting: Setting, seen: switch.Seen, stage: str) -> bool:
    """Note what changed in the texts since they were last read in this language; return if anything did.

    Said once in a visit.
    """
    if stage != BEFORE or seen.card is None:
        return False
    facts, known = seen.facts(setting.key), scene.past.wording.get(setting.name, {})
    changed = news.of_wording(setting, facts, known)
    scene.book.note(changed)
    scene.past.wording[setting.name] = news.texts_after(facts, known)
    return bool(changed)
