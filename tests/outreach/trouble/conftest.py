import pytest

from mailwarden.core.runtime import Runtime
from tests.outreach.trouble.lab import Lab
from tests.support.browser import Browser
from tests.support.time import TimeMachine


@pytest.fixture
def lab(runtime: Runtime, time_machine: TimeMachine, owner: Browser) -> Lab:
    """In the organization of the ``owner``."""
    return Lab(runtime, time_machine, owner.org_id, owner.user_id)
