"""What people and robots do: edits, moves, the recycle bin, merges (reference §5.5, §8.1, §8.3)."""

import pytest

from bitrix24_caller import COMPANY, CONTACT, DEAL, Bitrix, command
from partnersync_bitrix24_sandbox.sample import FIRST_SELLER, SECOND_SELLER
from partnersync_bitrix24_sandbox.ui import Locked


def names(b24: Bitrix) -> list[str]:
    return [one.name for one in b24.portal.events.fired]


def test_a_seller_types_and_is_named() -> None:
    b24 = Bitrix(1)
    b24.sandbox.ui.edit(FIRST_SELLER, 1, "UF_CRM_PARTNER", "P03")
    b24.sandbox.ui.edit(FIRST_SELLER, 1, "ufCrmProducts", ["licence", "support"])
    told = b24.item(DEAL, 1)
    assert (told["ufCrmPartner"], told["ufCrmProducts"], told["updatedBy"]) == (3003, [3101, 3103], FIRST_SELLER)
    b24.sandbox.ui.edit(SECOND_SELLER, 1, "UF_CRM_PARTNER", None)
    assert b24.item(DEAL, 1)["ufCrmPartner"] is None
    assert names(b24) == ["ONCRMDEALUPDATE"] * 3


@pytest.mark.parametrize("holds", [True, False])
def test_a_field_that_is_not_edited_in_the_card(holds: bool) -> None:
    b24 = Bitrix(1, edit_in_list_holds=holds)
    fields = {"FIELD_NAME": "PS_PARTNER_ID", "USER_TYPE_ID": "string", "EDIT_IN_LIST": "N"}
    b24.result("crm.deal.userfield.add", fields=fields)
    if holds:
        with pytest.raises(Locked):
            b24.sandbox.ui.edit(FIRST_SELLER, 1, "UF_CRM_PS_PARTNER_ID", "P01")
    else:
        b24.sandbox.ui.edit(FIRST_SELLER, 1, "UF_CRM_PS_PARTNER_ID", "P01")
    b24.change(DEAL, 1, ufCrmPsPartnerId="P02")  # programs always may
    b24.sandbox.ui.robot("UF_CRM_PS_PARTNER_ID", "P03")
    b24.change(DEAL, 1, title="x")
    assert b24.item(DEAL, 1)["ufCrmPsPartnerId"] == "P03"


def test_mistakes_of_a_test_are_told() -> None:
    ui = Bitrix(1).sandbox.ui
    for wrong in (
        lambda: ui.edit(99, 1, "title", "x"),
        lambda: ui.edit(FIRST_SELLER, 99, "title", "x"),
        lambda: ui.edit(FIRST_SELLER, 1, "nonsense", "x"),
        lambda: ui.edit(FIRST_SELLER, 1, "UF_CRM_PARTNER", "P99"),
        lambda: ui.restore(FIRST_SELLER, 1),
        lambda: ui.comment(FIRST_SELLER, 99, "x"),
    ):
        with pytest.raises(LookupError):
            wrong()


def test_a_move_to_another_pipeline_fires_no_update() -> None:
    b24 = Bitrix(1)
    b24.sandbox.ui.move(FIRST_SELLER, 1, "WON")
    b24.sandbox.ui.move(FIRST_SELLER, 1, "C3:NEW", 3)
    assert names(b24) == ["ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY"]
    assert b24.item(DEAL, 1)["categoryId"] == 3


def test_the_recycle_bin_gives_new_ids() -> None:
    b24 = Bitrix(3)
    b24.sandbox.ui.edit(FIRST_SELLER, 2, "UF_CRM_PROMO_CODE", "X-1")
    b24.sandbox.ui.delete(FIRST_SELLER, 2)
    assert b24.ids(DEAL) == [1, 3]
    back = b24.sandbox.ui.restore(SECOND_SELLER, 2)
    assert (back.id, b24.ids(DEAL)) == (4, [1, 3, 4])
    told = b24.item(DEAL, 4)
    assert (told["ufCrmPromoCode"], told["title"], told["updatedBy"]) == ("X-1", "Сделка 2", SECOND_SELLER)
    assert names(b24) == ["ONCRMDEALUPDATE", "ONCRMDEALDELETE", "ONCRMDEALADD"]
    assert b24.error("crm.item.get", entityTypeId=DEAL, id=2)[1] == "NOT_FOUND"
    with pytest.raises(LookupError):
        b24.sandbox.ui.restore(SECOND_SELLER, 2)


@pytest.mark.parametrize(("oldest", "winner", "loser"), [(True, 13, 14), (False, 14, 13)])
def test_a_merge_moves_links_to_the_winner(oldest: bool, winner: int, loser: int) -> None:
    b24 = Bitrix(8, merge_keeps_oldest=oldest)
    b24.change(COMPANY, loser, comments="от проигравшей", fm={"n0": {"typeId": "PHONE", "value": "+7999"}})
    deals = set(b24.ids(DEAL, filter={"@companyId": [13, 14]}))
    b24.portal.events.fired.clear()
    survivor = b24.sandbox.ui.merge(FIRST_SELLER, [13, 14])
    assert survivor.id == winner
    told = b24.item(COMPANY, winner)
    assert (told["comments"], told["phone"], told["title"]) == ("от проигравшей", "+7999", f"Клиент {winner - 12}")
    assert set(b24.ids(DEAL, filter={"companyId": winner})) == deals
    assert b24.error("crm.item.get", entityTypeId=COMPANY, id=loser)[1] == "NOT_FOUND"
    assert {"ONCRMCOMPANYDELETE", "ONCRMCOMPANYUPDATE", "ONCRMDEALUPDATE"} <= set(names(b24))


def test_a_merge_of_contacts_leaves_other_contacts_of_a_deal() -> None:
    b24 = Bitrix(12)
    deal = b24.add(DEAL, contactIds=[3, 2, 1])
    b24.sandbox.ui.merge(FIRST_SELLER, [1, 2], CONTACT)
    assert b24.item(DEAL, deal)["contactIds"] == [3, 1]


def test_a_merge_by_api() -> None:
    b24 = Bitrix(8)
    told = b24.result("crm.entity.mergeBatch", {"params": {"entityTypeId": CONTACT, "entityIds": [1, 2]}})
    assert told == {"STATUS": "SUCCESS", "ENTITY_IDS": [1, 2]}
    assert b24.ids(CONTACT) == [1]
    refused = b24.error("crm.entity.mergeBatch", {"params": {"entityTypeId": DEAL, "entityIds": [1, 2]}})
    assert refused[1] == "ENTITY_TYPE_NOT_SUPPORTED"
    assert b24.error("crm.entity.mergeBatch", {"params": {"entityTypeId": CONTACT, "entityIds": [1]}})[1] == "NOT_FOUND"


def test_a_robot_follows_others_and_never_itself() -> None:
    b24 = Bitrix(2)
    b24.sandbox.ui.robot("UF_CRM_PARTNER", "P09", SECOND_SELLER)
    b24.change(DEAL, 1, ufCrmPartner=3001)
    told = b24.item(DEAL, 1)
    assert (told["ufCrmPartner"], told["updatedBy"]) == (3009, SECOND_SELLER)
    assert names(b24) == ["ONCRMDEALUPDATE"] * 2
    b24.sandbox.ui.create(FIRST_SELLER, title="новая")
    assert b24.item(DEAL, 3)["ufCrmPartner"] == 3009


def test_a_comment_of_a_batch_by_the_service_moves_a_sellers_deal() -> None:
    """§8.1: our own comment is an update of somebody else's deal."""
    b24 = Bitrix(1)
    before = b24.item(DEAL, 1)["updatedTime"]
    fields = {"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "принято"}
    b24.batch({"a": command("crm.timeline.comment.add", fields=fields)})
    assert b24.item(DEAL, 1)["updatedTime"] > before
    b24.sandbox.ui.comment(b24.item(DEAL, 1)["assignedById"], 1, "свой")
    assert names(b24).count("ONCRMDEALUPDATE") == 1
