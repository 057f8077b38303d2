from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwarden.settings import Settings
from tests.fakes.receiver import Receiver, running_receiver


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Slack and the customer's webhook are on this machine."""
    reach = {"allow": "127.0.0.0/8", "slack_hosts": "127.0.0.1"}
    return Settings(_env_file=None, environment="test", data_dir=tmp_path, egress=reach)


@pytest.fixture
def slack() -> Iterator[Receiver]:
    with running_receiver() as running:
        running.always(200)
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running
