"""What the demo counts as a difference: it must end badly when a promise of sending is broken."""

from collections import Counter
from typing import Any

import pytest

from mailwarden.cli.demo.sending import READERS, STEPS, SendingStory


def story(**over: Any) -> SendingStory:
    """One that went well, but for what is given."""
    kept: dict[str, Any] = {
        "one_off": "sent",
        "one_off_copies": 1,
        "one_off_tracked": True,
        "paused": {"clock": {"kind": "nine_days"}},
        "campaign_meanwhile": "running",
        "before": 1,
        "meanwhile": 2,
        "back": {"clock": None},
        "copies": copies(),
        "state": "finished",
    }
    return SendingStory(**kept | over)


def copies(**over: int) -> Counter[tuple[str, str]]:
    counted = Counter({(reader, subject): 1 for reader in READERS for subject in STEPS})
    counted.update({(READERS[0], STEPS[0]): over.get("more", 0)})
    return counted


def test_what_went_well_differs_in_nothing() -> None:
    assert story().differences == []


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"one_off": "unknown"}, "the mail is unknown"),
        ({"one_off_copies": 2}, "with 2 copies"),
        ({"one_off_tracked": False}, "not tracked"),
        ({"paused": {"clock": None}}, "no nine days"),
        ({"campaign_meanwhile": "paused"}, "was paused meanwhile"),
        ({"meanwhile": 1}, "did not go on"),
        ({"back": {"clock": {"kind": "nine_days"}}}, "the clock went on"),
        ({"back": {}}, "the clock went on"),
        ({"state": "running"}, "the campaign is running"),
        ({"copies": copies(more=1)}, f"{READERS[0]} got “{STEPS[0]}” 2 times"),
        ({"copies": copies(more=-1)}, f"{READERS[0]} got “{STEPS[0]}” 0 times"),
        ({"copies": copies() + Counter({("stranger@readers.test", STEPS[0]): 1})}, "stranger@readers.test got"),
    ],
)
def test_every_broken_promise_is_one_difference(over: dict[str, Any], told: str) -> None:
    (found,) = story(**over).differences
    assert told in found
