"""Both kinds of skill, trained once."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.skills.model import Skill, load_skill
from plugins.skills.training import train
from tests.plugins.skills.rows_of import mails, orders


@pytest.fixture(scope="session")
def lead(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lead") / "model"
    train("lead", mails(), folder)
    return folder


@pytest.fixture(scope="session")
def order(tmp_path_factory: pytest.TempPathFactory) -> Skill:
    folder = tmp_path_factory.mktemp("order") / "model"
    train("order", orders(), folder)
    return load_skill(folder)
