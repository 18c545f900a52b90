"""Pages of the foreign site: other shapes around the same facts, with classes that are new on each load."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import foreign_scripts

AI = "allowDataForGenerativeAI"
ADS = "shareDataWithTrustedPartners"
SETTINGS = "/mypreferences/d/settings/"
KEYS = {"data-for-ai-improvement": AI, "share-data-with-select-partners": ADS}
ROWS = {
    "privacy": [
        "/mypreferences/d/manage-data-and-activity", SETTINGS + "policy-and-academic-research",
        SETTINGS + "data-for-ai-improvement", SETTINGS + "research-invitations", SETTINGS + "read-receipts",
        SETTINGS + "suggest-replies",
    ],
    "ads": [
        SETTINGS + "ads-connections", SETTINGS + "ads-location", SETTINGS + "ads-by-age",
        SETTINGS + "ads-by-gender", SETTINGS + "share-data-with-select-partners",
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How this site is built and what goes wrong on it; durations in seconds."""

    language: str = "ja"
    signin: str = "plain"  # or "controlled": fields live in the script's state
    hidden_by: str = "visibility"
    enter: bool = True
    late: float = 0.0  # the sign-in's fields
    door: str = "login"
    bar: str = "everywhere"  # or "home": where the bar links to the member
    widget: str = "wrapped"
    save: str = "fetch"
    keeps: str = "all"  # or "nothing" (answers 200), "refuses" (500)
    save_takes: float = 0.0
    state_takes: float = 0.0
    state_fails: bool = False
    fail_status: int = 500  # 302: sent on to the sign-in page
    fail_body: str = "{}"
    fails_when_saved: bool = False  # only after a save
    body_takes: float = 0.0  # the state's first line at once, the rest so much later
    rows_status: int = 200  # of the second portion
    ids: str = "{}"  # the tokens of aria-labelledby
    neighbours: tuple[str, ...] = ()  # keys of other switches, all off, before and after
    copy: str = ""  # "agrees" or "differs": a second rendered switch of the same key
    page: Mapping[str, object] = field(default_factory=dict)  # told to the page's script
    rows_after: frozenset[str] = frozenset()  # slugs whose row comes in the second portion
    second_portion: float = 0.0
    unlisted: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()  # slugs not offered at all
    banner: bool = False
    hops: int = 0
    renewed: int = 0  # answers to reads after a save that are "off", and may be kept for an hour
    ends_after: int = -1  # states read before the sign-in ends


# Texts are nobody's wording: only the program's blindness to them is under test.
TEXTS: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "title": "生成AIの改善のためのデータ", "label": "学習に自分のデータを使用する",
        "about": "データの使い方を選べます。", "on": "オン", "off": "オフ", "other": "別の設定",
        "save": "保存", "accept": "すべて同意する", "user": "メール", "word": "パスワード",
        "enter": "サインイン", "eye": "表示", "google": "Googleで続行", "bad": "一致しません。",
        "sorry": "問題が発生しました。", "more": "さらに表示", "feed": "ホームフィードの投稿",
        "lost": "見つかりません",
    },
    "hi": {
        "title": "जनरेटिव एआई के लिए डेटा", "label": "मेरा डेटा इस्तेमाल करें",
        "about": "आप चुन सकते हैं।", "on": "चालू", "off": "बंद", "other": "अन्य सेटिंग",
        "save": "सहेजें", "accept": "सब स्वीकार करें", "user": "ईमेल", "word": "पासवर्ड",
        "enter": "साइन इन", "eye": "दिखाएँ", "google": "Google से जारी रखें",
        "bad": "मेल नहीं खाता।", "sorry": "कुछ गलत हो गया।", "more": "और दिखाएँ",
        "feed": "होम फ़ीड की पोस्ट", "lost": "नहीं मिला",
    },
    "he": {
        "title": "נתונים לשיפור בינה יוצרת", "label": "שימוש בנתונים שלי לאימון",
        "about": "אפשר לבחור.", "on": "פועל", "off": "כבוי", "other": "הגדרה אחרת", "save": "שמירה",
        "accept": "לאשר הכול", "user": "דואל", "word": "סיסמה", "enter": "כניסה", "eye": "הצגה",
        "google": "להמשיך עם Google", "bad": "הפרטים אינם נכונים.", "sorry": "משהו השתבש.",
        "more": "עוד", "feed": "פוסטים בפיד הבית", "lost": "לא נמצא",
    },
}  # fmt: skip

BOXES: Mapping[str, str] = {
    "wrapped": "position:absolute;inset:0;opacity:0;margin:0;width:100%;height:100%",
    "clipped": "position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip:rect(0 0 0 0)",
    "undisplayed": "display:none",
    "naked": "width:22px;height:22px",
    "stacked": "position:absolute;top:0;inset-inline-start:0;opacity:0;width:60px;height:40px;margin:0",
}
HIDDEN: Mapping[str, str] = {
    "visibility": "visibility:hidden",
    "offscreen": "position:absolute;left:-9999px",
    "opacity": "position:absolute;opacity:0;z-index:-1;pointer-events:none",
    "folded": "height:0;overflow:hidden",
    "display": "display:none",
    "clip": "position:absolute;width:300px;clip-path:inset(50%)",
}


def page(language: str, script: str, settings: Mapping[str, object], body: str = "") -> tuple[str, str]:
    """Given a language, a script, what it is told and more of the body, return the page and its nonce."""
    names = {name: "_" + secrets.token_hex(4) for name in ("a", "box", "d", "hot", "pill", "row", "s", "w")}
    nonce, known = secrets.token_urlsafe(9), {"c": names, "t": TEXTS[language], **settings}
    box = BOXES[str(settings.get("widget", "naked"))]
    style = (
        f".{names['w']}{{position:relative;display:inline-block;min-width:52px;min-height:28px}}"
        f".{names['pill']}{{position:absolute;inset:0;background:#888;border-radius:9px;display:block}}"
        f".{names['box']}{{{box}}}.{names['box']}:checked+*{{background:#063}}"
        f".{names['d']}{{height:40px}}.{names['row']}{{display:flex;gap:2em}}.{names['s']}{{position:relative}}.{names['a']}{{padding:9px}}"
    )
    told = json.dumps(known).replace("<", "\\u003c").replace("&", "\\u0026")
    direction = "rtl" if language == "he" else "ltr"
    html = f"""<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">
<title>…</title><style>{style}</style></head><body><div><div id="root"><div><main></main></div></div></div>
{body}<code style="display:none">{told}</code><script nonce="{nonce}">{foreign_scripts.COMMON}
{script}</script></body></html>"""
    return html, nonce


def banner(language: str) -> str:
    """Given a language, return a consent banner that is one big button over everything."""
    accept = TEXTS[language]["accept"]
    return f'<button data-no="accept" style="position:fixed;inset:0;opacity:.4;z-index:99">{accept}</button>'


def bar(member: str) -> str:
    """Given the member, or nobody, return the bar of a page."""
    own = f'<li><a href="/in/{member}?trk=nav"><img alt="" src="data:,"></a></li>' if member else ""
    return f"""<div role="navigation"><ul><li><a href="/mynetwork/">1</a></li>
<li><a href="/messaging/">2</a></li>{own}</ul></div>"""


def posts() -> str:
    """Return what other people have on a page, in elements that bars are made of too."""
    return """<div role="complementary"><article><header><a href="/in/foreign-stranger/"><b>…</b></a></header>
</article><nav><a href="/in/foreign-stranger/">…</a></nav></div>"""


def plain_form(language: str, to: str, said: str) -> str:
    """Given a language, where to go and what was wrong, return the classic sign-in's body, decoys first."""
    text, shown = TEXTS[language], "" if said else "hidden__imp"
    return f"""<style>.hidden__imp{{display:none}}</style><header><form action="/search"><input name="q">
<button type="submit">Q</button></form></header><form class="microsoft-auth" method="post"
action="/x/pressed?microsoft"><input type="hidden" name="code"><button type="submit" data-no="microsoft">M
</button></form><form method="post" action="/checkpoint/lg/login-submit" class="login__form" novalidate>
<input type="hidden" name="loginCsrfParam" value="{secrets.token_hex(6)}"><input type="hidden" name="to"
value="{to}"><table><tr><td><label for="username">{text["user"]}</label><input id="username"
name="session_key" type="email" autocomplete="username"><p id="error-for-username" class="{shown}">{said}</p>
</td></tr><tr><td><input id="password" type="password" name="session_password"
autocomplete="current-password"><button type="button" data-no="eye">{text["eye"]}</button>
<p id="error-for-password" class="hidden__imp"></p>
</td></tr></table><a data-no="forgot" href="/checkpoint/rp/request-password-reset">?</a><input type="checkbox"
id="rememberMeOptIn-checkbox" checked><button type="submit" data-litms-control-urn="login-submit">
{text["enter"]}</button></form><button data-no="google">{text["google"]}</button>
<div id="otp-div" hidden></div>"""


def words(texts: Sequence[str]) -> str:
    """Given paragraphs, return a script that puts them into the page's main part."""
    return f"main.innerHTML = {json.dumps(list(texts))}.map(t => `<p>${{t}}</p>`).join('');"
