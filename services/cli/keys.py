"""``signalbox keys``: create, list and revoke keys of a running gateway.

Knows: LiteLLM's key API, where the master key and the gateway's address are. Does not know: how keys are stored. A key
is shown once, when it is made; only its hash is kept.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.cli.gateway_api import GatewayApi

TIERS = ("instant", "small", "large", "frontier")
CLASSES = ("public", "internal", "restricted")


def _where(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say which gateway is meant."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="for programs"),
        click.option("--state", metavar="DIR", help="state directory [SIGNALBOX_STATE, ./.signalbox]"),
        click.option("--url", metavar="URL", help="the gateway [SIGNALBOX_GATEWAY_URL, the one of --state]"),
    ):
        command = option(command)
    return command


@click.group()
def keys() -> None:
    """API keys of the running gateway."""


@keys.command()
@click.option("--alias", metavar="NAME", required=True, help="what the key is called; must be new")
@click.option("--models", metavar="A,B", help="what it may ask for, such as auto,fast [all]")
@click.option("--team", metavar="ID", help="the team that it belongs to")
@click.option("--user", metavar="ID", help="the user that it belongs to")
@click.option("--max-budget", metavar="USD", type=click.FloatRange(min=0, min_open=True), help="US dollars in all")
@click.option("--budget-duration", metavar="30d", help="after which the budget starts anew [never]")
@click.option("--rpm", metavar="N", type=click.IntRange(min=1), help="requests a minute")
@click.option("--tpm", metavar="N", type=click.IntRange(min=1), help="tokens a minute")
@click.option("--expires", metavar="30d", help="how long the key is valid [for ever]")
@click.option("--max-tier", type=click.Choice(TIERS), help="the highest tier that may serve it")
@click.option("--data-class", type=click.Choice(CLASSES), help="the class of its traffic")
@click.option("--may-declare", is_flag=True, help="its requests may say their own class by header")
@click.option("--tier-budget", "tier_budgets", metavar="TIER=USD/30d", multiple=True, help="a budget for one tier")
@_where
def create(alias: str, models: str | None, url: str | None, state: str | None, as_json: bool, **given: Any) -> None:
    """Make a key and print it, once.

    \b
    Examples:
      signalbox keys create --alias team-x --models auto --max-budget 5 --rpm 60
      signalbox keys create --alias batch --max-tier small --data-class internal --may-declare
      signalbox keys create --alias lab --tier-budget frontier=5/30d
    """
    body = {"key_alias": alias, "models": _names(models), "metadata": {}}
    for option, name in (
        ("team", "team_id"),
        ("user", "user_id"),
        ("max_budget", "max_budget"),
        ("budget_duration", "budget_duration"),
        ("rpm", "rpm_limit"),
        ("tpm", "tpm_limit"),
        ("expires", "duration"),
    ):
        if given[option] is not None:
            body[name] = given[option]
    if label := _label(given):
        body["metadata"] = {"signalbox": label}
    made = _api(url, state).post("/key/generate", body)
    if as_json:
        shown = ("key", "key_alias", "token", "models", "max_budget", "rpm_limit", "tpm_limit", "expires", "metadata")
        click.echo(json.dumps({name: made.get(name) for name in shown}, indent=1))
        return
    click.echo(made["key"])
    click.echo("This is the only time that it is shown.", err=True)


@keys.command("list")
@_where
def list_(url: str | None, state: str | None, as_json: bool) -> None:
    """All keys, with what they have spent. The keys themselves are not kept.

    \b
    Examples:
      signalbox keys list
      signalbox keys list --json | jq '.[].key_alias'
    """
    found = _all(_api(url, state))
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    from rich.console import Console

    from services.supervisor.screen import table_of

    rows = [
        (
            str(key["key_alias"] or "-"),
            str(key["token"])[:10],
            ", ".join(key["models"]) or "all",
            f"{key['spend']:.4f}" + (f" of {key['max_budget']:g}" if key["max_budget"] is not None else ""),
            str(key["rpm_limit"] or "-"),
            _words(key["signalbox"]),
        )
        for key in found
    ]
    Console(highlight=False, soft_wrap=True).print(table_of(("alias", "id", "models", "USD", "rpm", "limits"), rows))


@keys.command()
@click.argument("key", metavar="KEY|ALIAS")
@_where
def revoke(key: str, url: str | None, state: str | None, as_json: bool) -> None:
    """Make a key invalid, at once and for ever. Named by its alias, its id (as listed, or longer), or itself.

    \b
    Examples:
      signalbox keys revoke team-x
    """
    api = _api(url, state)
    if key.startswith("sk-"):
        body: dict[str, Any] = {"keys": [key]}
    else:
        found = [k for k in _all(api) if k["key_alias"] == key or (len(key) >= 8 and k["token"].startswith(key))]
        if len(found) != 1:
            said = "there is no key" if not found else f"{len(found)} keys are"
            raise click.ClickException(f'{said} called "{key}": see `signalbox keys list`')
        body = {"keys": [found[0]["token"]]}
    api.post("/key/delete", body)
    click.echo(json.dumps({"revoked": 1}) if as_json else "revoked")


def _names(models: str | None) -> list[str]:
    return [name.strip() for name in (models or "").split(",") if name.strip()]


def _label(given: dict[str, Any]) -> dict[str, Any]:
    """``metadata["signalbox"]``. Raises click.UsageError."""
    label = {name: given[name] for name in ("max_tier", "data_class") if given[name] is not None}
    if given["may_declare"]:
        label["may_declare"] = True
    budgets = {}
    for text in given["tier_budgets"]:
        tier, _, amount = text.partition("=")
        usd, _, per = amount.partition("/")
        try:
            limit = float(usd)
        except ValueError:
            limit = -1.0
        if tier not in TIERS or limit < 0:
            raise click.UsageError(f'--tier-budget "{text}": write TIER=USD/30d, with a tier of {", ".join(TIERS)}')
        budgets[tier] = {"max_usd": limit, "per": per or "30d"}
    return {**label, **({"tier_budgets": budgets} if budgets else {})}


def _words(label: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in label.items()) or "-"


def _all(api: GatewayApi) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page, pages = 1, 1
    while page <= pages:
        answer = api.get("/key/list", {"page": page, "size": 100, "return_full_object": "true"})
        pages, page = int(answer.get("total_pages") or 1), page + 1
        for row in answer["keys"]:
            kept = ("token", "key_alias", "team_id", "user_id", "max_budget", "rpm_limit", "tpm_limit", "expires")
            label = (row.get("metadata") or {}).get("signalbox")
            found.append(
                {name: row.get(name) for name in kept}
                | {
                    "models": list(row.get("models") or []),
                    "spend": float(row.get("spend") or 0.0),
                    "signalbox": label if isinstance(label, dict) else {},
                }
            )
    return found


def _api(url: str | None, state: str | None) -> GatewayApi:
    from services.cli.gateway_api import GatewayApi, NoGatewayError

    try:
        return GatewayApi.of(os.environ, state=state, url=url)
    except NoGatewayError as error:
        raise click.ClickException(str(error)) from error
