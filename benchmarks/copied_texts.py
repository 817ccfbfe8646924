"""Take time and peak memory of grouping so many made-up paragraphs by copied text.

    python -m benchmarks.copied_texts COUNT [--datasketch]

Half of the texts are sentences of the shipped labels put together by chance; the other half are such texts again, with as
much as a word in ten exchanged or left out. Prints how many groups were found, the processor time of finding them, and
the peak memory of all. ``--datasketch`` lets the library of that name do it, with as many bands and rows, and the same
comparison of what it proposes.
"""

import argparse
import re
import resource
import time
from collections.abc import Iterator, Sequence

import numpy as np

from classifier import load_labels, shipped_folder
from classifier.copies import BANDS, ROWS, THRESHOLD, copy_groups
from classifier.shingles import SHINGLE, copy_form

_SENTENCE = re.compile(r"[^。；！？]+[。；！？]?")
_SENTENCES = 4


def copied_texts(count: int) -> Iterator[str]:
    """Yield so many texts of some sentences each; every second one is a copy of an earlier one with some words changed."""
    random = np.random.default_rng(0)
    labelled = load_labels(shipped_folder("labels")).texts()
    sentences = [sentence for item in labelled for sentence in _SENTENCE.findall(item.text)]
    words = [sentence[:2] for sentence in sentences]
    for first in range(0, count, 2):
        # Drawn by its number, so that a copy can be made of a text that is not in memory any more.
        yield _text(sentences, first)
        if first + 1 < count:
            yield _copy(_text(sentences, int(random.integers(0, first // 2 + 1)) * 2), words, random)


def _text(sentences: Sequence[str], number: int) -> str:
    chosen = np.random.default_rng(number).integers(0, len(sentences), _SENTENCES)
    return "".join(sentences[place] for place in chosen)


def _copy(text: str, words: Sequence[str], random: np.random.Generator) -> str:
    for _ in range(random.integers(0, max(2, len(text) // 40))):
        place = int(random.integers(0, max(1, len(text) - 2)))
        text = text[:place] + words[int(random.integers(len(words)))] * int(random.integers(0, 2)) + text[place + 2 :]
    return text


def datasketch_groups(texts: Sequence[str]) -> int:
    """Return how many groups there are when datasketch proposes the pairs."""
    from datasketch import MinHash, MinHashLSH  # A peer, which the project does not need.

    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    group_of: list[int] = []
    members: dict[int, list[int]] = {}
    sets: list[set[str]] = []
    for place, text in enumerate(texts):
        form = copy_form(text)
        own = {form[start : start + SHINGLE] for start in range(max(1, len(form) - SHINGLE + 1))}
        sketch = MinHash(num_perm=BANDS * ROWS)
        sketch.update_batch([shingle.encode() for shingle in own])
        group_of.append(place)
        members[place] = [place]
        for other in index.query(sketch):
            if len(own & sets[other]) >= THRESHOLD * len(own | sets[other]) and group_of[other] != group_of[place]:
                for member in members.pop(group_of[other]):
                    group_of[member] = group_of[place]
                    members[group_of[place]].append(member)
        index.insert(place, sketch)
        sets.append(own)
    return len(members)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--datasketch", action="store_true")
    asked = parser.parse_args()
    made = list(copied_texts(asked.count))
    start = time.process_time()
    groups = datasketch_groups(made) if asked.datasketch else len(np.unique(copy_groups(made)))
    seconds = time.process_time() - start
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{asked.count:,} paragraphs: {groups:,} groups, {seconds:.1f} s, {megabytes:,.0f} MB")
