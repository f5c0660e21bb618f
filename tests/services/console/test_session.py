from __future__ import annotations

import pytest

from services.console.session import ADMIN_SECONDS, Sessions, signing_key
from tests.support.clock import Clock


def make() -> tuple[Sessions, Clock]:
    clock = Clock(1_000_000.0)
    return Sessions(b"k" * 32, clock), clock


def test_a_token_is_read_back() -> None:
    sessions, _ = make()
    session = sessions.start("admin")
    assert sessions.read(sessions.token(session)) == session
    assert session.is_admin
    assert not sessions.start("visitor").is_admin


def test_it_expires() -> None:
    sessions, clock = make()
    token = sessions.token(sessions.start("admin"))
    clock.now += ADMIN_SECONDS - 1
    assert sessions.read(token) is not None
    clock.now += 1
    assert sessions.read(token) is None


def test_an_ended_one_is_not_read_and_others_are() -> None:
    sessions, clock = make()
    ended, other = sessions.start("admin"), sessions.start("admin")
    sessions.end(ended)
    assert sessions.read(sessions.token(ended)) is None
    assert sessions.read(sessions.token(other)) == other
    clock.now += ADMIN_SECONDS + 1
    sessions.end(sessions.start("admin"))
    assert len(sessions._ended) == 1  # what has expired is not remembered


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("visitor", "admin"),
        lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"),
        lambda t: t.replace(t.split(".")[2], str(int(t.split(".")[2]) + 1)),
        lambda t: "",
        lambda t: "x" * 1000,
        lambda t: "a.b.c.d",
        lambda t: "ä" + t,
        lambda t: t.rpartition(".")[2],
    ],
)
def test_a_changed_token_is_refused(change: object) -> None:
    assert callable(change)
    sessions, _ = make()
    token = sessions.token(sessions.start("visitor"))
    assert sessions.read(token) is not None
    assert sessions.read(change(token)) is None


def test_no_cookie_is_no_session() -> None:
    assert make()[0].read(None) is None


def test_a_form_token_belongs_to_one_session() -> None:
    sessions, _ = make()
    mine, other = sessions.start("admin"), sessions.start("admin")
    assert sessions.form_token_matches(mine, sessions.form_token(mine))
    for given in (sessions.form_token(other), "", "ä", sessions.token(mine)):
        assert not sessions.form_token_matches(mine, given)


def test_every_secret_is_in_the_signing_key() -> None:
    keys = {
        signing_key(*s) for s in (("i", "m", "p"), ("j", "m", "p"), ("i", "n", "p"), ("i", "m", "q"), ("i", "mp", ""))
    }
    assert len(keys) == 5
