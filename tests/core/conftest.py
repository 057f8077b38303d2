import pytest

from mailwarden.core.runtime import Runtime
from tests.core.support import Bench


@pytest.fixture
def bench(runtime: Runtime) -> Bench:
    return Bench(runtime)
