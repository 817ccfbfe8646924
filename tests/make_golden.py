"""Write the golden outlines of the seeds anew: ``make golden``, then read the difference before committing it."""

from pathlib import Path

from classifier import read_document, render_outline

ROOT = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        target = ROOT / "tests" / "golden" / f"{path.stem[:3]}.outline.txt"
        target.write_text(render_outline(read_document(path)), encoding="utf-8")
        print(target.relative_to(ROOT))
