"""Which variables of the environment a part is not given, because they switch on or direct what tells others.

Knows: the variables of LiteLLM 1.106.2's exporters, of tracers that start with the process, and of loud logging. Does
not know: what the file names beyond its words. A variable alone tells nobody anything: who is to be told stands in the
file (``gateway.boundary.third_parties``), and only then do that one's variables pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

OFF = frozenset({"USE_DDTRACE", "USE_DDPROFILER", "LITELLM_ENABLE_PYROSCOPE", "LITELLM_LOG", "SET_VERBOSE"})
"""Switches that no file can name: tracers and profilers of the whole process, and logs that hold prompts."""

EXPORTERS: Mapping[str, str] = {
    "AGENTOPS_": "agentops",
    "ALERTING_WEBHOOK_": "slack",
    "ARGILLA_": "argilla",
    "ARIZE_": "arize",
    "ATHINA_": "athina",
    "BRAINTRUST_": "braintrust",
    "DATADOG_": "datadog",
    "DD_": "datadog",
    "GALILEO_": "galileo",
    "GCS_": "gcs",
    "GENERIC_LOGGER_": "generic",
    "GREENSCALE_": "greenscale",
    "HELICONE_": "helicone",
    "HUMANLOOP_": "humanloop",
    "LAGO_": "lago",
    "LANGCHAIN_": "langsmith",
    "LANGFUSE_": "langfuse",
    "LANGSMITH_": "langsmith",
    "LANGTRACE_": "langtrace",
    "LITERAL_": "literalai",
    "LOGFIRE_": "logfire",
    "LUNARY_": "lunary",
    "MLFLOW_": "mlflow",
    "NEW_RELIC_": "newrelic",
    "OPENMETER_": "openmeter",
    "OPIK_": "opik",
    "PAGERDUTY_": "pagerduty",
    "PHOENIX_": "arize",
    "POSTHOG_": "posthog",
    "PROMPTLAYER_": "promptlayer",
    "PYROSCOPE_": "pyroscope",
    "SENTRY_": "sentry",
    "SIGNOZ_": "signoz",
    "SLACK_": "slack",
    "TRACELOOP_": "traceloop",
    "WANDB_": "weave",
    "WEBHOOK_URL": "webhook",
}
"""Beginnings of variables, and the word that a callback or alert of the file holds where they are its own."""


def without_exporters(environ: Mapping[str, str], named: Iterable[str]) -> dict[str, str]:
    """``named``: the third parties of the file. One that none of the words fits is code of the user's own: nobody knows
    which variables it reads, so they all pass but for ``OFF``."""
    words = [name.lower() for name in named]
    own = any(not any(word in name for word in EXPORTERS.values()) for name in words)
    kept = {begin for begin, word in EXPORTERS.items() if own or any(word in name for name in words)}
    dropped = tuple(begin for begin in EXPORTERS if begin not in kept)
    return {k: v for k, v in environ.items() if k not in OFF and not k.startswith(dropped)}
