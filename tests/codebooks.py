"""Codebooks for tests of their changes: small made-up ones, and the shipped one with a theme more."""

from typing import Any

from paths import ROOT

from classifier import Codebook

SHIPPED = ROOT / "labels" / "codebook.toml"
RECONSIDERATION = ROOT / "docs" / "examples" / "codebook-2.0.toml"


def codebook(version: str, codes: str, *changes: dict[str, Any]) -> Codebook:
    """Return a codebook of codes named in one text, such as "a b c.x c.y"."""
    names = codes.split()
    entry = [{"code": code, "zh": code, "en": code} for code in names]
    themes = dict.fromkeys(code.split(".")[0] for code in names)
    return Codebook.from_dict(
        {
            "version": version,
            "themes": [{"code": code, "zh": code, "en": code} for code in themes],
            "subcodes": [item for item in entry if "." in item["code"]],
            "changes": list(changes),
        }
    )


def step(before: str, after: str, *codes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a step from one version to the next, as it is written in a codebook."""
    return {"from": before, "to": after, "codes": list(codes), **more}
