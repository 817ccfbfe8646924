"""What stands below a theme mix: what its numbers estimate, and why its intervals are as wide as they are."""

from flask_babel import gettext

from classifier import FEWEST_JURISDICTIONS, Mix
from web.language import percent
from web.store.mix import MixQuery, ranks


def _(message: str, **values: object) -> str:
    return str(gettext(message, **values))


def estimate_words(measure: str) -> str:
    """Say in one sentence what every number of the table is."""
    if measure == "text":
        return _(
            "Each number is the share of a row's text that is about the theme above it, in characters of its statements; "
            "a row adds up to %(whole)s.",
            whole="100%",
        )
    return _(
        "Each number is the share of a row's paragraphs that have the theme above it as their main theme; a row adds up to "
        "%(whole)s.",
        whole="100%",
    )


def notes_on(mix: Mix, query: MixQuery) -> list[str]:
    """Say in plain words what is counted and what is estimated, and where the intervals come from."""
    said = [estimate_words(query.measure)]
    counted = [row for row in mix.rows if row.labelled == row.paragraphs]
    estimated = len(mix.rows) - len(counted)
    if counted:
        said.append(_("Rows that are all labelled by hand are counted, not estimated: count/total, and no interval."))
    if estimated:
        said.append(_probability_words(query.measure))
        said += _interval_words(mix, query)
    if query.sort and mix.rows and query.sort in mix.rows[0].shares and None in ranks(mix.rows, query.sort):
        said.append(
            _(
                "Rows whose intervals overlap are not ranked: which of them comes first may be chance. Ranks stand only at "
                "rows that are apart from all others."
            )
        )
    if mix.copies == "once":
        said.append(
            _(
                "Paragraphs of a row that copy each other count once; %(left_out)s are left out. A copy says the same but "
                "for figures, punctuation or a few words.",
                left_out=f"{mix.left_out:,}",
            )
        )
    return said


def _probability_words(measure: str) -> str:
    if measure == "text":
        return _(
            "Where a row has statements without a hand label, the model's probabilities are added up for them. Its share "
            "can therefore differ from the count beside it, which gives each statement to its most probable theme."
        )
    return _(
        "Where a row has paragraphs without a hand label, the model's probabilities are added up for them. Its share "
        "can therefore differ from the count beside it, which gives each paragraph to its most probable theme."
    )


def _interval_words(mix: Mix, query: MixQuery) -> list[str]:
    known = mix.basis.jurisdictions if mix.basis else 0
    more = [
        _(
            "Intervals of %(level)s need %(fewest)s labelled jurisdictions; there are %(known)s.",
            level=percent(level, 0),
            fewest=fewest,
            known=known,
        )
        for level, fewest in FEWEST_JURISDICTIONS.items()
        if fewest > known
    ][:1]
    if mix.interval_level is None or mix.basis is None:
        return [_("There are not enough labelled jurisdictions yet to give intervals."), *more]
    said = [
        _(
            "The range below a share is its %(level)s interval, for this theme by itself: about %(level)s of such ranges "
            "hold the share that hand labels on the whole row would give.",
            level=percent(mix.interval_level, 0),
        ),
        *more,
        _(
            "Ranges are as wide as the model has erred: in labelled jurisdictions that it had not seen, its shares were "
            "%(mean)s percentage points off on average and %(most)s at most. Short rows vary more; every label narrows "
            "them.",
            mean=f"{100 * mix.basis.mean_error:.1f}",
            most=f"{100 * mix.basis.largest_error:.1f}",
        ),
    ]
    if query.by != "document":
        said.append(
            _(
                "Where a row has several documents, its range also says how far the share would move with other documents "
                "of their kind: whole documents are drawn anew, never single paragraphs."
            )
        )
    if query.by == "section_kind" or query.section_kind:
        said.append(_("The model's errors were measured on whole reports; for parts of them intervals may be too narrow."))
    return said
