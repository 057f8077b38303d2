from datetime import UTC, datetime

import pytest

from mailwarden.providers.reading import count, dig, moment, parse, text


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": "cut \\ud83d"}', {"a": "cut \ud83d"}),
    ],
)
def test_json_is_read(body, value):
    assert parse(body) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>",
        b'{"a": NaN}',
        b'{"a": Infinity, "b": "\\ud83d"}',
        b"[" * 100_000,
        b'["\\ud83d",' + b"[" * 100_000 + b"]" * 100_000 + b"]",
        b"\xff\xfe",
        b'{"a": 1} trailing',
        b'{"a": "\xff"}',
    ],
)
def test_what_is_not_json_is_refused(body):
    with pytest.raises(ValueError, match=r".*"):
        parse(body)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x", "x"),
        (7, "7"),
        ("", None),
        (None, None),
        (True, None),
        ([], None),
        ("a\x00b", "ab"),
        ("cut \ud83d", "cut �"),
    ],
)
def test_texts_can_be_stored(value, said):
    assert text({"a": {"b": value}}, "a", "b") == said
    if said:
        assert said.encode()


@pytest.mark.parametrize(
    ("value", "counted"),
    [
        (3, 3),
        (3.0, 3),
        (0, 0),
        (3.5, None),
        (-1, None),
        (True, None),
        ("3", None),
        (None, None),
        (1e300, None),
        (2**70, None),
    ],
)
def test_counts(value, counted):
    assert count(value) == counted


@pytest.mark.parametrize(
    ("value", "when"),
    [
        ("2026-10-01T09:00:00Z", datetime(2026, 10, 1, 9, tzinfo=UTC)),
        ("2026-10-01T09:00:00.250+02:00", datetime(2026, 10, 1, 7, 0, 0, 250_000, UTC)),
        ("2026-10-01T09:00:00", datetime(2026, 10, 1, 9, tzinfo=UTC)),
        (1_790_845_200_000, datetime(2026, 10, 1, 9, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        (10**30, None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_moments(value, when):
    assert moment(value) == when


def test_dotted_paths():
    data = {"errors": [{"context": {"scopes": ["a", "b"]}}, {"context": None}, "junk"], "x": 1}
    assert dig(data, "errors.*.context.scopes") == [["a", "b"]]
    assert dig(data, "errors.*.context.scopes.*") == ["a", "b"]
    assert dig(data, "x.y") == []
    assert dig([], "x") == []
