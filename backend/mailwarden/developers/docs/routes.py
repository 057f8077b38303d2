"""The documentation at `/docs`: one page, made here, without a script."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from mailwarden.developers.docs.page import render

router = APIRouter(include_in_schema=False)


@router.get("/docs")
@router.get("/errors/{_code}")
async def documentation(request: Request) -> HTMLResponse:
    """`/errors/…` is what the `type` of a problem points at: the page says what each code means."""
    state = request.app.state
    if not hasattr(state, "documentation"):
        state.documentation = render(request.app.openapi())
    return HTMLResponse(state.documentation)
