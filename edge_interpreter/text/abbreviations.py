"""Abbreviations that end in a full stop without ending a sentence, and words that begin one."""

from functools import cache

# Followed by a name or by what they explain: never the end of a sentence.
_TITLES = {
    "en": "mr mrs ms messrs dr prof rev hon gen col lt capt sgt gov sen rep st mt pres supt"
    " vs cf e.g i.e",
    "fr": "m mm mme mmes mlle mlles dr drs pr prof me mgr ste st cdt col gal lt cf vs av c.-à-d",
    "de": "hr fr frl dr prof dipl ing hl st",
    "es": "sr sra srta sres sras dr dra d dña prof ud uds lic ing gral",
    "it": "sig sigg dott prof avv ing arch geom on egr gent",
    "pt": "sr sra srta dr dra prof eng exmo exma d",
    "nl": "dhr mevr mw dr drs prof ing ir mr",
    "pl": "dr prof mgr inż hab ks",
    "ru": "г гг гр им тов проф акад ул",
    "sv": "dr prof",
    "da": "hr dr prof",
    "nb": "dr prof",
    "tr": "dr prof doç sn av",
    "cs": "dr prof ing mgr bc p",
}
# Followed by a number or a lower-case word within a sentence.
_OTHERS = {
    "en": "no nos vol vols p pp fig figs sec ch ed eds art cf al approx appt dept est ext min max"
    " vs viz jan feb mar apr jun jul aug sep sept oct nov dec ave blvd rd tel eq",
    "fr": "no nos n art p pp vol fig éd ed chap cf env av apr boul bd tél réf janv févr avr juil"
    " sept oct nov déc vs ex c.-à-d min max hab",
    "de": "nr bzw ca vgl abs art bd ggf inkl exkl max min mio mrd sog str tel usf zzgl evtl jan feb"
    " mär apr jun jul aug sep okt nov dez s z b d h u a",
    "es": "núm nº pág págs vol art fig cap tel av avda aprox ej ene feb mar abr jun jul ago sept"
    " oct nov dic min máx vs",
    "it": "n pag pagg vol art fig cap tel ecc es ca min max vs gen feb mar apr mag giu lug ago set"
    " ott nov dic",
    "pt": "n pág págs vol art fig cap tel av aprox ex min máx vs jan fev mar abr mai jun jul ago"
    " set out nov dez",
    "nl": "nr blz vgl bv ca tel enz max min incl excl jan feb mrt apr jun jul aug sep okt nov dec",
    "pl": "nr str ul tel np tzn tzw ok godz r w m in itd itp pkt poz",
    "ru": "д стр рис см тыс млн млрд руб коп т е п н э др пр тел",
}
# End a sentence only where the next word is one that begins sentences.
_SOMETIMES = {
    "en": "inc ltd co corp jr sr bros u.s u.k u.n e.u d.c etc ph.d m.d b.a m.a b.c a.d",
    "fr": "etc j.-c s.a cie ltd",
    "de": "usw etc gmbh",
    "es": "etc s.a ee.uu cía",
    "it": "ecc s.p.a s.r.l",
    "pt": "etc s.a cia ltda",
}
_STARTERS = {
    "en": "a an the i he she it we you they this that these those there here my our your his her"
    " its their then but and so if when where what who why how in on at for as after before now"
    " yes no please thank thanks let do does did is are was were can could will would have has"
    " okay ok well however because although all some many most one not never",
    "fr": "le la les l un une des je j il elle on nous vous ils elles ce c cet cette ces ça cela"
    " mon ma mes notre nos votre vos son sa ses leur puis mais et donc si quand où que qui pourquoi"
    " comment dans en à au pour après avant maintenant oui non merci tout bien y est alors voilà",
    "de": "der die das ein eine ich er sie es wir ihr dies diese dann aber und wenn wann wo was wer"
    " warum wie in im am für nach vor jetzt ja nein danke bitte",
    "es": "el la los las un una yo él ella nosotros ellos este esta esto eso mi su entonces pero y"
    " si cuando dónde qué quién cómo en para después antes ahora sí no gracias",
}
_GERMAN_AFTER_ORDINAL = (
    "januar jänner februar märz april mai juni juli august september oktober november dezember"
    " jahrhundert klasse stock etage platz mal tag woche kapitel geburtstag bundesliga"
)


@cache
def titles(language: str) -> frozenset[str]:
    """Abbreviations before a name, lower case, without their last full stop."""
    return frozenset(_TITLES.get(language, "").split())


@cache
def inner(language: str) -> frozenset[str]:
    """Abbreviations before a number or in the middle of a sentence."""
    return frozenset(_OTHERS.get(language, "").split())


@cache
def sometimes_last(language: str) -> frozenset[str]:
    """Abbreviations that may end a sentence."""
    return frozenset(_SOMETIMES.get(language, "").split())


@cache
def starters(language: str) -> frozenset[str]:
    """Words that, capitalised, most likely begin a sentence; empty where none are known."""
    return frozenset(_STARTERS.get(language, "").split())


def follows_ordinal(language: str, word: str) -> bool:
    """Whether a capitalised word goes on after an ordinal such as the German "3."."""
    return language == "de" and word.lower() in _GERMAN_AFTER_ORDINAL.split()
