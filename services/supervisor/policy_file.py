"""The user's file and what is found, kept rendered for the gateway's workers.

Knows: when the file changed, that a broken edit changes nothing. Does not know: processes, how it is rendered.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from plugins.routing.config.deployments import deployments_from
from plugins.routing.config.load import Config, ConfigError, load_config
from plugins.routing.types import Deployment
from services.supervisor.egress_file import EgressFile
from services.supervisor.model_list import Sidecars, complete_model_list
from services.supervisor.render import render, to_yaml, write_rendered
from services.supervisor.state import State, write_atomic


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
    ) -> None:
        self.config = config
        self._state = state
        self._sidecars = sidecars
        self._say = say
        self._egress = egress
        self._seen = _stamp(config.path)
        state.config_error.unlink(missing_ok=True)

    def write(self, found: list[dict[str, Any]]) -> bool:
        """Renders the accepted version with what is found; whether the file is another one now. Raises OSError."""
        rendered = render(self.config, found, self._sidecars(self.config))
        if self._egress is not None:
            rendered = self._egress.apply(rendered, self.config)
        return write_rendered(self._state.rendered, to_yaml(rendered, self.config.path))

    def reload(self) -> bool:
        """Reads the user's file where it was changed; whether another version holds now.

        A broken one is said, kept in ``run/config_error.json`` for ``signalbox status``, and changes nothing.
        """
        stamp = _stamp(self.config.path)
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            self.config = load_config(self.config.path)
        except ConfigError as error:
            problems = [str(p) for p in error.problems]
            with suppress(OSError):  # it is said as well
                write_atomic(self._state.config_error, json.dumps({"problems": problems}, indent=1))
            self._say("the edited configuration is not taken; the one before holds:")
            for problem in problems:
                self._say(f"  {problem}")
            return False
        self._state.config_error.unlink(missing_ok=True)
        self._say(f"{self.config.path} was edited: taken")
        return True

    def deployments(self, found: list[dict[str, Any]]) -> tuple[Deployment, ...]:
        """What requests can be routed to."""
        entries = complete_model_list(self.config, found, self._sidecars(self.config))
        return deployments_from(entries, self.config.spec)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
