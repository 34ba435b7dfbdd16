"""Sentences that Whisper is known to invent over silence and noise: film credits and farewells.

They are its training data showing through (subtitles of films and videos); collected from public
reports of its users. People do say some of them, so they count only where the recogniser is unsure.
"""

import re

_STOCK = (
    # English
    (
        r"(thanks|thank you)( all| guys| everyone)?( so much| very much)? for (watching|viewing)"
        r"( (this|the|my|our) (video|channel|episode))?"
    ),
    (
        r"(?=.*subscribe)(please )?((don['’]t forget|remember) to )?(be sure to )?"
        r"(like|comment|share|subscribe)((,| and|, and) (like|comment|share|subscribe))*"
        r"( (to|on) (my|our|the|this) (channel|video))?( for more.*)?"
    ),
    (
        r"((i|we)(['’]ll| will) )?(see|catch) you( all| guys)?( in| on)?( (the|my|our))?"
        r" next (time|video|one|episode)"
    ),
    r"(subtitles?|captions?|closed captions|captioning) (by|provided by|created by|made by) .*",
    r"(transcri(bed|ption|pt)|translated|translation) by .*",
    r"(copyright|©) .{2,30} (19|20)\d\d",
    r".*amara\.?org.*",
    # French
    r"sous-titr(es|age)( réalisés?| fait| st)? ?(par|de|'|’)? ?.*",
    r".*soustitreur\.com",
    r"merci( à tous)? d(’|'|e )?(avoir )?regard(é|er)( (cette|la|ma) vidéo)?",
    r"n(’|')oubliez pas de (vous abonner|liker|mettre un (pouce|like)).*",
    r"(likez.*|abonnez-vous.*)",
    r"(on se (voit|retrouve)|à) (dans|pour)? ?(la|une) prochaine vidéo",
    # German
    r"untertitel(ung)? (der|von|im auftrag|des|bei|aufgrund|durch) .*",
    r"(ard|swr|wdr|zdf|ndr|br|mdr)( text)? (im auftrag .*|20\d\d)",
    (
        r"(vielen dank|danke) (fürs|für das|für die|für eure|für ihre) "
        r"(zuschauen|zusehen|aufmerksamkeit)"
    ),
    r"(wir sehen uns|bis) (im|zum) nächsten (video|mal)",
    r"(vergesst nicht.*abonnieren.*|abonniert (den|meinen|unseren) kanal)",
    # Spanish, Italian, Portuguese
    r"subtítulos (por|realizados por|hechos por|de) .*",
    r"(muchas )?gracias por (ver|mirar)( (el|este) v[ií]deo)?",
    r"(suscríbete|suscríbanse)( al canal)?( y .*)?",
    r"no (olvides|olviden) suscribir.*",
    r"nos vemos en el próximo v[ií]deo",
    r"sottotitoli (a cura di|creati|e revisione|di) .*",
    r"grazie per (la visione|aver guardato.*)",
    r"iscriv(iti|etevi) al (mio |nostro )?canale",
    r"legendas (pela|por) .*",
    r"obrigad[oa] por (assistir|assistirem|ver)( .{0,6}vídeo)?",
    r"(inscreva-se (no|neste) canal.*|não se esqueça de se inscrever.*)",
    # Dutch, Danish, Norwegian, Swedish, Finnish
    r"ondertiteld? (door|ing) .*",
    r"ondertiteling .*",
    r"(tv gelderland|nos) 20\d\d",
    r"bedankt voor het kijken( naar .*)?",
    r"(vergeet niet te abonneren.*|tot de volgende (keer|video))",
    r"(danske tekster|tekstet|teksting|undertexter?|undertekster) (af|av|från|fra|by) .*",
    r"(tack|takk|tak) (för|for) att? (ni|du|dere|i) (tittade|har tittat|så på|kiggede med)",
    r"kiitos,? (kun|että) katsoit(te)?",
    # Russian, Ukrainian, Polish, Czech, Hungarian, Romanian, Greek
    r"(продолжение следует|субтитры (сделал|создавал|подготовил|делал).*|редактор субтитров.*)",
    r"(спасибо|благодарю) за (просмотр|внимание)",
    r"(подписывайтесь|подпишитесь) на (мой |наш )?канал.*",
    r"(дякую|дякуємо) за перегляд",
    r"(підписуйтесь|підписуйтеся) на (мій |наш )?канал.*",
    r"napisy (stworzone|wykonane) przez .*",
    r"(dziękuję|dziękujemy|dzięki) za (oglądanie|obejrzenie).*",
    r"titulky (vytvořil|od|přeložil) .*",
    r"köszönöm,? hogy megnézt.*",
    r"(vă )?mulțumi(m|esc) pentru vizionare",
    r"υπότιτλοι .*",
    # Turkish, Arabic, Hebrew, Hindi, Indonesian, Vietnamese
    r"altyazı m\.?k\.?",
    r"izlediğiniz için (çok )?teşekkür(ler| ederim| ederiz)",
    r"(kanala )?abone olmayı unutmayın",
    r"(ترجمة نانسي قنقر|اشترك(وا)? في القناة.*|شكرا (على|لل)المشاهدة|شكرا للمشاهدة)",
    r"תודה (רבה )?(על הצפייה|שצפיתם)",
    r"देखने के लिए धन्यवाद",
    r"terima kasih (telah|sudah) menonton.*",
    r"(hãy (subscribe|đăng ký).*kênh.*|cảm ơn các bạn đã (theo dõi|xem).*)",
    # Japanese, Chinese, Korean
    r"(最後まで)?(ご視聴|ご覧)(いただき|くださり)?、?(誠に|本当に)?ありがとうございま(した|す)",
    r"(高評価と?、?)?チャンネル登録.*",
    r"(次の動画で.*|おやすみなさい)",
    r"([请請]不吝[点點][赞贊讚].*|.*明[镜鏡][与與][点點][点點][栏欄]目)",
    r"(字幕由?.*提供|字幕.*志[愿願]者.*|中文字幕.*|优优独播剧场.*|優優獨播劇場.*)",
    r"([谢謝][谢謝]|[感][谢謝])(您的|你的|大家的?)?([观觀]看|收看)|[谢謝][谢謝]大家",
    r"([请請])?([订訂][阅閱]).{0,8}([频頻]道)",
    r"(끝까지 )?시청해 ?주셔서 (정말 |대단히 )?감사합니다",
    r"(구독과? ?좋아요.*|mbc 뉴스.*|다음 (영상|시간)에서? .*|한글 ?자막 .*|자막 제공.*)",
)
# By themselves only: "Thank you. Bye." is what people say.
_WORDS = re.compile(r"you|bye|hmm|uh|oh|\.+")
# Nothing by themselves, but no proof of speech beside one of the above.
_FAREWELLS = (
    r"(good ?bye|bye|bye[- ]bye|see you|thanks|thank you( (so|very) much)?|ok(ay)?|cheers)",
    r"(au revoir|à bientôt|à la prochaine|merci( beaucoup)?|salut|ciao)",
    r"(tschüss|tschau|auf wiedersehen|danke( schön)?|vielen dank|bis bald)",
    r"(adiós|chao|hasta (luego|pronto|la próxima)|(muchas )?gracias)",
    r"(arrivederci|grazie( mille)?|tchau|até (logo|mais|a próxima)|obrigad[oa])",
    r"(doei|tot ziens|dag|bedankt|пока|до свидания|спасибо|до побачення|дякую)",
    r"(再见|再見|拜拜|谢谢|謝謝|さようなら|ありがとうございま(した|す)|감사합니다|안녕히 계세요)",
)
_STOCK_PATTERN = re.compile("|".join(f"(?:{phrase})" for phrase in _STOCK))
_FAREWELL_PATTERN = re.compile("|".join(f"(?:{phrase})" for phrase in _FAREWELLS))
_EDGES = " \t\n.,!?¡¿…。！？♪-*()[]\"'«»"
_SENTENCE_END = re.compile(r"[.!?…]+(?=\s|$)|[。！？\n]")


def is_stock_phrase(text: str) -> bool:
    """Whether the whole of `text` is such sentences, with or without a farewell beside them.

    Letter case and edges do not matter.
    """
    whole = text.casefold()
    if _is_stock(whole) or _WORDS.fullmatch(whole.strip(_EDGES) or "..."):
        return True
    sentences = [
        sentence for piece in _SENTENCE_END.split(whole) if (sentence := piece.strip(_EDGES))
    ]
    return any(map(_is_stock, sentences)) and all(
        _is_stock(sentence) or _FAREWELL_PATTERN.fullmatch(sentence) for sentence in sentences
    )


def _is_stock(sentence: str) -> bool:
    return _STOCK_PATTERN.fullmatch(sentence.strip(_EDGES)) is not None
