"""Who runs, who waits, who comes next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugins.routing.admission import BATCH_EVERY, Gate, Ticket


def enter(gate: Gate, order: list[str], name: str, team: str | None = None, lane: str = "interactive") -> Ticket:
    ticket = Ticket(team, lane, lambda: order.append(name))  # type: ignore[arg-type]
    assert gate.enter(ticket)
    return ticket


def test_slots_then_queue_then_full() -> None:
    order: list[str] = []
    gate = Gate(2, 1)
    first, second = enter(gate, order, "a"), enter(gate, order, "b")
    assert first.running
    assert not gate.free_for(None)
    third = enter(gate, order, "c")
    assert (third.running, gate.running, gate.waiting) == (False, 2, 1)
    assert not gate.enter(Ticket(None, "interactive"))
    gate.leave(second)
    assert third.running
    assert order == ["c"]
    gate.leave(third)
    gate.leave(first)
    assert (gate.running, gate.waiting) == (0, 0)


def test_one_that_waits_no_longer_is_not_granted() -> None:
    order: list[str] = []
    gate = Gate(1, 5)
    holder = enter(gate, order, "a")
    gone, next_one = enter(gate, order, "gone"), enter(gate, order, "next")
    gate.leave(gone)
    gate.leave(holder)
    assert order == ["next"]
    assert next_one.running


def test_interactive_comes_first_and_batch_is_not_starved() -> None:
    order: list[str] = []
    gate = Gate(1, 100)
    held = enter(gate, order, "-")
    tickets = {f"b{i}": enter(gate, order, f"b{i}", lane="batch") for i in range(4)}
    tickets |= {f"i{i}": enter(gate, order, f"i{i}") for i in range(12)}
    gate.leave(held)
    while len(order) < len(tickets):
        gate.leave(tickets[order[-1]])
    assert order[0] == "i0"
    assert order.index("b0") <= BATCH_EVERY, "one of so many is batch's"
    assert [n for n in order if n.startswith("i")] == [f"i{i}" for i in range(12)]
    assert order[-1] == "b3"


def test_a_reserved_slot_is_kept_for_its_team() -> None:
    order: list[str] = []
    gate = Gate(3, 5, {"gold": 1})
    others = [enter(gate, order, f"o{i}") for i in range(2)]
    waits = enter(gate, order, "o2")
    assert not waits.running, "the third slot is gold's"
    gold = enter(gate, order, "g", team="gold")
    assert gold.running, "and nobody who cannot run holds it up"
    more = enter(gate, order, "g2", team="gold")
    assert not more.running
    gate.leave(others[0])
    assert order == ["o2"]
    gate.leave(gold)
    assert order == ["o2", "g2"]


def test_other_limits_count_at_once() -> None:
    order: list[str] = []
    gate = Gate(1, 5)
    enter(gate, order, "a")
    enter(gate, order, "b")
    gate.resize(2, 5, {})
    assert order == ["b"]
    gate.resize(1, 0, {})
    assert gate.running == 2
    assert not gate.enter(Ticket(None, "batch"))


@given(st.lists(st.tuples(st.sampled_from(("x", "y", None)), st.booleans(), st.integers(0, 30)), max_size=60))
def test_never_more_than_its_slots_and_all_run_in_the_end(steps: list[tuple[str | None, bool, int]]) -> None:
    inside: list[Ticket] = []
    gate = Gate(3, 60, {"x": 1})
    for team, batch, leaves in steps:
        ticket = Ticket(team, "batch" if batch else "interactive")
        assert gate.enter(ticket)
        inside.append(ticket)
        assert gate.running <= 3
        if leaves < len(inside):
            gate.leave(inside.pop(leaves))
            assert gate.running <= 3
    while inside:
        runs = next(t for t in inside if t.running)
        inside.remove(runs)
        gate.leave(runs)
    assert (gate.running, gate.waiting) == (0, 0)
