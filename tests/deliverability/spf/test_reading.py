"""Reading never fails, places are right, and what is proposed can always be read."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from mailwarden.deliverability.spf.record import is_policy, read_record
from mailwarden.deliverability.spf.repair import better, clean, is_near, merged

WORDS = st.sampled_from(
    re.split(
        r"\s+",
        """v=spf1 all -all ~all +all ?all a mx ptr a:x.example mx/24 a//64 include:x.example include: ip6: redirect:
        exists:%{i}.x.example ip4:192.0.2.1 ip4:1.2.3 ip6:2001:db8::/32 redirect=x.example exp=x.example x=%{d %{ %{d}
        %%x , ; ip:1.2.3.4 1.2.3.4 include=x.example “a” –all a. all. include:http://x.example/ %{d9999999999999}.x""",
    )
)
NOISE = st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=300), max_size=12)
RECORDS = st.lists(st.one_of(WORDS, WORDS, WORDS, NOISE), max_size=12).map(lambda words: "v=spf1 " + " ".join(words))


@settings(max_examples=200, deadline=None)
@given(RECORDS)
def test_reading_never_fails_and_every_place_is_that_of_a_term(text):
    record = read_record(text)
    places = [(one.position, one.source) for one in record.mechanisms]
    for at, source in places + [(one.position, one.source) for one in record.modifiers]:
        assert text[at:].startswith(source)
    for problem in record.problems:
        earliest = problem.position - len(problem.term)
        assert any(text.startswith(problem.term, at) for at in range(earliest, problem.position + 1))
    count = len([term for term in text[6:].split(" ") if term])
    doubled = sum("only once" in one.why for one in record.problems)
    assert len(record.mechanisms) + len(record.modifiers) + len(record.problems) - doubled == count


@settings(max_examples=200, deadline=None)
@given(st.one_of(RECORDS, NOISE, RECORDS.map(lambda text: text[2:])))
def test_what_is_proposed_can_be_read(text):
    cleaned, _ = clean(text)
    assert is_policy(cleaned.encode())
    assert cleaned.isascii()
    assert not read_record(cleaned).problems
    assert clean(cleaned) == (cleaned, ()) or "=" in cleaned
    assert not (is_near(text) and is_policy(text.encode()))


@settings(max_examples=200, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=3))
def test_what_is_merged_can_be_read(texts):
    record = read_record(merged(texts))
    assert not record.problems
    assert record.all_at == len(record.mechanisms) - 1


@settings(max_examples=200, deadline=None)
@given(RECORDS)
def test_a_better_record_is_sound_where_the_record_was(text):
    record = read_record(text)
    if not record.problems:
        proposed = read_record(better(record))
        assert not proposed.problems
        assert proposed.redirect is not None or proposed.mechanisms[-1].name == "all"
        assert better(proposed) == proposed.text


def test_a_hostile_record_is_read_in_no_time():
    for text in ("a" * 60_000, "a:" + "x" * 60_000 + "!", "a:" + "x." * 30_000 + "!", "%{d" * 20_000, "/1" * 30_000):
        read_record("v=spf1 " + text)
        clean("v=spf1 " + text)
