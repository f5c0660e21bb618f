"""What probes send: a few words, a picture, a page and a second of speech.

Knows: how the smallest such files are made. Does not know: who gets them. Nothing of it is anybody's data.
"""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

ASK = "Answer with one short sentence: what is a telephone?"
TEXTS = ("The telephone line is tested.", "Cats sleep in the sun.")
QUERY, DOCUMENTS, RELEVANT = "When is the telephone tested?", ("Cats sleep in the sun.", "The telephone is tested."), 1
WORDS = ("signalbox", "probe")
DOCUMENT = "[1] telephones, page 1\nThe telephone in the hall is tested every Tuesday at seven."
ABOUT_IT, IN_IT = "When is the telephone in the hall tested?", "Tuesday at seven"
SPOKEN = Path(__file__).with_name("spoken.wav")


def picture() -> str:
    """A red square of 64 by 64 as a data: URI of PNG."""
    side = 64
    rows = b"".join(b"\x00" + b"\xd0\x20\x20" * side for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    made = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return "data:image/png;base64," + base64.b64encode(made).decode()


def page() -> str:
    """One page of PDF that says ``WORDS``, as a data: URI."""
    content = f"BT /F1 24 Tf 40 100 Td ({' '.join(WORDS)}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n"
    made += end % (len(objects) + 1, table, len(objects) + 1, len(made))
    return "data:application/pdf;base64," + base64.b64encode(made).decode()
