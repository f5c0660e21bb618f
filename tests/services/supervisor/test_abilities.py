"""The honest table, as input and output."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.config.load import parse_config
from plugins.routing.types import Deployment, Tier
from services.supervisor.abilities import abilities

INSTANT = Deployment("instant", "instant", "local", Tier.INSTANT)
SMALL = Deployment("s", "small-one", "local", Tier.SMALL)
LONE = Deployment("l", "lone", "local", Tier.SMALL, serves_all_tiers=True)
LARGE = Deployment("b", "big-one", "local", Tier.LARGE)
CLOUD = Deployment("c", "far-one", "cloud", Tier.FRONTIER, modalities=frozenset({"text", "image"}))
QUOTES = Deployment("q", "extractive", "local", Tier.INSTANT)
EMBED = Deployment("e", "embedder", "local", Tier.SMALL, mode="embedding")
SPHINX = Deployment("p", "pocketsphinx", "local", Tier.INSTANT, mode="audio_transcription")
WHISPER = Deployment("w", "whisper-base", "local", Tier.SMALL, mode="audio_transcription")
VOICES = Deployment("v", "voices", "local", Tier.INSTANT, mode="audio_speech")

ROWS = [
    "greetings, questions about this gateway",
    "chat, tier small",
    "chat, tier large",
    "chat, tier frontier",
    "images (vision)",
    "embeddings",
    "reranking",
    "transcription",
    "speech",
    "documents (ocr)",
    "questions about documents",
]
LAST = ROWS[-1]
MISSING = dict.fromkeys(ROWS, "missing")


def standing(deployments: list[Deployment], text: str = "gateway: {}\n") -> dict[str, Any]:
    return {row.name: row.standing for row in abilities(parse_config(text, "x.yaml"), deployments)}


@pytest.mark.parametrize(
    ("deployments", "differs"),
    [
        ([], {}),
        ([INSTANT], {ROWS[0]: "works"}),
        ([SMALL], {ROWS[1]: "works", ROWS[2]: "degraded", ROWS[3]: "degraded", LAST: "works"}),
        ([LONE], {ROWS[1]: "works", ROWS[2]: "degraded", ROWS[3]: "degraded", LAST: "works"}),
        ([SMALL, LARGE], {ROWS[1]: "works", ROWS[2]: "works", ROWS[3]: "degraded", LAST: "works"}),
        ([CLOUD], dict.fromkeys((*ROWS[1:5], LAST), "limited")),
        ([QUOTES], {LAST: "works"}),
        (
            [SMALL, CLOUD],
            {ROWS[1]: "works", ROWS[2]: "degraded", ROWS[3]: "degraded", ROWS[4]: "limited", LAST: "works"},
        ),
        ([EMBED], {ROWS[5]: "works"}),
        ([SPHINX], {"transcription": "degraded"}),
        ([SPHINX, WHISPER, VOICES], {"transcription": "works", "speech": "works"}),
    ],
    ids=[
        "bare",
        "built-in",
        "one small",
        "one lone",
        "small and large",
        "cloud",
        "quotes",
        "small and cloud",
        "embedding",
        "pocketsphinx",
        "audio",
    ],
)
def test_standing(deployments: list[Deployment], differs: dict[str, str]) -> None:
    assert standing(deployments) == MISSING | differs


def test_a_site_that_refuses_has_no_degraded_row() -> None:
    rows = standing([SMALL], "gateway: {when_unavailable: refuse}\n")
    assert (rows[ROWS[1]], rows[ROWS[2]]) == ("works", "missing")


def test_a_zone_that_is_trusted_with_the_default_class_works() -> None:
    rows = standing([CLOUD], "gateway: {boundary: {zones: {cloud: internal}}}\n")
    assert rows[ROWS[3]] == rows[ROWS[4]] == "works"


def test_every_row_that_does_not_work_says_what_to_do() -> None:
    for row in abilities(parse_config("gateway: {}\n", "x.yaml"), [], "bin/signalbox"):
        assert row.next_step
    (small,) = [r for r in abilities(parse_config("gateway: {}\n", "x.yaml"), [], "bin/signalbox") if r.name == ROWS[1]]
    assert small.next_step == "bin/signalbox models pull qwen3-4b, or: ollama pull qwen3:4b"


def test_who_serves_is_named_and_a_cloud_says_for_what() -> None:
    told = {row.name: row.by for row in abilities(parse_config("gateway: {}\n", "x.yaml"), [SMALL, LARGE, CLOUD])}
    assert told["chat, tier small"] == "small-one, big-one"
    assert told["chat, tier frontier"] == "big-one, tier large"
    assert told["images (vision)"] == "only requests labelled public: far-one"
