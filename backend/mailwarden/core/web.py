"""Serves the built single-page app. Without a build (an API-only process) there is simply no page."""

from pathlib import Path

from fastapi import FastAPI, Request
from starlette.staticfiles import StaticFiles

from mailwarden.core.errors import NotFound

PACKAGED = Path(__file__).parent.parent / "web" / "dist"
CHECKOUT = Path(__file__).parents[3] / "frontend" / "app" / "dist"
API = ("v1", "hooks", "oauth", "t")


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
    app.mount("/assets", StaticFiles(directory=folder / "assets"))
    app.frontend("/", directory=folder, fallback="index.html")


async def unknown(request: Request) -> None:
    raise NotFound(f"There is nothing at {request.url.path}.")
