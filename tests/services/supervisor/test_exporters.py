"""Variables that would tell others pass only where the file names who is told."""

from __future__ import annotations

import pytest

from services.supervisor.exporters import EXPORTERS, OFF, without_exporters

PLAIN = {"PATH": "/bin", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "REDIS_URL": "redis://x", "LANG": "C"}


@pytest.mark.parametrize(
    "name", [*sorted(OFF), *(f"{begin}X" for begin in EXPORTERS), "LANGFUSE_SECRET_KEY", "SENTRY_DSN"]
)
def test_a_variable_alone_does_not_pass(name: str) -> None:
    assert without_exporters({**PLAIN, name: "https://elsewhere.example"}, ()) == PLAIN


@pytest.mark.parametrize(
    ("name", "party"),
    [
        ("LANGFUSE_HOST", "langfuse"),
        ("LANGFUSE_HOST", "langfuse_otel"),
        ("DD_API_KEY", "datadog_llm_observability"),
        ("SLACK_WEBHOOK_URL", "slack"),
        ("GENERIC_LOGGER_ENDPOINT", "generic_api"),
    ],
)
def test_what_the_file_names_gets_its_own(name: str, party: str) -> None:
    environ = {**PLAIN, name: "x", "SENTRY_DSN": "https://elsewhere.example"}
    assert without_exporters(environ, [party]) == {**PLAIN, name: "x"}


def test_code_of_the_users_own_gets_what_it_may_read() -> None:
    environ = {**PLAIN, "SENTRY_DSN": "x", "USE_DDTRACE": "true"}
    assert without_exporters(environ, ["mine.logger"]) == {**PLAIN, "SENTRY_DSN": "x"}


@pytest.mark.parametrize("name", sorted(OFF))
def test_a_tracer_of_the_whole_process_never_passes(name: str) -> None:
    assert name not in without_exporters({name: "true"}, ["datadog", "pyroscope", "sentry"])
