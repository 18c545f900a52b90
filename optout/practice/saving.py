"""What a switch sends when it moves: PUT /mysettings-api/settingsApiSettings/<key>. Source: linkedin.md 3."""

import hmac

from optout.practice import sessions
from optout.practice.rows import AFFILIATE_ADS, AI_TRAINING, Row, all_rows
from optout.practice.state import State
from optout.practice.wire import Reply, Request, json_reply

ADDRESS = "/mysettings-api/settingsApiSettings/"
UNSEEN = "/practice-api/saved"


def put(state: State, request: Request) -> Reply:
    """Given the usual saving request, save what it says, or do what the moods say instead."""
    key = request.path.removeprefix(ADDRESS)
    given = request.headers.get("csrf-token", "")
    if not hmac.compare_digest(given.encode(), sessions.csrf_token(request).encode()):
        return json_reply({"status": 403}, status=403)
    return _save(state, request, key)


def unseen(state: State, request: Request) -> Reply:
    """Given a switch's word by another way than the usual, save what it says."""
    return _save(state, request, str(request.json().get("key", "")))


def _save(state: State, request: Request, key: str) -> Reply:
    value = request.json().get("value")
    if sessions.session_of(state, request) is None:
        return json_reply({"status": 401}, status=401)
    if key not in state.stored or not isinstance(value, bool):
        return json_reply({"status": 400}, status=400)
    state.counts["put"] += 1
    state.counts["put:" + key] += 1
    row = next((row for row in all_rows() if row.key == key), None)
    if row is not None:
        refusal = _refusal(state, request, row)
        if refusal is not None:
            return refusal
    with state.lock:
        changed = state.stored[key] != value
        state.stored[key] = value
        state.counts["saved:" + key] += 1
        if row is not None and changed and state.moods.touch("lags", row):
            state.stale[key] = 1
        for other in (AI_TRAINING, AFFILIATE_ADS):
            if row is not None and state.moods.touch("entangled", row) and other is not row and other.key:
                state.stored[other.key] = True
    return _after(state, request, row)


def _refusal(state: State, request: Request, row: Row) -> Reply | None:
    touch = state.moods.touch
    if touch("put-500", row):
        return json_reply({"status": 500}, status=500)
    for status in (429, 999):
        if touch(f"put-{status}", row):
            return json_reply({"status": status}, status=status)
    if touch("put-lost", row):
        return Reply(hang_up=True)
    if touch("echoes", row):
        state.stale[row.key or ""] = 1
        state.echoed.add(row.name)
        return json_reply({"value": request.json().get("value")})
    if touch("put-lies", row):
        return json_reply({"value": request.json().get("value")})
    if touch("put-slow", row) and request.wait(6 * state.patience):
        return Reply(hang_up=True)
    return None


def _after(state: State, request: Request, row: Row | None) -> Reply:
    if row in (AI_TRAINING, AFFILIATE_ADS):
        if "dies-after-click" in state.moods and state.once("dies-after-click"):
            sessions.end(state, request)
        if "offline-after-click" in state.moods:
            state.once("offline-after-click")
            return Reply(hang_up=True)
    return json_reply({"value": request.json().get("value")})
