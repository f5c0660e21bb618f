"""The production form as files: compose.yaml, Dockerfile. What runs in it: tests/e2e/test_production.py."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from plugins.routing.config.load import load_config
from plugins.routing.egress_split import PROVIDERS
from services.database.redis import find_server
from tests.services.database.support import free_port, wait_for

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VOLUMES = ("ollama-volume", "chroma-volume")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened_and_pinned(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    if name not in VOLUMES:  # gives a new volume away, with no network, and ends
        assert int(service["user"].split(":")[0]) > 0
        assert "cap_add" not in service
    assert re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$", service["image"]), "a tag of one version"
    assert "privileged" not in service
    assert not any("docker.sock" in str(v) for v in service.get("volumes", ()))


def test_only_what_calls_clouds_or_fetches_has_a_route_out() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    out = {name for name, service in SERVICES.items() if "outside" in service.get("networks", ())}
    assert out == {"egress", "ollama-pull"}
    assert SERVICES["signalbox"]["networks"] == ["inside"], "the gateway has no route out"
    assert SERVICES["door"]["networks"] == ["inside", "watch"]
    assert all(SERVICES[name]["network_mode"] == "none" for name in VOLUMES)
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["door", "grafana"]
    assert SERVICES["grafana"]["ports"][0].startswith("127.0.0.1:")
    assert COMPOSE["networks"]["watch"]["driver_opts"] == {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    assert SERVICES["door"]["ports"][0].startswith("${SIGNALBOX_BIND:-127.0.0.1}:")


def test_the_broker_alone_has_the_keys_of_clouds_and_the_gateway_reaches_it() -> None:
    keys = {name for provider in PROVIDERS.values() for name in provider.keys}
    holders = {name for name, service in SERVICES.items() if keys & set(service.get("environment", {}))}
    assert holders == {"egress"}
    broker, gateway = SERVICES["egress"], SERVICES["signalbox"]
    port = broker["command"][broker["command"].index("--port") + 1]
    assert gateway["environment"]["SIGNALBOX_EGRESS_URL"] == f"http://egress:{port}"
    assert f"127.0.0.1:{port}/health/readiness" in str(broker["healthcheck"]["test"])
    assert set(broker["networks"]) & set(gateway["networks"]) == {"inside"}
    state = "state:/var/lib/signalbox"
    assert state in broker["volumes"], "the ledger and the list of targets"
    assert state in gateway["volumes"]
    assert (broker["image"], broker["user"]) == (gateway["image"], gateway["user"])
    assert broker["depends_on"] == {"signalbox": {"condition": "service_healthy"}}
    assert "ports" not in broker


def test_the_door_leads_to_the_gateway_and_nowhere_else() -> None:
    lines = (ROOT / "deploy/door/haproxy.cfg").read_text("utf-8").splitlines()
    said = [line.split() for line in lines if line.startswith("  ")]
    assert [words[2] for words in said if words[0] == "server"] == ["signalbox:4000"]
    assert ["bind", ":4000"] in said
    assert SERVICES["door"]["volumes"] == ["./deploy/door:/usr/local/etc/haproxy:ro"]
    assert "environment" not in SERVICES["door"]
    assert "secrets" not in SERVICES["door"]


def test_no_password_stands_in_an_environment_or_a_command() -> None:
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if any(word in key for word in ("PASSWORD", "KEY", "SECRET")):
                assert value is None or str(value).startswith("/run/secrets/"), f"{name}: {key}"
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), f"{name}: {key} holds a password"
    assert all(secret["file"].startswith("./.signalbox/") for secret in COMPOSE["secrets"].values()), "git ignores it"


def test_health_conditions_wait_for_readiness() -> None:
    assert "/health/readiness" in str(SERVICES["signalbox"]["healthcheck"]["test"])
    waits = SERVICES["signalbox"]["depends_on"]
    assert waits == {name: {"condition": "service_healthy"} for name in ("postgres", "redis", "chroma")}
    wanting = [n for n, s in SERVICES.items() if "healthcheck" not in s and n not in (*VOLUMES, "ollama-pull")]
    assert wanting == []


def test_prometheus_scrapes_the_gateway_and_grafana_shows_it() -> None:
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yaml").read_text())["scrape_configs"][0]
    assert scraped["static_configs"] == [{"targets": ["signalbox:4000"]}]
    assert scraped["authorization"]["credentials_file"] == "/run/secrets/metrics_token"
    assert SERVICES["signalbox"]["environment"]["SIGNALBOX_METRICS_TOKEN_FILE"] == "/run/secrets/metrics_token"
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yaml").read_text())
    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    mounted = {volume.split(":")[0] for name in ("prometheus", "grafana") for volume in SERVICES[name]["volumes"]}
    assert all((ROOT / path).is_dir() for path in mounted if path.startswith("./"))


@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool here")
def test_prometheus_takes_its_file(tmp_path: Path) -> None:
    text = (ROOT / "deploy/prometheus/prometheus.yaml").read_text()
    token = tmp_path / "token"
    token.write_text("word")
    text = text.replace("/run/secrets/metrics_token", str(token)).replace("/etc/prometheus", str(tmp_path))
    (tmp_path / "prometheus.yaml").write_text(text)
    command = ["promtool", "check", "config", str(tmp_path / "prometheus.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_gpus_are_reserved_by_the_profiles() -> None:
    for name in ("ollama", "vllm"):
        (device,) = SERVICES[name]["deploy"]["resources"]["reservations"]["devices"]
        assert device["capabilities"] == ["gpu"]
        assert SERVICES[name]["profiles"] == [name]


def test_the_shipped_configuration_of_the_containers_is_valid() -> None:
    config = load_config(ROOT / "deploy/config/litellm_config.yaml")
    assert config.spec.discovery.ollama == ("http://ollama:11434",)
    assert config.spec.discovery.vllm == ("http://vllm:8000",)


def test_the_image_is_built_from_the_locks_and_runs_as_nobody_in_particular() -> None:
    assert "pip install --require-hashes -r requirements/runtime.lock" in DOCKERFILE
    assert 'npm-cli.js" ci --omit=dev --ignore-scripts' in DOCKERFILE
    assert "python -m services.database.client" in DOCKERFILE
    last = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert SERVICES["signalbox"]["user"] == "10001:10001"
    assert not re.search(r"\b(curl|wget|ADD|apt-get)\b", DOCKERFILE)


def test_what_the_image_copies_is_there_and_let_through() -> None:
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = [line[1:].removesuffix("/**") for line in rules if line.startswith("!")]
    copies = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    assert copies
    for sources in (line.split()[:-1] for line in copies):
        for source in sources:
            assert (ROOT / source).exists(), source
            assert any(source == one or source.startswith(f"{one}/") for one in allowed), source
    assert "**" in rules
    assert not any(line.startswith("!.signalbox") for line in rules)


def test_the_script_of_redis_starts_one_that_asks_for_the_password(tmp_path: Path) -> None:
    (tmp_path / "redis_password").write_text("word\n")
    port = free_port()
    (script,) = SERVICES["redis"]["command"]
    script = script.replace("$$", "$").replace("/tmp/", f"{tmp_path}/").replace("/run/secrets", str(tmp_path))
    script = script.replace("dir /data", f"dir {tmp_path}").replace("exec redis-server", f"exec {find_server()}")
    with subprocess.Popen(["sh", "-c", f"{script.strip()} --port {port}"], stdout=subprocess.DEVNULL) as server:
        try:
            with redis.Redis(port=port, password="word") as client:
                wait_for("Redis", lambda: _answers(client))
            with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
                stranger.ping()
            assert (tmp_path / "redis.conf").stat().st_mode & 0o777 == 0o600
        finally:
            server.terminate()


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="no docker-compose here")
def test_docker_compose_reads_it() -> None:
    profiles = [word for name in ("ollama", "ollama-pull", "vllm", "observe") for word in ("--profile", name)]
    command = ["docker-compose", "-f", str(ROOT / "compose.yaml"), *profiles, "config", "--services"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == set(SERVICES)
