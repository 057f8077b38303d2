import pytest

from mailwarden.deliverability.dmarc_reports.rules import Seen, is_aligned


@pytest.mark.parametrize(
    ("seen", "knows_addresses", "expected"),
    [
        (Seen(0, 0, 0), False, None),
        (Seen(99, 99, 99), False, None),
        (Seen(100, 100, 100), False, True),
        (Seen(100, 100, 50), True, True),
        (Seen(100, 100, 49), True, False),
        (Seen(100_000, 100, 99), False, True),  # strangers forge it
        (Seen(100_000, 99, 0), False, None),
        (Seen(100, 0, 0), False, False),
        (Seen(100, 0, 0), True, None),  # whoever sent that, it was none of them
    ],
)
def test_strangers_do_not_count(seen: Seen, knows_addresses: bool, expected: bool | None) -> None:
    assert is_aligned(seen, knows_addresses=knows_addresses) is expected
