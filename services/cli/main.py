"""``signalbox``: the command, with its subcommands loaded when they are asked for.

Knows: which subcommands there are. Does not know: what they do. Help must not wait for imports.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class Entry:
    """``where``: module and attribute of the click command; ``help``: its line in the list."""

    name: str
    where: str
    help: str


COMMANDS: tuple[Entry, ...] = (
    Entry("up", "services.cli.up:up", "Start the gateway and all its parts, and watch them."),
    Entry("status", "services.cli.status:status", "What runs, what was found, what works."),
    Entry("config", "services.cli.config:config", "Check a configuration file, see and undo its changes."),
    Entry("explain", "services.cli.explain:explain", "Where requests would go, and why; sends nothing."),
    Entry("models", "services.cli.models:models", "List, fetch, import and remove local models."),
    Entry("keys", "services.cli.keys:keys", "Create, list and revoke API keys."),
    Entry("boundary", "services.cli.boundary:boundary", "What detectors find in texts; sends nothing."),
    Entry("ledger", "services.cli.ledger:ledger", "What left, what stayed, what was refused: prove it, ask for it."),
    Entry("retrieval", "services.cli.retrieval:retrieval", "Vector stores: status, reindexing, dead letters, recall."),
    Entry("doctor", "services.cli.doctor:doctor", "Check this machine and installation, and say what to do."),
    Entry("backup", "services.cli.backup:backup", "Everything that cannot be made again, in one verified file."),
    Entry("restore", "services.cli.backup:restore", "Bring a backup into an empty state directory."),
    Entry("router", "services.cli.router:router", "Train and measure the intent classifier."),
)

EXAMPLES = """
\b
Start, look, ask:
  signalbox up                                 gateway on http://127.0.0.1:4000
  signalbox status
  signalbox explain --text "write a haiku"     where would this go?
\b
Add a model, check an edit:
  signalbox models pull qwen3-4b
  signalbox config check
"""


class LazyGroup(click.Group):
    """Looks its commands up in ``COMMANDS``; those whose module is not there are not offered."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [entry.name for entry in COMMANDS if _exists(entry)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        entry = next((e for e in COMMANDS if e.name == cmd_name and _exists(e)), None)
        if entry is None:
            return None
        module, _, attribute = entry.where.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in COMMANDS if _exists(entry)])


def _exists(entry: Entry) -> bool:
    return importlib.util.find_spec(entry.where.partition(":")[0]) is not None


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}, epilog=EXAMPLES
)
@click.version_option(package_name="signalbox-gateway", prog_name="signalbox")
def main() -> None:
    """One OpenAI-compatible base URL for all of an organization's AI.

    Every request goes to the smallest model that does the work, inside the boundary that you set.
    """
