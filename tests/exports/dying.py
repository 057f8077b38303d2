"""A worker of its own for tests: makes one export, and is killed in the middle of it."""

import asyncio
import os
import signal
import sys
from typing import Any
from uuid import UUID

from mailwarden.compose import open_runtime
from mailwarden.exports import jobs, report
from mailwarden.settings import Settings
from mailwarden.worker import make_runner


def die_after(name: str, calls: int) -> None:
    """Nothing can be said or tidied after it: SIGKILL of oneself."""
    real, left = getattr(jobs, name), [calls]

    async def counted(*args: Any, **kwargs: Any) -> Any:
        answer = await real(*args, **kwargs)
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(jobs, name, counted)


async def main(raw: str, job_id: UUID) -> None:
    async with open_runtime(Settings.model_validate_json(raw), application="test-export", worker=True) as rt:
        await make_runner(rt).run(job_id)


if __name__ == "__main__":
    report.BATCH, jobs.PIECE, jobs.TELL_EVERY_S = 7, 1000, 0.0
    settings, job, step, count = sys.argv[1:5]
    die_after(step, int(count))
    asyncio.run(main(settings, UUID(job)))
