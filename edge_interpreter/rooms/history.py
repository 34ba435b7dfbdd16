"""What a room remembers for those who come back, in memory: captions, and where one is lost."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace

from edge_interpreter.rooms.messages import Remembered, Skipped

ORIGINAL = "original"


class History:
    """A ring of captions, each kept with its original words, and of utterances that were lost.

    Every utterance has a record of the original and one for each language it was translated to;
    `keep` is told of each of them.
    """

    def __init__(self, most: int, keep: Callable[[str, Remembered], None] | None = None) -> None:
        self._records: deque[tuple[str, Remembered]] = deque(maxlen=most)
        self._keep = keep

    def __len__(self) -> int:
        return len(self._records)

    def add(self, wants: str, record: Remembered) -> None:
        """Remember what was made for those who want `wants` (a tag or `original`)."""
        self._records.append((wants, record))
        if self._keep is not None:
            self._keep(wants, record)

    def forget(self, concerned: Callable[[Remembered], bool]) -> None:
        """Remember some of it no longer."""
        kept = [record for record in self._records if not concerned(record[1])]
        self._records.clear()
        self._records.extend(kept)

    def missed(self, wants: str, after: int, *, with_original: bool) -> Iterator[Remembered]:
        """What is numbered over `after` for one who wants `wants`, oldest first.

        What was not translated into `wants` is given as it was said.
        """
        translated = {record.utterance for wanted, record in self._records if wanted == wants}
        for wanted, caption in self._records:
            if caption.sequence <= after:
                continue
            if isinstance(caption, Skipped):
                yield replace(caption, replay=True)
                continue
            if wanted == wants:
                found = caption
            elif wanted == ORIGINAL and caption.utterance not in translated:
                same = caption.language == wants
                found = replace(caption, fidelity="same" if same else "untranslated")
            else:
                continue
            yield replace(found, replay=True, original=found.original if with_original else None)
