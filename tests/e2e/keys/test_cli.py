"""``signalbox keys`` against the running gateway."""

from __future__ import annotations

import json
import subprocess

from tests.e2e.keys.desk import HARD, Desk, seconds_until
from tests.support.system import command, environment


def keys(desk: Desk, *arguments: str, ok: int = 0) -> str:
    argv = [*command("keys", *arguments), "--state", str(desk.system.state)]
    done = subprocess.run(argv, capture_output=True, text=True, env=environment(), timeout=60)
    assert done.returncode == ok, done.stdout + done.stderr
    return done.stdout if ok == 0 else done.stderr


def test_a_keys_life_in_the_terminal(desk: Desk) -> None:
    options = "--alias cli-x --models auto --max-budget 5 --rpm 60 --max-tier small --data-class internal --may-declare"
    made = json.loads(keys(desk, "create", *options.split(), "--json"))
    answer = desk.ask(made["key"], HARD)
    assert (answer.status_code, answer.headers["x-signalbox-tier"]) == (200, "small")
    assert "already exists" in keys(desk, "create", "--alias", "cli-x", ok=1)

    listed = {key["key_alias"]: key for key in json.loads(keys(desk, "list", "--json"))}["cli-x"]
    assert (listed["max_budget"], listed["rpm_limit"], listed["models"]) == (5.0, 60, ["auto"])
    assert listed["signalbox"] == {"max_tier": "small", "data_class": "internal", "may_declare": True}
    assert made["key"] not in keys(desk, "list")

    assert "revoked" in keys(desk, "revoke", "cli-x")
    seconds_until(lambda: desk.ask(made["key"]).status_code == 401, "the revocation", 1.5)
    assert 'no key called "cli-x"' in keys(desk, "revoke", "cli-x", ok=1)
