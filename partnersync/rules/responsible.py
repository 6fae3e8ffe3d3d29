"""Who answers for a partner: an active user, and a partner manager where the program names them (policy.md 1)."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from partnersync.domain.activity import User
from partnersync.domain.partner import Partner, PartnerStatus
from partnersync.domain.say import msgid

NOBODY = msgid("Nobody is responsible for partner {partner}: name a manager.")
NOT_ACTIVE = msgid("Manager {manager} of partner {partner} is no active user: name another one.")
NOT_OF_THEM = msgid("Manager {manager} of partner {partner} is none of the partner managers: name one of them.")


def unmanaged(
    partners: Iterable[Partner], users: Mapping[str, User], managers: Collection[str]
) -> Iterator[tuple[Partner, str]]:
    """The active partners who need another manager, each with the text that says why.

    `users` by id; `managers` are ids of users or names of their groups, none of them: any active user will do.
    """
    for partner in partners:
        if partner.status is not PartnerStatus.ACTIVE:
            continue
        user = users.get(partner.manager or "")
        if not partner.manager:
            yield partner, NOBODY
        elif user is None or not user.active:
            yield partner, NOT_ACTIVE
        elif managers and partner.manager not in managers and user.group not in managers:
            yield partner, NOT_OF_THEM
