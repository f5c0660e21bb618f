import pytest
from pydantic import ValidationError

from plugins.routing.config.section import Section


class Part(Section):
    size: int = 1


def test_frozen_and_no_unknown_key() -> None:
    with pytest.raises(ValidationError):
        Part(weight=1)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        Part().size = 2
