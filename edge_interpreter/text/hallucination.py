"""Sentences that Whisper is known to invent over silence and noise: film credits and farewells.

They are its training data showing through (subtitles of films and videos); collected from public
reports of its users. People do say some of them, so they count only where the recogniser is unsure.
"""

import re

_STOCK = (
    r"thank(s| you)( so much| very much)? for watching",
    r"(please )?(like and )?subscribe( to (my|our|the) channel)?",
    r"(see|catch) you (in the )?next (time|video|one)",
    r"subtitles? (by|provided by|created by) .*",
    r"transcri(bed|ption|pt) by .*",
    r".*amara\.?org.*",
    r"sous-titr(es|age)( réalisés?| fait| st)? ?(par|de|'|’)? ?.*",
    r"merci d(’|'|e )?(avoir )?regard(é|er)( (cette|la) vidéo)?",
    r"n(’|')oubliez pas de vous abonner.*",
    r"abonnez-vous.*",
    r"untertitel(ung)? (der|von|im auftrag|des|bei) .*",
    r"vielen dank (fürs|für das|für die) (zuschauen|zusehen|aufmerksamkeit)",
    r"subtítulos (por|realizados por|hechos por) .*",
    r"(muchas )?gracias por ver( el video)?",
    r"suscríbete( al canal)?",
    r"sottotitoli (a cura di|creati|e revisione) .*",
    r"grazie per (la visione|aver guardato.*)",
    r"legendas (pela|por) .*",
    r"obrigad[oa] por assistir",
    r"ondertiteld? (door|ing) .*",
    r"bedankt voor het kijken",
    r"(продолжение следует|субтитры (сделал|создавал|подготовил).*|редактор субтитров.*)",
    r"спасибо за просмотр",
    r"napisy (stworzone|wykonane) przez .*",
    r"altyazı m\.?k\.?",
    r"izlediğiniz için teşekkür(ler| ederim)",
    r"(ご視聴ありがとうございました|チャンネル登録.*|おやすみなさい)",
    r"(请不吝点赞.*|字幕由?.*提供|字幕.*志愿者.*|谢谢(观看|收看|大家))",
    r"(시청해 ?주셔서 감사합니다|구독과 좋아요.*|mbc 뉴스.*)",
    r"(ترجمة نانسي قنقر|اشتركوا في القناة)",
    r"(you|bye|hmm|uh|oh|\.+)",
)
_PATTERN = re.compile("|".join(f"(?:{phrase})" for phrase in _STOCK))
_EDGES = " \t\n.,!?…。！？♪-*()[]\"'«»"


def is_stock_phrase(text: str) -> bool:
    """Whether the whole of `text` is such a sentence; letter case and edges do not matter."""
    return _PATTERN.fullmatch(text.casefold().strip(_EDGES) or "...") is not None
