"""A paragraph with what the model says of it and why, ready to be shown."""

from dataclasses import dataclass

from classifier import Explanation, Model, Paragraph, Prediction
from web.markup import StatementView, statement_views

_TERMS_SHOWN = 12


@dataclass(frozen=True)
class ExplainedParagraph:
    """A paragraph, its explanation, and the views of its statements with the deciding terms marked.

    ``speaking_for`` and ``speaking_against`` are the strongest terms of each side with their weights.
    """

    paragraph: Paragraph
    explanation: Explanation
    views: tuple[StatementView, ...]
    speaking_for: tuple[tuple[str, float], ...]
    speaking_against: tuple[tuple[str, float], ...]

    @property
    def prediction(self) -> Prediction:
        """What the model says of the paragraph; its theme is empty where there is no word to judge by."""
        return self.explanation.prediction

    @property
    def ranked(self) -> list[tuple[str, float]]:
        """All themes with their probabilities, most probable first."""
        return sorted(self.prediction.scores.items(), key=lambda pair: -pair[1])

    @property
    def terms_total(self) -> float:
        """What all terms together add to the score."""
        return self.explanation.score - self.explanation.intercept


def explain_paragraph(model: Model, paragraph: Paragraph) -> ExplainedParagraph:
    """Classify a paragraph and say why."""
    explanation = model.explain(paragraph.text)
    statements = [(part.start, part.end, part.detail, part.confidence, False) for part in explanation.prediction.statements]
    evidence = explanation.evidence if explanation.prediction.theme else ()
    terms = explanation.terms() if explanation.prediction.theme else []
    return ExplainedParagraph(
        paragraph,
        explanation,
        tuple(statement_views(paragraph.text, statements, model.codebook, evidence)),
        tuple(pair for pair in terms if pair[1] > 0)[:_TERMS_SHOWN],
        tuple(pair for pair in terms if pair[1] < 0)[:_TERMS_SHOWN],
    )
