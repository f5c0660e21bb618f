"""Commands and environments of the parts."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from plugins.routing.config.load import parse_config
from services.documents.settings import limits_from
from services.supervisor.keyring import open_keyring
from services.supervisor.parts import PARTS, gateway_copies, models_dir, names_own_code
from services.supervisor.process import Part
from services.supervisor.setup import Setup
from services.supervisor.state import State

NAMES = (
    "database",
    "gateway-base",
    "gateway",
    "egress",
    "instant",
    "llm",
    "retrieval",
    "retrieval-worker",
    "documents",
    "audio",
    "console",
)
PORTS = {n: p for p, n in enumerate(("instant", "llm", "console", "egress", "retrieval", "documents", "audio"), 5001)}
ENVIRON = {"PATH": "/bin", "OPENAI_API_KEY": "sk-cloud-credential", "SIGNALBOX_LLM_CONTEXT": "512"}


def setup_of(folder: Path, text: str = "gateway: {}\n", **changes: Any) -> Setup:
    state = State(folder / "state")
    state.prepare()
    given: dict[str, Any] = {
        "config": parse_config(text, str(folder / "x.yaml")),
        "state": state,
        "keyring": open_keyring(state, {}, {}),
        "host": "127.0.0.1",
        "port": 4000,
        "workers": 2,
        "ports": PORTS,
        "running": frozenset(NAMES),
        "environ": ENVIRON,
    }
    return Setup(**{**given, **changes})


def parts_of(setup: Setup) -> dict[str, Part]:
    return {rule.name: rule.make(setup) for rule in PARTS if rule.name in setup.running}


def test_every_worker_of_the_gateway_is_a_part_of_its_own(tmp_path: Path) -> None:
    setup = setup_of(tmp_path)
    first, (second,) = parts_of(setup)["gateway"], gateway_copies(setup)
    assert (second.name, second.readiness) == ("gateway-2", None)
    assert second.command == first.command
    assert second.ready_file != first.ready_file
    assert second.env["SIGNALBOX_READY_FILE"] == str(second.ready_file)
    assert first.env["SIGNALBOX_READY_FILE"] == str(first.ready_file)


def test_the_list_of_parts_is_complete() -> None:
    assert tuple(rule.name for rule in PARTS) == NAMES


def test_the_gateway_is_started_on_the_rendered_file(tmp_path: Path) -> None:
    setup = setup_of(tmp_path)
    gateway = parts_of(setup)["gateway"]
    given = (
        *("--config", str(tmp_path / "state" / "run" / "litellm.yaml")),
        *("--host", "127.0.0.1", "--port", "4000", "--of", "2"),
    )
    meeting = str(tmp_path / "state" / "run" / "gateway-base.sock")
    assert gateway.command[3].endswith("/services/supervisor/launch.py")
    assert gateway.command[4] == meeting
    assert gateway.command[6:] == ("-m", "plugins.litellm_adapter.server", *given)
    base = parts_of(setup)["gateway-base"]
    assert base.command[1:] == ("-m", "plugins.litellm_adapter.prefork", meeting, *given)
    ours = ("SIGNALBOX_READY_FILE",)
    assert {k: v for k, v in base.env.items() if k not in ours} == {
        k: v for k, v in gateway.env.items() if k not in ours
    }, "LiteLLM reads its environment when it is imported"
    assert gateway.readiness == "http://127.0.0.1:4000/health/readiness"
    assert gateway.env["LITELLM_MASTER_KEY"] == setup.keyring.master
    assert gateway.env["SIGNALBOX_CONFIG"] == str(tmp_path / "x.yaml")
    assert gateway.env["SIGNALBOX_CONSOLE_URL"] == "http://127.0.0.1:5003"
    assert gateway.env["SIGNALBOX_DOCUMENTS_URL"] == "http://127.0.0.1:5006"
    assert gateway.env["SIGNALBOX_AUDIO_URL"] == "http://127.0.0.1:5007"
    assert gateway.env["SIGNALBOX_EGRESS_URL"] == "http://127.0.0.1:5004"
    assert gateway.env["SIGNALBOX_EGRESS_KEY"] == setup.keyring.egress
    assert "DATABASE_URL" in gateway.env
    assert gateway.needs == ("database", "gateway-base")
    assert "PYTHONPATH" not in gateway.env


def test_audio_looks_where_models_are(tmp_path: Path) -> None:
    part = parts_of(setup_of(tmp_path))["audio"]
    assert part.command[-2:] == ("--models-dir", str(tmp_path / "models"))
    nowhere = parts_of(setup_of(tmp_path, "gateway: {discovery: {models_dir: null}}\n"))["audio"]
    assert "--models-dir" not in nowhere.command
    assert "OPENAI_API_KEY" not in part.env


def test_documents_are_told_their_section(tmp_path: Path) -> None:
    part = parts_of(setup_of(tmp_path, "gateway: {documents: {max_pages: 7}}\n"))["documents"]
    assert json.loads(part.env["SIGNALBOX_DOCUMENTS"])["max_pages"] == 7
    assert limits_from(part.env).max_pages == 7


def test_the_services_defaults_are_those_of_the_section() -> None:
    section = parse_config("gateway: {}\n", "x.yaml").spec.documents.model_dump()
    limits = limits_from({})
    assert {f.name: getattr(limits, f.name) for f in fields(limits)} == {
        name: section[name] for name in (f.name for f in fields(limits))
    }


def test_without_a_database_or_console_the_gateway_knows_of_none(tmp_path: Path) -> None:
    gateway = parts_of(setup_of(tmp_path, running=frozenset({"gateway"})))["gateway"]
    assert gateway.needs == ()
    assert gateway.command[1:3] == ("-m", "plugins.litellm_adapter.server"), "with nobody to fork"
    assert "DATABASE_URL" not in gateway.env
    assert "SIGNALBOX_CONSOLE_URL" not in gateway.env


def test_with_a_broker_of_somebody_elses_no_part_gets_credentials_of_clouds(tmp_path: Path) -> None:
    elsewhere = {**ENVIRON, "SIGNALBOX_EGRESS_URL": "http://egress:8300", "HTTPS_PROXY": "http://a:b@out:3128"}
    setup = setup_of(tmp_path, running=frozenset(NAMES) - {"egress"}, environ=elsewhere)
    parts = parts_of(setup)
    assert setup.broker == parts["gateway"].env["SIGNALBOX_EGRESS_URL"] == "http://egress:8300"
    assert parts["gateway"].env["SIGNALBOX_EGRESS_KEY"] == setup.keyring.egress
    for part in parts.values():
        assert "sk-cloud-credential" not in part.env.values()
        assert "HTTPS_PROXY" not in part.env


@pytest.mark.parametrize("holder", ["egress", "gateway"])
def test_one_part_gets_credentials_of_clouds(tmp_path: Path, holder: str) -> None:
    """The broker; without one the gateway."""
    setup = setup_of(tmp_path, running=frozenset(NAMES) if holder == "egress" else frozenset(NAMES) - {"egress"})
    for name, part in parts_of(setup).items():
        part_of = name.removesuffix("-base")  # what is forked has what its forks have
        assert ("sk-cloud-credential" in part.env.values()) is (part_of == holder)
        assert (setup.keyring.egress in part.env.values()) is (holder == "egress" and part_of in ("egress", "gateway"))
        assert (setup.keyring.master in part.env.values()) is (part_of in ("gateway", "console"))
        assert part.env["SIGNALBOX_INTERNAL_KEY"] == setup.keyring.internal
        assert part.env["SIGNALBOX_STATE"] == str(setup.state.root)
        assert part.env["SIGNALBOX_LLM_CONTEXT"] == "512"


def test_a_forward_proxy_is_the_brokers_alone_while_the_wall_stands(tmp_path: Path) -> None:
    proxy = {"HTTPS_PROXY": "http://box:pw@127.0.0.1:3128", "all_proxy": "http://box:pw@127.0.0.1:3128"}
    for running, holders in ((frozenset(NAMES), {"egress"}), (frozenset(NAMES) - {"egress"}, set(NAMES) - {"egress"})):
        setup = setup_of(tmp_path, running=running)
        setup = replace(setup, environ={**setup.environ, **proxy})
        parts = {name: part for name, part in parts_of(setup).items() if name in running}
        assert {name for name, part in parts.items() if "HTTPS_PROXY" in part.env} == holders
        assert {name for name, part in parts.items() if "all_proxy" in part.env} == holders


def test_no_secret_is_on_a_command_line_or_in_repr(tmp_path: Path) -> None:
    setup = setup_of(tmp_path)
    told = repr(setup) + "".join(repr(part) + " ".join(part.command) for part in parts_of(setup).values())
    assert not [value for value in (*setup.keyring.values(), "sk-cloud-credential") if value in told]


def test_sidecars_listen_where_the_ports_say(tmp_path: Path) -> None:
    parts = parts_of(setup_of(tmp_path))
    for name in ("instant", "llm", "console", "documents", "audio"):
        port = PORTS[name]
        assert parts[name].readiness == f"http://127.0.0.1:{port}/health/readiness"
        assert parts[name].command[1:5] == ("-m", f"services.{name}", "--port", str(port))
    assert parts["llm"].command[5:] == ("--models-dir", str(tmp_path / "models"))
    assert parts["database"].readiness is None
    assert parts["database"].ready_file == tmp_path / "state" / "run" / "database.json"
    assert [p.stage for p in parts.values()] == [2, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("gateway: {}\n", set(NAMES)),
        ("gateway: {boundary: {egress: off}}\n", set(NAMES) - {"egress"}),
        ("gateway: {instant: {enabled: false}}\n", set(NAMES) - {"instant"}),
        ("gateway: {discovery: {models_dir: null}}\n", set(NAMES) - {"llm"}),
        ("gateway: {documents: {enabled: false}}\n", set(NAMES) - {"documents"}),
        ("gateway: {audio: {enabled: false}}\n", set(NAMES) - {"audio"}),
    ],
)
def test_only_what_the_configuration_has_a_use_for_is_started(text: str, wanted: set[str]) -> None:
    config = parse_config(text, "x.yaml")
    assert {rule.name for rule in PARTS if rule.wanted(config)} == wanted


THEIRS = "gateway: {boundary: {third_parties: {mine.logger: local, g: local}}}\n"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("gateway: {}\n", False),
        ("litellm_settings: {drop_params: true}\n", False),
        (f"litellm_settings: {{callbacks: [mine.logger]}}\n{THEIRS}", True),
        ("general_settings: {custom_auth: mine.auth}\n", True),
        (f"guardrails: [{{guardrail_name: g}}]\n{THEIRS}", True),
    ],
)
def test_the_users_own_code_is_found_beside_the_users_file(text: str, own: bool, tmp_path: Path) -> None:
    setup = setup_of(tmp_path, text)
    assert names_own_code(setup.config) is own
    assert parts_of(setup)["gateway"].env.get("PYTHONPATH") == (str(tmp_path) if own else None)


def test_models_lie_beside_the_users_file() -> None:
    assert models_dir(parse_config("gateway: {}\n", "/etc/x.yaml")) == Path("/etc/models")
    assert models_dir(parse_config("gateway: {discovery: {models_dir: /m}}\n", "/etc/x.yaml")) == Path("/m")
    assert models_dir(parse_config("gateway: {discovery: {models_dir: null}}\n", "/etc/x.yaml")) is None


def test_every_part_sends_its_traces_where_the_configuration_says_and_nowhere_else(tmp_path: Path) -> None:
    text = "gateway: {metrics: {otlp_endpoint: 'http://127.0.0.1:4318'}}\n"
    for part in parts_of(setup_of(tmp_path, text)).values():
        assert part.env["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318", part.name
    for part in parts_of(setup_of(tmp_path)).values():
        assert "OTEL_EXPORTER_OTLP_ENDPOINT" not in part.env, part.name
