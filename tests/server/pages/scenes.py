"""What people say on the pages in these tests: a site meeting in five languages."""

from typing import Any

Message = dict[str, Any]
START = 1_794_990_000_000


def person(participant: str, name: str, speaks: str, **changes: Any) -> Message:
    base = {"participant": participant, "name": name, "role": "speak", "speaks": speaks}
    return {**base, "wants": speaks, "muted": False, "away": False, **changes}


PEOPLE = [
    person("51d2e0aa", "Claire Dubois", "fr"),
    person("77aa01c4", "Tom Brennan", "en"),
    person("90cc34de", "Ana Ruiz", "es", muted=True),
    person("a3b4c5d6", "田中 ゆき", "ja"),
    person("b7e8f901", "مريم حداد", "ar"),
    person("c0ffee01", "Jonas Weber", "none", role="listen", wants="de"),
    person("c0ffee02", "Wall display", "none", role="listen", wants="fr", away=True),
]
NAMES = {one["participant"]: one["name"] for one in PEOPLE}

# Speaker, language spoken, minutes since the start, the same line in each language.
LINES: list[tuple[str, str, int, dict[str, str]]] = [
    (
        "77aa01c4",
        "en",
        0,
        {
            "en": "Good morning, everyone. Let us begin with the delivery for the new hall.",
            "fr": "Bonjour à tous. Commençons par la livraison pour la nouvelle salle.",
            "de": "Guten Morgen zusammen. Beginnen wir mit der Lieferung für die neue Halle.",
            "es": "Buenos días a todos. Empecemos con la entrega para la nueva nave.",
            "ar": "صباح الخير جميعًا. لنبدأ بالتسليم الخاص بالقاعة الجديدة.",
            "ja": "おはようございます。新しいホールへの納品の件から始めましょう。",
        },
    ),
    (
        "51d2e0aa",
        "fr",
        0,
        {
            "en": "The trucks arrive on Thursday the 12th of May at 14:30, gate 4.",
            "fr": "Les camions arrivent le jeudi 12 mai à 14 h 30, porte 4.",
            "de": "Die Lastwagen kommen am Donnerstag, dem 12. Mai, um 14:30 Uhr an Tor 4 an.",
            "es": "Los camiones llegan el jueves 12 de mayo a las 14:30, puerta 4.",
            "ar": "تصل الشاحنات يوم الخميس 12 مايو في الساعة 14:30 عند البوابة 4.",
            "ja": "トラックは5月12日木曜日の14時30分に4番ゲートに到着します。",
        },
    ),
    (
        "51d2e0aa",
        "fr",
        0,
        {
            "en": "We need two fork-lifts and about six people for unloading.",
            "fr": "Il nous faut deux chariots élévateurs et environ six personnes pour décharger.",
            "de": "Zum Entladen brauchen wir zwei Gabelstapler und etwa sechs Personen.",
            "es": "Necesitamos dos carretillas elevadoras y unas seis personas para descargar.",
            "ar": "نحتاج إلى رافعتين شوكيتين وحوالي ستة أشخاص للتفريغ.",
            "ja": "荷下ろしにはフォークリフト2台と6人ほどが必要です。",
        },
    ),
    (
        "90cc34de",
        "es",
        1,
        {
            "en": "Is the access road wide enough for vehicles of that size?",
            "fr": "La voie d’accès est-elle assez large pour des véhicules de cette taille ?",
            "de": "Ist die Zufahrtsstraße für Fahrzeuge dieser Größe breit genug?",
            "es": "¿El camino de acceso es bastante ancho para vehículos de ese tamaño?",
            "ar": "هل طريق الوصول واسع بما يكفي لمركبات بهذا الحجم؟",
            "ja": "進入路はその大きさの車両に十分な幅がありますか。",
        },
    ),
    (
        "a3b4c5d6",
        "ja",
        1,
        {
            "en": "Yes, it was widened last year. There is room for two lanes.",
            "fr": "Oui, elle a été élargie l’an dernier. Il y a la place pour deux voies.",
            "de": "Ja, sie wurde letztes Jahr verbreitert. Es ist Platz für zwei Spuren.",
            "es": "Sí, se ensanchó el año pasado. Caben dos carriles.",
            "ar": "نعم، تم توسيعه العام الماضي. هناك مساحة لمسارين.",
            "ja": "はい、去年広げられました。二車線分の余裕があります。",
        },
    ),
    (
        "77aa01c4",
        "en",
        2,
        {
            "en": "Then the invoice of 48,250 euros goes out tomorrow, reference B-1179.",
            "fr": "Alors la facture part demain, référence B-1179.",
            "de": "Dann geht die Rechnung morgen hinaus, Aktenzeichen B-1179.",
            "es": "Entonces la factura sale mañana, referencia B-1179.",
            "ar": "إذن تُرسل الفاتورة غدًا، المرجع B-1179.",
            "ja": "では請求書は明日送付します。参照番号はB-1179です。",
        },
    ),
]


def caption(index: int, language: str, **changes: Any) -> Message:
    """Line `index` as the listener of a language gets it."""
    speaker, source, minute, texts = LINES[index]
    lost = "48,250" in texts["en"] and language != source
    fidelity = "same" if language == source else "marked" if lost else "ok"
    message = {
        "type": "caption",
        "sequence": index + 1,
        "utterance": f"{speaker}-0-{index}",
        "speaker": speaker,
        "name": NAMES[speaker],
        "language": language,
        "text": texts[language],
        "source_language": source,
        "original": texts[source],
        "fidelity": fidelity,
        "missing": ["48,250"] if lost else [],
        "typed": False,
        "start_ms": 1000 * index,
        "end_ms": 1000 * index + 900,
        "time": START + minute * 60_000 + index * 4_000,
        "replay": False,
    }
    return {**message, **changes}


def meeting(language: str) -> list[Message]:
    """The whole of it, with the marks of what is missing, and somebody in mid-sentence."""
    shown = [caption(index, language) for index in range(len(LINES))]
    untranslated = caption(
        4,
        language,
        utterance="b7e8f901-0-9",
        speaker="b7e8f901",
        name=NAMES["b7e8f901"],
        text="شكرًا، هذا واضح تمامًا.",
        source_language="ar",
        original=None,
        fidelity="same" if language == "ar" else "untranslated",
        time=START + 170_000,
    )
    skipped = {
        "type": "skipped",
        "utterance": "90cc34de-0-7",
        "speaker": "90cc34de",
        "lane": "source",
        "language": None,
        "reason": "repetition",
        "withheld": True,
    }
    partial = {
        "type": "partial",
        "utterance": "51d2e0aa-0-11",
        "speaker": "51d2e0aa",
        "language": "fr",
        "stable": "Et pour la semaine prochaine",
        "unstable": " je propose que",
    }
    return [*shown[:5], skipped, shown[5], untranslated, partial]
