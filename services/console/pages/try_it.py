"""Explains a request before it is sent, then sends exactly what was explained.

Knows: the form's fields and steps. Does not know: how the gateway is asked.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from plugins.routing.types import DataClass
from services.console import gateway_client
from services.console.gateway_client import MAX_OUTPUT_TOKENS, Ask, answer_text
from services.console.inventory import read_inventory
from services.console.session import Session
from services.console.web import checked_form, console_of, page, reader

router = APIRouter()

MAX_TEXT = 20_000
CLASSES = tuple(c.label for c in DataClass)


@router.get("/console/try")
def empty_form(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    return _page(request, session, Ask("", "auto"))


@router.post("/console/try")
async def explain_or_send(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    """``step=explain`` shows the decision; ``step=send``, for admins, also sends the request. Raises ``HTTPException``
    400, 403."""
    form = await checked_form(request, session)
    if form.get("step") == "send" and not session.is_admin:
        raise HTTPException(403, "You may see where a request would go; sending one takes LiteLLM's role proxy_admin.")
    console = console_of(request)
    capability = form.get("capability", "").strip() or "auto"
    data_class = form.get("data_class", "")
    if data_class and data_class not in CLASSES:
        raise HTTPException(400, f"There is no such data class (valid: {', '.join(CLASSES)}).")
    # Browsers send line ends as CRLF; the model gets what was typed.
    text = form.get("text", "").replace("\r\n", "\n")
    ask = Ask(text, capability[:200], data_class)
    if not text.strip():
        return _page(request, session, ask, problem="Write something first.", status=400)
    if len(text) > MAX_TEXT:
        return _page(request, session, ask, problem=f"At most {MAX_TEXT:,} characters here.", status=400)
    if form.get("step") != "send":
        return _page(request, session, ask, explained=await gateway_client.explain(console, ask))
    return _page(request, session, ask, sent=await gateway_client.send(console, ask))


def _page(request: Request, session: Session, ask: Ask, *, status: int = 200, **context: Any) -> Response:
    config = read_inventory(console_of(request).settings.config_file).config
    chat = [name for name, c in config.spec.capabilities.items() if c.mode == "chat"] if config else ["auto"]
    groups = list(dict.fromkeys(d.model_group for d in config.deployments if d.mode == "chat")) if config else []
    sent = context.get("sent")
    values: dict[str, Any] = {"problem": "", "explained": None, "sent": None, **context}
    return page(
        request,
        "try_it.html",
        session=session,
        active="try",
        status=status,
        ask=ask,
        capabilities=chat,
        model_groups=groups,
        classes=CLASSES,
        answer=answer_text(sent.body) if sent and sent.body and not sent.problem else "",
        max_text=MAX_TEXT,
        max_tokens=MAX_OUTPUT_TOKENS,
        **values,
    )
