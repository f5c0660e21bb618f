"""Holds every later selection and attempt to the verdict.

Knows: LiteLLM's deployment dicts, the verdict, and which places may be given restricted data. Does not know: the
request's content. A selection without a verdict (a route whose hooks did not run) is held to the most restricted
places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.verdict import Verdict
from plugins.routing.config.gateway import UNKNOWN_LOCATION
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import DataClass, Deployment

BOUNDARY = Refused(
    403,
    "No deployment that may see this request can serve it: the data boundary confines it.",
    "data_boundary",
    kind="permission_error",
)


def safest(spec: GatewaySpec, deployments: Sequence[Deployment]) -> frozenset[str]:
    """Ids of the deployments that may be given restricted data."""
    zones = spec.boundary.zones
    return frozenset(d.id for d in deployments if zones.get(d.location, DataClass.PUBLIC) >= DataClass.RESTRICTED)


def id_of(deployment: Mapping[str, Any]) -> str:
    """A LiteLLM deployment's (or attempt's) id; "" where it has none, which no verdict allows."""
    info = deployment.get("model_info")
    found = info.get("id") if isinstance(info, Mapping) else None
    return found if isinstance(found, str) else ""


def narrow(
    candidates: Sequence[Mapping[str, Any]], verdict: Verdict | None, safe: frozenset[str]
) -> list[Mapping[str, Any]]:
    """The candidate that the decision prefers among those not yet tried, alone, so that LiteLLM cannot draw another;
    all allowed ones once each was tried. Raises Refused where none is allowed and some were offered: an empty list
    would come out as "try again in 5 seconds"."""
    if not candidates:
        return []
    if verdict is None:
        kept = [c for c in candidates if id_of(c) in safe]
        if not kept:
            raise BOUNDARY
        return kept
    allowed = {id_of(c): c for c in candidates if verdict.may(id_of(c))}
    if not allowed:
        raise BOUNDARY
    fresh = next((allowed[i] for i in verdict.order if i in allowed and i not in verdict.tried), None)
    return [fresh] if fresh is not None else list(allowed.values())


def check_attempt(kwargs: Mapping[str, Any], verdict: Verdict | None, safe: frozenset[str]) -> str:
    """The id of the deployment about to be called. Raises Refused where it may not be: the last gate. That is also
    where an edit gave the id to another place after the decision."""
    deployment_id = id_of_attempt(kwargs)
    allowed = verdict.may(deployment_id) if verdict is not None else deployment_id in safe
    if not deployment_id or not allowed or (verdict is not None and _moved(kwargs, deployment_id, verdict)):
        raise BOUNDARY
    if verdict is not None:
        verdict.tried.add(deployment_id)
    return deployment_id


def id_of_attempt(kwargs: Mapping[str, Any]) -> str:
    """The id of the deployment that an attempt is made at; "" where it is not told."""
    return id_of(kwargs) or _nested_id(kwargs)


def id_of_event(kwargs: Mapping[str, Any]) -> str:
    """The id of the deployment that a logged answer came from; "" where it is not told."""
    params = kwargs.get("litellm_params")
    return _nested_id(params) if isinstance(params, Mapping) else ""


def _moved(kwargs: Mapping[str, Any], deployment_id: str, verdict: Verdict) -> bool:
    decided = verdict.trace.places.get(deployment_id)
    holders = (kwargs, kwargs.get("litellm_metadata"), kwargs.get("metadata"))
    found = (h["model_info"] for h in holders if isinstance(h, Mapping) and id_of(h) == deployment_id)
    info: Mapping[str, Any] = next(found, {})
    return decided is not None and (info.get("location") or UNKNOWN_LOCATION) != decided.location


def _nested_id(kwargs: Mapping[str, Any]) -> str:
    for name in ("litellm_metadata", "metadata"):
        holder = kwargs.get(name)
        if isinstance(holder, Mapping) and (found := id_of(holder)):
            return found
    return ""
