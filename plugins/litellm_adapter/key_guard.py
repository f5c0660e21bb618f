"""Only administrators set what a key may do here (``metadata["signalbox"]``), and a deleted key is gone at once.

Knows: LiteLLM's management routes that write metadata, and where stored metadata is. Does not know: what the label
means. LiteLLM lets users edit the metadata of their own keys and team admins that of their teams, and an update
replaces metadata whole; so a caller who is no administrator must leave the label as it is stored, also by not dropping
it. Of other edits LiteLLM tells its workers through Redis, of a deleted key it does not: that is done here.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

from plugins.litellm_adapter import errors
from plugins.litellm_adapter.body import Disconnected, Message, Receive, read_body, replay
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.translate import is_admin

LABEL = "signalbox"
PREFIXES = ("/key/", "/v2/key/", "/team/", "/user/", "/v2/user/", "/organization/", "/customer/", "/end_user/")
METHODS = frozenset({"POST", "PUT", "PATCH"})

EVERY = "*"
"""As a change's target: many keys, which are not looked up one by one."""

Table = Literal["key", "team"]
Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
WhoAsks = Callable[[Scope, Receive], Awaitable[Any]]
Evict = Callable[[str], Awaitable[None]]
Stored = Callable[[Table, str], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Change:
    """Metadata that a request writes. ``target`` None: something that is made by this request."""

    table: Table
    target: str | None
    metadata: Any


class KeyGuard:
    """Wraps LiteLLM's application. ``who_asks`` authenticates (raises where that fails); ``stored`` gives the metadata
    of one key (secret or hash) or team, empty where there is none; ``evict`` makes every worker forget a key."""

    def __init__(
        self,
        app: App,
        who_asks: WhoAsks | None = None,
        stored: Stored | None = None,
        evict: Evict | None = None,
    ) -> None:
        self._app = app
        self._evict = evict or _everywhere
        self._who_asks = who_asks or _authenticate
        self._stored = stored or _from_database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = scope["type"] == "http" and scope["method"] in METHODS and scope["path"].startswith(PREFIXES)
        if not guarded:
            await self._app(scope, receive, send)
            return
        try:
            raw = await read_body(receive, None)
            await self._check(scope, raw)
        except Disconnected:
            return
        except Refused as error:
            await _answer(send, error)
            return
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._app(scope, replay(raw, receive), watched)
        if status == 200 and scope["path"] == "/key/delete":
            for key in deleted(raw):
                await self._evict(key)

    async def _check(self, scope: Scope, raw: bytes) -> None:
        """Raises Refused where this caller may not write what the body holds."""
        try:
            # As LiteLLM's own framework reads it: another parser could see another label.
            body = json.loads(raw) if raw else None
        except ValueError:
            return  # not JSON: LiteLLM refuses it
        except RecursionError:
            raise Refused(400, "The request body is nested too deeply.", "invalid_json") from None
        named, written = mentions(body), changes(scope["path"], body)
        if not named and not any(change.target for change in written):
            return
        try:
            key = await self._who_asks(scope, replay(raw, _nothing_more))
        except Exception as error:  # noqa: BLE001 - whatever fails here, an unknown caller is no administrator
            raise Refused(*_unknown(error)) from None
        if is_admin(key):
            return
        if named and not written:
            raise ADMINS_ONLY
        for change in written:
            if change.target == EVERY:
                raise ADMINS_ONLY
            had = (await self._stored(change.table, change.target)).get(LABEL) if change.target else None
            has = change.metadata.get(LABEL) if isinstance(change.metadata, Mapping) else None
            if had != has:
                raise ADMINS_ONLY
        if named and mentions([{k: v for k, v in c.items() if k != "metadata"} for c in _items(body)]):
            raise ADMINS_ONLY


ADMINS_ONLY = Refused(
    403,
    'Only an administrator may set, change or remove metadata["signalbox"]: send the metadata with that entry as it '
    "is stored, or ask an administrator.",
    "permission_denied",
    "metadata.signalbox",
    "permission_error",
)


def changes(path: str, body: Any) -> list[Change]:
    """What the request writes into metadata, as far as the route is known to; the rest is refused by ``mentions``."""
    parts = path.removeprefix("/v2").strip("/").split("/")
    if parts[:2] == ["team", "key"]:
        fields = body.get("update_fields") if isinstance(body, dict) else None
        return [Change("key", EVERY, fields["metadata"])] if isinstance(fields, dict) and "metadata" in fields else []
    found: list[Change] = []
    for item in _items(body):
        if "metadata" not in item:
            continue
        if parts[0] == "key":
            in_path = "/".join(parts[1:-1]) if parts[-1] == "regenerate" else ""
            made = "generate" in parts
            target = None if made else _text(item.get("key")) or in_path or _text(item.get("token"))
            found.append(Change("key", target, item["metadata"]))
        elif parts[0] == "team" and len(parts) == 2:
            in_path = parts[1] if parts[1] not in ("new", "update") else ""
            target = None if parts[1] == "new" else in_path or _text(item.get("team_id"))
            found.append(Change("team", target, item["metadata"]))
    return found


def deleted(raw: bytes) -> list[str]:
    """The keys, or their hashes, that an accepted deletion named."""
    body = json.loads(raw)
    keys = body.get("keys") if isinstance(body, dict) else None
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []


def mentions(body: Any) -> bool:
    """Whether any object inside has the label as a key. Iterative: depth is the caller's."""
    todo = [body]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            if LABEL in item:
                return True
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
    return False


def _items(body: Any) -> list[dict[str, Any]]:
    """The body itself, or each of its ``keys`` (bulk update)."""
    if not isinstance(body, dict):
        return []
    many = body.get("keys")
    listed = [item for item in many if isinstance(item, dict)] if isinstance(many, list) else []
    return [body, *listed]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _unknown(error: Exception) -> tuple[int, str, str]:
    said = str(getattr(error, "code", "") or getattr(error, "status_code", ""))
    status = int(said) if said in ("400", "401", "403", "429", "503") else 401
    return status, "The key that this request carries was not accepted for it.", "invalid_api_key"


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}


async def _answer(send: Send, error: Refused) -> None:
    payload = errors.render(error, anthropic=False)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(payload)).encode())]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": payload, "more_body": False})


async def _authenticate(scope: Scope, receive: Receive) -> Any:
    """LiteLLM's own authentication, with its parameters as FastAPI would fill them."""
    from fastapi import Request
    from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

    request = Request({**scope, "state": {}}, receive)
    header = request.headers.get
    return await user_api_key_auth(
        request=request,
        api_key=header("authorization", ""),
        azure_api_key_header=header("api-key", ""),
        anthropic_api_key_header=header("x-api-key"),
        google_ai_studio_api_key_header=header("x-goog-api-key"),
        azure_apim_header=header("ocp-apim-subscription-key"),
        custom_litellm_key_header=header("x-litellm-api-key"),
    )


async def _everywhere(key: str) -> None:
    from litellm.proxy.common_utils.auth_cache_invalidation_pubsub import publish_auth_cache_invalidation
    from litellm.proxy.utils import hash_token

    await publish_auth_cache_invalidation(cache_key=hash_token(key) if key.startswith("sk-") else key)


async def _from_database(table: Table, target: str) -> Mapping[str, Any]:
    """Stored metadata. Raises Refused(503) where the database cannot be asked."""
    from litellm.proxy import proxy_server
    from litellm.proxy.utils import hash_token

    if proxy_server.prisma_client is None:
        return {}
    db = proxy_server.prisma_client.db
    try:
        if table == "key":
            token = hash_token(target) if target.startswith("sk-") else target
            row = await db.litellm_verificationtoken.find_unique(where={"token": token})
        else:
            row = await db.litellm_teamtable.find_unique(where={"team_id": target})
    except Exception:  # noqa: BLE001 - the client's errors have no common class; without an answer nothing is written
        raise Refused(503, "The database does not answer now: try again.", "service_unavailable") from None
    metadata = row.metadata if row is not None else None
    if isinstance(metadata, str):
        metadata = json.loads(metadata)
    return metadata if isinstance(metadata, Mapping) else {}
