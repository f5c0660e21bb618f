"""The intent classifier's card, and where it errs.

Knows: which facts go on the page. Does not know: how a card is read or made.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.console.classifier_card import read_classifier
from services.console.session import Session
from services.console.web import console_of, page, reader

router = APIRouter()


@router.get("/console/classifier")
def classifier(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    card = read_classifier(console_of(request).settings.state)
    return page(request, "classifier.html", session=session, active="classifier", card=card)
