from tests.connections.conftest import quiet_journal  # noqa: F401 - a fixture
