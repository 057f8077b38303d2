"""For load balancers and Prometheus; outside `/v1`, without a caller, telling nothing of any tenant."""

import asyncio
from collections.abc import Awaitable

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from mailwarden.core.api import Rt, Wire
from mailwarden.core.runtime import Runtime
from mailwarden.core.server import Leaving

router = APIRouter(include_in_schema=False)


class Health(Wire):
    status: str
    database: bool | None = None
    redis: bool | None = None


@router.get("/healthz")
async def health() -> Health:
    """The process answers. Restart it if not."""
    return Health(status="ok")


@router.get("/readyz")
async def ready(rt: Rt, response: Response) -> Health:
    """Ready to serve: PostgreSQL answers, and nobody told this process to stop.

    Redis is reported but not needed: its absence only slows wake-ups.
    """
    database = await _answers(_select_one(rt.pressing()))
    redis = await _answers(rt.redis.ping())
    is_ready = database and not Leaving.now
    response.status_code = 200 if is_ready else 503
    return Health(status="ready" if is_ready else "not ready", database=database, redis=redis)


async def _select_one(rt: Runtime) -> None:
    async with rt.sessions() as session:
        await session.execute(text("SELECT 1"))


async def _answers(question: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(2):
            await question
    except Exception:  # noqa: BLE001 - whatever is wrong, the answer is no
        return False
    return True


@router.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
