"""Keeps the deployments that can do what is asked: the capability's bounds, or the model group that was
named.

Knows: mode, location and tier bounds, modalities, features, the offer of an instant answer. Does not know:
data classes, key limits, load. A capability's ``min_tier`` is no bound here: selection may go below it, and
says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from plugins.routing.config.spec import Capability, GatewaySpec
from plugins.routing.needs import UNKNOWN_MODEL, instant_group, kind_of
from plugins.routing.types import Deployment, Facts, PolicyMode, Signal, Tier, Verdict

EXTRACTIVE = "extractive"
"""The model group that quotes documents instead of writing an answer."""

FEATURES = frozenset({"tools", "json_schema", "json_object"})
"""Needs that a deployment must support. ``n`` and ``logprobs`` are dropped upstream where a model has
none."""

_FEATURE_WORDS = {"tools": "tools", "json_schema": "a JSON schema", "json_object": "a JSON object format"}

Check = tuple[str, Callable[[Deployment], bool]]
"""What is missing where nothing passes, and the test."""


class CapabilityPolicy:
    """``require``: an empty result is 503 ``no_capable_deployment``, or 404 where the model is unknown."""

    name = "capability"
    mode: PolicyMode = "require"

    def __init__(self, spec: GatewaySpec) -> None:
        self._spec = spec

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict:
        capability = self._spec.capabilities.get(facts.capability)
        if capability is not None and not deployments:
            return self._verdict((), "there is no deployment at all")
        if capability is None:
            left = [d for d in deployments if d.model_group == facts.capability]
            if not left:
                return self._verdict((), f"{UNKNOWN_MODEL}; there are: {', '.join(self._names(facts, deployments))}")
            checks = _work_checks(facts, frozenset())
            done = f"pinned to model group {facts.capability}"
        else:
            if kind_of(capability.mode) != kind_of(facts.mode):
                return self._verdict((), self._wrong_mode(facts, capability))
            left = list(deployments)
            # The kind of work first: "no deployment does embedding" says more than that none is within bounds.
            kind, *work = _work_checks(facts, capability.modalities)
            checks = [kind, *_bound_checks(capability, signals), *work]
            done = facts.capability
        for missing, passes in checks:
            left = [d for d in left if passes(d)]
            if not left:
                return self._verdict((), missing)
        return self._verdict(tuple(d.id for d in left), f"{done}: {len(left)} of {len(deployments)} can do this")

    def _verdict(self, kept: tuple[str, ...], reason: str) -> Verdict:
        return Verdict(self.name, self.mode, kept, reason)

    def _names(self, facts: Facts, deployments: Sequence[Deployment]) -> list[str]:
        names = dict.fromkeys((*self._spec.capabilities, *(d.model_group for d in deployments)))
        allowed = facts.caller.capabilities
        return [n for n in names if allowed is None or n in allowed]

    def _wrong_mode(self, facts: Facts, capability: Capability) -> str:
        able = [n for n, c in self._spec.capabilities.items() if kind_of(c.mode) == kind_of(facts.mode)]
        ask = f"; ask for {' or '.join(able)}" if able else ""
        return f"capability {facts.capability} does {capability.mode}, not {facts.mode}{ask}"


def _bound_checks(capability: Capability, signals: Mapping[str, Signal]) -> list[Check]:
    """What the capability's own keys allow, then who offered an instant answer."""
    checks: list[Check] = []
    places, highest = capability.locations, capability.max_tier
    if places is not None:
        checks.append((f"no deployment is at: {', '.join(places)}", lambda d: d.location in places))
    if highest is not None:
        checks.append(
            (
                f"no deployment is of tier {highest.label} or below",
                lambda d: d.tier <= highest or d.serves_all_tiers,
            )
        )
    # The answer book answers what it knows; a capability about documents is answered from those.
    group = EXTRACTIVE if capability.extractive else instant_group(signals)
    checks.append(
        (
            "there is no language model; the built-in answers do not know this one",
            lambda d: d.tier is not Tier.INSTANT or d.mode != "chat" or d.model_group == group,
        )
    )
    return checks


def _work_checks(facts: Facts, required: frozenset[str]) -> list[Check]:
    """What the work itself takes: the route's mode, what is in the content, what the answer must be."""
    kind = kind_of(facts.mode)
    checks: list[Check] = [(f"no deployment does {facts.mode}", lambda d: kind_of(d.mode) == kind)]
    if kind == "chat":
        inputs = (facts.modalities | required) - {"text"}
        checks += [(f"no deployment takes {word} input", _takes(word)) for word in sorted(inputs)]
    wanted = sorted(facts.needs & FEATURES)
    checks += [(f"no deployment supports {_FEATURE_WORDS[word]}", _supports(word)) for word in wanted]
    return checks


def _takes(word: str) -> Callable[[Deployment], bool]:
    return lambda d: word in d.modalities


def _supports(word: str) -> Callable[[Deployment], bool]:
    return lambda d: d.features is None or word in d.features
