"""Whatever a receiver may have seen, it is read as it was written, and its sums are the sums of its records."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailwarden.core.errors import Invalid
from mailwarden.deliverability.dmarc_reports.condensing import condense
from mailwarden.deliverability.dmarc_reports.reading import EARLIEST, MOST_MESSAGES, read_report
from mailwarden.deliverability.dmarc_reports.report import Policy, Record, Report, Signature
from mailwarden.deliverability.dmarc_reports.unpacking import xml_in
from tests.deliverability.dmarc_reports.written import NEW, NOW, OLD, REPORT, gz, mailed, xml_of, zipped

LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True, alphabet=st.characters(codec="ascii"))
DOMAINS = st.lists(LABELS, min_size=2, max_size=4).map(".".join)
NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60)
POLICY = st.sampled_from(("none", "quarantine", "reject")) | st.none()
MODE = st.sampled_from(("relaxed", "strict")) | st.none()
SIGNATURES = st.builds(Signature, DOMAINS, LABELS | st.just(""), st.sampled_from(("pass", "fail", "temperror")))
ADDRESSES = st.ip_addresses().filter(lambda one: getattr(one, "ipv4_mapped", None) is None).map(str)
RECORDS = st.builds(
    Record,
    ADDRESSES,
    st.integers(0, MOST_MESSAGES),
    st.booleans(),
    st.booleans(),
    DOMAINS,
    st.lists(SIGNATURES, max_size=3).map(tuple),
)
POLICIES = st.builds(
    Policy, DOMAINS, POLICY, POLICY, POLICY, MODE, MODE, st.booleans() | st.none(), st.integers(0, 100) | st.none()
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    first, last = int(EARLIEST.timestamp()), int(NOW.timestamp())
    begins_at = datetime.fromtimestamp(draw(st.integers(first, last)), UTC)
    ends_at = begins_at + timedelta(seconds=draw(st.integers(0, 86_400)))
    records = tuple(draw(st.lists(RECORDS, max_size=8)))
    return Report(draw(NAMES), draw(NAMES | st.none()), draw(NAMES), begins_at, ends_at, draw(POLICIES), records)


PACKINGS: list[Callable[[bytes], bytes]] = [bytes, gz, lambda xml: zipped({"report.xml": xml}), mailed]


@given(reports(), st.sampled_from([(OLD, ""), (NEW, ""), (NEW, "d:"), (OLD, "x:")]), st.sampled_from(PACKINGS))
def test_what_was_written_is_read(report: Report, shape: tuple[str, str], packed: Callable[[bytes], bytes]) -> None:
    assert read_report(xml_in(packed(xml_of(report, *shape))), NOW) == report


@given(reports())
def test_the_sums_are_those_of_the_records(report: Report) -> None:
    found = condense(report, report.policy.domain)
    totals, sources = found.totals, [one.counts for one in found.sources]
    assert totals.messages == sum(one.messages for one in report.records) == sum(one.messages for one in sources)
    assert totals.passing == sum(one.messages for one in report.records if one.dkim or one.spf)
    assert max(totals.dkim_aligned, totals.spf_aligned) <= totals.passing <= totals.messages
    assert totals.passing <= totals.dkim_aligned + totals.spf_aligned
    assert len({(one.address, one.header_from) for one in found.sources}) == len(found.sources)


def _mutilated(draw: st.DrawFn, content: bytes) -> bytes:
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(made) - 1))
        made[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(made)


mutilated = st.composite(_mutilated)
FILES = [packed(xml_of(REPORT)) for packed in PACKINGS]


@given(st.sampled_from(FILES).flatmap(mutilated) | st.binary(max_size=300))
def test_a_damaged_file_is_a_report_or_refused(file: bytes) -> None:
    try:
        found = read_report(xml_in(file), NOW)
    except Invalid:
        return
    assert all(re.fullmatch(r"[0-9a-f:.]+", one.address) and one.messages >= 0 for one in found.records)
