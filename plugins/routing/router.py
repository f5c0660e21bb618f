"""One accepted configuration, ready to decide.

Knows: spec, deployments, the assembled signals and policies, and how live state is merged in. Does not know:
where any of it comes from. Replaced whole when the configuration changes; safe to share between requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.denial import denial
from plugins.routing.engine import Selects, decide
from plugins.routing.live import Live
from plugins.routing.needs import TEXT_MODES, class_of, needed_tier
from plugins.routing.types import DataClass, Decision, Deployment, Facts, Policy, Signal, SignalExtractor, Verdict

SCRUBBED = DataClass.PUBLIC
"""The class of a text in which everything that detectors find was replaced."""


class Said:
    """A signal that is known already, as an extractor."""

    def __init__(self, signal: Signal) -> None:
        self.name = signal.name
        self._signal = signal

    def extract(self, facts: Facts) -> Signal:
        """The same whatever is asked."""
        del facts
        return self._signal


@dataclass(frozen=True, slots=True)
class Router:
    """``deployments`` carry no live state; it is given with each request."""

    spec: GatewaySpec
    deployments: tuple[Deployment, ...]
    extractors: tuple[SignalExtractor, ...]
    policies: tuple[Policy, ...]
    selection: Selects

    def decide(
        self,
        facts: Facts,
        live: Mapping[str, Live] | None = None,
        on_signals: Callable[[], None] | None = None,
    ) -> Decision:
        """The decision for one request. ``live``: by deployment id; one that is missing counts as healthy and
        idle. ``on_signals``: see ``engine``.

        A refusal's ``denied_reason`` is the whole message for the caller (see ``denial``), and its ``needed``
        is told even where no deployment got as far as selection.
        """
        decision = decide(
            facts,
            _merged(self.deployments, live) if live else self.deployments,
            extractors=self.extractors,
            policies=self.policies,
            selection=self.selection,
            on_signals=on_signals,
        )
        if decision.denied_by is None:
            return decision
        scrubbed = self._scrubbed(decision, facts, live)
        if scrubbed is not None:
            return scrubbed
        needed = decision.needed
        if needed is None and facts.capability in self.spec.capabilities:
            needed = needed_tier(facts, {s.name: s for s in decision.signals}, self.spec, instant=False)
        return replace(decision, needed=needed, denied_reason=denial(decision, facts, self.spec).message)

    def _scrubbed(self, refused: Decision, facts: Facts, live: Mapping[str, Live] | None) -> Decision | None:
        """The decision for the same request as it would be without what detectors find in it; None where it may not
        leave so (``boundary.scrub``), or where that does not help. Only text can be scrubbed, and only of what could be
        read: what is unread is restricted already."""
        signals = {s.name: s for s in refused.signals}
        found, said = class_of(signals), signals.get("data_class")
        text = facts.mode in TEXT_MODES and facts.modalities <= {"text"} and not facts.opaque and not facts.unread
        if said is None or found not in self.spec.boundary.scrub or not text:
            return None
        signals["data_class"] = replace(said, label=SCRUBBED.label)
        decision = decide(
            facts,
            _merged(self.deployments, live) if live else self.deployments,
            extractors=tuple(Said(s) for s in signals.values()),
            policies=self.policies,
            selection=self.selection,
        )
        if decision.denied_by is not None:
            return None
        why = Verdict("scrub", "prefer", (), f"class {found.label} leaves as {SCRUBBED.label}, scrubbed")
        return replace(decision, signals=refused.signals, verdicts=(why, *decision.verdicts), scrubbed=SCRUBBED)

    def known_models(self) -> tuple[str, ...]:
        """Every name that a request may put in ``model``: capabilities, then model groups, each once."""
        return tuple(dict.fromkeys((*self.spec.capabilities, *(d.model_group for d in self.deployments))))


def _merged(deployments: tuple[Deployment, ...], live: Mapping[str, Live]) -> list[Deployment]:
    return [_with(d, live[d.id]) if d.id in live else d for d in deployments]


def _with(d: Deployment, now: Live) -> Deployment:
    """``dataclasses.replace`` written out: it takes a quarter of the time, and this runs for every
    deployment."""
    return Deployment(
        id=d.id,
        model_group=d.model_group,
        location=d.location,
        tier=d.tier,
        mode=d.mode,
        modalities=d.modalities,
        features=d.features,
        context_window=d.context_window,
        serves_all_tiers=d.serves_all_tiers,
        healthy=now.healthy,
        loaded=now.loaded,
        works=now.works,
        load=now.load,
        price=d.price,
        latency_p95_ms=now.latency_p95_ms,
        region=d.region,
        retention_days=d.retention_days,
        trains_on_data=d.trains_on_data,
        price_in=d.price_in,
        price_out=d.price_out,
        busy_rate=d.busy_rate,
    )
