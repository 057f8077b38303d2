import json
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.sdk_envs import EnvironmentFailed, environment
from tests.sandbox.program import running_sandbox
from tests.sandbox.steps import Control

HERE = Path(__file__).parent
Drive = Callable[..., Any]


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), "--campaigns", "260", "--no-quotas") as port:
        yield port


@pytest.fixture
def base(port: int) -> str:
    return f"http://127.0.0.1:{port}"


@pytest.fixture
async def http(base: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=base, timeout=20) as client:
        yield client


@pytest.fixture
def control(http: httpx.AsyncClient) -> Control:
    return Control(http)


@pytest.fixture(scope="session")
def drive() -> Drive:
    """Runs one step of a client program in the client's own environment; answers what it found."""

    def drive(env: str, program: str, step: str, *, ca: Path | None = None, **told: Any) -> Any:
        try:
            python = environment(env)
        except EnvironmentFailed as failure:
            pytest.fail(f"The environment {env!r} of the official client could not be made: {failure}")
        trust = {"SSL_CERT_FILE": str(ca)} if ca else {}
        done = subprocess.run(
            [python, HERE / program, step], input=json.dumps(told), capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], **trust}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return drive
