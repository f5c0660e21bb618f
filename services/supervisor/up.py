"""``signalbox up``: checks, renders, starts, waits, watches, stops.

Knows: the order of these steps. Does not know: how any of them is done.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from plugins.routing.config.deployments import deployments_from
from plugins.routing.config.load import Config, ConfigError
from plugins.routing.types import DataClass, Deployment
from services.common import own_tls
from services.common.own_tls import trusted
from services.supervisor.abilities import abilities
from services.supervisor.checks import Checks
from services.supervisor.egress_file import EgressFile
from services.supervisor.finder import Finder
from services.supervisor.fleet import Fleet, end_leftovers
from services.supervisor.held import run_elsewhere, seen_from
from services.supervisor.keyring import INTERNAL_ENV, Keyring, NoMasterKeyError, is_secret_name, open_keyring
from services.supervisor.litellm_check import LiteLLMCheck
from services.supervisor.lock import LockedError, owned
from services.supervisor.looking import look_in
from services.supervisor.model_list import DOCUMENTS, INSTANT, Sidecars, complete_model_list
from services.supervisor.options import OptionError, Options, read_config
from services.supervisor.parts import AUDIO, DATABASE, GATEWAY, GATEWAY_BASE, PARTS, RETRIEVAL, gateway_copies
from services.supervisor.policy_file import PolicyFile
from services.supervisor.ports import LOOPBACK, PortError, check_address, choose_ports
from services.supervisor.process import Child, Part
from services.supervisor.regressions import Regressions
from services.supervisor.screen import Screen
from services.supervisor.serve import ServeError, port_of, serve_part, served
from services.supervisor.setup import EGRESS, Setup
from services.supervisor.state import write_atomic
from services.supervisor.watch import reporter, watch
from services.supervisor.workers import forget

CONFIG_BROKEN = 2
FAILED = 1

_FIRST_LOOK_S = 1.5
_TAIL = 25


@dataclass(slots=True)
class _Run:
    """What one run is made of, passed from step to step."""

    options: Options
    screen: Screen
    setup: Setup
    parts: tuple[Part, ...]
    policy: PolicyFile
    finder: Finder


def up(options: Options, screen: Screen) -> int:
    """Runs until it is told to stop. Returns 0; 2 where the configuration is broken; 1 where it cannot start."""
    try:
        config = read_config(options.config)
    except ConfigError as error:
        for problem in error.problems:
            screen.failure(str(problem))
        screen.line(f"nothing was started: mend the file, `{program()} config check` reads it again")
        return CONFIG_BROKEN
    for warning in config.warnings:
        screen.warn(str(warning))
    try:
        options.state.prepare()
        with owned(options.state.lock):
            return asyncio.run(_up(options, config, screen))
    except LockedError as error:
        who = f"process {error.pid}" if error.pid else "another process"
        screen.failure(
            f"{options.state.root} belongs to a running `signalbox up` ({who}): stop that, or use --state OTHER_FOLDER"
        )
    except (PortError, ServeError, NoMasterKeyError, OptionError) as error:
        screen.failure(str(error))
    except OSError as error:
        screen.failure(
            f"{error.filename or options.state.root}: {error.strerror or error}; choose a folder with --state"
        )
    return FAILED


async def _up(options: Options, config: Config, screen: Screen) -> int:
    keyring = open_keyring(options.state, options.environ, config.raw)
    await end_leftovers(options.state.parts, screen.note)
    forget(options.state)
    _leave_certificate(options)
    run = _prepare(options, config, keyring, screen)
    await run.finder.look(_FIRST_LOOK_S)
    run.policy.write(run.finder.found)
    async with httpx.AsyncClient(timeout=5.0, trust_env=False, verify=trusted(options.state.root)) as client:

        async def probe(url: str) -> bool:
            try:
                return (await client.get(url)).status_code == 200
            except httpx.HTTPError:
                return False

        hidden = (*keyring.values(), *(v for k, v in options.environ.items() if is_secret_name(k)))
        fleet = Fleet(run.parts, options.state, secrets=hidden, probe=probe, say=screen.warn)
        return await _start_and_watch(run, fleet)


def _leave_certificate(options: Options) -> None:
    """For the parts that ask the gateway: they trust exactly this one."""
    there = options.state.run / own_tls.NAME
    if options.tls is None:
        there.unlink(missing_ok=True)
    else:
        write_atomic(there, options.tls[0].read_text("utf-8"), 0o644)


def _prepare(options: Options, config: Config, keyring: Keyring, screen: Screen) -> _Run:
    """Everything before the first process. Raises PortError, ServeError, OptionError."""
    wanted = {rule.name for rule in PARTS if rule.wanted(config)}
    wanted -= {EGRESS} if run_elsewhere(options.environ) else set()
    asked = {one.name: one for one in served(config)}
    running = _chosen(options.only, wanted | set(asked))
    if GATEWAY in running:
        check_address(options.host, options.port)
    ports = choose_ports(options.state.ports, sorted(running - {GATEWAY, GATEWAY_BASE}))
    ports |= {name: port for name, one in asked.items() if (port := port_of(one)) is not None}
    setup = Setup(
        config=config,
        state=options.state,
        keyring=keyring,
        host=options.host,
        port=options.port,
        workers=options.workers,
        ports=ports,
        running=running,
        environ=options.environ,
        tls=options.tls,
    )
    parts = [rule.make(setup) for rule in PARTS if rule.name in running]
    parts += [serve_part(one, ports[name], options.environ) for name, one in asked.items() if name in running]
    parts += gateway_copies(setup) if GATEWAY in running else []
    environ = seen_from(options.environ, options.state.run)
    egress = EgressFile(options.state, setup.broker, environ, screen.warn)
    check = LiteLLMCheck(setup.gateway_url, keyring.master, options.environ, verify=trusted(options.state.root))
    say = reporter(screen, options.state, keyring.values())

    def deployments(accepted: Config) -> tuple[Deployment, ...]:
        entries = complete_model_list(accepted, finder.found, _sidecars(setup, accepted))
        return deployments_from(entries, accepted.spec)

    regressions = Regressions(options.state.root / "decisions.sqlite", deployments)
    policy = PolicyFile(
        config, options.state, lambda accepted: _sidecars(setup, accepted), say, egress, check, regressions
    )
    audio = setup.url(AUDIO) if AUDIO in running else None
    look = look_in(lambda: policy.config, environ, setup.url("llm") if "llm" in running else None, audio)
    finder = Finder(look, screen.note)
    return _Run(options, screen, setup, tuple(parts), policy, finder)


def _chosen(only: frozenset[str], wanted: set[str]) -> frozenset[str]:
    known = wanted | {rule.name for rule in PARTS}
    wrong = sorted(only - known)
    if wrong:
        raise OptionError(f'--only: there is no part "{wrong[0]}" (valid: {", ".join(sorted(known))})')
    return (only | {GATEWAY_BASE} if GATEWAY in only else only) or frozenset(wanted)


def _sidecars(setup: Setup, config: Config) -> Sidecars:
    return Sidecars(
        instant=f"{setup.url(INSTANT)}/v1" if INSTANT in setup.running else None,
        retrieval=f"{setup.url(RETRIEVAL)}/v1" if RETRIEVAL in setup.running else None,
        documents=setup.url(DOCUMENTS) if DOCUMENTS in setup.running else None,
        audio=setup.url(AUDIO) if AUDIO in setup.running else None,
        serve={
            one.index: f"http://{LOOPBACK}:{setup.ports[one.name]}/v1"
            for one in served(config)
            if one.name in setup.running
        },
    )


async def _start_and_watch(run: _Run, fleet: Fleet) -> int:
    stop = asyncio.Event()
    _on_signals(run.screen, fleet, stop)
    run.screen.heading(f"Signalbox starts {', '.join(fleet.children)} (state: {run.options.state.root})")
    fleet.start()
    try:
        failed = await _until_ready(run, fleet, stop)
        if failed is not None:
            child = failed
            run.screen.failure(f"{child.part.name} did not start", child.log.path, child.log.tail(_TAIL))
            return FAILED
        if not stop.is_set():
            _tell(run)
            await watch(run.policy, run.finder, run.screen.warn, stop, _beside(run))
        return 0
    finally:
        run.screen.waiting(())
        run.screen.note("stopping; Ctrl-C again ends everything at once")
        await fleet.stop()
        run.screen.note("stopped")


def _beside(run: _Run) -> Iterable[Coroutine[Any, Any, None]]:
    if GATEWAY not in run.setup.running:
        return ()
    keyring = run.setup.keyring
    environ = {**run.options.environ, INTERNAL_ENV: keyring.internal}
    return Checks(run.policy, run.options.state, environ, (run.setup.gateway_url, keyring.master)).running()


async def _until_ready(run: _Run, fleet: Fleet, stop: asyncio.Event) -> Child | None:
    def told(child: Child) -> None:
        run.screen.step(child.part.name, _where(run.setup, child.part), child.ready_after)
        run.screen.waiting(fleet.unready())

    run.screen.waiting(fleet.unready())
    ready = asyncio.create_task(fleet.ready(told))
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait((ready, asked), return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    run.screen.waiting(())
    if not ready.done():
        ready.cancel()
        return None
    return await ready


def _tell(run: _Run) -> None:
    if GATEWAY not in run.setup.running:
        run.screen.heading(f"ready: {', '.join(sorted(run.setup.running))}")
        return
    deployments = run.policy.deployments(run.finder.found)
    run.screen.where(
        run.setup.gateway_url,
        run.setup.keyring,
        console="console" in run.setup.running,
        admin=DATABASE in run.setup.running,
    )
    run.screen.abilities(abilities(run.policy.config, deployments, program()))
    clouds = [e for e in run.finder.found if (e.get("model_info") or {}).get("found") == "cloud"]
    if clouds:
        where = str((clouds[0].get("model_info") or {}).get("location", "cloud"))
        highest = run.policy.config.spec.boundary.zones.get(where, DataClass.PUBLIC).label
        run.screen.line(
            f"  A cloud key was found. It is used only for what its zone may get: class {highest} at most.\n"
            f"  The header x-signalbox-data-class labels a request; gateway.boundary.zones.{where} sets the limit.\n"
        )
    run.screen.line(f"  Ctrl-C stops everything. `{program()} status` shows the parts.\n")


def _on_signals(screen: Screen, fleet: Fleet, stop: asyncio.Event) -> None:
    def asked() -> None:
        if stop.is_set():
            screen.warn("ending everything at once")
            fleet.kill()
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked)


def program() -> str:
    """How a person calls this command here: by its name where it is on PATH, else by its path."""
    called = sys.argv[0]
    if shutil.which("signalbox") or os.path.basename(called) != "signalbox":
        return "signalbox"
    near = os.path.relpath(called)
    return called if near.startswith(os.pardir) else near


def _where(setup: Setup, part: Part) -> str:
    urls: Mapping[str, str] = {GATEWAY: setup.gateway_url}
    return urls.get(part.name) or (part.readiness or "").removesuffix("/health/readiness")
