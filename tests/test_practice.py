"""The practice site in a real browser: what it does when all is well, and that its moods do what they say."""

import re
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from calling import StartPractice
from playwright.sync_api import Browser, Error, Locator, Page, expect, sync_playwright

from optout.practice.site import MOODS, PracticeSite, serve

PASSWORD = 'Kein <b>"Wort"</b> & +1 Bücher'
AI, AI_KEY = "/mypreferences/d/settings/data-for-ai-improvement", "allowDataForGenerativeAI"
ADS, ADS_KEY = "/mypreferences/d/settings/share-data-with-select-partners", "shareDataWithTrustedPartners"
PRIVACY, ADVERTISING = "/mypreferences/d/categories/privacy", "/mypreferences/d/categories/ads"
LOST = "/mypreferences/page-not-found"
QUICK = 0.1
CLASS_MET_AT_ITS_CENTRE = """(box) => {
    const { x, y, width, height } = box.getBoundingClientRect();
    return document.elementFromPoint(x + width / 2, y + height / 2).className;
}"""
MARKED = (
    "classic", "modern", "classic-decoys", "french", "arabic", "chooser", "authwall", "guest-home",
    "code-totp", "captcha", "push-unanswered", "restricted", "weak-password", "banner-old",
    "banner-new", "429", "503",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(5000)
    yield context.new_page()
    context.close()


def start(practice: StartPractice, *moods: str) -> PracticeSite:
    return practice(*moods, password=PASSWORD, patience=QUICK)


def path_of(page: Page, site: PracticeSite) -> str:
    return page.url.removeprefix(site.origin).partition("?")[0]


def fields(page: Page) -> tuple[Locator, Locator]:
    name = page.locator("#username:visible, [autocomplete~=username]:visible").first
    return name, page.locator("input[type=password]:visible").first


def send(page: Page, site: PracticeSite, password: str = PASSWORD) -> None:
    page.goto(site.origin + "/login")
    name, secret = fields(page)
    name.fill(site.account)
    secret.fill(password)
    secret.press("Enter")


def sign_in(page: Page, site: PracticeSite) -> None:
    send(page, site)
    page.wait_for_url(site.origin + "/feed/")


def switch(page: Page, key: str = AI_KEY) -> Locator:
    return page.locator(f'input[type=checkbox][role=switch][aria-labelledby~="{key}"]')


def open_switch(page: Page, site: PracticeSite) -> Locator:
    page.goto(site.origin + AI)
    box = switch(page)
    box.wait_for()
    return box


@pytest.mark.parametrize("generation", ["classic", "modern"])
def test_right_password_signs_in_and_sets_the_cookies(
    practice: StartPractice, page: Page, generation: str
) -> None:
    """The right password, sent once, opens the feed and leaves the cookies that a sign-in consists of."""
    site = start(practice, generation)
    sign_in(page, site)
    hidden = {cookie["name"]: cookie["httpOnly"] for cookie in page.context.cookies()}
    assert hidden == {"li_at": True, "li_rm": True, "JSESSIONID": False, "bcookie": False, "lidc": False}
    assert (site.counts["sign_in_posted"], site.counts["password_received"]) == (1, 1)
    assert page.locator("a[href='/in/practice-person/']").count() == 1


@pytest.mark.parametrize("generation", ["classic", "modern"])
def test_wrong_password_does_not_sign_in(practice: StartPractice, page: Page, generation: str) -> None:
    """A wrong password shows an error, on the submit address or where the form stood, and no sign-in."""
    site = start(practice, generation)
    send(page, site, "something else")
    expect(page.locator("[role=alert]:visible")).to_have_text("The password does not fit this account.")
    assert path_of(page, site) == ("/checkpoint/lg/login-submit" if generation == "classic" else "/login")
    assert "li_at" not in {cookie["name"] for cookie in page.context.cookies()}
    assert site.counts["password_received"] == 0
    page.goto(site.origin + AI)
    assert path_of(page, site) == "/uas/login"


def test_modern_form_keeps_only_what_was_put_in_by_events(practice: StartPractice, page: Page) -> None:
    """The script-built form comes twice, hidden first, and forgets a value that came without an event."""
    site = start(practice, "modern")
    page.goto(site.origin + "/login")
    name, secret = fields(page)
    secret.wait_for()
    before = name.get_attribute("id")
    assert [box.is_visible() for box in page.locator("input[type=password]").all()] == [False, True]
    button = page.get_by_role("button", name="Sign in")
    secret.evaluate("(field) => { field.value = 'lost'; field.dispatchEvent(new Event('input')); }")
    expect(secret).to_have_value("")
    name.fill("somebody")
    expect(button).to_be_disabled()
    secret.fill("kept")
    expect(button).to_be_enabled()
    assert page.locator("input[type=password]").first.input_value() == ""
    page.reload()
    secret.wait_for()
    assert name.get_attribute("id") != before


def test_switch_is_covered_by_its_pill_and_saves_itself(practice: StartPractice, page: Page) -> None:
    """A click where the box is meets the pill, saves at once, and holds after loading the page again."""
    site = start(practice)
    sign_in(page, site)
    box = open_switch(page, site)
    assert box.is_checked()
    assert box.evaluate(CLASS_MET_AT_ITS_CENTRE) == "setting-toggle__toggle"
    with page.expect_response("**/mysettings-api/settingsApiSettings/*") as saving:
        page.locator(".setting-toggle__toggle").click()
    assert saving.value.status == 200
    assert site.stored[AI_KEY] is False
    assert site.stored[ADS_KEY] is True
    assert not open_switch(page, site).is_checked()
    assert site.counts[f"put:{AI_KEY}"] == site.counts["put"] == 1
    page.goto(site.origin + PRIVACY)
    row = page.locator(f"main a[href='{AI}']")
    assert row.inner_text() == "Data for Generative AI Improvement\n\nOff"


def test_saving_needs_the_csrf_token(practice: StartPractice, page: Page) -> None:
    """A saving request that does not repeat the session's token is refused, and saves nothing."""
    site = start(practice)
    sign_in(page, site)
    address = site.origin + "/mysettings-api/settingsApiSettings/" + AI_KEY
    assert page.request.put(address, data={"value": False}).status == 403
    assert page.request.put(address, data={"value": False}, headers={"csrf-token": "ajax:1"}).status == 403
    assert site.stored[AI_KEY] is True


def test_every_page_is_marked_and_stays_on_this_computer(practice: StartPractice, page: Page) -> None:
    """Every page says that it is the practice site, names no other host, and shows no password."""
    asked = set()
    for mood in MARKED:
        site = start(practice, mood)
        form: dict[str, str | float | bool] = {
            "session_key": site.account,
            "session_password": PASSWORD,
            "rememberMeOptIn": "true",
        }
        page.context.clear_cookies()
        replies = [page.request.get(site.origin + "/login")]
        replies.append(page.request.post(site.origin + "/checkpoint/lg/login-submit", form=form))
        for path in (
            "/feed/",
            AI,
            ADS,
            PRIVACY,
            ADVERTISING,
            LOST,
            "/mypreferences/d/",
            "/mynetwork/",
            "/none",
        ):
            replies.append(page.request.get(site.origin + path))
        for reply in replies:
            text = reply.text()
            asked.add((mood, reply.url.removeprefix(site.origin)))
            assert "practice site" in text.casefold(), reply.url
            assert set(re.findall(r"https?://[^\"'\s<]+", text)) == set(), reply.url
            assert "Kein" not in text
        assert PASSWORD not in repr((site, site.log, site.faults, site.state))
    assert len(asked) > 60


def test_moods_are_known_by_name() -> None:
    """Every mood is accepted by its name; an unknown one is refused with the names that there are."""
    for mood, sentence in MOODS.items():
        assert re.fullmatch(r"[A-Z].*\.", sentence)
        moody = PracticeSite(password=PASSWORD, moods={mood})
        assert set(moody.moods) == {mood}
        moody.stop()
    with pytest.raises(ValueError, match=r"'sulking'.*put-500"):
        PracticeSite(password=PASSWORD, moods={"sulking"})
    with PracticeSite(password=PASSWORD, moods={"put-500:ai-training"}) as site:
        with pytest.raises(ValueError, match="modern"):
            site.moods.add("mdern")
        with pytest.raises(ValueError, match="affiliate-ads"):
            site.moods.add("put-500:ai")


@pytest.mark.parametrize("mood", ["classic", "modern", "arabic"])
def test_normal_pages_are_accessible(practice: StartPractice, page: Page, mood: str) -> None:
    """An accessibility checker finds nothing to object to on the pages that a visit sees."""
    site = start(practice, mood)
    page.goto(site.origin + "/login")
    fields(page)[1].wait_for()
    found = [Axe().run(page)]
    sign_in(page, site)
    found.append(Axe().run(page))
    open_switch(page, site)
    found.append(Axe().run(page))
    page.goto(site.origin + PRIVACY)
    page.locator("main li a").first.wait_for()
    found.append(Axe().run(page))
    assert all(len(result.response["passes"]) > 10 for result in found)
    assert [result.generate_report() for result in found if result.violations_count] == []


@pytest.mark.parametrize(
    ("mood", "by_pill", "by_label"),
    [
        ("covered", False, None),
        ("pill-dead", True, False),
        ("slow-flip", False, None),
        ("remount", False, None),
        ("all-dead", True, True),
        ("hashed", None, False),
    ],
)
def test_clicking_moods(
    practice: StartPractice, page: Page, mood: str, by_pill: bool | None, by_label: bool | None
) -> None:
    """What the switch says after a click on the pill, and after one on the label; None is not tried."""
    site = start(practice, mood)
    sign_in(page, site)
    box = open_switch(page, site)
    for target, expected in ((".setting-toggle__toggle", by_pill), (f"label[id='{AI_KEY}']", by_label)):
        if expected is not None:
            page.locator(target).click()
            expect(box).to_be_checked(checked=expected)
    with page.expect_request("**/static/style.css" if mood != "hashed" else "**/static/hashed-*"):
        page.reload()
    assert page.locator("[class*=setting-toggle]").count() == 0 or mood != "hashed"
    assert site.stored[AI_KEY] is (mood == "all-dead")


@pytest.mark.parametrize(
    ("mood", "stored"),
    [("put-500", True), ("put-429", True), ("put-lies", True), ("save-button", True), ("confirm", True),
     ("put-unseen", False), ("lags", False), ("put-500:affiliate-ads", False)],
)  # fmt: skip
def test_saving_moods(practice: StartPractice, page: Page, mood: str, stored: bool) -> None:
    """What the site has saved once a switch was moved and its request, if any, was answered."""
    site = start(practice, mood)
    sign_in(page, site)
    box = open_switch(page, site)
    page.locator(".setting-toggle__toggle").click()
    expect(box).not_to_be_checked()
    page.wait_for_load_state("networkidle")
    assert site.stored[AI_KEY] is stored
    seen = [open_switch(page, site).is_checked(), open_switch(page, site).is_checked()]
    assert seen == [stored or mood == "lags", stored]


@pytest.mark.parametrize("patient", [True, False])
def test_a_slow_save_is_lost_if_the_page_is_left(practice: StartPractice, page: Page, patient: bool) -> None:
    """A save that takes its time counts only if the page waits for the answer."""
    site = start(practice, "put-slow")
    sign_in(page, site)
    box = open_switch(page, site)
    site.patience = QUICK if patient else 100.0
    with page.expect_request("**/mysettings-api/**") as saving:
        page.locator(".setting-toggle__toggle").click()
    expect(box).not_to_be_checked()
    if patient:
        answer = saving.value.response()
        assert answer is not None
        assert answer.status == 200
    site.patience = QUICK
    assert open_switch(page, site).is_checked() is not patient
    assert site.counts["put"] == 1


@pytest.mark.parametrize(
    ("mood", "ends_at", "has_switch", "has_row"),
    [
        ("not-offered", LOST, False, False),
        ("not-offered-blank", AI, False, False),
        ("not-offered-category", PRIVACY, False, False),
        ("unlisted", AI, True, False),
        ("listed-but-gone", LOST, False, True),
        ("moved", LOST, False, False),
        ("vanished", LOST, False, False),
        ("list-broken", AI, False, False),
        ("europe", AI, True, True),
        ("key-renamed", AI, False, True),
        ("radios", AI, False, True),
        ("in-iframe", AI, False, True),
    ],
)
def test_offering_moods(
    practice: StartPractice, page: Page, mood: str, ends_at: str, has_switch: bool, has_row: bool
) -> None:
    """Where the setting's address ends, whether its switch is there, and whether the list has its row."""
    site = start(practice, mood)
    sign_in(page, site)
    page.goto(site.origin + AI)
    assert path_of(page, site) == ends_at
    expect(switch(page)).to_have_count(int(has_switch))
    page.goto(site.origin + PRIVACY)
    page.locator("#rows > section, #rows > p:not(.spinner)").first.wait_for()
    assert (page.locator(f"main a[href='{AI}']").count() == 1) is has_row


def test_kept_sign_ins_die_and_renew_as_the_moods_say(practice: StartPractice, page: Page) -> None:
    """A dead sign-in meets the sign-in page; one that renews itself does so on the second page asked for."""
    site = start(practice)
    sign_in(page, site)
    site.moods.add("renews")
    page.goto(site.origin + AI)
    assert path_of(page, site) == "/uas/login"
    page.goto(site.origin + AI)
    assert path_of(page, site) == AI
    site.moods.add("dies-between")
    page.goto(site.origin + ADS)
    assert path_of(page, site) == "/uas/login"
    sign_in(page, site)
    site.moods.add("expired")
    page.goto(site.origin + AI)
    assert path_of(page, site) == "/uas/login"
    assert site.counts["sign_in_posted"] == 2


@pytest.mark.parametrize(("mood", "form"), [
    ("code-email", "#email-pin-challenge"), ("code-sms", "#two-step-challenge"),
    ("code-totp", "#two-step-challenge-recovery-code"),
])  # fmt: skip
def test_codes(practice: StartPractice, page: Page, mood: str, form: str) -> None:
    """A wrong code shows the same form again with status 400; the right one signs in."""
    site = start(practice, mood)
    send(page, site)
    page.wait_for_url("**/checkpoint/challenge/*")
    assert page.locator(form).count() == 1
    with page.expect_response("**/checkpoint/challenge/verify") as answer:
        page.locator("[name=pin]").fill("000000")
        page.locator("[name=pin]").press("Enter")
    assert answer.value.status == 400
    expect(page.locator(".body__banner--error")).to_be_visible()
    page.locator("[name=pin]").fill(site.code)
    page.locator("[name=pin]").press("Enter")
    page.wait_for_url("**/feed/")
    assert site.counts["code_posted"] == 2


@pytest.mark.parametrize("reloaded", [False, True])
def test_an_approval_is_waited_for_and_lost_by_a_reload(
    practice: StartPractice, page: Page, reloaded: bool
) -> None:
    """A sign-in that is approved elsewhere goes on by itself; loading its page again ends it."""
    site = start(practice, "push-unanswered")
    send(page, site)
    page.wait_for_selector("#in-app-challenge")
    if reloaded:
        page.reload()
        assert page.url == site.origin + "/uas/login?errorKey=unexpected_login_error"
    else:
        site.approve()
        page.wait_for_url("**/feed/")


@pytest.mark.parametrize("mood", ["other-port", "other-host", "portal", "framed", "late-swap"])
def test_look_alikes_ask_on_another_origin(practice: StartPractice, page: Page, mood: str) -> None:
    """Whoever asks for the password under these moods is not the site."""
    site = start(practice, mood)
    page.goto(site.origin + "/login")
    if mood == "late-swap":
        fields(page)[0].fill("a")
        page.wait_for_url(lambda url: not url.startswith(site.origin))
    asking = [frame for frame in page.frames if frame.locator("input[type=password]").count()]
    assert len(asking) == 1
    assert not asking[0].url.startswith(site.origin)


def test_trouble_on_the_way(practice: StartPractice, page: Page) -> None:
    """Statuses come as the moods say, for all pages or one setting's; offline closes the connection."""
    for status in (429, 999, 503, 403):
        site = start(practice, str(status))
        assert page.request.get(site.origin + "/login").status == status
    site = start(practice, "403:affiliate-ads", "offline:ai-training")
    sign_in(page, site)
    assert page.request.get(site.origin + ADS).status == 403
    with pytest.raises(Error, match="socket hang up"):
        page.request.get(site.origin + AI)
    site = start(practice, "offline-midway")
    sign_in(page, site)
    open_switch(page, site)
    for path in (ADS, AI):
        with pytest.raises(Error, match="ERR_EMPTY_RESPONSE"):
            page.goto(site.origin + path)


def test_whose_page_it_is(practice: StartPractice, page: Page) -> None:
    """The link to the member's own page follows the moods about identity."""
    site = start(practice, "member-changes")
    sign_in(page, site)
    link, seen = page.locator("a[href^='/in/']"), []
    for path in (AI, ADS):
        page.goto(site.origin + path)
        seen.append(link.get_attribute("href"))
    assert seen == ["/in/practice-person/", "/in/practice-person-namesake/"]
    site.moods.add("member-unknown")
    page.reload()
    assert link.count() == 0


def test_a_cached_page_may_show_what_was_never_saved(practice: StartPractice, page: Page) -> None:
    """With a lying save the service worker's copy says off while the site still stores on."""
    site = start(practice, "cached", "put-lies")
    sign_in(page, site)
    box = open_switch(page, site)
    kept = "async (on) => ((await (await caches.match(location.href))?.text()) ?? '').includes(on)"
    page.wait_for_function(kept, arg="&quot;on&quot;: true")
    page.locator(".setting-toggle__toggle").click()
    page.wait_for_function(kept, arg="&quot;on&quot;: false")
    assert not open_switch(page, site).is_checked()
    assert site.stored[AI_KEY] is True
    assert box.is_visible()


def test_a_faulty_site_says_so_and_a_stopped_one_waits_for_nobody() -> None:
    """What goes wrong inside the site is recorded; stopping it ends a request that would take minutes."""
    with PracticeSite(password=PASSWORD) as site:
        del site.state.counts
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            urllib.request.urlopen(site.origin + "/login")  # noqa: S310 - a loopback address of our own
        assert "AttributeError" in site.faults[0]
    failed: list[BaseException] = []
    slow = serve(PASSWORD, "too-slow")

    def ask() -> None:
        try:
            urllib.request.urlopen(slow.origin + "/login")  # noqa: S310 - a loopback address of our own
        except (urllib.error.URLError, ConnectionError) as error:
            failed.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while not slow.log:
        asking.join(0.01)
    slow.stop()
    asking.join(10)
    assert len(failed) == 1
    assert slow.faults == []
