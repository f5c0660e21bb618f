"""Which parts Signalbox is made of on one machine, and how each is started.

Knows: commands, environments, readiness URLs, the order. Does not know: how a process is watched (``process``).
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from plugins.routing.config.load import Config
from services.supervisor.keyring import is_secret_name
from services.supervisor.process import Part
from services.supervisor.setup import EGRESS, EGRESS_URL_ENV, Setup, bare, python, shared, without_way_out

GATEWAY = "gateway"
GATEWAY_BASE = "gateway-base"
"""Imports what the gateway's workers need, once, and is what they are forks of."""

DATABASE = "database"
RETRIEVAL = "retrieval"
RETRIEVAL_WORKER = "retrieval-worker"
DOCUMENTS = "documents"
AUDIO = "audio"

READY_ENV = "SIGNALBOX_READY_FILE"
EGRESS_KEY_ENV = "SIGNALBOX_EGRESS_KEY"
_LAUNCH = Path(__file__).with_name("launch.py")
_OURS = ("SIGNALBOX_", "LITELLM_", "UI_", "DATABASE", "REDIS", "PG")


@dataclass(frozen=True, slots=True)
class Rule:
    """``wanted``: whether this configuration has a use for the part."""

    name: str
    wanted: Callable[[Config], bool]
    make: Callable[[Setup], Part]


def _sidecar(setup: Setup, name: str, *arguments: str, **extra: str) -> Part:
    """A part of ours, which gets nobody's credentials but the internal key."""
    return Part(
        name=name,
        command=python(f"services.{name}", "--port", setup.ports[name], *arguments),
        env={**shared(setup, bare(setup)), **extra},
        readiness=f"{setup.url(name)}/health/readiness",
    )


def _database(setup: Setup) -> Part:
    return Part(
        name=DATABASE,
        command=python("services.database", "--state", str(setup.state.root)),
        env=shared(setup, bare(setup)),
        ready_file=setup.state.run / "database.json",
        stop_s=25.0,
        stage=2,  # last to go: the gateway still writes spend
    )


def _instant(setup: Setup) -> Part:
    return _sidecar(setup, "instant", "--config", str(setup.state.rendered))


def _llm(setup: Setup) -> Part:
    return _sidecar(setup, "llm", "--models-dir", str(models_dir(setup.config)))


def _retrieval(setup: Setup) -> Part:
    spec = setup.config.spec.retrieval
    more = {"SIGNALBOX_RETRIEVAL_MAX_STORES": str(spec.max_stores)}
    if spec.chroma_url:
        more["SIGNALBOX_RETRIEVAL_CHROMA"] = spec.chroma_url
    return _sidecar(setup, RETRIEVAL, **_retrieval_needs(setup), **more)


def _retrieval_worker(setup: Setup) -> Part:
    """Takes files in; the one process beside the gateway that is told where Redis is."""
    needs = _retrieval_needs(setup)
    return Part(
        name=RETRIEVAL_WORKER,
        command=python("services.retrieval.worker", "--state", str(setup.state.root)),
        env={**shared(setup, bare(setup)), **needs, "SIGNALBOX_RETRIEVAL_URL": setup.url(RETRIEVAL)},
        ready_file=setup.state.run / "retrieval-worker.json",
        needs=(DATABASE,) if DATABASE in setup.running else (),
    )


def _retrieval_needs(setup: Setup) -> dict[str, str]:
    made: dict[str, str] = {}
    if DATABASE in setup.running:
        from services.database.environment import redis_url

        made["SIGNALBOX_RETRIEVAL_REDIS"] = redis_url(setup.state.root, setup.environ)
    if DOCUMENTS in setup.running:
        made["SIGNALBOX_DOCUMENTS_URL"] = setup.url(DOCUMENTS)
    return made


def _documents(setup: Setup) -> Part:
    return _sidecar(setup, DOCUMENTS, SIGNALBOX_DOCUMENTS=setup.config.spec.documents.model_dump_json())


def _audio(setup: Setup) -> Part:
    folder = models_dir(setup.config)
    return _sidecar(setup, AUDIO, *(("--models-dir", str(folder)) if folder is not None else ()))


def _console(setup: Setup) -> Part:
    return _sidecar(setup, "console", SIGNALBOX_MASTER_KEY=setup.keyring.master)


def _egress(setup: Setup) -> Part:
    """The one part that gets the clouds' credentials, and nothing that opens another part of ours."""
    held = {k: v for k, v in setup.environ.items() if not k.startswith(_OURS) or not (is_secret_name(k) or "URL" in k)}
    return Part(
        name=EGRESS,
        command=python("services.egress", "--port", setup.ports[EGRESS], "--config", setup.config.path.absolute()),
        env={**shared(setup, held), EGRESS_KEY_ENV: setup.keyring.egress},
        readiness=f"{setup.url(EGRESS)}/health/readiness",
    )


def _gateway_environment(setup: Setup) -> dict[str, str]:
    """Behind the wall the gateway has no credential of a cloud, and signs for the broker that does."""
    if setup.broker is None:
        return shared(setup, setup.environ)
    held = without_way_out(setup)
    signing = {EGRESS_URL_ENV: setup.broker, EGRESS_KEY_ENV: setup.keyring.egress}
    return shared(setup, held) | signing


def _gateway_arguments(setup: Setup) -> tuple[str, ...]:
    address: tuple[str | int, ...] = ("--host", setup.host, "--port", setup.port, "--of", setup.workers)
    if setup.tls:
        address += ("--tls-cert", str(setup.tls[0]), "--tls-key", str(setup.tls[1]))
    return tuple(str(a) for a in ("--config", setup.state.rendered, *address))


def _worker_environment(setup: Setup) -> dict[str, str]:
    env = _gateway_environment(setup)
    env |= {
        "LITELLM_MASTER_KEY": setup.keyring.master,
        "LITELLM_SALT_KEY": setup.keyring.salt,
        "UI_USERNAME": setup.environ.get("UI_USERNAME", "admin"),
        "UI_PASSWORD": setup.keyring.ui_password,
    }
    if DATABASE in setup.running:
        from services.database.environment import gateway_environment

        env |= gateway_environment(setup.state.root, setup.environ)
    if DOCUMENTS in setup.running:
        env["SIGNALBOX_DOCUMENTS_URL"] = setup.url(DOCUMENTS)
    if AUDIO in setup.running:
        env["SIGNALBOX_AUDIO_URL"] = setup.url(AUDIO)
    if RETRIEVAL in setup.running:
        env["SIGNALBOX_RETRIEVAL_URL"] = setup.url(RETRIEVAL)
    if "console" in setup.running:
        env["SIGNALBOX_CONSOLE_URL"] = setup.url("console")
    if names_own_code(setup.config):
        folder = str(setup.config.path.absolute().parent)
        env["PYTHONPATH"] = os.pathsep.join(p for p in (env.get("PYTHONPATH"), folder) if p)
    return env


def _gateway_base(setup: Setup) -> Part:
    ready = setup.state.run / f"{GATEWAY_BASE}.ready"
    return Part(
        name=GATEWAY_BASE,
        command=python("plugins.litellm_adapter.prefork", _base_socket(setup), *_gateway_arguments(setup)),
        env=_worker_environment(setup) | {READY_ENV: str(ready)},
        ready_file=ready,
        ready_s=300.0,  # seconds where it is quick, minutes on a small busy machine
    )


def _base_socket(setup: Setup) -> Path:
    return setup.state.run / f"{GATEWAY_BASE}.sock"


def _gateway(setup: Setup) -> Part:
    """One of the workers; ``gateway_copies`` makes the others. Each is a process of its own under the supervisor, so
    none of them has a parent whose end would end them all. It is a fork where ``gateway-base`` runs, and starts from
    nothing while that does not."""
    command = python("plugins.litellm_adapter.server", *_gateway_arguments(setup))
    if GATEWAY_BASE in setup.running:
        command = (sys.executable, "-S", "-E", str(_LAUNCH), str(_base_socket(setup)), *command)
    return Part(
        name=GATEWAY,
        command=command,
        env=_worker_environment(setup) | {READY_ENV: str(setup.state.run / f"{GATEWAY}.ready")},
        readiness=f"{setup.gateway_url}/health/readiness",
        ready_file=setup.state.run / f"{GATEWAY}.ready",  # the port may be answered by another worker
        needs=tuple(name for name in (DATABASE, GATEWAY_BASE) if name in setup.running),
        ready_s=300.0,
        stop_s=15.0,
        stage=0,  # first to go: it still sends requests to the others
    )


def gateway_copies(setup: Setup) -> list[Part]:
    """The gateway's further workers, which share its port."""
    made: list[Part] = []
    first = _gateway(setup)
    for number in range(2, setup.workers + 1):
        name = f"{GATEWAY}-{number}"
        ready = setup.state.run / f"{name}.ready"
        env = {**first.env, READY_ENV: str(ready)}
        made.append(replace(first, name=name, readiness=None, ready_file=ready, env=env))
    return made


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


PARTS: tuple[Rule, ...] = (
    Rule(DATABASE, lambda _: _installed("services.database.__main__"), _database),
    # Before the others: its imports take longest.
    Rule(GATEWAY_BASE, lambda _: True, _gateway_base),
    Rule(GATEWAY, lambda _: True, _gateway),
    Rule(EGRESS, lambda c: c.spec.boundary.egress.mode == "on" and _installed("services.egress.__main__"), _egress),
    Rule("instant", lambda c: c.spec.instant.enabled and _installed("services.instant.__main__"), _instant),
    Rule("llm", lambda c: models_dir(c) is not None and _installed("services.llm.__main__"), _llm),
    Rule(RETRIEVAL, lambda c: c.spec.retrieval.enabled and _installed("services.retrieval.__main__"), _retrieval),
    Rule(RETRIEVAL_WORKER, lambda c: c.spec.retrieval.enabled, _retrieval_worker),
    Rule(DOCUMENTS, lambda c: c.spec.documents.enabled and _installed("services.documents.__main__"), _documents),
    Rule(AUDIO, lambda c: c.spec.audio.enabled and _installed("services.audio.__main__"), _audio),
    Rule("console", lambda _: _installed("services.console.__main__"), _console),
)


def models_dir(config: Config) -> Path | None:
    """The folder of ``*.gguf``, absolute, or None where the configuration looks nowhere."""
    named = config.spec.discovery.models_dir
    return None if named is None else config.path.absolute().parent / named


def names_own_code(config: Config) -> bool:
    """Whether the YAML names Python of the user's, which LiteLLM looks for beside the file it is started on."""
    sections = [config.raw.get(name) for name in ("litellm_settings", "general_settings", "guardrails")]
    keys = {"callbacks", "success_callback", "failure_callback", "custom_provider_map", "custom_auth", "custom_sso"}
    return any(isinstance(s, list) or (isinstance(s, dict) and keys & set(s)) for s in sections)
