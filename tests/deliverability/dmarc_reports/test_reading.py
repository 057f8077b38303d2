"""Both shapes of reports, whole and mutilated, and files made to hurt whoever reads them."""

import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from mailwarden.core.errors import Invalid
from mailwarden.deliverability.dmarc_reports.condensing import MOST_SELECTORS, MOST_SOURCES, Counts, condense
from mailwarden.deliverability.dmarc_reports.names import MOST_FOREIGN, Names
from mailwarden.deliverability.dmarc_reports.reading import LONGEST_SELECTOR, MOST_RECORDS, read_report
from mailwarden.deliverability.dmarc_reports.report import Policy, Record, Report, Signature
from mailwarden.deliverability.dmarc_reports.unpacking import LARGEST, LARGEST_XML, xml_in
from tests.deliverability.dmarc_reports.written import (
    DAY,
    NEW,
    NOW,
    POLICY,
    RECORDS,
    REPORT,
    a_report,
    gz,
    mailed,
    xml_of,
    zipped,
)

XML = xml_of(REPORT)
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
HTML = "<html><body>We would like your feedback</body></html>"


def read(file: bytes) -> Report:
    return read_report(xml_in(file), NOW)


def swapped(old: bytes, new: bytes) -> bytes:
    assert old in XML
    return XML.replace(old, new, 1)


@pytest.mark.parametrize(
    "file",
    [
        XML,
        xml_of(REPORT, version=False),
        xml_of(REPORT, NEW),
        xml_of(REPORT, NEW, "d:"),
        xml_of(REPORT, "http://dmarc.org/dmarc-xml/0.1"),
        b"\xef\xbb\xbf" + XML,
        b"\n  " + XML.partition(b"\n")[2],
        XML.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        swapped(b"<row>", b"<row xmlns:q='q'><q:unknown a='b'><deep/>&lt;&#65;</q:unknown>"),
        gz(XML),
        zipped({"a.xml": XML}),
        zipped({"a.xml": XML}, zipfile.ZIP_STORED),
        zipped({"__MACOSX/._a.xml": b"\0", "a.XML": XML, "readme.txt": b"-"}),
        mailed(XML),
        mailed(gz(XML), html=HTML),
        mailed(zipped({"a.xml": XML})),
    ],
)
def test_all_the_ways_to_send_it(file: bytes) -> None:
    assert read(file) == REPORT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_large_one_is_read_piece_by_piece(encoding: str) -> None:
    large = a_report([*RECORDS, replace(RECORDS[0], header_from="ä.shop.example".encode("idna").decode())] * 50)
    xml = xml_of(large).decode().replace("xn--4ca.", "ä.").replace("UTF-8", encoding)
    assert read(gz(xml.replace("<row>", "<!--" + "-ä" * 5000 + "--><row>").encode(encoding))) == large


def test_elements_are_counted_over_all_records() -> None:
    padded = xml_of(a_report([replace(RECORDS[0], signatures=())] * 1100)).replace(b"<row>", b"<a/>" * 950 + b"<row>")
    with pytest.raises(Invalid, match="more elements"):
        read(gz(padded))


def test_names_beyond_ascii_cost_only_so_much() -> None:
    names = Names()
    spelled = [f"ä{one}.example" for one in range(MOST_FOREIGN + 1)]
    assert [names.domain(one) for one in spelled] == [one.encode("idna").decode() for one in spelled[:-1]] + [""]
    assert names.domain("Ä0.example.") == "xn--0-zfa.example"
    assert names.domain("shop.example") == "shop.example"


def test_what_nobody_counts_by_may_be_missing() -> None:
    bare = replace(REPORT, email=None, policy=Policy("shop.example"), records=(replace(RECORDS[0], signatures=()),))
    assert read(xml_of(bare)) == bare
    odd = swapped(b"<p>reject</p>", b"<p>monitor</p>").replace(b"<pct>100</pct>", b"<pct>-5</pct>")
    assert read(odd).policy == replace(POLICY, p=None, pct=None)
    silent = swapped(b"<dkim>pass</dkim><spf>pass</spf></policy_evaluated>", b"</policy_evaluated>")
    assert (read(silent).records[0].dkim, read(silent).records[0].spf) == (False, False)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("192.0.2.25", "192.0.2.25"),
        (" 2001:0DB8:0:0::1 ", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_addresses_have_one_spelling(written: str, kept: str) -> None:
    assert read(swapped(b"192.0.2.25", written.encode())).records[0].address == kept


MANY = a_report([replace(RECORDS[0], signatures=())] * 100_000)
PARAMETERS = b"Content-Type: multipart/mixed" + b";" * 1_000_000 + b"\n\n"
PARTS = b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 200
HEADERS = b"a:b\n" * 2000 + b"\n"
NESTED = b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\nContent-Type: multipart/mixed\n\n" * 999
MEMBER, LOCK = (b"PK\x01\x02\x14\x03\x14\x00" + flags for flags in (b"\x00", b"\x01"))
LOCKED = zipped({"a.xml": XML}).replace(MEMBER, LOCK)
ATTRIBUTES = b"<row " + b" ".join(b"a%d=''" % one for one in range(9000)) + b">"
NAMED = b"<row>" + b"".join(b"<a%d/>" % one for one in range(600))
DEEP = b"<feedback>" + b"<a>" * 100_000


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "This is no DMARC report"),
        (b"hello", "This is no DMARC report"),
        (b"\0" * 1000, "This is no DMARC report"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "This is no DMARC report"),
        (b"<", "broken in line 1"),
        (b"<html></html>", "not feedback"),
        (b"<!DOCTYPE html><html></html>", "document type"),
        (ENTITIES + XML.partition(b"\n")[2].replace(b"r-1", b"&b;"), "document type"),
        (EXTERNAL + XML.partition(b"\n")[2].replace(b"r-1", b"&a;"), "document type"),
        (swapped(b"r-1", b"&a;"), "undefined entity"),
        (swapped(b"r-1", b"r\x00-1"), "broken"),
        (swapped(b"r-1", b"r&#0;-1"), "broken"),
        (XML[:-20], "broken"),
        (XML + b"<more/>", "broken"),
        (swapped(b"UTF-8", b"no-such"), "encoding"),
        (swapped(b"UTF-8", b"hex"), "encoding"),
        (swapped(b"UTF-8", b"utf-7"), "encoding"),
        (DEEP, "deeper"),
        (swapped(b"<row>", b"<row>" + b"<a/>" * 2000), "more elements"),
        (swapped(b"<version>", b"<a/>" * 2000 + b"<version>"), "more elements"),
        (swapped(b"<row>", NAMED), "more elements"),
        (gz(swapped(b"<version>", ATTRIBUTES)), "a tag or comment of more than 32 KiB"),
        (gz(swapped(b"<version>", b"<!--" + b" " * 90_000 + b"--><version>")), "a tag or comment of more than 32 KiB"),
        (swapped(b"r-1", b"r" * 5000), "more than 4000 characters"),
        (swapped(b"r-1", b"r" * 300), "report_id is missing or longer"),
        (swapped(b"r-1", b" "), "report_id is missing"),
        (swapped(b"<org_name>receiver.example</org_name>", b""), "org_name is missing"),
        (swapped(b"<domain>shop.example</domain>", b""), "policy_published has no domain"),
        (swapped(b"<count>80<", b"<count>-80<"), "'-80' is no count"),
        (swapped(b"<count>80<", b"<count>8e9<"), "is no count"),
        (swapped(b"<count>80<", b"<count>" + b"9" * 3000 + b"<"), "is no count"),
        (swapped(b"<count>80<", b"<count>1000000001<"), "is no count"),
        (swapped(b"<count>80<", "<count>٨٠<".encode()), "is no count"),
        (swapped(b"<count>80</count>", b""), "Record 1: '' is no count"),
        (swapped(b"192.0.2.25", b"mail.shop.example"), "Record 1: 'mail.shop.example' is no address"),
        (swapped(b"192.0.2.25", b"fe80::1%eth0"), "one host only"),
        (xml_of(MANY), "larger than 3 MiB"),
        (gz(xml_of(MANY)), "larger than 24 MiB"),
        (gz(xml_of(a_report([replace(RECORDS[0], signatures=())] * (MOST_RECORDS + 1)))), "more than 20,000 records"),
        (b"<" * (LARGEST + 1), "larger than 3 MiB"),
        (gz(b"<" * (LARGEST_XML + 1)), "larger than 24 MiB"),
        (zipped({"a.xml": b"<" * (LARGEST_XML + 1)}), "larger than 24 MiB"),
        (mailed(gz(b"<" * (LARGEST_XML + 1))), "larger than 24 MiB"),
        (gz(XML)[:-30], "ends too early"),
        (gz(XML)[:20] + b"\xff" * 40, "damaged"),
        (gz(gz(XML)), "no XML"),
        (zipped({"a.xml": zipped({"a.xml": XML})}), "no XML"),
        (zipped({"a.zip": zipped({"a.xml": XML})}), "must hold one .xml file"),
        (zipped({"a.xml": XML, "b.xml": XML}), "must hold one .xml file"),
        (zipped({f"{one}.txt": b"" for one in range(500)} | {"a.xml": XML}), "must hold one .xml file"),
        (zipped({"a.xml": XML}, zipfile.ZIP_LZMA), "packed in a way"),
        (zipped({"a.xml": XML})[:-40], "damaged"),
        (LOCKED, "locked"),
        (mailed(XML, gz(XML)), "several reports"),
        (mailed(b"nothing", html=HTML), "This is no DMARC report"),
        (NESTED, "too many"),
        (PARTS, "more than 100 parts"),
        (PARAMETERS, "a head that no real one has"),
        (HEADERS, "a head that no real one has"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused_says_why(file: bytes, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(file)
    assert said in caught.value.detail
    assert caught.value.errors[0]["pointer"] == "#/content"


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("-5", "5"),
        ("0", "5"),
        ("yesterday", "today"),
        ("", ""),
        ("1772496000000", "1772582400000"),
        ("999999999999", "999999999999"),
        (str(int(DAY.timestamp())), str(int(DAY.timestamp()) - 1)),
        (str(int(DAY.timestamp())), str(int((NOW + timedelta(days=9)).timestamp()))),
        (str(int((DAY - timedelta(days=100)).timestamp())), str(int(DAY.timestamp()))),
    ],
)
def test_odd_dates_are_refused(begin: str, end: str) -> None:
    a, b = (str(int(one.timestamp())).encode() for one in (REPORT.begins_at, REPORT.ends_at))
    file = XML.replace(b"<begin>" + a, b"<begin>" + begin.encode()).replace(b"<end>" + b, b"<end>" + end.encode())
    with pytest.raises(Invalid, match=r"impossible time|date_range"):
        read(file)


def test_a_report_in_short() -> None:
    found = condense(REPORT, "shop.example")
    assert (found.totals, found.records, found.all_sources) == (Counts(100, 95, 80, 95), 3, 3)
    assert [one.address for one in found.sources] == ["192.0.2.25", "2001:db8::7", "198.51.100.9"]
    assert found.selectors == ("s9",)


def test_only_the_domains_own_passing_signatures_name_selectors() -> None:
    signed = [
        Signature("shop.example", "good", "pass"),
        Signature("shop.example", "failed", "fail"),
        Signature("news.shop.example", "below", "pass"),
        Signature("other.example", "other", "pass"),
        Signature("shop.example", "no selector", "pass"),
        Signature("shop.example", "", "pass"),
    ]
    found = condense(a_report([replace(RECORDS[0], signatures=tuple(signed))]), "shop.example")
    assert found.selectors == ("good",)
    many = [replace(RECORDS[0], signatures=(Signature("shop.example", f"s{one}", "pass"),)) for one in range(99)]
    assert len(condense(a_report(many), "shop.example").selectors) == MOST_SELECTORS


def test_a_selector_that_is_too_long_is_none() -> None:
    """Its beginning would be another one."""
    longest = "s" * LONGEST_SELECTOR
    for selector, kept in ((longest, longest), (longest + "s", "")):
        assert read(swapped(b"s9", selector.encode())).records[0].signatures[0].selector == kept


def test_another_domains_report_is_refused_by_its_name() -> None:
    for domain in ("other.example", "news.shop.example", "op.example"):
        with pytest.raises(Invalid, match=f"about {domain}, not about shop.example"):
            condense(a_report(domain=domain), "shop.example")


def test_of_a_report_about_the_domain_above_what_was_sent_as_this_one_counts() -> None:
    below = replace(RECORDS[0], header_from="mail.news.shop.example", messages=7)
    found = condense(a_report([*RECORDS, below]), "news.shop.example")
    assert (found.totals.messages, found.records) == (7, 1)
    with pytest.raises(Invalid, match=r"about shop\.example"):
        condense(REPORT, "news.shop.example")


def test_more_sources_than_are_kept_still_count() -> None:
    records = [Record(f"2001:db8::{one:x}", one + 1, True, False, "") for one in range(MOST_SOURCES + 5)]
    found = condense(a_report(records), "shop.example")
    assert (len(found.sources), found.all_sources) == (MOST_SOURCES, MOST_SOURCES + 5)
    assert found.totals.messages == sum(one.messages for one in records)
    assert found.sources[-1].counts.messages == 6
    assert found.sources[0].header_from == "shop.example"
