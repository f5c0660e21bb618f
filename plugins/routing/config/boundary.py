"""The ``boundary:`` part of the section: what may not leave.

Knows: every key, its default and its bounds. Does not know: YAML text, lines, requests.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from plugins.routing.config.section import Section
from plugins.routing.config.zones import Rule, ZoneTerms
from plugins.routing.types import DataClass

DEFAULT_DETECTORS: dict[str, DataClass] = {
    "private_key": DataClass.RESTRICTED,
    "secret": DataClass.RESTRICTED,
    "url_credentials": DataClass.RESTRICTED,
    "term": DataClass.RESTRICTED,
    "credit_card": DataClass.RESTRICTED,
    "iban_code": DataClass.RESTRICTED,
    "us_ssn": DataClass.RESTRICTED,
    "national_id": DataClass.RESTRICTED,
    "passport": DataClass.RESTRICTED,
    "driver_license": DataClass.RESTRICTED,
    "account_number": DataClass.RESTRICTED,
    "date_of_birth": DataClass.INTERNAL,
    "person": DataClass.INTERNAL,
    "street_address": DataClass.INTERNAL,
    "zip_code": DataClass.INTERNAL,
    "phone_number": DataClass.INTERNAL,
    "email_address": DataClass.INTERNAL,
    "ip_address": DataClass.INTERNAL,
    "mac_address": DataClass.INTERNAL,
    "crypto": DataClass.INTERNAL,
    "age": DataClass.INTERNAL,
    "gpe": DataClass.INTERNAL,
    "organization": DataClass.INTERNAL,
    "nrp": DataClass.INTERNAL,
    "title": DataClass.INTERNAL,
    "date_time": DataClass.INTERNAL,
    "domain_name": DataClass.INTERNAL,
}
"""The class of a text in which a detector finds this, where the YAML does not say."""

DEFAULT_MENTIONS = ("age", "date_time", "domain_name", "gpe", "nrp", "organization", "title", "zip_code")


class Ledger(Section):
    """The egress ledger. ``checkpoint_s``: seconds between two signed checkpoints, where something was written.
    ``witnesses``: absolute paths of files (on a share) and http(s) URLs that each checkpoint is sent to; read at
    start."""

    checkpoint_s: float = Field(default=60.0, ge=1, le=86_400)
    witnesses: tuple[str, ...] = ()


class Fetch(Section):
    """URLs in content. ``hosts``: names that the egress broker may fetch from, ``.example.org`` with all below it,
    ``http://name:port`` for anything but https on 443; empty fetches nothing. ``max_mb``: megabytes of one URL.
    ``timeout_s``: seconds for one. Read at start."""

    hosts: tuple[str, ...] = ()
    max_mb: float = Field(default=10.0, gt=0, le=100)
    timeout_s: float = Field(default=15.0, gt=0, le=120)


class Answers(Section):
    """Answers to requests above public. ``mode``: ``clean`` removes images at other hosts, and links and addresses in
    tools' arguments that would carry text of the request to one; also written ``answers: off``. ``hosts``: names of
    hosts that any address may point to."""

    SHORT: ClassVar[str] = "mode"
    mode: Literal["clean", "off"] = "clean"
    hosts: tuple[str, ...] = ()


class Egress(Section):
    """``mode``: whether deployments in zones below restricted are reached through the egress broker, which alone holds
    their keys; also written ``egress: on``. ``rescan``: the broker runs the detectors of identifiers over each body
    itself. ``hosts``: host names, beside the known providers', that a model of the admin UI may be at. Read at
    start."""

    SHORT: ClassVar[str] = "mode"
    mode: Literal["on", "off"] = "on"
    rescan: bool = False
    hosts: tuple[str, ...] = ()


class Boundary(Section):
    """``zones`` maps a location to the highest class it may be given, ``zone_terms`` to what is known of it (both stand
    under ``zones`` in the YAML). A location that is not named gets ``public``. ``rules``: what a class requires of
    zones below restricted. ``mode``: ``closed`` loads no deployment in such a zone. ``scrub``: classes that may leave
    after what is found was replaced, where nothing else can serve.

    ``detectors``: the class of what is found, by type. ``combination``: the class of a person together with an address,
    a number or a date of birth. ``mentions``: types that a positive label (header, key, team) of class public covers,
    unless they are restricted. ``prose``: whether the token model looks for names and addresses. ``terms`` and
    ``terms_files`` (relative to the configuration file): words of the organization. ``detector_timeout_ms``: for one
    request; what was not looked at in time is restricted. ``exempt``: by key id (the hash) or team id, modalities that
    nobody reads and that are let through all the same. ``local_hosts``: names of hosts, beside loopback and private
    addresses, where a deployment may call itself local. ``third_parties``: zones of callbacks, alerts, caches and
    guardrails of LiteLLM, by name.
    """

    default_class: DataClass = DataClass.INTERNAL
    zones: dict[str, DataClass] = Field(
        default_factory=lambda: {"local": DataClass.RESTRICTED, "cloud": DataClass.PUBLIC}
    )
    zone_terms: dict[str, ZoneTerms] = Field(default_factory=dict, exclude=True)
    mode: Literal["open", "closed"] = "open"
    rules: tuple[Rule, ...] = ()
    scrub: tuple[DataClass, ...] = ()
    conversation: Literal["sticky", "off"] = "sticky"
    local_hosts: tuple[str, ...] = ()
    egress: Egress = Egress()
    ledger: Ledger = Ledger()
    third_parties: dict[str, str] = Field(default_factory=dict)
    fetch: Fetch = Fetch()
    answers: Answers = Answers()
    detectors: dict[str, DataClass] = Field(default_factory=lambda: dict(DEFAULT_DETECTORS))
    combination: DataClass = DataClass.RESTRICTED
    mentions: tuple[str, ...] = DEFAULT_MENTIONS
    prose: bool = True
    terms: tuple[str, ...] = ()
    terms_files: tuple[str, ...] = ()
    detector_timeout_ms: float = Field(default=10_000.0, gt=0, le=600_000)
    exempt: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def highest(self, location: str) -> DataClass:
        """The highest class that a location may be given."""
        return self.zones.get(location, DataClass.PUBLIC)

    def keeps_in(self, location: str) -> bool:
        """Whether a location may be given everything: nothing leaves by going there."""
        return self.highest(location) is DataClass.RESTRICTED
