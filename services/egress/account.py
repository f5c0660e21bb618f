"""What the ledger is told of what goes through the wall, and of what does not.

Knows: the ledger's book, which fields of a verdict are kept. Does not know: HTTP. A record is on the disk before the
first byte leaves (``left``, with the length and hash of a body that was there whole); one more says how it ended.
"""

from __future__ import annotations

import hmac
import logging

from plugins.ledger.book import Book
from plugins.ledger.chain import Value
from plugins.ledger.keys import SigningKey
from plugins.routing.egress_verdict import EgressVerdict
from services.egress.judge import Granted, RefusedError

_log = logging.getLogger("signalbox.egress")


class Account:
    """``key``: of the content's hash."""

    def __init__(self, book: Book, key: SigningKey) -> None:
        self._book = book
        self._key = key

    def hasher(self) -> hmac.HMAC:
        """What a body is fed to."""
        return self._key.content_hash()

    async def leaving(self, granted: Granted, size: int | None, content: str | None) -> None:
        """Returns when it is on record. ``size``, ``content``: of a body that was read whole. Raises LedgerProblem."""
        await self._book.write("left", **described(granted), bytes=size, content=content)

    async def fetching(self, verdict: EgressVerdict, host: str, url: str) -> None:
        """A URL in content is about to be asked for. Raises LedgerProblem."""
        hashed = self.hasher()
        hashed.update(url.encode())
        await self._book.write(
            "fetched", key=verdict.key_id, rule=verdict.rule, host=host, content=hashed.hexdigest(), nonce=verdict.nonce
        )

    def ended(self, granted: Granted, how: str, **counted: Value) -> None:
        """How an exchange ended; its record exists already."""
        self._book.put("ended", decision=granted.verdict.decision, nonce=granted.verdict.nonce, ended=how, **counted)

    def refused(self, error: RefusedError) -> None:
        """What was kept in. It is, whether or not the record can be written."""
        _log.warning("refused: %s", error.reason)
        about: dict[str, Value] = {"reason": error.reason, "deployment": error.deployment}
        if (verdict := error.verdict) is not None:
            about |= {
                "decision": verdict.decision,
                "class": verdict.data_class,
                "rule": verdict.rule,
                "zone": verdict.zone,
                "key": verdict.key_id,
                "nonce": verdict.nonce,
            }
        self._book.put("refused", **about)

    def close(self) -> None:
        """Writes what waits."""
        self._book.close()


def described(granted: Granted) -> dict[str, Value]:
    """What the record says of a request that may leave."""
    verdict = granted.verdict
    return {
        "decision": verdict.decision,
        "class": verdict.data_class,
        "rule": verdict.rule,
        "zone": verdict.zone,
        "key": verdict.key_id,
        "deployment": verdict.deployment,
        "host": granted.target.host,
        "nonce": verdict.nonce,
    }
