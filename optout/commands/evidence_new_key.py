"""`optout evidence setup --new-key`: sign with another key from now on, the old one vouching for it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from optout.commands import answer, folding, words
from optout.commands.evidence_audit import own_store
from optout.errors import UsageProblem

if TYPE_CHECKING:
    from optout.config import Config
    from optout.secret import SigningKey


def replace(asked: answer.Asked, said: words.Words, config: "Config") -> None:
    """Given the words, seal a run that names a new key, print both fingerprints, and keep the new key.

    The keyring gets it once that run is sealed: whatever breaks off before leaves the old one in use.
    Raise OptoutError if there is no evidence yet, the keyring cannot be used, or nothing could be sealed.
    """
    from optout import credentials
    from optout.evidence import authorities, history, ledger, lock, memory, new_key, sshsig
    from optout.evidence.chain import understood
    from optout.evidence.seal import Means
    from optout.linkedin import address, catalogue

    store = own_store(asked, config)
    identifier = (understood(store / "store.json") or {}).get("store")
    if not isinstance(identifier, str) or ledger.head(store) is None:
        raise UsageProblem("There is no evidence yet.", "Its first run gets a key by itself: `optout run`.")
    past = history.of(store, catalogue.CORE)
    practice = address.is_practice(past.site or address.origin_of(config.site))
    vault = credentials.open_vault(practice=practice, unattended=not said.may_ask)
    asks = authorities.load(config.folders.config) or ()
    remembered = memory.file_for(store, config.folders.state)
    account = asked.account or ""

    def announce(old: "SigningKey", new: "SigningKey") -> None:
        means, now = Means(key=lambda _: old, authorities=asks), datetime.now(UTC)
        with ledger.begin(store, memory=remembered, now=now, means=means) as draft:
            sealed = new_key.announce(draft, new, past=past, account=account, now=now)
        for remark in sealed.remarks:
            answer.say(remark)
        answer.say(f"old key   {sealed.key}")
        answer.say(f"new key   {sshsig.fingerprint(new.public)}")
        answer.say(f"evidence  {folding.whole(sealed.path)}")
        answer.say(f"head      {sealed.head}")

    with lock.hold(config.folders.state, account, command="setup"):
        vault.replace_signing_key(identifier, announce)
