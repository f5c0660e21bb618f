"""Writes a decision into the request that LiteLLM will send.

Knows: which fields of a body steer LiteLLM past a decision. Does not know: how the decision was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.litellm_adapter import verdict
from plugins.litellm_adapter.trace import Trace
from plugins.routing.types import Decision

STEERING = frozenset(
    {
        "api_base", "api_key", "api_version", "azure_ad_token", "base_url", "organization",
        "custom_llm_provider", "deployment_id", "litellm_credential_name", "specific_deployment",
        "fallbacks", "context_window_fallbacks", "content_policy_fallbacks", "context_window_fallback_dict",
        "default_fallbacks", "disable_fallbacks", "include_fallback_errors", "max_fallbacks",
        "num_retries", "max_retries", "retry_policy", "retry_strategy", "model_group_retry_policy",
        "router_settings_override", "_router_weights", "model_list", "user_config", "models", "order",
        "silent_model", "silent_experiment", "fastest_response", "model_group_alias",
        "extra_headers", "headers", "prompt_id", "prompt_variables", "prompt_label", "prompt_version",
        "vector_store_ids", "mock_response", "mock_tool_calls", "mock_timeout", "mock_testing_fallbacks",
        "mock_testing_context_fallbacks", "mock_testing_content_policy_fallbacks",
        "mock_testing_rate_limit_error", "_target_order", "_excluded_deployment_ids",
        "_retry_skipped_deployment_ids", "callbacks", "success_callback", "failure_callback", "callback_vars",
        "turn_off_message_logging", "guardrails", "guardrail_config",
    }
)  # fmt: skip
"""Body fields that would choose another place, other credentials or another policy. What remains goes to the
model."""

_PROVIDER_CREDENTIALS = ("aws_", "vertex_", "azure_", "watsonx_", "s3_", "gcs_")


def strip(data: dict[str, Any]) -> None:
    """Removes what steers. A caller loses no OpenAI parameter by it."""
    for name in [n for n in data if n in STEERING or n.startswith(_PROVIDER_CREDENTIALS)]:
        del data[name]


def apply(data: dict[str, Any], decision: Decision, trace: Trace, group_of: Mapping[str, str]) -> None:
    """``decision.chosen`` must not be None. Sets the model group, our fallbacks in their order, and the verdict.
    ``group_of``: model groups by deployment id."""
    chosen = decision.chosen
    assert chosen is not None
    strip(data)
    data["model"] = chosen.model_group
    groups = [d.model_group for d in decision.fallbacks if d.model_group != chosen.model_group]
    if groups:
        data["fallbacks"] = list(dict.fromkeys(groups))
    else:
        # True only when there is none of ours: LiteLLM switches both off together.
        data["disable_fallbacks"] = True
    # A pinned request has no fallbacks, but other deployments of its group may serve it: the selection kept them.
    kept = decision.verdicts[-1].kept if decision.pinned and decision.verdicts else ()
    order = tuple(dict.fromkeys((chosen.id, *(d.id for d in decision.fallbacks), *kept)))
    # One try for each allowed deployment of the group, then the next group. LiteLLM would otherwise wait out a lone
    # deployment's rate limit before it falls back; whoever asks can retry an error, but cannot cut a wait short.
    data["num_retries"] = max(0, sum(group_of.get(i) == chosen.model_group for i in order) - 1)
    verdict.write(data, verdict.Verdict(order, trace))
