"""编码手册 Codebook: what every label means, the rules of labelling, examples, and how often each code was given."""

from flask import Blueprint, render_template

from web.codebook_page import EXAMPLE_KINDS, code_views, linked
from web.language import language
from web.services import services
from web.store.label_counts import count_holding_labels, count_unknown

blueprint = Blueprint("codebook", __name__)


@blueprint.get("/codebook")
def show() -> str:
    """Show the codebook of the model in use, by which everything is labelled."""
    book = services().models.get().model.codebook
    with services().database.reading() as session:
        counts = count_holding_labels(session)
    return render_template(
        "codebook.html",
        codebook=book,
        views=code_views(book, counts, language()),
        rules=[linked(rule, book) for rule in book.rules_in(language())],
        unknown=count_unknown(counts, book),
        kinds=EXAMPLE_KINDS,
        digest=book.digest(),
    )
