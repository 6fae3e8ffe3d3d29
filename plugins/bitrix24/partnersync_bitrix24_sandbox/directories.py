"""Directories: stages, sources, kinds of companies; and pipelines."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Status:
    """An entry of a directory; `semantics` of a stage: none while in progress, S won, F lost."""

    id: int
    entity_id: str  # DEAL_STAGE, DEAL_STAGE_3, SOURCE, …
    status_id: str
    name: str
    sort: int
    semantics: str = ""
    category_id: int = 0
    is_system: bool = False
    color: str = ""


@dataclass(slots=True)
class Category:
    """A pipeline."""

    id: int
    type_id: int
    name: str
    sort: int = 100
    is_default: bool = False
    origin_id: str = ""
    originator_id: str = ""


@dataclass(slots=True)
class SmartProcess:
    """The record of a smart process' type; its cards are of `type_id`."""

    id: int
    type_id: int
    title: str
    flags: dict[str, bool] = field(default_factory=dict)
    relations: dict[str, list[int]] = field(default_factory=dict)
    created_at: int = 0
    updated_at: int = 0
    created_by: int = 0


STAGES = (
    ("NEW", "Новая", ""),
    ("PREPARATION", "Подготовка документов", ""),
    ("PREPAYMENT_INVOICE", "Счёт на предоплату", ""),
    ("EXECUTING", "В работе", ""),
    ("FINAL_INVOICE", "Финальный счёт", ""),
    ("WON", "Сделка успешна", "S"),
    ("LOSE", "Сделка провалена", "F"),
    ("APOLOGY", "Анализ причины провала", "F"),
)
PROCESS_STAGES = (
    ("NEW", "Начало", ""),
    ("PREPARATION", "Подготовка", ""),
    ("CLIENT", "Согласование", ""),
    ("SUCCESS", "Успех", "S"),
    ("FAIL", "Провал", "F"),
)
INVOICE_STAGES = (("N", "Новый", ""), ("S", "Отправлен", ""), ("P", "Оплачен", "S"), ("D", "Не оплачен", "F"))
LEAD_STAGES = (
    ("NEW", "Не обработан", ""),
    ("IN_PROCESS", "В работе", ""),
    ("PROCESSED", "Обработан", ""),
    ("CONVERTED", "Качественный лид", "S"),
    ("JUNK", "Некачественный лид", "F"),
)
DIRECTORIES = {
    "SOURCE": (("CALL", "Звонок"), ("EMAIL", "Электронная почта"), ("WEB", "Веб-сайт"), ("PARTNER", "Партнёр")),
    "DEAL_TYPE": (("SALE", "Продажа"), ("SERVICES", "Услуги")),
    "COMPANY_TYPE": (
        ("CUSTOMER", "Клиент"),
        ("SUPPLIER", "Поставщик"),
        ("COMPETITOR", "Конкурент"),
        ("PARTNER", "Партнёр"),
        ("OTHER", "Другое"),
    ),
    "CONTACT_TYPE": (("CLIENT", "Клиенты"), ("PARTNER", "Партнёры"), ("OTHER", "Другое")),
    "INDUSTRY": (("IT", "Информационные технологии"), ("BANKING", "Банковские услуги"), ("OTHER", "Другое")),
    "EMPLOYEES": (("EMPLOYEES_1", "менее 50"), ("EMPLOYEES_2", "50-250"), ("EMPLOYEES_3", "250-500")),
    "HONORIFIC": (("HNR_RU_1", "Г-н"), ("HNR_RU_2", "Г-жа")),
}
