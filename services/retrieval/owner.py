"""Who asks, as the gateway says.

Knows: three headers, the same as those of ``services/documents``. Does not know: keys. Only the gateway, which
authenticated somebody, sends them.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

KEY, TEAM, ADMIN = "x-signalbox-key-id", "x-signalbox-team-id", "x-signalbox-admin"


@dataclass(frozen=True, slots=True)
class Owner:
    """``key_id``: LiteLLM's hash of the key. ``admin`` sees every store."""

    key_id: str
    team_id: str | None = None
    admin: bool = False

    def may(self, key_id: str, team_id: str | None) -> bool:
        """Whether what belongs to that key and team exists for this one."""
        return self.admin or self.key_id == key_id or (self.team_id is not None and self.team_id == team_id)

    def headers(self) -> dict[str, str]:
        """As another part of the gateway reads them."""
        team = {TEAM: self.team_id} if self.team_id else {}
        return {KEY: self.key_id, ADMIN: "true" if self.admin else "false", **team}


def owner_of(request: Request) -> Owner:
    """Nobody's, where nothing is said: such an owner sees nothing that a key made."""
    header = request.headers.get
    return Owner(header(KEY) or "", header(TEAM) or None, header(ADMIN) == "true")
