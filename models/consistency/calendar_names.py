"""Names of weekdays, months and shifts, in the languages of plants."""

from __future__ import annotations

from collections.abc import Iterable

# Monday first, each line one way of writing.
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "mon tue wed thu fri sat sun",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "montag dienstag mittwoch donnerstag freitag sonnabend sonntag",
    "mo di mi do fr sa so",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lun mar mer jeu ven sam dim",
    "lunes martes miércoles jueves viernes sábado domingo",
    "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
    "星期一 星期二 星期三 星期四 星期五 星期六 星期天",
    "周一 周二 周三 周四 周五 周六 周日",
    "周一 周二 周三 周四 周五 周六 周天",
    "礼拜一 礼拜二 礼拜三 礼拜四 礼拜五 礼拜六 礼拜天",
    "понедельник вторник среда четверг пятница суббота воскресенье",
)
_MONTHS = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jan feb mär apr mai jun jul aug sep okt nov dez",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
    "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
)
# First and last hour that a shift may have anywhere, counted on beyond midnight.
_SHIFTS = (
    ("early morning früh frueh matin mañana manhã 早", (4, 16)),
    ("day tag jour día dia 白 日", (4, 20)),
    ("late afternoon spät spaet après-midi tarde 中", (11, 25)),
    ("evening abend soir", (14, 28)),
    ("night nacht nuit noche noite 夜 晚", (17, 34)),
)
_SHIFT_ENDINGS = ("schicht", "dienst", "shift", "班")
_FEWEST = 3


def weekday_numbers(texts: Iterable[str]) -> dict[str, int] | None:
    """Number of each weekday, 0 of Monday; None where texts are other than weekdays of one language.

    Examples
    --------
    >>> weekday_numbers(["Montag", "Freitag", "Sonntag"])
    {'Montag': 0, 'Freitag': 4, 'Sonntag': 6}
    """
    return _numbers(texts, _WEEKDAYS, 0)


def month_numbers(texts: Iterable[str]) -> dict[str, int] | None:
    """Number of each month, 1 of January; None where texts are other than months of one language."""
    return _numbers(texts, _MONTHS, 1)


def shift_hours(texts: Iterable[str]) -> dict[str, tuple[int, int]] | None:
    """First and last hour that each shift may have; None where texts are other than names of shifts.

    Examples
    --------
    >>> shift_hours(["Frühschicht", "Nachtschicht"])
    {'Frühschicht': (4, 16), 'Nachtschicht': (17, 34)}
    """
    known = {name: hours for names, hours in _SHIFTS for name in names.split()}
    by_text = {text: known.get(_shift(text)) for text in texts}
    hours = {text: window for text, window in by_text.items() if window is not None}
    return hours if len(hours) == len(by_text) > 1 else None


def _numbers(texts: Iterable[str], lists: Iterable[str], first: int) -> dict[str, int] | None:
    plain = {text: text.strip().rstrip(".").casefold() for text in texts}
    for names in lists:
        number = {name: first + i for i, name in enumerate(names.split())}
        if len(plain) >= _FEWEST and all(name in number for name in plain.values()):
            return {text: number[name] for text, name in plain.items()}
    return None


def _shift(text: str) -> str:
    """Name of a shift without the word for shift behind it."""
    name = text.strip().casefold()
    for ending in _SHIFT_ENDINGS:
        name = name.removesuffix(ending).strip(" -_")
    return name
