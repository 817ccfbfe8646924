"""Words of the review pages for queues, for kinds of entries of the label log, and for how units were chosen."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

QUEUE_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "dense": lazy_gettext("Most instructive"),
        "uncertain": lazy_gettext("Most uncertain"),
        "shortfall": lazy_gettext("Themes with few labels"),
        "random": lazy_gettext("Any order"),
        "audit": lazy_gettext("Random audit sample"),
        "document": lazy_gettext("One document in order"),
        "suspected": lazy_gettext("Suspected errors"),
        "disagreement": lazy_gettext("Disagreements"),
        "relabel": lazy_gettext("Changed codes"),
    }
)

QUEUE_PURPOSES: Mapping[str, LazyString] = MappingProxyType(
    {
        "dense": lazy_gettext(
            "The model hesitates on them, and they are like many others: labels from here teach it the most."
        ),
        "uncertain": lazy_gettext("Paragraphs on which the model hesitates most, odd ones among them."),
        "shortfall": lazy_gettext("What seems to be of the theme with the fewest labels so far."),
        "random": lazy_gettext("In no order at all. These labels train the model; they are no audit."),
        "audit": lazy_gettext(
            "Paragraphs drawn at random. Only labels from here say without bias how often the model is right."
        ),
        "document": lazy_gettext("A document from beginning to end. Once it is labelled throughout, its mix is a count."),
        "suspected": lazy_gettext("Labels that a model doubts which has not learned from them, the surest doubt first."),
        "relabel": lazy_gettext(
            "Labels by an earlier version of the codebook, of which no rule says what they are by this one."
        ),
        "disagreement": lazy_gettext("Paragraphs on which annotators differ and that you have not read: one more opinion."),
    }
)

KIND_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "label": lazy_gettext("labelled"),
        "withdrawal": lazy_gettext("taken back"),
        "settlement": lazy_gettext("settled"),
    }
)

CHOSEN_BY_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "tag": lazy_gettext("typed in to be tagged"),
        "document": lazy_gettext("read in its document"),
        "dense": lazy_gettext("chosen as instructive"),
        "uncertain": lazy_gettext("chosen as uncertain"),
        "shortfall": lazy_gettext("theme with few labels"),
        "random": lazy_gettext("came in any order"),
        "audit": lazy_gettext("drawn at random"),
        "suspected": lazy_gettext("suspected error"),
        "disagreement": lazy_gettext("annotators differed"),
        "relabel": lazy_gettext("codes had changed"),
        "import": lazy_gettext("imported"),
        "api": lazy_gettext("sent by a script"),
        "drift": lazy_gettext("drift check, not a vote"),
    }
)

VIEW_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {"leaf codes": lazy_gettext("Sub-codes told apart"), "themes": lazy_gettext("All themes")}
)
