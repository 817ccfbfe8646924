"""Show what was read from a document, for review by eye: headings, paragraphs, and every line that was left out."""

from classifier.units import Reading


def render_outline(reading: Reading) -> str:
    """Return the outline as text: one line a paragraph, with kind, number of statements, opening and ending."""
    document, lines = reading.document, []
    origin = document.origin
    lines.append(f"document  {document.name}  ({document.encoding}, {len(document.text)} characters)")
    lines.append(f"title     {reading.layout.title or '-'}")
    lines.append(f"origin    {origin.jurisdiction or '-'} {origin.adcode or '-'} {origin.level or '-'} {origin.year or '-'}")
    shown: tuple[str, ...] = ()
    for paragraph in reading.paragraphs:
        for depth, heading in enumerate(paragraph.section):
            if shown[: depth + 1] != paragraph.section[: depth + 1]:
                lines.append("  " * depth + f"# {heading}")
        shown = paragraph.section
        text = " ".join(paragraph.text.split())
        text = text if len(text) <= 44 else f"{text[:28]} … {text[-12:]}"
        torn = f", {len(paragraph.spans)} parts" if len(paragraph.spans) > 1 else ""
        indent = "  " * len(paragraph.section)
        lines.append(
            f"{indent}{paragraph.position:3d} "
            f"[{paragraph.section_kind}, {len(paragraph.statements)} statements{torn}] {text}"
        )
    if reading.layout.dropped:
        lines.append("left out")
        lines += [f"    {item.reason:9s} {' '.join(item.text.split())[:60]}" for item in reading.layout.dropped]
    return "\n".join(lines) + "\n"
