from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwarden.embedded import EmbeddedServers, embedded_servers
from mailwarden.embedded.servers import open_servers


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    with embedded_servers(tmp_path_factory.mktemp("shared"), fast=True, remove=True) as servers:
        yield servers


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """Root's servers live outside the test's folder, so their home is removed by name."""
    yield tmp_path
    servers = open_servers(tmp_path)
    servers.stop()
    servers.home.remove()
