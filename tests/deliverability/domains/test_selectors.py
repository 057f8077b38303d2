"""Who named a selector, and that nobody's is lost or comes back unasked."""

from hypothesis import given
from hypothesis import strategies as st

from mailwarden.deliverability.domains.selectors import (
    ENTERED,
    FOUND,
    MOST_MET,
    MOST_REPORTED,
    REMOVED,
    REPORT,
    added,
    entered_anew,
    named,
    shown,
)

NAMES = st.sampled_from([f"s{one}" for one in range(60)])
STEPS = st.lists(
    st.tuples(st.sampled_from((FOUND, REPORT)), st.lists(NAMES, max_size=30))
    | st.tuples(st.just(ENTERED), st.lists(NAMES, max_size=20)),
    max_size=8,
)


def test_what_reports_name_comes_behind() -> None:
    first = entered_anew([], ["b", "a", "a"], [])
    assert added(first, ["a", "c"], REPORT) == [
        {"selector": "b", "source": ENTERED},
        {"selector": "a", "source": ENTERED},
        {"selector": "c", "source": REPORT},
    ]


def test_what_somebody_took_away_stays_away_until_it_is_entered() -> None:
    row = added(entered_anew([], ["a"], []), ["b"], REPORT)
    row = entered_anew(row, [], ["b"])
    assert shown(row) == []
    assert shown(added(row, ["a", "b"], REPORT)) == []
    assert shown(entered_anew(row, ["b"], [])) == [{"selector": "b", "source": ENTERED}]
    assert named(entered_anew(row, ["b"], []), REMOVED) == ["a"]


def test_only_what_reports_named_can_be_dropped() -> None:
    row = added(entered_anew([], ["a"], []), ["b"], FOUND)
    assert entered_anew(row, None, ["a", "b", "z"]) == row


@given(STEPS)
def test_nobody_is_pushed_out(steps: list[tuple[str, list[str]]]) -> None:
    row: list[dict[str, str]] = []
    for source, names in steps:
        before = shown(row)
        row = entered_anew(row, names, []) if source == ENTERED else added(row, names, source)
        if source == ENTERED:
            assert named(row, ENTERED) == list(dict.fromkeys(names))
        else:
            assert shown(row)[: len(before)] == before
            assert len(shown(row)) <= max(MOST_MET, len(before))
        assert len(named(row, REPORT)) <= MOST_REPORTED
        assert len({one["selector"] for one in row}) == len(row)
