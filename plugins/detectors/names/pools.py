"""Made-up people, streets, places, companies and numbers of many countries, from Faker's locales and our own lists.

Knows: what a slot can be filled with, and the gazetteers drawn from the same lists. Does not know: frames, labels'
use. Needs Faker: training only.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from faker import Faker

from plugins.detectors.names.features import KINDS, Gazetteer, word_hash
from plugins.detectors.names.tokens import TOKEN
from plugins.detectors.names.vocabulary import vocabulary

LOCALES = (
    "en_US", "en_US", "en_GB", "en_AU", "en_CA", "en_IE", "en_IN", "en_NZ", "de_DE", "de_AT", "de_CH", "fr_FR",
    "fr_CH", "fr_CA", "es_ES", "es_MX", "es_AR", "es_CO", "it_IT", "nl_NL", "nl_BE", "pl_PL", "pt_PT", "pt_BR",
    "sv_SE", "da_DK", "no_NO", "fi_FI", "cs_CZ", "sk_SK", "sl_SI", "hr_HR", "hu_HU", "ro_RO", "et_EE", "lt_LT",
    "lv_LV", "tr_TR", "el_GR", "ru_RU", "uk_UA", "bg_BG", "is_IS", "az_AZ", "vi_VN", "id_ID", "en_PH", "en_NG",
    "zu_ZA", "ga_IE", "sq_AL", "mt_MT", "bs_BA",
)  # fmt: skip
EACH = 500
Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """What one locale offers."""

    firsts: list[str]
    lasts: list[str]
    streets: list[str]
    cities: list[str]
    zips: list[str]
    companies: list[str]
    phones: list[str]


def _many(fake: Any, what: str, count: int = EACH) -> list[str]:
    """What a locale makes, as often as ``count``; nothing where it cannot."""
    try:
        make = getattr(fake, what)
        return [v for v in (str(make()) for _ in range(count)) if v.strip()]
    except (AttributeError, NotImplementedError, IndexError):
        return []


def _place(locale: str, seed: int) -> Place:
    fake = Faker(locale)
    fake.seed_instance(seed)
    english = Faker("en_US")
    english.seed_instance(seed)
    return Place(
        _many(fake, "first_name") or _many(english, "first_name"),
        _many(fake, "last_name") or _many(english, "last_name"),
        _many(fake, "street_address") or _many(english, "street_address"),
        _many(fake, "city") or _many(english, "city"),
        _many(fake, "postcode", 200) or _many(english, "postcode", 200),
        _many(fake, "company", 200) or _many(english, "company", 200),
        _many(fake, "phone_number", 200) or _many(english, "phone_number", 200),
    )


@dataclass(slots=True)
class Pools:
    """Everything that fills slots."""

    places: list[Place]
    jobs: list[str]
    lists: Mapping[str, list[str]]
    emails: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, seed: int) -> Pools:
        english = Faker("en_US")
        english.seed_instance(seed)
        own = yaml.safe_load((Path(__file__).parent / "lists.yaml").read_text(encoding="utf-8"))
        lists = {name: [w.strip() for w in words.split(",") if w.strip()] for name, words in own.items()}
        lists["countries"] = sorted({*lists["countries"], *(english.country() for _ in range(2000))})
        places = [_place(locale, seed + i) for i, locale in enumerate(LOCALES)]
        return cls(places, sorted(set(_many(english, "job", 3000))), lists, _many(english, "email"), vocabulary())

    def place(self, rng: random.Random) -> Place:
        return rng.choice(self.places)

    def fill(self, slot: str, place: Place, rng: random.Random) -> Iterator[Piece]:
        """Pieces of text with their label, "" for none."""
        single = {
            "person": ("person", self._person), "first": ("person", lambda p, r: r.choice(p.firsts)),
            "last": ("person", lambda p, r: r.choice(p.lasts)),
            "title": ("title", lambda _p, r: r.choice(self.lists["titles"])),
            "job": ("title", self._job), "street": ("street_address", self._street), "city": ("gpe", self._city),
            "country": ("gpe", lambda _p, r: r.choice(self.lists["countries"])), "org": ("organization", self._company),
            "nat": ("nrp", lambda _p, r: r.choice(self.lists["nationalities"])), "nats": ("nrp", self._nationals),
            "age": ("age", lambda _p, r: str(r.randint(1, 99))),
            "year": ("date_time", lambda _p, r: str(r.randint(1900, 2035))),
            "date": ("date_time", self._date), "zip": ("zip_code", lambda p, r: r.choice(p.zips)),
            "phone": ("", lambda p, r: r.choice(p.phones)), "email": ("", lambda _p, r: r.choice(self.emails)),
        }  # fmt: skip
        if slot in ("address", "block"):
            yield from self._address(place, rng) if slot == "address" else self._block(place, rng)
        elif slot in single:
            label, make = single[slot]
            yield make(place, rng), label
        else:
            yield "{" + slot + "}", ""

    def _person(self, place: Place, rng: random.Random) -> str:
        first, last, draw = rng.choice(place.firsts), rng.choice(place.lasts), rng.random()
        if draw < 0.22:
            return first
        if draw < 0.34:
            return last
        if draw < 0.44:
            return f"{first} {rng.choice('ABCDEFGHJKLMNPRSTVW')}. {last}"
        if draw < 0.48:
            return f"{first} {rng.choice(place.firsts)} {last}"
        if draw < 0.51:
            return f"{first}-{rng.choice(place.firsts)} {last}"
        if draw < 0.54:
            return f"{last}, {first}"
        if draw < 0.56:
            return f"{first[0]}. {last}"
        return f"{first} {last}"

    def _job(self, _place: Place, rng: random.Random) -> str:
        job = rng.choice(self.jobs) if rng.random() < 0.5 else rng.choice(self.lists["jobs"])
        return job.lower() if rng.random() < 0.4 else job

    def _street(self, place: Place, rng: random.Random) -> str:
        if rng.random() < 0.25:
            name = rng.choice((*place.lasts[:80], *self.lists["street_names"]))
            kind = rng.choice(self.lists["street_kinds"])
            number, unit = (
                rng.randint(1, 9999),
                rng.choice(("", "", f" Suite {rng.randint(1, 999)}", f" Apt. {rng.randint(1, 999)}")),
            )
            return rng.choice(
                (f"{number} {name} {kind}{unit}", f"{name} {kind}", f"{name} {number}", f"{number} {name} {kind}{unit}")
            )
        street = rng.choice(place.streets)
        return street if rng.random() < 0.6 else street.replace("\n", " ")

    def _city(self, place: Place, rng: random.Random) -> str:
        city = rng.choice(place.cities) if rng.random() < 0.55 else rng.choice(self.lists["cities"])
        return city.upper() if rng.random() < 0.12 else city

    def _company(self, place: Place, rng: random.Random) -> str:
        draw = rng.random()
        if draw < 0.35:
            return rng.choice(place.companies)
        stem = rng.choice(self.lists["company_words"]) + rng.choice(("", "", rng.choice(self.lists["company_ends"])))
        if draw < 0.5:
            return rng.choice(place.lasts) + rng.choice(("-", " & ", ", ")) + rng.choice(place.lasts)
        if draw < 0.7:
            return stem
        return f"{stem} {rng.choice(self.lists['company_kinds'])}"

    def _nationals(self, _place: Place, rng: random.Random) -> str:
        nat = rng.choice(self.lists["nationalities"])
        return nat if nat.endswith(("ese", "sh", "ch", "ss")) else nat + "s"

    def _date(self, _place: Place, rng: random.Random) -> str:
        day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1930, 2030)
        name = rng.choice(self.lists["months"])
        return rng.choice(
            (f"{month}/{day}/{year}", f"{day}.{month}.{year}", f"{year}-{month:02}-{day:02}", f"{name} {day}, {year}",
             f"{day} {name} {year}", f"{name} {year}", f"{name} {day}", str(year),
             f"{year}-{month:02}-{day:02} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}")
        )  # fmt: skip

    def _address(self, place: Place, rng: random.Random) -> Iterator[Piece]:
        gap = rng.choice((", ", ", ", " ", "\n", "\n "))
        yield self._street(place, rng), "street_address"
        if rng.random() < 0.7:
            yield gap, ""
            if rng.random() < 0.4:
                yield rng.choice(place.zips), "zip_code"
                yield " ", ""
            yield self._city(place, rng), "gpe"
            if rng.random() < 0.4:
                yield gap, ""
                yield rng.choice(self.lists["countries"]), "gpe"
            if rng.random() < 0.3:
                yield " ", ""
                yield rng.choice(place.zips), "zip_code"

    def _block(self, place: Place, rng: random.Random) -> Iterator[Piece]:
        if rng.random() < 0.8:
            yield self._person(place, rng), "person"
            yield rng.choice(("\n", "\n\n", "\n  ")), ""
        if rng.random() < 0.4:
            yield self._company(place, rng), "organization"
            yield "\n", ""
        gap = rng.choice(("\n", "\n ", "\n   "))
        yield self._street(place, rng), "street_address"
        yield gap, ""
        yield self._city(place, rng), "gpe"
        if rng.random() < 0.6:
            yield gap, ""
            yield rng.choice(self.lists["countries"]), "gpe"
        if rng.random() < 0.6:
            yield rng.choice((" ", gap)), ""
            yield rng.choice(place.zips), "zip_code"
        if rng.random() < 0.4:
            yield f"\n{rng.choice(place.phones)}", ""

    def gazetteer(self, keep: float, rng: random.Random) -> Gazetteer:
        """Words of the lists by kind. ``keep``: the part of the names that it knows; training leaves some out, so that
        the model learns to go by context where a name is new."""
        found: dict[int, int] = {}

        def add(kind: str, texts: list[str], part: float) -> None:
            for text in texts:
                for word in TOKEN.findall(text.lower()):
                    if word.isalpha() and len(word) > 1 and rng.random() <= part:
                        found[word_hash(word)] = found.get(word_hash(word), 0) | 1 << KINDS.index(kind)

        for place in self.places:
            add("first", sorted(set(place.firsts)), keep)
            add("last", sorted(set(place.lasts)), keep)
            add("city", [c for c in sorted(set(place.cities)) if " " not in c], keep)
        add("city", [c for c in self.lists["cities"] if " " not in c], keep)
        add("country", self.lists["countries"], 1)
        add("nationality", self.lists["nationalities"], 1)
        add("nationality", [f"{n}s" for n in self.lists["nationalities"]], 1)
        add("street", self.lists["street_kinds"], 1)
        add("job", self.lists["jobs"] + self.jobs, 1)
        add("company", self.lists["company_kinds"], 1)
        add("month", self.lists["months"], 1)
        add("common", self.lists["common"], 1)
        add("vocabulary", self.words, 0.5 + keep / 2)
        return Gazetteer(found)
