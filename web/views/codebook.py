"""编码手册 Codebook: what every label means, rules, examples, how often each code was given; and its versions."""

from flask import Blueprint, render_template

from classifier import Codebook
from web.codebook_history import CHANGE_NAMES, WORDING_NAMES, Versions, marked, versions_of
from web.codebook_page import EXAMPLE_KINDS, code_views, linked
from web.errors import NotFoundError
from web.language import language
from web.services import services
from web.store.codebooks import kept_codebooks, own_codebook
from web.store.label_counts import count_holding_labels, count_unknown, count_waiting

blueprint = Blueprint("codebook", __name__)


@blueprint.get("/codebook")
def show() -> str:
    """Show the codebook of the model in use, by which everything is labelled."""
    book = services().models.get().model.codebook
    with services().database.reading() as session:
        counts = count_holding_labels(session)
        waiting = count_waiting(session)
    return render_template(
        "codebook/show.html",
        codebook=book,
        views=code_views(book, counts, language()),
        rules=[linked(rule, book) for rule in book.rules_in(language())],
        unknown=count_unknown(counts, book),
        waiting=waiting,
        versions=_versions(book),
        change_names=CHANGE_NAMES,
        kinds=EXAMPLE_KINDS,
        digest=book.digest(),
    )


@blueprint.get("/codebook/versions/<version>")
def difference(version: str) -> str:
    """Show what differs between the codebook in use and another version of it."""
    found = _versions(services().models.get().model.codebook).difference(version)
    if found is None:
        raise NotFoundError("There is no version {version} of the codebook here.", version=version[:32])
    return render_template(
        "codebook/difference.html",
        difference=found,
        marked=marked,
        wording_names=WORDING_NAMES,
        change_names=CHANGE_NAMES,
    )


def _versions(book: Codebook) -> Versions:
    with services().database.reading() as session:
        return versions_of(book, kept_codebooks(session), own_codebook(services().settings.data_folder))
