import pytest

from mailwarden.providers.catalog import load


@pytest.fixture(autouse=True)
def hubspot_is_a_mailbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that slots are tested with the fakes that exist; what a mailbox is, only the catalogue says."""
    spec = load()["hubspot"]
    capabilities = spec.capabilities | {"mailbox", "sending"}
    monkeypatch.setitem(load(), "hubspot", spec.model_copy(update={"capabilities": capabilities}))
