"""Theme-mix pages in tests: reports without labels to add, cells with their links, and what stands behind them."""

import re
from dataclasses import dataclass
from html import unescape

from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from paths import ROOT
from sqlalchemy import select

from classifier import Document, Mix, Origin, read_units
from web.store.documents import add_document
from web.store.labels import NewLabel, add_label
from web.store.mix import mix_of, read_query
from web.tables import Paragraph

SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
_CELL = re.compile(
    r'<td class="number cell heat-(\d+)"><a href="([^"]+)"><b>([\d.]+)%</b>(?:<span class="interval">([^<]+)</span>)?'
    r'<span class="count">([\d,]+)/([\d,]+)</span></a></td>'
)
_AMOUNT = re.compile(r'<span class="amount">\D*([\d,]+)')


@dataclass(frozen=True)
class PageCell:
    """A cell as the page shows it."""

    href: str
    heat: int
    percent: float
    interval: str
    count: int
    total: int


def add_report(app: Flask, name: str = "滨江区.txt", seed: int = 4, **origin: str) -> int:
    """Add a report without labels, made from the text of a seed; return its document's number."""
    services = services_of(app)
    text = SEEDS[seed].read_text(encoding="utf-8").replace("西湖", "滨江") + "\n全年调解纠纷三百件。\n"
    known = {"jurisdiction": "滨江区", "adcode": "330108", "level": "county", "year": "2023"} | origin
    reading = read_units(Document(name, text + name, Origin(**known)))
    with services.database.writing() as session:
        added = add_document(session, reading, services.models.get(), source="upload", annotator="local")
        return added.document.id


def label_paragraphs(app: Flask, document_id: int, how_many: int | None = None, theme: str = "mediation") -> list[int]:
    """Label the first paragraphs of a document by hand, all by default; return their numbers."""
    services = services_of(app)
    query = select(Paragraph.id).where(Paragraph.document_id == document_id).order_by(Paragraph.position)
    with services.database.writing() as session:
        numbers = list(session.scalars(query.limit(how_many)))
        for number in numbers:
            add_label(session, services.models.get().model.codebook, NewLabel(number, theme, "王工", "document"))
    return numbers


def mix_for(app: Flask, **args: str) -> Mix:
    """Return the mix that a page with these parameters shows."""
    services = services_of(app)
    current = services.models.get()
    with services.database.reading() as session:
        corpus = services.corpus.get(session, current)
    return mix_of(corpus, current.model, read_query(args, current.model.codebook))


def page(client: FlaskClient, address: str) -> str:
    """Return a page that must be there."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.get_data(as_text=True))
    return answer.get_data(as_text=True)


def cells_of(text: str) -> list[PageCell]:
    """Return the cells of a table, row by row."""
    return [
        PageCell(unescape(href), int(heat), float(percent), interval, number(count), number(total))
        for heat, href, percent, interval, count, total in _CELL.findall(text)
    ]


def listed(client: FlaskClient, address: str) -> tuple[list[int], int]:
    """Follow a list of paragraphs to its end; return their numbers, and the characters that they add in all."""
    numbers: list[int] = []
    characters = 0
    while address:
        text = page(client, address)
        numbers += [int(found) for found in re.findall(r'id="paragraph-(\d+)"', text)]
        characters += sum(number(found) for found in _AMOUNT.findall(text))
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = unescape(following[1]) if following else ""
    return numbers, characters


def number(text: str) -> int:
    """Read a number with separators.

    >>> number("1,491")
    1491
    """
    return int(text.replace(",", ""))
