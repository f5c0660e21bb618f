"""Users of LiteLLM's admin UI who have set a password of their own.

Knows: how an administrator makes a user and how that user takes a password. Does not know: browsers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import jwt

from tests.e2e.keys.desk import Desk

GIVEN, OWN = "First-Horse-81!", "Own-Horse-92!"


@dataclass(frozen=True, slots=True)
class Person:
    """``email`` and ``password``: of the login. ``key``: what LiteLLM makes for each login; this is the latest."""

    email: str
    password: str
    key: str


def person(desk: Desk, name: str, role: str) -> Person:
    """A new user of this role of LiteLLM's. What an administrator gives as a password must be changed at once."""
    email = f"{name}-{time.time_ns()}@example.org"
    user = desk.admin("/user/new", user_email=email, user_role=role)["user_id"]
    desk.admin("/user/update", user_id=user, password=GIVEN)
    change = {"current_password": GIVEN, "new_password": OWN}
    desk.api("POST", "/user/password/change", log_in(desk, email, GIVEN), change, 200)
    return Person(email, OWN, log_in(desk, email, OWN))


def log_in(desk: Desk, email: str, password: str) -> str:
    """The key of a new login at the admin UI."""
    token = desk.api("POST", "/v2/login", desk.system.key, {"username": email, "password": password}, 200)["token"]
    return str(jwt.decode(token, desk.system.key, algorithms=["HS256"])["key"])
