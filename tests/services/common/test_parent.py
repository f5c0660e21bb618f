import queue
import signal
import threading

from services.common.parent import exit_with_parent


def watched(parents: list[int], parent: int | None = None) -> tuple["queue.Queue[int]", threading.Event]:
    """Signals sent by a watch that sees ``parents`` one after the other (the last one stays)."""
    sent: queue.Queue[int] = queue.Queue()

    def ask() -> int:
        return parents.pop(0) if len(parents) > 1 else parents[0]

    return sent, exit_with_parent(parent, poll_s=0.001, grace_s=0.001, ask=ask, kill=sent.put)


def test_a_new_parent_ends_the_process_gently_then_surely() -> None:
    sent, over = watched([7, 7, 7, 1])
    assert sent.get(timeout=5) == signal.SIGTERM
    assert sent.get(timeout=5) == signal.SIGKILL
    over.set()


def test_a_parent_that_died_before_the_start_is_noticed() -> None:
    sent, over = watched([1], parent=7)
    assert sent.get(timeout=5) == signal.SIGTERM
    over.set()


def test_a_process_that_stopped_in_time_is_not_killed() -> None:
    sent: queue.Queue[int] = queue.Queue()
    gone = threading.Event()
    overs: queue.Queue[threading.Event] = queue.Queue()

    def kill(number: int) -> None:
        sent.put(number)
        overs.get().set()
        gone.set()

    overs.put(exit_with_parent(7, poll_s=0.001, grace_s=60, ask=lambda: 1, kill=kill))
    assert gone.wait(5)
    assert sent.get_nowait() == signal.SIGTERM
    assert sent.empty()
