"""Write classifier/traditional.py, the table of traditional characters, from the dictionaries of OpenCC: ``make traditional``.

OpenCC is no dependency of the program: it converts phrases, at the price of offsets, where one character for one is enough to
find terms. Its table changes as seldom as the characters do, so that it is kept as code.
"""

import textwrap

import opencc
from paths import ROOT

OUTPUT = ROOT / "classifier" / "traditional.py"
VARIANTS = ("hk2s", "tw2s", "t2s")  # The last one wins: the standards of Hong Kong and Taiwan add to the general one.
IDEOGRAPHS = [chr(code) for code in range(0x3400, 0xA000)]
PAIRS_IN_A_LINE = 24
HEAD = '''\
"""Traditional characters and the simplified ones that stand for them, one for one: no offset moves.

The pairs are those of OpenCC {version} (Apache License 2.0), without characters that simplified texts use themselves
(著, 乾: the commonest of GB 2312) and without those whose simplified form is outside of GB 2312. Written by
tests/make_traditional.py.
"""

_PAIRS = """
{pairs}
"""
_TABLE = {{ord(pair[0]): pair[1] for pair in _PAIRS.split()}}


def simplified(text: str) -> str:
    """Return a text with simplified characters in the place of traditional ones; what is both stays as it is.

    >>> simplified("人民調解委員會"), simplified("成效顯著")
    ('人民调解委员会', '成效显著')
    """
    return text.translate(_TABLE)
'''


def row(character: str) -> int:
    """Return the row of a character in GB 2312, 0 where it has none; rows 16 to 55 hold the commonest."""
    try:
        return character.encode("gb2312")[0] - 0xA0
    except UnicodeEncodeError:
        return 0


def pairs() -> dict[str, str]:
    """Return the simplified character of each traditional one."""
    found = {}
    for variant in VARIANTS:
        convert = opencc.OpenCC(variant).convert
        for character in IDEOGRAPHS:
            plain = convert(character)
            if plain != character and len(plain) == 1 and row(plain) and not 16 <= row(character) <= 55:
                found[character] = plain
    return found


if __name__ == "__main__":
    words = " ".join(character + plain for character, plain in sorted(pairs().items()))
    lines = textwrap.fill(words, 3 * PAIRS_IN_A_LINE - 1)
    OUTPUT.write_text(HEAD.format(version=opencc.__version__, pairs=lines), encoding="utf-8")
