"""What another policy would have done with requests: shares, cost, latency, flips, and what would cross the boundary.

Knows: two routers and requests seen by both. Does not know: files, YAML, where requests come from, how the result is
shown. Both sides are decided anew, all deployments healthy and idle, so that a difference is one of the policies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.needs import class_of
from plugins.routing.replay import Asked, extractors
from plugins.routing.router import Router
from plugins.routing.types import DataClass, Decision, Deployment
from plugins.routing.weighted_latency import WeightedLatency, complete, expected

Means = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Side:
    """One policy's outcome. ``shares``: tier -> share of the served. ``cost_usd``: by the price that deployments
    state."""

    served: int
    refused: int
    shares: Mapping[str, float]
    cost_usd: float
    latency: WeightedLatency


@dataclass(frozen=True, slots=True)
class Flip:
    """Requests alike that would go elsewhere. ``before``, ``after``: ``"qwen-small (local, small)"`` or ``"refused by
    data_boundary"``."""

    count: int
    capability: str
    intent: str
    data_class: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Crossing:
    """Requests that might reach, first or as a fallback, what the present policy keeps their class away from."""

    count: int
    data_class: str
    model_group: str
    location: str


@dataclass(frozen=True, slots=True)
class Preview:
    """``skipped``: rows that cannot be replayed. ``loosened``: keys of the boundary that became weaker, whatever was
    asked so far."""

    requests: int
    skipped: int
    before: Side
    after: Side
    flips: tuple[Flip, ...]
    crossings: tuple[Crossing, ...]
    loosened: tuple[str, ...]

    @property
    def regresses(self) -> bool:
        """Whether the new policy lets out more than the present one."""
        return bool(self.crossings or self.loosened)


def preview(before: Router, after: Router, asked: Sequence[Asked], *, means: Means, skipped: int = 0) -> Preview:
    """Decides every request twice. ``means``: milliseconds by model group and by tier (``means_of``)."""
    pairs = [(one, _decide(before, one, one.before), _decide(after, one, one.after)) for one in asked]
    flips = Counter(flip for one, old, new in pairs if (flip := _flip(one, old, new)) is not None)
    crossings = Counter(cross for _, old, new in pairs for cross in _crossings(before, old, new))
    return Preview(
        requests=len(pairs),
        skipped=skipped,
        before=_side([(one.tokens, old) for one, old, _ in pairs], means),
        after=_side([(one.tokens, new) for one, _, new in pairs], means),
        flips=tuple(replace(flip, count=count) for flip, count in flips.most_common()),
        crossings=tuple(replace(crossing, count=count) for crossing, count in crossings.most_common()),
        loosened=loosened(before.spec, after.spec),
    )


def means_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Mean latency of good answers by model group, and by tier under ``"tier:small"``."""
    times: dict[str, list[float]] = {}
    for row in rows:
        if complete(row) and row.get("model_group"):
            for name in (str(row["model_group"]), f"tier:{row['tier']}"):
                times.setdefault(name, []).append(float(row["latency_ms"]))
    return {name: sum(found) / len(found) for name, found in times.items()}


def _decide(router: Router, one: Asked, signals: Sequence[Any]) -> Decision:
    return replace(router, extractors=extractors(signals)).decide(one.facts)


def _side(decided: Sequence[tuple[int, Decision]], means: Means) -> Side:
    served = [(tokens, d.chosen) for tokens, d in decided if d.chosen is not None]
    counts = Counter(chosen.tier.label for _, chosen in served)
    times: dict[str, list[float]] = {}
    for _, chosen in served:
        mean = means.get(chosen.model_group, means.get(f"tier:{chosen.tier.label}"))
        if mean is not None:
            times.setdefault(chosen.tier.label, []).append(mean)
    latency = expected(counts, {tier: sum(found) / len(found) for tier, found in times.items()})
    return Side(
        served=len(served),
        refused=len(decided) - len(served),
        shares={one.tier: one.share for one in latency.tiers},
        cost_usd=sum(tokens * chosen.price for tokens, chosen in served) / 1e6,
        latency=latency,
    )


def _place(decision: Decision) -> str:
    chosen = decision.chosen
    if chosen is None:
        return f"refused by {decision.denied_by}"
    return f"{chosen.model_group} ({chosen.location}, {chosen.tier.label})"


def _flip(one: Asked, old: Decision, new: Decision) -> Flip | None:
    """One that counts for itself, None where both sides agree."""
    before, after = _place(old), _place(new)
    if before == after:
        return None
    intent = next((s.label or "unsure" for s in one.after if s.name == "intent"), "unsure")
    return Flip(1, one.facts.capability, intent, _class(new).label, before, after)


def _class(decision: Decision) -> DataClass:
    return class_of({s.name: s for s in decision.signals})


def _crossings(before: Router, old: Decision, new: Decision) -> set[Crossing]:
    """Places that the new policy may use and that the present one keeps this request's class away from. A model group
    that both know is held to where the present policy says it is: a changed label moves no machine."""
    data_class = _class(old)
    known: dict[str, set[str]] = {}
    for deployment in before.deployments:
        known.setdefault(deployment.model_group, set()).add(deployment.location)
    reachable = (*((new.chosen,) if new.chosen else ()), *new.fallbacks)
    return {
        Crossing(1, data_class.label, d.model_group, d.location)
        for d in reachable
        if not _all_allowed(before.spec, d, known, data_class)
    }


def _all_allowed(spec: GatewaySpec, d: Deployment, known: Mapping[str, set[str]], data_class: DataClass) -> bool:
    places = {d.location} | known.get(d.model_group, set())
    return all(data_class <= spec.boundary.zones.get(place, DataClass.PUBLIC) for place in places)


def loosened(before: GatewaySpec, after: GatewaySpec) -> tuple[str, ...]:
    """Keys of ``gateway.boundary`` under which more may leave than before, each with both values."""
    old, new = before.boundary, after.boundary
    found = [
        f"zones.{zone}: {old.zones.get(zone, DataClass.PUBLIC).label} -> {highest.label}"
        for zone, highest in new.zones.items()
        if highest > old.zones.get(zone, DataClass.PUBLIC)
    ]
    if new.default_class < old.default_class:
        found.append(f"default_class: {old.default_class.label} -> {new.default_class.label}")
    found += [
        f"detectors.{name}: {was.label} -> {new.detectors.get(name, DataClass.PUBLIC).label}"
        for name, was in old.detectors.items()
        if new.detectors.get(name, DataClass.PUBLIC) < was
    ]
    if new.combination < old.combination:
        found.append(f"combination: {old.combination.label} -> {new.combination.label}")
    if (old.conversation, new.conversation) == ("sticky", "off"):
        found.append("conversation: sticky -> off")
    found += [f"{key}: true -> false" for key in ("prose", "egress") if getattr(old, key) and not getattr(new, key)]
    for key in ("terms", "terms_files"):
        found += [f"{key}: an entry is gone" for gone in [set(getattr(old, key)) - set(getattr(new, key))] if gone]
    found += [f"mentions: {name} added" for name in sorted(set(new.mentions) - set(old.mentions))]
    found += [
        f"exempt.{holder}: {', '.join(sorted(extra))} added"
        for holder, kinds in new.exempt.items()
        if (extra := set(kinds) - set(old.exempt.get(holder, ())))
    ]
    return tuple(found)
