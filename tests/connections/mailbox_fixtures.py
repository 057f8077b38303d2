"""The product with the sandbox's mail servers in reach."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailwarden.connections.models import Connection
from mailwarden.core.runtime import Runtime
from mailwarden_sandbox.app import create_sandbox
from mailwarden_sandbox.config import SandboxConfig
from tests.connections.mailbox_steps import Post, connected
from tests.sandbox.mail import mail_servers
from tests.support.browser import Browser


@pytest.fixture
async def post(runtime: Runtime, tmp_path: Path) -> AsyncIterator[Post]:
    sandbox = create_sandbox(SandboxConfig(accounts=2, campaigns=0))
    async with mail_servers(sandbox, tmp_path / "tls") as ports:
        timing = replace(runtime.config.timing, api_deadline_s=2)
        before, authority = runtime.config, tmp_path / "tls" / "ca.pem"
        changed = replace(before, egress_allow=("127.0.0.0/8",), mail_ca_file=authority, timing=timing)
        object.__setattr__(runtime, "config", changed)
        yield Post(sandbox, ports)
        object.__setattr__(runtime, "config", before)


@pytest.fixture
async def mailbox(runtime: Runtime, owner: Browser, post: Post) -> Connection:
    return await connected(runtime, owner, post.form())
