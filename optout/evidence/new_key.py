"""Announce that another key signs from now on: a run that looked at nothing, signed by the key before it."""

from datetime import datetime

from optout.evidence import carried, ledger, sshsig
from optout.evidence.history import History
from optout.evidence.record import Identity, VisitRecord, to_json
from optout.secret import SigningKey

FILE = "key.json"
SCHEMA = "optout.key/1"


def announce(
    draft: ledger.Draft, new: SigningKey, *, past: History, account: str, now: datetime
) -> ledger.Sealed:
    """Given a draft that the old key will sign, and the new key, seal a run that names it, and return it.

    What runs carry forward is carried on. Raise OptoutError if it cannot be written.
    """
    name, _, public = sshsig.allowed_signer(new.public).rpartition(" ")
    kind = name.rpartition(" ")[2]
    content = {"schema": SCHEMA, "new": sshsig.fingerprint(new.public), "public": f"{kind} {public}"}
    draft.add(FILE, to_json(content))
    draft.add(carried.FILE, to_json(past.carried(now).to_json()))
    outcome, code = ("evidence_damaged", 6) if draft.damage_seen else ("good", 0)
    said = VisitRecord(
        kind="key",
        command="evidence setup",
        outcome=outcome,
        exit_code=code,
        started=now,
        finished=now,
        settings=(),
        options={"new_key": True, "site": past.site},
        environment={},
    )
    return draft.seal(said, Identity(account=account, member=past.member), secrets=(), now=now)
