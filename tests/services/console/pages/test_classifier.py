from __future__ import annotations

import httpx
import pytest

from plugins.classifier.artefact import read_card
from services.console.classifier_card import Card
from services.console.pages import classifier
from tests.services.console.pages.test_costs import plain
from tests.services.console.test_classifier_card import card_with


async def test_the_card_of_the_shipped_model(admin: httpx.AsyncClient) -> None:
    words = plain((await admin.get("/console/classifier")).text)
    card = read_card()
    assert card["version"] in words
    assert f"{card['held_out_families']['accuracy']:.1%} right" in words
    assert "F1 by intent" in words
    assert "Mistaken most often: document_qa for question (8%)" in words.replace(" ,", ",")


async def test_confusions_are_shown_in_percent_of_the_row(
    admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = card_with({"coding": {"coding": 30, "math": 10}, "math": {"math": 5}})
    monkeypatch.setattr(classifier, "read_classifier", lambda _: card)
    text = (await admin.get("/console/classifier")).text
    assert '<td class="num right h-8" title="30 of coding called coding">75</td>' in text
    assert '<td class="num w-5" title="10 of coding called math">25</td>' in text
    assert "Mistaken most often: coding for math (25%)." in plain(text)


async def test_without_a_card_it_says_so(admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier, "read_classifier", lambda _: Card(problem="no readable card"))
    assert "no readable card" in (await admin.get("/console/classifier")).text
