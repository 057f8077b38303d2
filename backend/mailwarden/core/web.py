"""Serves the built single-page app. Without a build (an API-only process) there is simply no page."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from mailwarden.core.errors import NotFound

PACKAGED = Path(__file__).parent.parent / "web" / "dist"
CHECKOUT = Path(__file__).parents[3] / "frontend" / "app" / "dist"
API = ("v1", "hooks", "oauth", "t")
LIGHT = ("/sign-in", "/sign-up", "/forgot-password", "/reset-password", "/confirm-email", "/invitation", "/contact")


def dist() -> Path | None:
    """In a wheel the app lies in the package, in a checkout beside it."""
    return next((path for path in (PACKAGED, CHECKOUT) if (path / "index.html").is_file()), None)


def serve_app(app: FastAPI) -> None:
    for prefix in API:  # a typo under /v1 must be a 404, never the app's index page
        app.add_api_route(
            f"/{prefix}/{{rest:path}}",
            unknown,
            methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            include_in_schema=False,
        )
    folder = dist()
    if folder is None:
        return
    for path in LIGHT:
        app.add_api_route(path, page(folder / "sign-in.html"), methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/assets", StaticFiles(directory=folder / "assets"))
    app.frontend("/", directory=folder, fallback="index.html")


def page(file: Path) -> Callable[[], Awaitable[FileResponse]]:
    """Pages without a session have a bundle of their own: a phone need not load the whole app to show two fields."""

    async def answer() -> FileResponse:
        return FileResponse(file)

    return answer


async def unknown(request: Request) -> None:
    raise NotFound(f"There is nothing at {request.url.path}.")
