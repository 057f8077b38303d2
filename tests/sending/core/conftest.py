from tests.support.world_fixtures import sandbox, world  # noqa: F401
