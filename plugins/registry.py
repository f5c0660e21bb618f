"""What takes part in a decision, in order. To add a signal or a policy: write its file, name it here.

Knows: names. Does not know: configuration; each class is constructed with the spec by ``assembly``.
"""

from __future__ import annotations

from plugins.policies.budget import BudgetPolicy
from plugins.policies.capability import CapabilityPolicy
from plugins.policies.context_window import ContextWindowPolicy
from plugins.policies.data_boundary import DataBoundaryPolicy
from plugins.policies.deadline import DeadlinePolicy
from plugins.policies.health import HealthPolicy
from plugins.policies.key_limits import KeyLimitsPolicy
from plugins.policies.probes import ProbesPolicy
from plugins.signals.caller import CallerSignal
from plugins.signals.data_class import DataClassSignal
from plugins.signals.instant import InstantSignal
from plugins.signals.intent import IntentSignal
from plugins.signals.modality import ModalitySignal
from plugins.signals.size import SizeSignal
from plugins.signals.skill import SkillSignal

SIGNALS = (
    CallerSignal,
    ModalitySignal,
    SizeSignal,
    DataClassSignal,
    IntentSignal,
    InstantSignal,
    SkillSignal,
)

POLICIES = (
    CapabilityPolicy,  # what can do it at all: a refusal here is about models, not about permission
    KeyLimitsPolicy,
    BudgetPolicy,
    ContextWindowPolicy,
    DataBoundaryPolicy,
    ProbesPolicy,
    DeadlinePolicy,
    HealthPolicy,
)
