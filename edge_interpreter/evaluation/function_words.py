"""Words that carry the content of a sentence, and those that only hold it together."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W\d_]{3,})*")
_SHORTEST, _SHORTEST_ELSEWHERE = 3, 5

_ENGLISH = """
the and but for nor not with from into onto over under out off down upon about again are was were
been being does did done has have had having will would shall should can could may might must its
this that these those there here him her his hers she they them their theirs our ours you your
yours who whom whose which what when where why how than then too very just also please any some all
each both more most other such only own same now yet let get got don't doesn't didn't isn't aren't
wasn't won't can't i'm i'll it's that's you're we're they're one per via
"""
_FRENCH = """
les une des aux dans sur par pour avec sans sous chez vers est sont était étaient être été ont avait
avons avez avoir fait faire font vais vont plus moins pas cet cette ces cela ceci ça elle elles ils
nous vous leur leurs que qui quoi dont où quand comment pourquoi mon mes ton tes son ses notre nos
votre vos tout tous toute toutes même aussi très bien ici alors donc puis car comme mais veuillez
s'il plaît peut peuvent pouvez doit devez quel quelle quels quelles lui soit soyez ayez fut
"""
_FUNCTION_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"en": frozenset(_ENGLISH.split()), "fr": frozenset(_FRENCH.split())}
)


def content_words(text: str, language: str) -> Iterator[re.Match[str]]:
    """Where the content words of a text stand.

    For English and French all but function words and very short ones; elsewhere, for want of a
    list, words of five letters and more.
    """
    known = _FUNCTION_WORDS.get(language.partition("-")[0])
    for match in _WORD.finditer(text):
        word = match.group().lower().replace("’", "'")
        if word.isdigit() or (
            len(word) >= _SHORTEST_ELSEWHERE
            if known is None
            else len(word) >= _SHORTEST and word not in known
        ):
            yield match
