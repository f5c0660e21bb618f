"""A request that goes no further, and why.

Knows: the status and the error's fields. Does not know: LiteLLM's exceptions or the shape on the wire.
"""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - a status, not a fault of ours
    """``status``: HTTP. ``code``, ``param``, ``kind``: the error's ``code``, ``param`` and ``type`` (None: by
    status). ``retry_after_s``: told where known. ``message`` says what to do next and holds nothing of the caller's
    text."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None,
        param: str | None = None,
        kind: str | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.kind = kind
        self.retry_after_s = retry_after_s
