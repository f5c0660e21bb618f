"""What each answer cost, told to LiteLLM before it books it, and to our own log.

Knows: which attempts were made, the rates of one's own machines, LiteLLM's price for the others. Does not know: who
pays, how costs are shown. An attempt's cost is settled once: the header, LiteLLM's spend and our log take the same
number. A failed attempt costs nobody anything.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from plugins.litellm_adapter.trace import Trace
from plugins.routing.config.spec import Costs
from plugins.routing.costs import MILLION, BusyClock, Price, cheapest_frontier
from plugins.routing.types import Deployment


class Costing:
    """``deployment``: by id, as the policy of this moment has it. ``listed``: the provider's list price of one."""

    def __init__(
        self,
        deployment: Callable[[str], Deployment | None],
        listed: Callable[[Deployment], Price | None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deployment = deployment
        self._listed = listed or list_price
        self._busy = BusyClock(clock)
        self._baseline: tuple[object, Price | None] = (None, None)

    def begin(self, trace: Trace, deployment_id: str) -> None:
        """An attempt starts."""
        trace.busy.pop(deployment_id, None)
        trace.begun[deployment_id] = self._busy.begin(deployment_id)

    def end(self, trace: Trace, deployment_id: str) -> None:
        """It ended, however it ended. A second call changes nothing."""
        begun = trace.begun.pop(deployment_id, None)
        if begun is not None:
            trace.busy[deployment_id] = self._busy.end(deployment_id, begun)

    def timed(self, trace: Trace, deployment_id: str) -> float | None:
        """The answer is complete: its cost where it is one of a machine's time, US dollars; else None."""
        found = self._deployment(deployment_id)
        if found is None or found.busy_rate is None:
            return None
        return self.settle(trace, deployment_id, None)

    def settle(self, trace: Trace, deployment_id: str, priced: object) -> float | None:
        """The cost of a complete answer, US dollars, the same in every call. ``priced``: what LiteLLM makes of its
        tokens; None where that is not known (yet), and then so is the cost, unless it is one of a machine's time."""
        if deployment_id in trace.costs:
            return trace.costs[deployment_id]
        self.end(trace, deployment_id)
        found = self._deployment(deployment_id)
        rate = found.busy_rate if found is not None else None
        if rate is not None:
            usd = trace.busy.get(deployment_id, 0.0) * rate
        elif isinstance(priced, int | float) and not isinstance(priced, bool):
            usd = float(priced)
        else:
            return None
        # What was read for the request is paid with its first answer.
        trace.costs[deployment_id] = usd + trace.brought_usd
        trace.brought_usd = 0.0
        return trace.costs[deployment_id]

    def busy_seconds(self, trace: Trace) -> float | None:
        """Seconds of one's own machines in the answers of a request; None where none was used."""
        own = [s for i, s in trace.busy.items() if i in trace.costs and self._is_timed(i)]
        return sum(own) if own else None

    def baseline(self, costs: Costs, deployments: tuple[Deployment, ...]) -> Price | None:
        """The frontier's price; None where nobody knows one. Looked up once a policy."""
        if self._baseline[0] is not deployments:
            self._baseline = (deployments, self._frontier(costs, deployments))
        return self._baseline[1]

    def _is_timed(self, deployment_id: str) -> bool:
        found = self._deployment(deployment_id)
        return found is not None and found.busy_rate is not None

    def _frontier(self, costs: Costs, deployments: tuple[Deployment, ...]) -> Price | None:
        if costs.frontier_input is not None or costs.frontier_output is not None:
            return Price(costs.frontier_input or 0.0, costs.frontier_output or 0.0)
        return cheapest_frontier(deployments, lambda d: stated(d) or self._listed(d))


def stated(deployment: Deployment) -> Price | None:
    """The price that the entry itself states."""
    if deployment.price_in is None and deployment.price_out is None:
        return None
    return Price(deployment.price_in or 0.0, deployment.price_out or 0.0)


def list_price(deployment: Deployment) -> Price | None:
    """LiteLLM's own price list; None for a model that is not on it, and for one of a machine of one's own."""
    import litellm

    proxy = sys.modules.get("litellm.proxy.proxy_server")  # imported where it runs, and not for this
    router = getattr(proxy, "llm_router", None)
    entry = router.get_deployment(model_id=deployment.id) if router is not None else None
    if entry is None or deployment.busy_rate is not None:
        return None
    try:
        info = litellm.get_model_info(entry.litellm_params.model)
    except Exception:  # noqa: BLE001 - LiteLLM raises a bare Exception for a model that it does not know
        return None
    into, out = (info.get(key) for key in ("input_cost_per_token", "output_cost_per_token"))
    return Price((into or 0.0) * MILLION, (out or 0.0) * MILLION) if into or out else None


def hidden(response: Any) -> dict[str, Any]:
    """LiteLLM's own notes on an answer; a dict that nobody keeps where it has none."""
    found = getattr(response, "_hidden_params", None)
    return found if isinstance(found, dict) else {}


def tell(kwargs: dict[str, Any], usd: float) -> None:
    """Writes a cost where LiteLLM's spend, budgets and logs read it."""
    kwargs["response_cost"] = usd
    payload = kwargs.get("standard_logging_object")
    if isinstance(payload, dict):
        payload["response_cost"] = usd
