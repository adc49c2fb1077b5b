"""Words that say nothing, and words that deny: what a quote is weighed by. Data for five languages, and two readers.

A language is taught by adding its words; all are looked up folded, see `folding`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from llm_grader.checking.folding import fold


def _listed(words: str) -> frozenset[str]:
    return frozenset(fold(words).split())


_FILLERS = _listed(
    # hesitation
    "hm hmm hmmm mhm mhmm mm mmm uh uhh um umm uhm er erm eh ehm ah aha ahh oh ohh huh hee ha ahem "
    "äh ähm öh hmja tja naja "  # German
    "ehm ééé ááá hmm nó "  # Czech
    "öö ööö ööm hát izé khm "  # Hungarian
    "ee eee ää äää noh nojah "  # Estonian
    # what stands where there is nothing
    "na none null nil nan undefined unknown empty blank placeholder todo tbd lorem ipsum think thinking "
    "inaudible unintelligible indistinct silence pause music noise crosstalk laughter beep foreign applause static "
    "unverständlich unhörbar stille pausenmusik gelächter "
    "nesrozumitelné nesrozumitelně neslyšitelné ticho smích hudba "
    "érthetetlen hallhatatlan csend nevetés zene "
    "arusaamatu kuuldamatu vaikus naer muusika"
)
_ACKNOWLEDGEMENTS = _listed(
    "ok okay okey yes yeah yep yup no nope sure right well so fine good alright "
    "ja jo jawohl nein doch gut klar genau stimmt also "
    "ano jo ne dobře jasně jistě fajn tak "
    "igen nem jó rendben persze oké "
    "jah jaa ei hästi olgu selge nii"
)
_DENIALS = _listed(
    "not never no cannot without neither nor hardly nobody nothing unable fail fails failed refuse refuses refused "
    "nicht nie niemals kein keine keinen keinem keiner keines ohne weder weigere weigern "
    "nikdy nijak bez aniž ani žádný žádná žádné žádného žádnou nelze není ne nejsem nejsi nejsme nejste nejsou nebyl "
    "nebyla nebylo nebyli nebudu nebudeš nebude nebudeme nebudete nebudou nemohu nemůžu nemůžeš nemůže nemůžeme "
    "nemůžete nemohou nemůžou nechci nechce nechceme nechtějí nemám nemá nemáme nemají neumím neumíme nesmím nesmíme "
    "nedokážu nedokážeme odmítám odmítáme "
    "nem ne sem soha sose sosem nincs nincsen nincsenek tilos "
    "ei ära ärge pole polnud mitte ilma kunagi ega keeldun keeldume"
)
_ONLY = _listed("only just nur bloß jen pouze csak csupán ainult")
_WORDS_BEFORE = 2

_BEGIN_MARKS = frozenset("[<(&")
_MARKS = re.compile(r"\[[^\[\]]{0,40}\]|<[^<>]{0,40}>|\([^()\d]{0,40}\)(?=\W*$)|&[a-z]+;")
_WORD = re.compile(r"[^\s!-&(-/:-@\[-`{-~…¿¡•·]+")
_UNSPACED = re.compile(r"[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_CLAUSE_ENDS = ".,;:!?\n()[]–—-"
_UP_TO_CLAUSE = re.compile(rf"(?:.*[{re.escape(_CLAUSE_ENDS)}])?", re.DOTALL)
_LONGEST_BEFORE = 60


def weight_of(text: str) -> float:
    """How many words of a text say something; 0 where none does. A mere “yes” is half a word.

    Hesitation, marks of a transcriber such as `[inaudible]`, tags, and what stands where there is nothing are no words.
    """
    return sum(map(_weight, _words(_without_marks(fold(text)))))


def says_something(text: str) -> bool:
    """Whether any word of a text says something, see `weight_of`."""
    return any(map(_weight, _words(_without_marks(fold(text)))))


def _without_marks(folded: str) -> str:
    return folded if _BEGIN_MARKS.isdisjoint(folded) else _MARKS.sub(" ", folded)


def _words(folded: str) -> Iterator[str]:
    return (word.strip("'") for found in _WORD.finditer(folded) if any(map(str.isalnum, word := found[0])))


def _weight(word: str) -> float:
    if word in _FILLERS or (len(word) == 1 and not word.isdigit() and not _UNSPACED.match(word)):
        return 0.0
    if word in _ACKNOWLEDGEMENTS:
        return 0.5
    return max(1.0, len(word) / 2) if _UNSPACED.match(word) else 1.0


def is_denied(text: str, start: int) -> bool:
    """Whether what begins at `start` is cut from a denial: one of the two words before it, in its clause, denies it."""
    before = text[max(0, start - _LONGEST_BEFORE) : start].rstrip()
    if not before or before[-1] in _CLAUSE_ENDS:  # most quotes begin where a clause does
        return False
    words = list(_words(_UP_TO_CLAUSE.sub("", fold(before), count=1)))
    if words and words[-1] in _ONLY:  # "not only" affirms
        return False
    return any(word in _DENIALS or word.endswith("n't") for word in words[-_WORDS_BEFORE:])
