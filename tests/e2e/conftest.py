from collections.abc import Iterator

import pytest

from tests.support.stack import System, running_system


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """One for all tests here: each makes its own organization and its own accounts at the providers."""
    with running_system("e2e", workers=2) as running:
        yield running
