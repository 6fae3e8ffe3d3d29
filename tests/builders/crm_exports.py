"""Exports of deals as amoCRM and Bitrix24 write them: real headers, made-up companies, every habit of the exporters."""

from collections.abc import Mapping, Sequence

AMOCRM_HEADER = (
    "ID|Название сделки|Бюджет|Ответственный|Дата создания сделки|Кем создана сделка|Дата редактирования|"
    "Кем редактирована|Дата закрытия|Теги|Примечание|Примечание 2|Примечание 3|Примечание 4|Примечание 5|Этап сделки|"
    "Воронка|Полное имя контакта|Компания контакта|Ответственный за контакт|Компания|Рабочий телефон|"
    "Рабочий прямой телефон|Мобильный телефон|Факс|Домашний телефон|Другой телефон|Рабочий email|Личный email|"
    "Другой email|Город|Источник|Должность|Товар|Skype|ICQ|Jabber|Google Talk|MSN|Другой IM|"
    "Пользовательское соглашение|cid|uid|tid|utm_source|utm_medium|utm_campaign|utm_term|utm_content|utm_referrer|"
    "_ym_uid|_ym_counter|roistat|referrer|openstat_service|openstat_campaign|openstat_ad|openstat_source|from|gclientid|"
    "gclid|yclid|fbclid|GOOGLE_ID|roistat|KEYWORD|ADV_CAMP|TRAF_TYPE|TRAF_SRC|Товар|Производитель|cid|uid|tid|Источник|"
    "domain"
).split("|")
BITRIX24_HEADER = (
    "ID|Сделка|Направление|Повторная сделка|Повторное обращение|Стадия сделки|Дела|Клиент|Вероятность|Сумма/Валюта|"
    "Ответственный|Привязка|Название сделки|Тип|Источник|Дополнительно об источнике|Сумма|Валюта|Компания|Контакт|"
    "Сделка закрыта|Дата создания|Кем создана|Дата изменения|Кем изменена|Дата начала|Предполагаемая дата закрытия|"
    "Товар|Цена|Количество|Комментарий|Дата события|Тип события|Описание события|Создана CRM-формой|UTM Source|"
    "UTM Medium|UTM Campaign|UTM Content|UTM Term|"
).split("|")

AMOCRM_DEAL = {
    "Название сделки": "Сделка",
    "Ответственный": "(ЕКБ) Менеджер Первый",
    "Дата создания сделки": "01.03.2026 09:30:00",
    "Дата редактирования": "10.03.2026 12:00:00",
    "Дата закрытия": "не закрыта",
    "Примечание": 'Звонок, ответ: "да"\nи ещё строка',
    "Этап сделки": "Переговоры",
    "Воронка": "Продажи",
}
BITRIX24_DEAL = {
    "Направление": "Общее",
    "Стадия сделки": "В работе",
    "Сделка закрыта": "Нет",
    "Валюта": "Российский рубль",
    "Дата создания": "01.03.2026 09:30:00",
    "Дата изменения": "10.03.2026 12:00:00",
    "Предполагаемая дата закрытия": "30.04.2026",
    "Повторная сделка": "Нет",
    "Создана CRM-формой": "Нет",
    "Ответственный": "Менеджер Первый",
    "Комментарий": "строка; и ещё",
}


def amocrm(deals: Sequence[Mapping[str, str]], *, more: Sequence[str] = (), budget: str = "Бюджет") -> str:
    """A comma, a byte order mark, quotes where they must be; of equal headers a cell goes under the last one."""
    header = [budget if name == "Бюджет" else name for name in (*AMOCRM_HEADER, *more)]
    last = {name: place for place, name in enumerate(header)}
    lines = [header]
    for deal in deals:
        cells = [""] * len(header)
        for name, text in (AMOCRM_DEAL | {**deal}).items():
            cells[last[name]] = text
        lines.append(cells)
    return "\ufeff" + "".join(",".join(map(_quoted_if_need_be, line)) + "\n" for line in lines)


def bitrix24(rows: Sequence[Mapping[str, str]], *, header: Sequence[str] = BITRIX24_HEADER) -> str:
    """A byte order mark, every cell in quotes, and a semicolon behind the last one of each line."""
    names = [name for name in header if name]
    lines = [names, *([(BITRIX24_DEAL | {**row}).get(name, "") for name in names] for row in rows)]
    return "\ufeff" + "".join("".join(_quoted(cell) + ";" for cell in line) + "\n" for line in lines)


def product(deal_id: str, name: str, price: str, quantity: str, **cells: str) -> dict[str, str]:
    """One row of a Bitrix24 deal: one of its products, with its own sum."""
    amount = f"{float(price) * float(quantity):g}"
    return {"ID": deal_id, "Товар": name, "Цена": price, "Количество": quantity, "Сумма": amount} | cells


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _quoted_if_need_be(text: str) -> str:
    return _quoted(text) if any(mark in text for mark in ',"\n') else text
