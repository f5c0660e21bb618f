from plugins.routing.config.boundary import DEFAULT_DETECTORS, DEFAULT_MENTIONS, Boundary
from plugins.routing.types import DataClass


def test_as_shipped_only_public_leaves() -> None:
    shipped = Boundary()
    assert shipped.default_class is DataClass.INTERNAL
    assert shipped.keeps_in("local")
    assert not shipped.keeps_in("cloud")
    assert shipped.highest("cloud") is DataClass.PUBLIC
    assert shipped.highest("a zone that nobody named") is DataClass.PUBLIC
    assert shipped.scrub == ()


def test_mentions_are_types_and_none_of_them_is_restricted() -> None:
    assert set(DEFAULT_MENTIONS) <= set(DEFAULT_DETECTORS)
    assert all(DEFAULT_DETECTORS[name] < DataClass.RESTRICTED for name in DEFAULT_MENTIONS)
