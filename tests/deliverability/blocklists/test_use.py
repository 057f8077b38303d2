"""Which lists an installation may ask, and what its operator says about it."""

from typing import Any

import pytest
from pydantic import ValidationError

from mailwarden.compose import feature_config
from mailwarden.core.runtime import Blocklists
from mailwarden.deliverability.blocklists.registry import registry
from mailwarden.deliverability.blocklists.settings import BlocklistSettings
from mailwarden.deliverability.blocklists.use import Unused, Use, in_use, use_of
from mailwarden.settings import Settings
from tests.deliverability.blocklists.zones import list_of


def test_out_of_the_box_only_lists_without_conditions_are_asked() -> None:
    used = {use.blocklist.key for use in in_use(Blocklists())}
    assert used == {one.key for one in registry().lists if one.access == "open"}
    assert use_of(list_of("spamhaus_zen"), Blocklists()) is Unused.NEEDS_TERMS
    assert use_of(list_of("barracuda"), Blocklists()) is Unused.NEEDS_REGISTRATION
    assert use_of(list_of("abusix"), Blocklists()) is Unused.NEEDS_KEY


def test_a_key_opens_the_operators_lists_and_is_shown_nowhere() -> None:
    wishes = Blocklists(keys={"spamhaus": "s3cretkey"})
    use = use_of(list_of("spamhaus_zen"), wishes)
    assert isinstance(use, Use)
    assert use.zone == "s3cretkey.zen.dq.spamhaus.net"
    assert use.hide(f"7.2.0.192.{use.zone} timed out") == "7.2.0.192.zen.spamhaus.org timed out"
    assert "s3cretkey" not in repr(use) + repr(wishes)


def test_terms_can_be_accepted_and_lists_switched_off() -> None:
    assert isinstance(use_of(list_of("barracuda"), Blocklists(accepted=("barracuda",))), Use)
    assert use_of(list_of("psbl"), Blocklists(off=("psbl",))) is Unused.SWITCHED_OFF


def test_settings_are_lists_in_the_environment() -> None:
    said: dict[str, Any] = {"accepted": "barracuda, spamhaus_zen", "off": "psbl", "keys": "abusix:abc123,spamhaus:def"}
    found = BlocklistSettings.model_validate(said).config()
    assert found == Blocklists(("barracuda", "spamhaus_zen"), ("psbl",), {"abusix": "abc123", "spamhaus": "def"})


@pytest.mark.parametrize(
    "said",
    [
        {"accepted": "sorbs"},
        {"off": "zen.spamhaus.org"},
        {"keys": "psbl:abc"},
        {"keys": "spamhaus:a.b"},
        {"keys": "spamhaus:"},
    ],
)
def test_what_nobody_knows_stops_the_start_without_showing_a_key(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        BlocklistSettings.model_validate(said)
    assert "a.b" not in str(refused.value)


def test_the_programs_know_what_the_operator_said(settings: Settings) -> None:
    chosen = settings.model_copy(update={"blocklists": BlocklistSettings(off=("psbl",))})
    assert feature_config(chosen).blocklists.off == ("psbl",)
