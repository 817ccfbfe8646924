"""The form of a text in which terms are looked for: one width, case and script, no digits told apart, no white space."""

import unicodedata

from classifier.traditional import simplified

_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff") | {chr(code) for code in range(0x202A, 0x202F)}


def normalise_character(character: str) -> str:
    """Return the form of a character in which terms are looked for; an empty string where it is passed over.

    Full-width and compatibility forms become plain ones, traditional characters simplified, letters small, digits ``0``;
    white space and invisible characters vanish, so that ``２０ 年`` and ``12年`` look alike. One character never becomes
    several: offsets survive.

    >>> [normalise_character(c) for c in "Ａ７ 調"]
    ['a', '0', '', '调']
    """
    if character.isspace() or character in _INVISIBLE:
        return ""
    plain = unicodedata.normalize("NFKC", character)
    plain = (plain if len(plain) == 1 else character).lower()
    plain = plain if len(plain) == 1 else character
    if plain.isspace():
        return ""
    return "0" if plain.isdecimal() else simplified(plain)


class _Normalisation(dict[int, str]):
    """A translation table for `str.translate` that fills itself with the characters it meets."""

    def __missing__(self, code: int) -> str:
        self[code] = value = normalise_character(chr(code))
        return value


_NORMALISATION = _Normalisation()


def normalise(text: str) -> str:
    """Return the text as the vocabulary sees it; see `normalise_character`."""
    return text.translate(_NORMALISATION)
