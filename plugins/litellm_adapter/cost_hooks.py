"""The hooks that tell LiteLLM what an answer cost before anybody books it.

Knows: where LiteLLM keeps a cost. Does not know: how it is reckoned (``costing``). LiteLLM calls both wherever they
are defined; its other hooks stand on the registered class itself (``hooks``).
"""

from __future__ import annotations

from typing import Any

from litellm.integrations.custom_logger import CustomLogger

from plugins.litellm_adapter import guards, verdict
from plugins.litellm_adapter.costing import Costing, hidden, tell


class CostHooks(CustomLogger):  # type: ignore[misc] # litellm is untyped here
    """``costing``: of this worker; None before the start."""

    @property
    def costing(self) -> Costing | None:
        raise NotImplementedError

    async def async_post_call_success_deployment_hook(
        self, request_data: dict[str, Any], response: Any, call_type: Any
    ) -> None:
        """A whole answer: the time of a machine of one's own is its cost, which LiteLLM then takes as calculated."""
        del call_type
        found, costing = verdict.read(request_data), self.costing
        if found is None or costing is None:
            return
        notes, deployment_id = hidden(response), guards.id_of_attempt(request_data)
        usd = costing.timed(found.trace, deployment_id)
        if usd is not None:
            notes["response_cost"] = usd
        elif notes.get("response_cost") is not None:  # a lane of our own has counted already
            costing.settle(found.trace, deployment_id, notes["response_cost"])

    async def async_logging_hook(
        self, kwargs: dict[str, Any], result: Any, call_type: str
    ) -> tuple[dict[str, Any], Any]:
        """Before anybody books a complete answer, streamed or not: what it cost."""
        del call_type
        found, costing = verdict.of_event(kwargs), self.costing
        if found is not None and costing is not None and (deployment_id := guards.id_of_event(kwargs)):
            usd = costing.settle(found.trace, deployment_id, kwargs.get("response_cost"))
            if usd is not None:
                tell(kwargs, usd)
        return kwargs, result
