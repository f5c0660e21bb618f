from __future__ import annotations

from pathlib import Path

import pytest

from plugins.routing.config.load import ConfigError, load_config, parse_config

BROKEN = """\
model_list:
  - model_name: auto
    litellm_params: {modl: x}
    model_info:
      location: 3
      tier: smal
gateway:
  boundary:
    default_class: publik
  capabilities:
    mine:
      locations: [mars]
  helth: {}
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "f.yaml")
    return [str(p) for p in caught.value.problems]


def test_every_problem_is_told_at_once_with_its_line() -> None:
    starts = [p.split(" ", 2)[:2] for p in problems_of(BROKEN)]
    assert starts == [
        ["f.yaml:2:", "model_list[0].model_name:"],
        ["f.yaml:3:", "model_list[0].litellm_params.model:"],
        ["f.yaml:5:", "model_list[0].model_info.location:"],
        ["f.yaml:6:", "model_list[0].model_info.tier:"],
        ["f.yaml:9:", "gateway.boundary.default_class:"],
        ["f.yaml:12:", "gateway.capabilities.mine.locations[0]:"],
        ["f.yaml:13:", "gateway.helth:"],
    ]


def test_the_house_styles_example() -> None:
    (problem,) = problems_of("gateway:\n  boundary:\n    default_class: publik\n")
    assert problem.startswith(
        'f.yaml:3: gateway.boundary.default_class: unknown data class "publik" (valid: public, internal, restricted)'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "f.yaml:1: is empty"),
        ("- a\n", "f.yaml:1: must be a mapping"),
        ("just text", "f.yaml:1: must be a mapping"),
        ("a: [", "f.yaml:1: not valid YAML"),
        ("x: 1\nmodellist: []", 'f.yaml:2: modellist: unknown section "modellist"'),
        ("gateway: {}\nlitellm_settings: []", "f.yaml:2: litellm_settings: must be a mapping"),
        ("gateway: {}\ngateway: {}", "f.yaml:2: gateway: duplicate key"),
        ("gateway:\n  log:\n    retention_days: -1", "f.yaml:3: gateway.log.retention_days"),
    ],
)
def test_files_that_are_no_configuration(text: str, words: str) -> None:
    assert problems_of(text)[0].startswith(words)


@pytest.mark.parametrize(
    "text", ["gateway: {}", "gateway:", "model_list: []", "model_list:", "litellm_settings: {a: 1}"]
)
def test_a_bare_machine(text: str) -> None:
    config = parse_config(text, "f.yaml")
    assert config.deployments == ()
    assert config.warnings == ()
    assert config.path == Path("f.yaml")


def test_an_accepted_file(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_bytes(
        b"\xef\xbb\xbfmodel_list:\n  - model_name: q\n    litellm_params: {model: ollama/x}\n"
        b"    model_info: {location: mars, tier: small}\nsome_litellm_section: 1\n"
    )
    config = load_config(file)
    assert [d.model_group for d in config.deployments] == ["q"]
    assert config.raw["some_litellm_section"] == 1
    (warning,) = config.warnings
    assert (warning.line, warning.path) == (4, "model_list[0].model_info.location")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path / "missing.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)
    file = tmp_path / "latin1.yaml"
    file.write_bytes(b"a: 1\nb: \xe9\n")
    with pytest.raises(ConfigError, match=r"latin1\.yaml:2: is not UTF-8"):
        load_config(file)
