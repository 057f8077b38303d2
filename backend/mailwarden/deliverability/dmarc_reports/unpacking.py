"""From a file as it came, by mail or saved from one, to the XML inside. Nothing is unpacked beyond its limit. Pure."""

import re
import struct
import zipfile
import zlib
from io import BytesIO

from mailwarden.deliverability.dmarc_reports.mails import parts_of
from mailwarden.deliverability.dmarc_reports.refusing import refused

LARGEST = 3 << 20  # bytes of the file
LARGEST_XML = 24 << 20  # room for 20,000 records with several signatures each
MOST_MEMBERS = 10  # of a zip: some programs add files about the files
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # byte order marks
ROOT = re.compile(rb"<([\w.-]+:)?feedback[\s>]")
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError)
NO_REPORT = "This is no DMARC report: an .xml, .xml.gz or .zip file, or a mail with one attached, is."


def xml_in(file: bytes) -> bytes:
    """Raises Invalid."""
    if len(file) > LARGEST:
        raise refused(f"The file is larger than {LARGEST >> 20} MiB.")
    found = _unpacked(file)
    if found is None:
        found = _attached(file)
    return found


def _unpacked(content: bytes) -> bytes | None:
    """None: no form that a report comes in. What is packed twice is no report."""
    if content.startswith(GZIP):
        return _plain(_gunzipped(content))
    if content.startswith(ZIP):
        return _plain(_unzipped(content))
    return content if _is_xml(content) else None


def _is_xml(content: bytes) -> bool:
    return content[:64].lstrip().startswith(b"<") or content.startswith(MARKS)


def _plain(content: bytes) -> bytes:
    if not _is_xml(content):
        raise refused("What is packed in the file is no XML.")
    return content


def _gunzipped(content: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(content, LARGEST_XML + 1)
    except zlib.error as exc:
        raise refused("The gzip file is damaged.") from exc
    _check_size(found)
    if not unpacker.eof:
        raise refused("The gzip file ends too early.")
    return found


def _unzipped(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive, archive.open(_the_report(archive)) as member:
            found = member.read(LARGEST_XML + 1)
    except BROKEN_ZIP as exc:
        raise refused("The zip file is damaged or locked with a password.") from exc
    _check_size(found)
    return found


def _the_report(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    found = [one for one in members if one.filename.lower().endswith(".xml") and not _is_about_a_file(one.filename)]
    if len(members) > MOST_MEMBERS or len(found) != 1:
        raise refused("The zip file must hold one .xml file, and nothing else that matters.")
    if found[0].compress_type not in PACKED:  # others may ask for any amount of memory
        raise refused("The zip file is packed in a way that reports are not.")
    return found[0]


def _is_about_a_file(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._")


def _check_size(found: bytes) -> None:
    if len(found) > LARGEST_XML:
        raise refused(f"Unpacked, the report is larger than {LARGEST_XML >> 20} MiB.")


def _attached(file: bytes) -> bytes:
    """Of a mail. Each part is known by its content: reporters name and label them as they like."""
    try:
        packed = [one for one in parts_of(file) if _is_report(one)]
    except (RecursionError, ValueError, LookupError, AssertionError) as exc:
        raise refused(NO_REPORT) from exc
    if len(packed) > 1:
        raise refused("The mail holds several reports. Upload them one by one.")
    found = _unpacked(packed[0]) if packed else None
    if found is None:
        raise refused(NO_REPORT)
    return found


def _is_report(content: bytes) -> bool:
    """Not the HTML that people read beside it."""
    return content.startswith((GZIP, ZIP)) or (
        _is_xml(content) and ROOT.search(content[:4096].replace(b"\0", b"")) is not None
    )
