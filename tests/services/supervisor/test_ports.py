"""Ports that stay, and addresses that cannot be had."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.supervisor.ports import PortError, check_address, choose_ports, free_port, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_ports_stay_and_new_names_get_their_own(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    first = choose_ports(path, ["a", "b"])
    second = choose_ports(path, ["a", "b", "c"])
    assert second["a"] == first["a"]
    assert second["b"] == first["b"]
    assert len(set(second.values())) == 3
    assert choose_ports(path, ["a"]) == {"a": first["a"]}
    assert json.loads(path.read_text()) == second, "the port of a part that does not run now is kept"


def test_a_port_that_somebody_took_is_chosen_again(tmp_path: Path, taken: int) -> None:
    path = tmp_path / "ports.json"
    path.write_text(json.dumps({"a": taken}))
    assert choose_ports(path, ["a"])["a"] != taken


@pytest.mark.parametrize("text", ["", "[1]", '{"a": "x"}'])
def test_a_damaged_file_only_costs_new_ports(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ports.json"
    path.write_text(text)
    assert is_free(choose_ports(path, ["a"])["a"])


def test_an_address_in_use_names_the_next_step(taken: int) -> None:
    with pytest.raises(PortError, match=rf"port {taken} on 127.0.0.1 is in use.*--port {taken + 1}"):
        check_address("127.0.0.1", taken)


def test_an_address_that_is_not_of_this_machine_says_so() -> None:
    with pytest.raises(PortError, match="--host"):
        check_address("203.0.113.7", free_port())


def test_a_port_just_closed_counts_as_free() -> None:
    port = free_port()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = listener.accept()
            accepted.close()
            client.recv(1)
    assert is_free(port)
    check_address("127.0.0.1", port)
