from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.outreach.personal.rules import (
    Field,
    field_name,
    fields_of,
    fill_html,
    fill_subject,
    malformed,
    missing,
    one_line,
)

HOSTILE = st.one_of(
    st.text(),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            '" onclick="x',
            "{{email}}",
            "{{ 7*7 }}",
            "a\r\nBcc: evil@example.com",
            "=?utf-8?q?a=0d=0aBcc:_evil@example.com?=",
            "\u2028",
            "\x00",
        ]
    ),
)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [name for name, _ in attrs]))


def tags_of(html: str) -> list[tuple[str, list[str]]]:
    parser = Tags()
    parser.feed(html)
    parser.close()
    return parser.found


@pytest.mark.parametrize(
    ("template", "values", "filled"),
    [
        ("Hi {{first_name}}", {"first_name": "Ada"}, "Hi Ada"),
        ("Hi {{ first_name }}", {"first_name": " Ada "}, "Hi Ada"),
        ("Hi {{first_name|there}}", {}, "Hi there"),
        ("Hi {{first_name|there}}", {"first_name": "  "}, "Hi there"),
        ("Hi {{first_name|}}!", {}, "Hi !"),
        ("{{a}}{{b}}", {"a": "{{b}}", "b": "x"}, "{{b}}x"),
        ("<b>{{a}}</b>", {"a": "<i>&"}, "<b>&lt;i&gt;&amp;</b>"),
        ("{{a|you &amp; me}}", {}, "you &amp; me"),
        ("{{No Field}} {{", {}, "{{No Field}} {{"),
    ],
)
def test_fields_are_filled(template: str, values: dict[str, str], filled: str) -> None:
    assert fill_html(template, values) == filled


@given(HOSTILE)
def test_a_value_brings_no_tag_and_ends_no_attribute(value: str) -> None:
    template = '<p title="{{a}}">Hello {{a|you}}, <a href="https://example.com/?q={{a}}">look</a></p>'
    assert tags_of(fill_html(template, {"a": value})) == [("p", ["title"]), ("a", ["href"])]


@given(HOSTILE, HOSTILE)
def test_a_subject_stays_one_line_and_no_encoded_word(template: str, value: str) -> None:
    subject = fill_subject(template + "{{a}}" + template, {"a": value})
    assert len(subject.splitlines()) <= 1
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in subject)
    assert one_line(subject) == subject
    assert "=?utf-8?" not in subject


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text()))
def test_what_is_not_missing_is_filled(values: dict[str, str]) -> None:
    template = "{{a}} {{b|x}} {{c}}"
    lacking = missing(fields_of(template), values)
    assert set(lacking) == {name for name in ("a", "c") if not values.get(name, "").strip()}


def test_the_same_field_with_and_without_fallback_is_missed_where_it_has_none() -> None:
    assert missing(fields_of("{{a|x}} {{a}}"), {}) == ["a"]


def test_fields_of_all_texts() -> None:
    assert fields_of("{{a}}", "{{b|c}}{{B}}") == {Field("a"), Field("b", "c")}


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("{{First Name}}", ["{{First Name}}"]),
        ("{{a.b}} {{a}}", ["{{a.b}}"]),
        ("{{a", ["{{"]),
        ("a}}", ["}}"]),
        ("{{}}", ["{{}}"]),
        ("{{a|{{b}}}}", ["{{", "}}"]),
        ("{a} {{a}}", []),
    ],
)
def test_what_looks_like_a_field_and_is_none(text: str, odd: list[str]) -> None:
    assert malformed(text) == odd


@pytest.mark.parametrize(
    ("heading", "name"),
    [("First Name", "first_name"), (" E-Mail ", "e_mail"), ("2nd", "nd"), ("Größe", "gr_e"), ("—", "")],
)
def test_a_column_becomes_a_field(heading: str, name: str) -> None:
    assert field_name(heading) == name


@given(st.text())
def test_every_column_that_has_a_name_can_be_used(heading: str) -> None:
    name = field_name(heading)
    assert not name or fields_of("{{" + name + "}}") == {Field(name)}
