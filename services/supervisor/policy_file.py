"""The user's file and what is found, kept rendered for the gateway's workers.

Knows: which version holds, that an edit which is broken, refused or waiting changes nothing. Does not know: processes,
how it is rendered, what LiteLLM refuses and what a regression is: it is given who does.
"""

from __future__ import annotations

import json
import pwd
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plugins.routing.config.deployments import deployments_from
from plugins.routing.config.load import Config, ConfigError, parse_config, read_text
from plugins.routing.config.problems import Problem
from plugins.routing.types import Deployment
from services.supervisor.changes import changes, waiting_for_start
from services.supervisor.egress_file import EgressFile
from services.supervisor.history import History, sha256
from services.supervisor.model_list import Sidecars, complete_model_list
from services.supervisor.render import render, to_yaml, write_rendered
from services.supervisor.settled import Settled
from services.supervisor.state import State, read_json, write_atomic

Check = Callable[[Config, str], Awaitable[Iterable[Problem]]]
"""What LiteLLM would refuse of a version, with its text."""
Regressions = Callable[[Config, Config], Awaitable[Iterable[str]]]
"""What gets worse from the accepted version to another, one clause each."""


async def _nothing(_one: object, _two: object) -> tuple[()]:
    return ()


class PolicyFile:
    """``config``: the last accepted version. ``sidecars`` gives the URLs that this version's deployments have.
    ``egress`` None: what is rendered is left as it is."""

    def __init__(
        self,
        config: Config,
        state: State,
        sidecars: Callable[[Config], Sidecars],
        say: Callable[[str], None],
        egress: EgressFile | None = None,
        check: Check = _nothing,
        regressions: Regressions = _nothing,
    ) -> None:
        self.config = config
        self.history = History(state.history)
        self._state = state
        self._sidecars = sidecars
        self._say = say
        self._egress = egress
        self._check = check
        self._regressions = regressions
        self._settled = Settled(config.path)
        self._orders = _order(state)
        state.config_error.unlink(missing_ok=True)
        state.config_waiting.unlink(missing_ok=True)
        with suppress(OSError, ConfigError):  # a folder without a file has no version to keep
            self._keep(config, read_text(config.path), ("in force at a start",))

    def write(self, found: list[dict[str, Any]]) -> bool:
        """Renders the accepted version with what is found; whether the file is another one now. Raises OSError."""
        rendered = render(self.config, found, self._sidecars(self.config))
        if self._egress is not None:
            rendered = self._egress.apply(rendered, self.config)
        return write_rendered(self._state.rendered, to_yaml(rendered, self.config.path))

    async def reload(self) -> bool:
        """Reads the user's file where it was changed; whether another version holds now.

        A broken one is said, kept in ``run/config_error.json`` for ``signalbox status``, and changes nothing. With
        ``gateway.reload: confirm`` (as the accepted version says) one that makes something worse waits to be applied.
        """
        order = _order(self._state)
        if not self._settled.look() and order == self._orders:
            return False
        self._orders = order
        try:
            text = read_text(self.config.path)
            config = parse_config(text, str(self.config.path))
            problems = list(await self._check(config, text))
        except ConfigError as error:
            problems = list(error.problems)
        if problems:
            self._refuse([str(p) for p in problems])
            return False
        self._state.config_error.unlink(missing_ok=True)
        if await self._waits(config, text):
            return False
        self._take(config, text)
        return True

    def deployments(self, found: list[dict[str, Any]]) -> tuple[Deployment, ...]:
        """What requests can be routed to."""
        entries = complete_model_list(self.config, found, self._sidecars(self.config))
        return deployments_from(entries, self.config.spec)

    async def _waits(self, config: Config, text: str) -> bool:
        confirmed = self._orders.get("sha256") == sha256(text)
        worse = (
            [] if self.config.spec.reload == "auto" or confirmed else list(await self._regressions(self.config, config))
        )
        if not worse:
            self._state.config_waiting.unlink(missing_ok=True)
            return False
        with suppress(OSError):  # it is said as well
            told = {"sha256": sha256(text), "regressions": worse}
            write_atomic(self._state.config_waiting, json.dumps(told, indent=1))
        self._say("the edited configuration waits (gateway.reload: confirm); `signalbox config apply` takes it:")
        for clause in worse:
            self._say(f"  {clause}")
        return True

    def _take(self, config: Config, text: str) -> None:
        before, self.config = self.config, config
        later = waiting_for_start(before, config)
        number = self._keep(config, text, changes(before, config))
        what = f" as version {number}" if number else ""
        self._say(f"{config.path} was edited: taken{what}")
        for clause in later:
            self._say(f"  {clause}")

    def _keep(self, config: Config, text: str, what: tuple[str, ...]) -> int | None:
        order = self._orders if self._orders.get("sha256") == sha256(text) else {}
        who = str(order.get("who") or _owner(config.path))
        note = (str(order["note"]),) if order.get("note") else ()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            return self.history.add(text, at=now, who=who, changes=(*note, *what)).number
        except OSError as error:  # a full disk must not keep a good edit from being taken
            self._say(f"the history of the configuration cannot be written: {error.strerror or error}")
            return None

    def _refuse(self, problems: list[str]) -> None:
        with suppress(OSError):  # it is said as well
            write_atomic(self._state.config_error, json.dumps({"problems": problems}, indent=1))
        self._say("the edited configuration is not taken; the one before holds:")
        for problem in problems:
            self._say(f"  {problem}")


def _order(state: State) -> dict[str, Any]:
    said = read_json(state.config_orders)
    return said if isinstance(said, dict) else {}


def _owner(path: Path) -> str:
    try:
        uid = path.stat().st_uid
    except OSError:
        return "unknown"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
