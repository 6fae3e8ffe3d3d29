"""Files that are no table, told by their content: each has its own sentence and mend."""

import mmap
from pathlib import Path

from partnersync_csv.dialect import NotCsv
from partnersync_csv.workbook import parts_of

SAVE_AS_CSV = "Save it as CSV in UTF-8"
_SAVE_AS_TABLE = "Save it as .xlsx or CSV"
_UNPACK = "Unpack it"
_EXPORT_A_TABLE = "Give the table itself, as .xlsx or CSV"

_BY_START = (
    (b"%PDF-", "is a PDF", _EXPORT_A_TABLE),
    (b"\x1f\x8b", "is packed (gz)", _UNPACK),
    (b"\xfd7zXZ\x00", "is packed (xz)", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "is packed (zst)", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "is packed (7z)", _UNPACK),
    (b"Rar!\x1a\x07", "is packed (rar)", _UNPACK),
    (b"\x89PNG\r\n", "is a picture (PNG)", _EXPORT_A_TABLE),
    (b"\xff\xd8\xff", "is a picture (JPEG)", _EXPORT_A_TABLE),
    (b"GIF87a", "is a picture (GIF)", _EXPORT_A_TABLE),
    (b"GIF89a", "is a picture (GIF)", _EXPORT_A_TABLE),
    (b"II*\x00", "is a picture (TIFF)", _EXPORT_A_TABLE),
    (b"MM\x00*", "is a picture (TIFF)", _EXPORT_A_TABLE),
    (b"SQLite format 3\x00", "is a database (SQLite)", _EXPORT_A_TABLE),
    (b"{\\rtf", "is a text document (rtf)", _EXPORT_A_TABLE),
)
_BZ2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BY_STREAM = (  # of an OLE container
    ("EncryptedPackage", "is locked with a password", "Save it without one"),
    ("WordDocument", "is a Word document", _EXPORT_A_TABLE),
    ("PowerPoint Document", "is a presentation", _EXPORT_A_TABLE),
)
_BY_PART = (  # of a ZIP archive
    ("xl/workbook.bin", "is a binary Excel workbook (.xlsb)", _SAVE_AS_TABLE),
    ("word/document.xml", "is a Word document (.docx)", _EXPORT_A_TABLE),
    ("ppt/presentation.xml", "is a presentation (.pptx)", _EXPORT_A_TABLE),
    ("content.xml", "is an OpenDocument file (.ods)", _SAVE_AS_TABLE),
)
_MARKUP = ("<!doctype", "<html", "<head", "<meta", "<style", "<table", "<?xml")


def refuse_by_bytes(path: Path, start: bytes) -> None:
    """NotCsv for a file that is known, by its first bytes and what it packs, to be something else than a table."""
    if start.startswith(_OLE):
        raise _refusal(path, *_of_container(path))
    if start.startswith(b"BZh") and start[4:10] in _BZ2_BLOCKS:
        raise _refusal(path, "is packed (bz2)", _UNPACK)
    if parts := parts_of(path):
        of_part = ((what, mend) for part, what, mend in _BY_PART if part in parts)
        raise _refusal(path, *next(of_part, ("is packed (zip)", _UNPACK)))
    for magic, what, mend in _BY_START:
        if start.startswith(magic):
            raise _refusal(path, what, mend)


def refuse_markup(path: Path, head: str) -> None:
    """NotCsv for a text that is a page: what several systems call an export to Excel is one, named .xls."""
    beginning = head.lstrip()[:4096].lower()
    if not beginning.startswith(_MARKUP):
        return
    if "urn:schemas-microsoft-com:office:spreadsheet" in beginning:
        raise _refusal(path, "is an Excel table in XML", f"Open it in Excel. {_SAVE_AS_TABLE}")
    if "<html" in beginning or "<table" in beginning or not beginning.startswith("<?xml"):
        raise _refusal(path, "is a web page (HTML), whatever its name", f"Open it in Excel. {_SAVE_AS_TABLE}")
    raise _refusal(path, "is an XML file", _EXPORT_A_TABLE)


def _of_container(path: Path) -> tuple[str, str]:
    """An .xls, unless the names of what the container holds tell otherwise."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for stream, what, mend in _BY_STREAM:
            if content.find(stream.encode("utf-16-le")) >= 0:
                return what, mend
    return "is an old Excel file (.xls)", _SAVE_AS_TABLE


def _refusal(path: Path, what: str, mend: str) -> NotCsv:
    return NotCsv(f"{path.name} {what}", hint=mend)
