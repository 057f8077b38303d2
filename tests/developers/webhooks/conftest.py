from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwarden.settings import Settings
from tests.fakes.receiver import Receiver, running_receiver


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Customers' endpoints are on this machine."""
    return Settings(_env_file=None, environment="test", data_dir=tmp_path, egress={"allow": "127.0.0.0/8"})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running
