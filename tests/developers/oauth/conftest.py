import pytest

from tests.conftest import NewClient
from tests.developers.oauth.steps import Program


@pytest.fixture
def program(new_client: NewClient) -> Program:
    return Program(new_client())
