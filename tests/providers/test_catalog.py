import json

import pytest
from pydantic import ValidationError

from mailwarden.providers.capabilities import ListsCampaigns, Provider, ReadsContacts, ReportsFigures
from mailwarden.providers.catalog import ProviderSpec, load
from mailwarden.providers.registry import PROVIDERS

CODE_OF = {"campaigns": ListsCampaigns, "figures": ReportsFigures, "contacts": ReadsContacts}


OVER_HTTP = sorted(name for name, spec in load().items() if spec.kind == "oauth")


@pytest.fixture(params=OVER_HTTP)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_entry_has_an_adapter_and_every_adapter_an_entry():
    assert set(OVER_HTTP) == set(PROVIDERS)


def test_declared_capabilities_are_the_implemented_ones(name):
    implemented = {word for word, protocol in CODE_OF.items() if isinstance(PROVIDERS[name], protocol)}
    assert implemented == load()[name].capabilities & CODE_OF.keys()
    assert isinstance(PROVIDERS[name], Provider)


def test_only_get_may_leave_save_the_listed_search_posts(name):
    posts = {read.path for read in load()[name].api.reads if read.method != "GET"}
    queries = {"/api/campaign-values-reports", "/api/metric-aggregates"}  # questions too long for an address
    assert posts == (queries if name == "klaviyo" else set())


def test_no_write_scope_is_asked_save_the_one_that_the_consent_note_explains(name):
    writing = {scope.name for scope in load()[name].auth.scopes if scope.name.endswith((":write", ".write"))}
    assert writing == set()
    if name == "hubspot":
        assert "content" in load()[name].auth.consent_note


def test_scopes_are_those_of_the_requirements():
    assert {s.name: s.required for s in load()["hubspot"].auth.scopes} == {
        "oauth": True,
        "content": True,
        "crm.objects.contacts.read": False,
    }
    assert load()["klaviyo"].auth.required_scopes == {"accounts:read", "campaigns:read", "metrics:read", "events:read"}


def test_every_scope_that_a_read_needs_is_asked_for(name):
    spec = load()[name]
    asked = spec.auth.all_scopes if "mailbox" in spec.capabilities else spec.auth.required_scopes
    assert {scope for call in (*spec.api.reads, *spec.api.writes) for scope in call.scopes} <= asked


def test_every_read_counts_against_a_quota(name):
    spec = load()[name]
    assert all(any(limit.covers(read.path) for limit in spec.limits) for read in spec.api.reads)


def test_refusals_are_confirmed_often_enough_over_five_minutes(name):
    """With three refusals at random in ten, 0.3 ** 10 of all suspicions end wrongly (docs/adr/0007)."""
    policy = load()[name].refresh
    assert policy.confirmations == (14 if name == "keap" else 10)
    assert policy.schedule_s[-1] >= policy.span_s >= 300


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("api", {"surprise": 1}),
        ("api", {"base": "http://api.example.test"}),
        ("api", {"base": "https://api.example.test/prefix"}),
        ("api", {"reads": []}),
        ("api", {"reads": [{"method": "TRACE", "path": "/x"}]}),
        ("api", {"reads": [{"method": "GET", "path": "/a/../b"}]}),
        ("api", {"errors": [{"field": "status", "means": "rejected"}]}),
        ("api", {"errors": [{"status": [403], "means": "disconnected"}]}),
        ("refresh", {"confirmations": 4}),
        ("refresh", {"schedule_s": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}),
        ("auth", {"client_auth": "query"}),
    ],
)
def test_an_entry_that_does_not_fit_stops_the_start(name, section, change):
    raw = json.loads(load()[name].model_dump_json(by_alias=True))
    raw[section] |= change
    with pytest.raises(ValidationError):
        ProviderSpec.model_validate_json(json.dumps(raw))


def test_an_unchanged_entry_survives_the_same_way(name):
    spec = load()[name]
    assert ProviderSpec.model_validate_json(spec.model_dump_json(by_alias=True)) == spec


def test_refused_passwords_are_confirmed_thrice_over_ten_minutes():
    policies = [spec.refresh for spec in load().values() if spec.kind == "password"]
    assert [(p.confirmations, p.span_s, p.schedule_s) for p in policies] == [(3, 600, (0, 300, 600))]
