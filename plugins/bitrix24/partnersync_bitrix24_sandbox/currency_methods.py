"""crm.currency.*: the currencies of the portal."""

from partnersync_bitrix24_sandbox.call import Answer, Call, Method


def currencies(call: Call) -> Answer:
    """The portal's currencies; their number is told as 0."""
    base = call.portal.base_currency
    rows = [
        {
            "CURRENCY": one,
            "AMOUNT_CNT": "1",
            "AMOUNT": "1.0000",
            "SORT": str(100 * place),
            "BASE": "Y" if one == base else "N",
            "FULL_NAME": one,
            "LID": "ru",
            "DECIMALS": "2",
        }
        for place, one in enumerate(call.portal.currencies, 1)
    ]
    return Answer(rows, 0)


def base_currency(call: Call) -> Answer:
    """The one that amounts without a currency are in."""
    return Answer(call.portal.base_currency)


METHODS = [
    Method("crm.currency.list", currencies),
    Method("crm.currency.base.get", base_currency),
]
