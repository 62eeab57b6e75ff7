"""What a correction changes of a person's standing towards the titre, beyond the result that was typed: as a code, and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.rules.outcomes import Standing


class Change(StrEnum):
    LOSES_TITLE = "loses_title"
    GAINS_TITLE = "gains_title"
    GAINS_TITLE_BY_CCP = "gains_title_by_ccp"
    KEEPS_TITLE = "keeps_title"
    LOSES_CCP = "loses_ccp"
    GAINS_CCP = "gains_ccp"


@dataclass(frozen=True)
class Effect:
    """`ccp`: those lost or gained; `session`: the one that now gives the titre, where it is another."""

    change: Change
    ccp: Sequence[int] = ()
    session: int | None = None


def effect(ccp: Sequence[int], now: Standing, then: Standing) -> Effect | None:
    """What becomes of a person whose standing goes from `now` to `then`; None when nothing does. `ccp`: of the title, in order."""
    lost = [c for c in ccp if c in now.held and c not in then.held]
    gained = [c for c in ccp if c in then.held and c not in now.held]
    if now.title and not then.title:
        return Effect(Change.LOSES_TITLE, lost)
    if then.title and not now.title:
        return Effect(Change.GAINS_TITLE_BY_CCP if then.accumulated else Change.GAINS_TITLE)
    if now.title and then.title and (now.title.session, now.accumulated) != (then.title.session, then.accumulated):
        return Effect(Change.KEEPS_TITLE, session=then.title.session)
    if lost:
        return Effect(Change.LOSES_CCP, lost)
    return Effect(Change.GAINS_CCP, gained) if gained else None


def in_words(told: Effect, labels: Mapping[int, str]) -> str:
    """The rest of a sentence that begins with the person's name; `labels`: of the CCP, by number."""
    ccp = [f"« {labels.get(c, '?')} »" for c in told.ccp]
    match told.change:
        case Change.LOSES_TITLE if ccp:
            will_lack = "manquera" if len(ccp) == 1 else "manqueront"
            return f"n’aura plus le titre : {_list(ccp)} lui {will_lack} de nouveau"
        case Change.LOSES_TITLE:
            return "n’aura plus le titre"
        case Change.GAINS_TITLE:
            return "obtiendra le titre"
        case Change.GAINS_TITLE_BY_CCP:
            return "obtiendra le titre par cumul de ses CCP"
        case Change.KEEPS_TITLE:
            return f"gardera le titre, par la session {told.session}"
        case Change.LOSES_CCP:
            return f"ne détiendra plus {_list(ccp)}"
        case Change.GAINS_CCP:
            return f"détiendra {_list(ccp)}"


def _list(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} et {items[-1]}"
