"""The weighted latency as a picture: each tier is a block as wide as its share and as high as its mean, so the area of
all blocks is L, and L is the height of the same area spread evenly.

Knows: shares and means in, rectangles out. Does not know: SQL, markup, colors.
"""

from __future__ import annotations

from dataclasses import dataclass

from plugins.routing.weighted_latency import WeightedLatency

WIDTH = 600.0
HEIGHT = 180.0
_LEAST = 4.0
"""Height of a block that would be too low to see."""


@dataclass(frozen=True, slots=True)
class Block:
    """One tier in a box of WIDTH x HEIGHT, y downwards. ``part_ms``: share times mean, None where nothing was timed;
    the parts add up to L."""

    tier: str
    requests: int
    share: float
    mean_ms: float | None
    part_ms: float | None
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Picture:
    """``ms``: L. ``line``: y of its line. ``top_ms``: what the full height stands for. ``measured_share``: below 1 some
    tiers were not timed, and L stands for the others alone."""

    ms: float | None
    line: float
    top_ms: float
    measured_share: float
    blocks: tuple[Block, ...]


def picture_of(found: WeightedLatency) -> Picture:
    """The picture of an L; without blocks where nothing was served."""
    top = max((t.mean_ms or 0.0 for t in found.tiers), default=0.0)
    scale = HEIGHT / top if top else 0.0
    blocks: list[Block] = []
    x = 0.0
    for tier in found.tiers:
        width = tier.share * WIDTH
        height = max(tier.mean_ms * scale, _LEAST) if tier.mean_ms is not None else 0.0
        part = None
        if tier.mean_ms is not None and found.measured_share:
            part = tier.share * tier.mean_ms / found.measured_share
        blocks.append(
            Block(
                tier.tier, tier.requests, tier.share, tier.mean_ms, part,
                round(x, 2), round(HEIGHT - height, 2), round(width, 2), round(height, 2),
            )
        )  # fmt: skip
        x += width
    line = HEIGHT - (found.ms or 0.0) * scale
    return Picture(found.ms, round(line, 2), top, found.measured_share, tuple(blocks))
