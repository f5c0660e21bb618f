"""Documents that tests make: good ones, and those that somebody would send to do harm."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas


def pdf(path: Path, pages: Sequence[str], *, title: str = "A report", **more: Any) -> Path:
    """One page a text; its first line is a heading. ``more``: ``encrypt``."""
    made = canvas.Canvas(str(path), pagesize=A4, **more)
    made.setTitle(title)
    for text in pages:
        head, *lines = text.split("\n")
        made.setFont("Helvetica-Bold", 18)
        made.drawString(72, 770, head)
        made.setFont("Helvetica", 11)
        for number, line in enumerate(lines):
            made.drawString(72, 740 - 14 * number, line)
        made.showPage()
    made.save()
    return path


def table_pdf(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """A page with one ruled table."""
    from reportlab.platypus import SimpleDocTemplate, Table

    style = [("GRID", (0, 0), (-1, -1), 1, (0, 0, 0))]
    SimpleDocTemplate(str(path), pagesize=A4).build([Table([list(r) for r in rows], style=style)])
    return path


def picture(lines: Sequence[str], size: tuple[int, int] = (1240, 900)) -> Any:
    """A white picture (PIL) with large black text."""
    from PIL import Image, ImageDraw, ImageFont

    made = Image.new("RGB", size, "white")
    font = ImageFont.load_default(44)
    for number, line in enumerate(lines):
        ImageDraw.Draw(made).text((80, 80 + 80 * number), line, fill="black", font=font)
    return made


def scanned_pdf(path: Path, pages: Sequence[Sequence[str]]) -> Path:
    """Pages that are pictures and have no text."""
    from reportlab.lib.utils import ImageReader

    made = canvas.Canvas(str(path), pagesize=A4)
    for lines in pages:
        made.drawImage(ImageReader(picture(lines)), 0, 300, width=595, height=432)
        made.showPage()
    made.save()
    return path


def raw_pdf(objects: Sequence[bytes], root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1, with a right cross-reference table."""
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)


def one_page(content: bytes, catalog: bytes = b"", page: bytes = b"", extra: Sequence[bytes] = ()) -> bytes:
    """A PDF with one page. Objects: 1 catalog, 2 pages, 3 page, 4 content, 5 font, 6... ``extra``."""
    stream = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
    return raw_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>%s>>" % page,
            stream,
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            *extra,
        ]
    )


TEXT = b"BT /F1 12 Tf 72 700 Td (Plain words on a page of this file) Tj ET"


def with_script() -> bytes:
    """Runs JavaScript when it is opened."""
    return one_page(TEXT, b"/OpenAction 6 0 R", extra=[b"<</S/JavaScript/JS(app.alert\\(1\\))>>"])


def with_embedded_file() -> bytes:
    """Carries a program."""
    data = b"MZ" + bytes(64)
    return one_page(
        TEXT,
        b"/Names<</EmbeddedFiles<</Names[(a.exe) 6 0 R]>>>>",
        extra=[
            b"<</Type/Filespec/F(a.exe)/UF(a.exe)/EF<</F 7 0 R>>>>",
            b"<</Type/EmbeddedFile/Length %d>>stream\n%s\nendstream" % (len(data), data),
        ],
    )


def bomb(size: int = 2**28) -> bytes:
    """A page whose content unpacks to ``size`` bytes of nothing."""
    packer, packed = zlib.compressobj(9), []
    block = b"\n" * 2**20
    packed = [packer.compress(block) for _ in range(size // 2**20)]
    data = b"".join([*packed, packer.flush()])
    # Packed once more: it is a few kilobytes then.
    twice = zlib.compress(data, 9)
    stream = b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream" % (len(twice), twice)
    return raw_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>",
            stream,
        ]
    )


def nested(depth: int = 100_000) -> bytes:
    """A page whose content is nested arrays, and whose tree of pages is as deep."""
    return one_page(b"[" * depth + b"]" * depth + b" TJ", page=b"/Deep " + b"[" * depth + b"]" * depth)


def many_pages(count: int) -> bytes:
    """``count`` pages that share one content."""
    kids = b" ".join(b"%d 0 R" % n for n in range(3, 3 + count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
    return raw_pdf(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count), *[page] * count]
    )


def zip_bomb() -> bytes:
    """A DOCX whose document unpacks to 256 MiB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as container:
        container.writestr("[Content_Types].xml", "<Types/>")
        with container.open("word/document.xml", "w", force_zip64=True) as entry:
            for _ in range(256):
                entry.write(b" " * 2**20)
    return out.getvalue()


def docx(path: Path) -> Path:
    """A heading, a paragraph and a table."""
    import docx as library

    made = library.Document()
    made.add_heading("Travel rules", 1)
    made.add_paragraph("Trains are booked in second class by the office.")
    table = made.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("City", "Limit"), ("Oslo", "140")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    made.save(str(path))
    return path


def pptx(path: Path) -> Path:
    """Two slides."""
    import pptx as library

    made = library.Presentation()
    for title, text in (("Kick-off", "Everybody meets on Monday."), ("Budget", "It is 5,000 a month.")):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    made.save(str(path))
    return path


def xlsx(path: Path) -> Path:
    """Two sheets."""
    import openpyxl

    made = openpyxl.Workbook()
    made.active.append(["Part", "Stock"])
    made.active.append(["Valve", 12])
    made.create_sheet("More").append(["Gasket", 7])
    made.save(path)
    return path


EML = b"""From: a@example.com
To: b@example.com
Subject: The boiler
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8

The boiler is checked on Tuesday by the caretaker.
--x
Content-Type: application/octet-stream
Content-Disposition: attachment; filename=a.exe
Content-Transfer-Encoding: base64

TVo=
--x--
"""
HTML = b"<html><body><h1>Opening hours</h1><p>We open at nine on weekdays.</p><script>x()</script></body></html>"
MD = b"# Menu\n\nSoup of the day is *leek*.\n\n- bread\n- butter\n"
CSV = "name;city\nJos\u00e9;Oslo\nAnna;Bergen\n".encode("latin-1")
