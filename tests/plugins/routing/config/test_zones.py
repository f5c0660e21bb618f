import pytest

from plugins.routing.config.load import ConfigError, parse_config
from plugins.routing.config.zones import Require, ZoneTerms
from plugins.routing.types import DataClass, Requirement

YAML = """
model_list:
  - model_name: there
    litellm_params: {model: openai/x, api_base: "https://eu.example/v1"}
    model_info: {location: eu-cloud}
  - model_name: stricter
    litellm_params: {model: openai/y, api_base: "https://eu.example/v1"}
    model_info: {location: eu-cloud, retention_days: 0}
  - model_name: stray
    litellm_params: {model: openai/z}
gateway:
  boundary:
    zones:
      eu-cloud: {max: internal, region: eu, retention_days: 30, trains_on_data: false}
      site: restricted
    rules: [{class: internal, require: {region: [eu, ch], trains_on_data: false}}]
"""


def test_the_long_form_beside_the_short_one() -> None:
    config = parse_config(YAML, "x")
    boundary = config.spec.boundary
    assert boundary.zones == {
        "local": DataClass.RESTRICTED,
        "cloud": DataClass.PUBLIC,
        "eu-cloud": DataClass.INTERNAL,
        "site": DataClass.RESTRICTED,
    }
    assert boundary.zone_terms == {"eu-cloud": ZoneTerms(region="eu", retention_days=30, trains_on_data=False)}
    assert boundary.rules[0].data_class is DataClass.INTERNAL
    assert boundary.rules[0].require.requirement() == Requirement(("eu", "ch"), None, False)


def test_a_deployment_has_its_zones_terms_and_its_own_win() -> None:
    said = [(d.region, d.retention_days, d.trains_on_data) for d in parse_config(YAML, "x").deployments]
    assert said == [("eu", 30, False), ("eu", 0, False), (None, None, None)]


@pytest.mark.parametrize(
    ("zone", "message"),
    [
        ("{region: eu}", "zones.eu: max is missing"),
        ("{max: internl}", 'unknown data class "internl"'),
        ("{max: internal, regoin: eu}", 'unknown key "regoin"'),
        ("{max: internal, retention_days: -1}", "out of bounds"),
        ("{max: internal, trains_on_data: maybe}", "must be true or false"),
    ],
)
def test_mistakes_are_told_with_their_place(zone: str, message: str) -> None:
    with pytest.raises(ConfigError) as told:
        parse_config(f"gateway:\n  boundary:\n    zones:\n      eu: {zone}\n", "x")
    assert message in str(told.value)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{clas: internal}", 'unknown key "clas"'),
        ("{class: secret}", "unknown data class"),
        ("{class: internal, require: {region: eu}}", "must be a list"),
    ],
)
def test_mistakes_in_rules(rule: str, message: str) -> None:
    with pytest.raises(ConfigError) as told:
        parse_config(f"gateway:\n  boundary:\n    rules: [{rule}]\n", "x")
    assert message in str(told.value)


def test_a_deployments_own_terms_are_checked() -> None:
    with pytest.raises(ConfigError) as told:
        parse_config(YAML.replace("retention_days: 0}", "retention_days: soon}"), "x")
    assert "model_info.retention_days" in str(told.value)


def test_nothing_required() -> None:
    assert Require().requirement() == Requirement()


def test_closed_loads_nothing_outside() -> None:
    closed = parse_config(YAML.replace("    zones:", "    mode: closed\n    zones:"), "x")
    assert closed.deployments == ()
    assert parse_config(YAML.replace("    zones:", "    mode: open\n    zones:"), "x").deployments != ()
