"""Which parts Signalbox is made of on one machine, and how each is started.

Knows: commands, environments, readiness URLs, the order. Does not know: how a process is watched (``process``).
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from plugins.routing.config.load import Config
from plugins.routing.egress_split import credential_names, without_credentials
from services.common.telemetry import OFF
from services.supervisor.keyring import INTERNAL_ENV, Keyring, is_secret_name, without_secrets
from services.supervisor.options import CONFIG_ENV
from services.supervisor.ports import LOOPBACK
from services.supervisor.process import Part
from services.supervisor.state import STATE_ENV, State

GATEWAY = "gateway"
DATABASE = "database"
EGRESS = "egress"
RETRIEVAL = "retrieval"
RETRIEVAL_WORKER = "retrieval-worker"
DOCUMENTS = "documents"
AUDIO = "audio"

OTLP_ENV = "OTEL_EXPORTER_OTLP_ENDPOINT"
READY_ENV = "SIGNALBOX_READY_FILE"
EGRESS_URL_ENV = "SIGNALBOX_EGRESS_URL"
EGRESS_KEY_ENV = "SIGNALBOX_EGRESS_KEY"
_FORWARD_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})
_OURS = ("SIGNALBOX_", "LITELLM_", "UI_", "DATABASE", "REDIS", "PG")


@dataclass(frozen=True, slots=True)
class Setup:
    """What every command is made from. ``ports``: the internal port of each part. ``running``: names of the parts that
    are started."""

    config: Config
    state: State
    keyring: Keyring
    host: str
    port: int
    workers: int
    ports: Mapping[str, int]
    running: frozenset[str]
    environ: Mapping[str, str] = field(repr=False)
    tls: tuple[Path, Path] | None = None

    def url(self, name: str) -> str:
        """The base URL of one part of ours."""
        return f"http://{LOOPBACK}:{self.ports[name]}"

    @property
    def gateway_url(self) -> str:
        """Where this machine reaches the gateway, also where it listens on every address."""
        plain = base_url(self.host, self.port)
        return plain.replace("http:", "https:", 1) if self.tls else plain


@dataclass(frozen=True, slots=True)
class Rule:
    """``wanted``: whether this configuration has a use for the part."""

    name: str
    wanted: Callable[[Config], bool]
    make: Callable[[Setup], Part]


def base_url(host: str, port: int) -> str:
    """``http://host:port`` as a client on this machine writes it."""
    reached = {"0.0.0.0": LOOPBACK, "::": "[::1]", "": LOOPBACK}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{reached}]:{port}" if ":" in reached and "[" not in reached else f"http://{reached}:{port}"


def _python(module: str, *arguments: str | int | Path) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *(str(a) for a in arguments))


def _shared(setup: Setup, environ: Mapping[str, str]) -> dict[str, str]:
    collector = setup.config.spec.metrics.otlp_endpoint
    return {
        **environ,
        **OFF,
        **({OTLP_ENV: collector} if collector is not None else {}),
        "PYTHONUNBUFFERED": "1",
        STATE_ENV: str(setup.state.root),
        CONFIG_ENV: str(setup.config.path.absolute()),  # relative paths in `gateway:` mean its folder
        INTERNAL_ENV: setup.keyring.internal,
        "SIGNALBOX_PARENT_PID": str(os.getpid()),
        "SIGNALBOX_GATEWAY_URL": setup.gateway_url,
    }


def _bare(setup: Setup) -> dict[str, str]:
    """The environment of a part that needs nobody's credentials."""
    return without_secrets(_without_clouds(setup) if EGRESS not in setup.running else _without_way_out(setup))


def _without_clouds(setup: Setup) -> dict[str, str]:
    """The environment without the credentials of what lies outside."""
    entries = [e for e in setup.config.raw.get("model_list") or () if isinstance(e, Mapping)]
    return without_credentials(setup.environ, credential_names(entries, setup.config.spec))


def _without_way_out(setup: Setup) -> dict[str, str]:
    """The same, and without forward proxies: on a network without a route out one is the only way, and its name and
    password are the broker's alone."""
    return {k: v for k, v in _without_clouds(setup).items() if k.lower() not in _FORWARD_PROXIES}


def _sidecar(setup: Setup, name: str, *arguments: str, **extra: str) -> Part:
    """A part of ours, which gets nobody's credentials but the internal key."""
    return Part(
        name=name,
        command=_python(f"services.{name}", "--port", setup.ports[name], *arguments),
        env={**_shared(setup, _bare(setup)), **extra},
        readiness=f"{setup.url(name)}/health/readiness",
    )


def _database(setup: Setup) -> Part:
    return Part(
        name=DATABASE,
        command=_python("services.database", "--state", str(setup.state.root)),
        env=_shared(setup, _bare(setup)),
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
        command=_python("services.retrieval.worker", "--state", str(setup.state.root)),
        env={**_shared(setup, _bare(setup)), **needs, "SIGNALBOX_RETRIEVAL_URL": setup.url(RETRIEVAL)},
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
        command=_python("services.egress", "--port", setup.ports[EGRESS], "--config", setup.config.path.absolute()),
        env={**_shared(setup, held), EGRESS_KEY_ENV: setup.keyring.egress},
        readiness=f"{setup.url(EGRESS)}/health/readiness",
    )


def _gateway_environment(setup: Setup) -> dict[str, str]:
    """Behind the wall the gateway has no credential of a cloud, and signs for the broker that does."""
    if EGRESS not in setup.running:
        return _shared(setup, setup.environ)
    held = _without_way_out(setup)
    signing = {EGRESS_URL_ENV: setup.url(EGRESS), EGRESS_KEY_ENV: setup.keyring.egress}
    return _shared(setup, held) | signing


def _gateway(setup: Setup) -> Part:
    """One of the workers; ``gateway_copies`` makes the others. Each is a process of its own under the supervisor, so
    none of them has a parent whose end would end them all."""
    address: tuple[str | int, ...] = ("--host", setup.host, "--port", setup.port, "--of", setup.workers)
    if setup.tls:
        address += ("--tls-cert", str(setup.tls[0]), "--tls-key", str(setup.tls[1]))
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
    return Part(
        name=GATEWAY,
        command=_python("plugins.litellm_adapter.server", "--config", str(setup.state.rendered), *address),
        env=env | {READY_ENV: str(setup.state.run / f"{GATEWAY}.ready")},
        readiness=f"{setup.gateway_url}/health/readiness",
        ready_file=setup.state.run / f"{GATEWAY}.ready",  # the port may be answered by another worker
        needs=(DATABASE,) if DATABASE in setup.running else (),
        ready_s=300.0,  # seconds where it is quick, minutes on a small busy machine
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
    # Before the others: its imports take longest, and it needs them only when it says that it is ready.
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
