"""The registrable domain of a host, and those that many unrelated companies share: never a key of identity."""

import re
from functools import cache, lru_cache
from typing import Any

_FREE_MAIL_RU = """
3g.ua apollo.lv aport.ru autorambler.ru bigmir.net bk.ru box.az chat.ru e-mail.ru email.ru email.ua ex.ua fm.ru
fromru.com front.ru gmail.ru hot.ee hotbox.ru hotmail.ru i.ua inbox.eu inbox.lt inbox.lv inbox.ru inbox.uz internet.ru
km.ru land.ru lenta.ru list.ru live.ru mail.az mail.by mail.ee mail.kz mail.lv mail.ru mail.ua mail.uz mail333.com
meta.ua mtu-net.ru myrambler.ru narod.ru newmail.ru nextmail.ru nm.ru nxt.ru ok.ru one.lv online.ee online.ua
outlook.ru pisem.net pochta.ru pop3.ru post.ru qip.ru r0.ru rambler.ru rambler.ua ro.ru sibmail.com sibnet.ru smtp.ru
tut.by ua.fm ukr.net umail.uz uzmail.uz vk.com xmail.ru ya.ru yandex.az yandex.by yandex.com yandex.com.tr yandex.ee
yandex.fr yandex.kz yandex.lt yandex.lv yandex.md yandex.net yandex.ru yandex.ua yandex.uz zmail.ru
"""
_FREE_MAIL_WORLD = """
126.com 139.com 163.com 189.cn 1und1.de 21cn.com a1.net abv.bg aim.com alice.it aliceadsl.fr aliyun.com ameritech.net
aol.co.uk aol.com aol.de aol.fr aon.at arcor.de aruba.it asia.com atlas.cz att.net azet.sk bbox.fr bell.net
bellsouth.net bezeqint.net biglobe.ne.jp bigpond.com bigpond.net.au bluewin.ch blueyonder.co.uk bol.com.br
bredband.net btinternet.com btopenworld.com centrum.cz centrum.sk centurylink.net charter.net chello.at chello.nl
citromail.hu club-internet.fr cogeco.ca comcast.net comhem.se consultant.com cox.net daum.net dir.bg docomo.ne.jp
dr.com earthlink.net eircom.net elisanet.fi email.com email.cz email.de email.it embarqmail.com engineer.com
europe.com excite.com ezweb.ne.jp fastmail.com fastmail.fm fastwebnet.it foxmail.com free.fr freemail.hu freenet.de
frisurf.no frontier.com frontiernet.net games.com gazeta.pl globo.com gmail.com gmx.at gmx.ch gmx.co.uk gmx.com gmx.de
gmx.es gmx.fr gmx.net gmx.us googlemail.com hanmail.net hetnet.nl hey.com hinet.net hispeed.ch home.nl hotmail.be
hotmail.ca hotmail.ch hotmail.co.jp hotmail.co.th hotmail.co.uk hotmail.com hotmail.com.ar hotmail.com.br
hotmail.com.tr hotmail.de hotmail.es hotmail.fr hotmail.gr hotmail.it hotmail.nl hotmail.no hotmail.se hushmail.com
hushmail.me icloud.com ig.com.br iinet.net.au iname.com inbox.com indiatimes.com interia.eu interia.pl inwind.it
iol.it jubii.dk juno.com kabelmail.de kakao.com keemail.me kpnmail.nl laposte.net libero.it live.at live.be live.ca
live.cl live.cn live.co.uk live.com live.com.au live.com.mx live.com.pt live.de live.dk live.fr live.ie live.in
live.it live.jp live.nl live.no live.se love.com luukku.com lycos.com mac.com mail.bg mail.com mail.de mail.dk mail.pt
mailbox.org maktoob.com me.com mindspring.com msn.com mynet.com myself.com myyahoo.com nate.com naver.com netcabo.pt
netvision.net.il netzero.net neuf.fr nifty.com ntlworld.com numericable.fr o2.co.uk o2.pl ocn.ne.jp onet.eu onet.pl
online.de online.no ono.com op.pl optonline.net optusnet.com.au orange.fr otenet.gr outlook.at outlook.be outlook.com
outlook.com.br outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.ie outlook.in outlook.it outlook.jp
outlook.kr outlook.pt pacbell.net passport.com pchome.com.tw planet.nl pm.me poczta.fm post.com post.cz post.sk
posteo.de posteo.net prodigy.net.mx proton.me protonmail.ch protonmail.com proximus.be q.com qq.com r7.com
rediffmail.com roadrunner.com rocketmail.com rogers.com rr.com runbox.com sapo.pt sbcglobal.net scarlet.be seznam.cz
sfr.fr shaw.ca sify.com sina.cn sina.com sky.com skynet.be softbank.ne.jp sohu.com spectrum.net spray.se start.no
sunrise.ch suomi24.fi sympatico.ca t-online.de talktalk.net tdcadsl.dk techie.com telefonica.net telenet.be telia.com
telus.net terra.com terra.com.br terra.es tim.it tin.it tiscali.co.uk tiscali.it tlen.pl tom.com tpg.com.au tuta.com
tuta.io tutamail.com tutanota.com tutanota.de uol.com.br usa.com verizon.net videotron.ca virgilio.it virginmedia.com
vodafone.de voila.fr volny.cz vp.pl walla.co.il walla.com wanadoo.fr web.de windowslive.com windstream.net wow.com
wp.pl writeme.com xs4all.nl xtra.co.nz yahoo.at yahoo.ca yahoo.co.id yahoo.co.in yahoo.co.jp yahoo.co.kr yahoo.co.nz
yahoo.co.th yahoo.co.uk yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.hk yahoo.com.mx
yahoo.com.my yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn yahoo.de yahoo.dk yahoo.es yahoo.fr
yahoo.gr yahoo.ie yahoo.in yahoo.it yahoo.nl yahoo.no yahoo.pl yahoo.ro yahoo.se yeah.net ymail.com ziggo.nl zoho.com
zoho.eu zoho.in zohomail.com zohomail.eu zoznam.sk
"""
_DISPOSABLE = """
0-mail.com 10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonaddy.com appleid.com burnermail.io
cock.li crazymailing.com discard.email discardmail.com discardmail.de dispostable.com dropmail.me duck.com
emailfake.com emailondeck.com emailtemporanea.net fakeinbox.com fakemail.net fakemailgenerator.com generator.email
getairmail.com getnada.com grr.la guerrillamail.biz guerrillamail.com guerrillamail.de guerrillamail.info
guerrillamail.net guerrillamail.org guerrillamailblock.com harakirimail.com inboxbear.com inboxkitten.com
incognitomail.com jetable.org luxusmail.org mail-temp.com mail.tm mailcatch.com maildrop.cc mailexpire.com
mailforspam.com mailinator.com mailinator.net mailnesia.com mailnull.com mailpoof.com mailsac.com mintemail.com
moakt.com mohmal.com mozmail.com mytemp.email mytrashmail.com nada.email nowmymail.com owlymail.com pokemail.net
sharklasers.com simplelogin.com spam4.me spambog.com spambox.us spamex.com spamgourmet.com spamherelots.com
temp-mail.io temp-mail.org temp-mail.ru tempail.com tempinbox.com tempmail.com tempmail.dev tempmail.net tempmail.plus
tempmailo.com tempr.email throwawaymail.com trash-mail.com trashmail.com trashmail.de trashmail.me trashmail.net
trashmail.ws vremail.com wegwerfemail.de yopmail.com yopmail.fr yopmail.net zetmail.com
"""
_SOCIAL = """
behance.net bit.ly boosty.to bsky.app clck.ru clubhouse.com discord.com discord.gg dribbble.com dzen.ru facebook.com
fb.com fb.me flickr.com goo.gl habr.com hipolink.net instagram.com linkedin.com linktr.ee livejournal.com lnkd.in m.me
mastodon.social medium.com meetup.com messenger.com mssg.me odnoklassniki.ru patreon.com pikabu.ru pinterest.com
pinterest.ru quora.com reddit.com rutube.ru skype.com snapchat.com soundcloud.com substack.com t.co t.me taplink.at
taplink.cc taplink.ru taplink.ws telegra.ph telegram.me telegram.org teletype.in tenchat.ru threads.net tiktok.com
tinyurl.com tlgg.ru tumblr.com twitch.tv twitter.com vc.ru viber.com vimeo.com vk.cc vk.link vk.ru vkontakte.ru
vkvideo.ru wa.me wechat.com weibo.com whatsapp.com x.com xing.com yappy.media yelp.com youtu.be youtube.com
"""
_MARKETPLACES = """
1688.com 2gis.com 2gis.ru airbnb.com alibaba.com aliexpress.com aliexpress.ru all.biz allbiz.ru allegro.pl amazon.ca
amazon.co.jp amazon.co.uk amazon.com amazon.de amazon.es amazon.fr amazon.in amazon.it audit-it.ru auto.ru avito.ru
b2b-center.ru banki.ru bicotender.ru blizko.ru booking.com capterra.com cdiscount.com checko.ru cian.ru citilink.ru
companium.ru craigslist.org crunchbase.com deal.by detmir.ru dhgate.com domclick.ru drom.ru ebay.co.uk ebay.com
ebay.de etsy.com europages.com expedia.com fabrikant.ru farpost.ru fiverr.com fl.ru flagma.ru flamp.ru flip.kz
flipkart.com flowwow.com freelance.ru g2.com glassdoor.com globalsources.com goods.ru gov.ru gumtree.com
hepsiburada.com hh.ru indeed.com indiamart.com irecommend.ru irr.ru jd.com joom.com kaspi.kz kolesa.kz kompass.com
krisha.kz kufar.by kupivip.ru kwork.ru lamoda.ru lazada.com leboncoin.fr list-org.com livemaster.ru made-in-china.com
megamarket.ru mercadolibre.com mercadolivre.com.br mobile.de olx.kz olx.pl olx.ua onliner.by orgpage.ru otzovik.com
ozon.com ozon.ru profi.ru prom.ua pulscen.ru rabota.ru rakuten.co.jp regmarkets.ru rostender.info rozetka.com.ua
rusprofile.ru saby.ru satom.ru satu.kz sbermegamarket.ru sbis.ru shein.com shopee.com spravker.ru superjob.ru supl.biz
taobao.com temu.com tender.pro ticketscloud.com timepad.ru tiu.ru tmall.com trendyol.com tripadvisor.com
trustpilot.com upwork.com uzum.uz walmart.com wb.ru wildberries.ru yell.ru yellowpages.com youdo.com youla.ru
zachestnyibiznes.ru zalando.com zoon.ru
"""
_SITE_BUILDERS = """
000webhostapp.com 3dn.ru advantshop.net advantshop.ru altervista.org amazonaws.com amocrm.com amocrm.ru angelfire.com
appspot.com at.ua atspace.com azurewebsites.net b24site.online beget.tech bigcommerce.com bitbucket.io bitrix24.by
bitrix24.com bitrix24.de bitrix24.eu bitrix24.kz bitrix24.ru bitrix24.shop bitrix24.site bitrix24.tech bitrix24shop.ru
blogger.com blogspot.com bubbleapps.io byethost.com canva.site cargo.site carrd.co clan.su clickfunnels.com
clients.site cloudfront.net company.site craftum.com craftum.io diafan.ru dikidi.net do.am ecwid.com editorx.io
firebaseapp.com flexbe.com flexbe.ru fly.dev fo.ru framer.app framer.website geocities.com getcourse.io getcourse.ru
getresponse.com ghost.io gitbook.io github.com github.io gitlab.com gitlab.io godaddysites.com goo.su google.com
google.ru hashnode.dev herokuapp.com horoshop.ua hubspotpagebuilder.com infinityfreeapp.com insales.com insales.ru
instapage.com jimdo.com jimdofree.com jimdosite.com kommo.com leadpages.co lpgenerator.ru lpmotor.ru mailchi.mp
megagroup.ru mottor.ru moy.su mozello.ru mozellosite.com my1.ru mybigcommerce.com myinsales.ru myshopify.com
mystrikingly.com nethouse.me nethouse.ru netlify.app netlify.com notion.site notion.so okis.ru onmicrosoft.com
onrender.com pages.dev platformalp.ru plp7.ru readymag.com regruhosting.ru salebot.site setup.ru sharepoint.com
shopify.com site123.me skillspace.ru softr.app square.site squarespace.com strikingly.com surge.sh tilda.cc tilda.com
tilda.ru tilda.ws timeweb.cloud timeweb.ru tripod.com typeform.com ucoz.com ucoz.kz ucoz.net ucoz.org ucoz.ru ucoz.ua
uid.me umi.ru umicms.ru unbounce.com usite.pro vercel.app vigbo.com vigbo.site web.app webflow.com webflow.io
webnode.com webnode.page webnode.ru webs.com weebly.com weeblysite.com wix.com wixsite.com wordpress.com workers.dev
wpcomstaging.com yclients.com yolasite.com
"""
SHARED = frozenset(
    " ".join((_FREE_MAIL_RU, _FREE_MAIL_WORLD, _DISPOSABLE, _SOCIAL, _MARKETPLACES, _SITE_BUILDERS)).split()
)


_LOCAL = frozenset({"corp", "home", "internal", "lan", "local", "localdomain", "localhost"})


@lru_cache(maxsize=65536)
def is_corporate(domain: str) -> bool:
    """Whether a registrable domain belongs to one company, as far as is known.

    A site under a shared domain (acme.tilda.ws) is shared with it; a name of inside networks (office.local) or what is
    left of an IP address may be any company's.
    """
    labels = domain.split(".")
    if not domain or labels[-1] in _LOCAL or labels[-1].isdigit():
        return False
    return SHARED.isdisjoint(".".join(labels[start:]) for start in range(len(labels)))


@lru_cache(maxsize=65536)
def registrable(text: str) -> str:
    """The registrable domain of a website or host name: lower case, IDN as punycode, without www."""
    host = text.strip().lower().partition("://")[2] or text.strip().lower()
    host = re.split(r"[/?#:]", host, maxsplit=1)[0].strip(".")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("is not a website or domain: write it like example.com") from None
    own = _suffixes().privatesuffix(host) if "." in host else None
    if not own:
        raise ValueError("is not a website or domain: write it like example.com")
    return str(own)


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList  # costs start-up time

    return PublicSuffixList()
