"""Negative control: a worker that keeps a little of every job, and a file open."""

from typing import Any
from uuid import UUID

from mailwarden.cli import app
from mailwarden.core.runner import JobRunner

KEPT: list[Any] = []
run = JobRunner.run


async def running(self: JobRunner, job_id: UUID) -> bool:
    KEPT.append((bytearray(b"x" * 1_000_000), open("/dev/null", "rb")))  # noqa: SIM115, ASYNC230
    return await run(self, job_id)


JobRunner.run = running  # type: ignore[method-assign]

if __name__ == "__main__":
    app(["worker"])
