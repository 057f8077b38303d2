"""Makes one export in a process of its own, and prints what it cost: JSON."""

import asyncio
import json
import os
import sys
import time
from uuid import UUID

from mailwarden.compose import open_runtime
from mailwarden.exports.pdf.fonts import glyphs
from mailwarden.settings import Settings
from mailwarden.worker import make_runner
from tests.benchmarks.lab import memory_mb


async def main(job_id: UUID) -> None:
    async with open_runtime(Settings(_env_file=None), application="bench-export", worker=True) as rt:
        runner = make_runner(rt)
        glyphs("a")  # fonts are read once in a process
        before, began, cpu = memory_mb(os.getpid()), time.monotonic(), time.process_time()
        assert await runner.run(job_id)
        spent = {"seconds": time.monotonic() - began, "cpu_s": time.process_time() - cpu}
        sys.stdout.write(json.dumps({"before_mb": before, "peak_mb": memory_mb(os.getpid()), **spent}))


if __name__ == "__main__":
    asyncio.run(main(UUID(sys.argv[1])))
