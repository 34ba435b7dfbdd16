"""Names of months, for dates that mix them with numbers."""

import re
from functools import cache

_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre"
    " dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro"
    " dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października"
    " listopada grudnia",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
_SHORT = {
    "en": "jan feb mar apr - jun jul aug sept oct nov dec",
    "fr": "janv févr - avr - - juil - sept oct nov déc",
}


@cache
def months(language: str, short: bool = True) -> dict[str, int]:
    """Lower-case name → number of the month, 1 to 12; empty where none are known."""
    return {
        name: number
        for table in (*((_SHORT,) if short else ()), _MONTHS)
        for number, name in enumerate(table.get(language, "").split(), 1)
        if name != "-"
    }


@cache
def month_pattern(language: str, short: bool = True) -> str:
    """A pattern for the names of months, empty where none are known."""
    names = sorted(months(language, short), key=len, reverse=True)
    return "|".join(map(re.escape, names))
