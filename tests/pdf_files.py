"""PDF files for tests: drawn with reportlab, or put together from objects by hand."""

import io
import zlib
from collections.abc import Iterable

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
WIDTH, HEIGHT = A4
SIZE = 16
Text = tuple[float, float, str]  # Points from the left, points from the top, and what stands there.


def drawn(*pages: Iterable[Text], spacing: float = 0, password: str | None = None) -> bytes:
    """Return a PDF with texts at places, in the order given; ``spacing`` points are between all characters."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, encrypt=password)
    for page in pages:
        canvas.setFont("STSong-Light", SIZE)
        for left, top, text in page:
            canvas.drawString(left, HEIGHT - top, text, charSpace=spacing)
        canvas.rect(50, 50, 10, 10)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def wrapped(text: str, left: float, top: float, characters: int, indent: int = 2) -> list[Text]:
    """Return a paragraph broken into lines as wide as so many characters."""
    parts = [""]
    for character in text:
        room = (characters - (indent if len(parts) == 1 else 0)) * SIZE
        if pdfmetrics.stringWidth(parts[-1] + character, "STSong-Light", SIZE) > room:
            taken = 1 if character in "，。、；" else 0  # No line begins with one of these.
            parts.append(parts[-1][len(parts[-1]) - taken :])
            parts[-2] = parts[-2][: len(parts[-2]) - taken]
        parts[-1] += character
    return [(left + (indent * SIZE if n == 0 else 0), top + n * 28, part) for n, part in enumerate(parts)]


def assembled(*objects: bytes) -> bytes:
    """Return a PDF of numbered objects, the first of them its catalogue."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return data + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(data))


def stream(content: bytes, more: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), more, content)


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 4 0 R>>>>>>"
LATIN = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def with_map(targets: Iterable[int]) -> bytes:
    """Return a PDF whose characters 1, 2, … stand for these code points by its ToUnicode map."""
    codes = list(targets)
    shown = "".join(f"{number:04X}" for number in range(1, len(codes) + 1))
    pairs = "\n".join(f"<{number:04X}><{code:04X}>" for number, code in enumerate(codes, 1))
    mapped = (
        "/CIDInit/ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange<0000><FFFF>endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    )
    return assembled(
        CATALOGUE,
        PAGES,
        PAGE,
        stream(f"BT /F 16 Tf 50 700 Td <{shown}> Tj ET".encode()),
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/FontDescriptor 8 0 R>>",
        stream(mapped.encode()),
        b"<</Type/FontDescriptor/FontName/X/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>",
    )


def bomb(megabytes: int) -> bytes:
    """Return a PDF whose page unpacks to so many megabytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(megabytes)) + packer.flush()
    return assembled(CATALOGUE, PAGES, PAGE, stream(packed, b"/Filter/FlateDecode"), LATIN)


def endless(levels: int = 12, times: int = 10) -> bytes:
    """Return a small PDF whose page draws a form so many times, which draws another so many times, and so on."""
    numbers = [4, *range(6, 5 + levels)]
    forms = [
        stream(b"/X Do " * times, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % following)
        for following in numbers[1:]
    ]
    return assembled(
        CATALOGUE, PAGES, PAGE, forms[0], LATIN, *forms[1:], stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    )


def looping() -> dict[str, bytes]:
    """Return files whose parts contain themselves."""
    itself = stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>")
    return {
        "pages": assembled(CATALOGUE, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"),
        "form": assembled(CATALOGUE, PAGES, PAGE, itself, LATIN),
        "table": assembled(CATALOGUE, PAGES, PAGE, stream(b""), LATIN).replace(b"/Root", b"/Prev 15/Root"),
    }
