from plugins.detectors.measure import Measured
from plugins.detectors.span import Span


def known(*spans: tuple[str, int, int]) -> list[dict[str, object]]:
    return [{"type": type_.upper(), "start": start, "end": end} for type_, start, end in spans]


def test_figures() -> None:
    measured = Measured()
    measured.add([Span(0, 4, "person"), Span(10, 14, "gpe")], known(("person", 0, 5), ("organization", 12, 20)))
    measured.add([], known(("person", 0, 5)))
    measured.add([Span(3, 4, "age")], [])
    measured.add([], [])
    assert (measured.recall, measured.false_alarms) == (0.5, 0.5)
    assert measured.rows() == [
        ("person", 2, 0.5, 0.5, 1.0),
        ("organization", 1, 1.0, 0.0, 0.0),
        ("age", 0, 0.0, 0.0, 0.0),
        ("gpe", 0, 0.0, 0.0, 1.0),
    ]
    assert (Measured().recall, Measured().false_alarms) == (1.0, 0.0)
