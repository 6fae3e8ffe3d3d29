"""Registrable domains that many unrelated companies share: never a key of identity (policy.md 2)."""

_FREE_MAIL = """
126.com 163.com aim.com aol.com bigmir.net bk.ru email.ua fastmail.com fm.ru gmail.com gmx.at gmx.com gmx.de gmx.net
googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr i.ua icloud.com inbox.lv inbox.ru internet.ru
lenta.ru libero.it list.ru live.com live.ru mac.com mail.com mail.ru mail.ua me.com meta.ua msn.com myrambler.ru
naver.com nxt.ru orange.fr outlook.com outlook.de pm.me pochta.ru proton.me protonmail.com qip.ru qq.com r0.ru
rambler.ru rambler.ua ro.ru rocketmail.com seznam.cz sina.com t-online.de tut.by tuta.io tutanota.com ua.fm ukr.net
vk.com web.de xmail.ru ya.ru yahoo.co.jp yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.by yandex.com yandex.kz
yandex.ru yandex.ua yeah.net ymail.com zoho.com
"""
_DISPOSABLE = """
10minutemail.com dispostable.com emailondeck.com fakeinbox.com getnada.com guerrillamail.com mailinator.com maildrop.cc
mailnesia.com mintemail.com moakt.com mohmal.com sharklasers.com temp-mail.org tempmail.com throwawaymail.com
trashmail.com yopmail.com
"""
_SOCIAL = """
facebook.com fb.com instagram.com linkedin.com ok.ru pinterest.com t.me telegram.me telegram.org tiktok.com twitter.com
vk.com vk.ru vkontakte.ru wa.me whatsapp.com x.com youtube.com youtu.be dzen.ru rutube.ru
"""
_MARKETPLACES = """
2gis.ru alibaba.com aliexpress.com aliexpress.ru allbiz.ru amazon.com avito.ru booking.com cian.ru ebay.com etsy.com
flamp.ru goods.ru hh.ru irr.ru lamoda.ru megamarket.ru orgpage.ru ozon.ru prom.ua pulscen.ru
rusprofile.ru satom.ru sbermegamarket.ru tiu.ru wildberries.ru yell.ru youla.ru zoon.ru
"""
_SITE_BUILDERS = """
bitrix24.ru bitrix24.site bitrix24shop.ru blogspot.com clients.site github.io google.com jimdo.com jimdosite.com
mystrikingly.com narod.ru nethouse.ru notion.site okis.ru setup.ru squarespace.com taplink.cc tilda.cc tilda.ws
tumblr.com ucoz.com ucoz.net ucoz.ru umi.ru webflow.io webnode.com webnode.ru weebly.com wixsite.com wix.com
wordpress.com
"""
SHARED = frozenset(" ".join((_FREE_MAIL, _DISPOSABLE, _SOCIAL, _MARKETPLACES, _SITE_BUILDERS)).split())


def is_corporate(domain: str) -> bool:
    """Whether a registrable domain belongs to one company, as far as is known."""
    return domain not in SHARED
