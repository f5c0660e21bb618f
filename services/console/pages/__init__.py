"""One file a page. ``ROUTERS`` is the list of them all."""

from fastapi import APIRouter

from services.console.pages import (
    boundary,
    classifier,
    config,
    costs,
    decision,
    decisions,
    login,
    models,
    overview,
    static,
    try_it,
)

ROUTERS: tuple[APIRouter, ...] = (
    static.router,
    login.router,
    overview.router,
    decisions.router,
    decision.router,
    costs.router,
    boundary.router,
    models.router,
    classifier.router,
    config.router,
    try_it.router,
)
