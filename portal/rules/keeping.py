"""Who keeps whose account (domain.md 1): the third table of rights. Which accounts a person sees at all: `store.scope`.

The nation keeps everybody's; a unit, those of the centres of its department; a centre's managers, those of their centre. Nobody
closes itself or gives itself another role; a centre does not lose its last manager by its own people, nor the nation its last account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.rules.lifecycle import Role
from portal.rules.lines import Allowed, Refused, Verdict


class Post(StrEnum):
    """What an account is for: its role and, in a centre, whether it keeps the centre's accounts."""

    MANAGER = "centre"
    MEMBER = "membre"
    UD = "ud"
    REGION = "region"
    NATIONAL = "national"

    @property
    def role(self) -> Role:
        """The role that goes with it."""
        return Role.CENTRE if self in OF_A_CENTRE else Role(self.value)

    @property
    def label(self) -> str:
        """How the screen calls it."""
        return LABELS[self]


OF_A_CENTRE = (Post.MANAGER, Post.MEMBER)
LABELS = {
    Post.MANAGER: "Responsable du centre",
    Post.MEMBER: "Membre du centre",
    Post.UD: "Unité locale",
    Post.REGION: "Région",
    Post.NATIONAL: "Administration centrale",
}
GIVES: Mapping[Post, tuple[Post, ...]] = {
    Post.NATIONAL: tuple(Post),
    Post.UD: OF_A_CENTRE,
    Post.MANAGER: OF_A_CENTRE,
}


def called(post: Post, unit: str, region: str) -> str:
    """How the screen calls it where one chooses or reads a role: with the label that this year gives units and regions."""
    now = {Post.UD: unit, Post.REGION: region}.get(post)
    return f"{post.label} ({now})" if now else post.label


def post_of(role: Role, manager: bool) -> Post:
    """What an account of this role is for."""
    if role is Role.CENTRE:
        return Post.MANAGER if manager else Post.MEMBER
    return Post(role.value)


class State(StrEnum):
    """What has become of an account."""

    INVITED = "invite"
    ACTIVE = "actif"
    CLOSED = "ferme"


class Act(StrEnum):
    """One thing that is done to somebody's account."""

    RESEND = "renvoyer"
    WITHDRAW = "retirer"
    CHANGE = "modifier"
    SEND_LINK = "lien"
    CLOSE = "fermer"
    REOPEN = "rouvrir"


IN: Mapping[Act, tuple[State, ...]] = {
    Act.RESEND: (State.INVITED,),
    Act.WITHDRAW: (State.INVITED,),
    Act.CHANGE: (State.INVITED, State.ACTIVE),
    Act.SEND_LINK: (State.ACTIVE,),
    Act.CLOSE: (State.ACTIVE,),
    Act.REOPEN: (State.CLOSED,),
}


@dataclass(frozen=True)
class Account:
    """An account as the rules see it. `last`: no other that is open has its post, in its centre or in the nation; `own`: of
    the person who acts; `unit`: the label of the unit at hand; `erased`: past its time, and made anonymous."""

    post: Post
    state: State
    own: bool
    last: bool
    unit: str = "UD"
    erased: bool = False


NATION = "L’administration centrale peut vous aider."
SOMEBODY_ELSE: Mapping[Post, str] = {
    Post.MANAGER: "Un autre responsable de votre centre, ou l’{unit}, peut le faire.",
    Post.NATIONAL: "Une autre personne de l’administration centrale peut le faire.",
}
WRONG_STATE: Mapping[State, Refused] = {
    State.INVITED: Refused("Cette personne n’a pas encore choisi son mot de passe.", "Renvoyez ou retirez son invitation."),
    State.ACTIVE: Refused("Ce compte est ouvert.", "Envoyez un lien de mot de passe, ou fermez le compte."),
    State.CLOSED: Refused("Ce compte est fermé.", "Rouvrez-le d’abord."),
}
NOBODY = Refused("Les données de ce compte sont effacées : il n’est plus celui de personne.", "Invitez la personne de nouveau.")
LAST_NATIONAL = Refused(
    "C’est le dernier compte de l’administration centrale : sans lui, plus personne ne tiendrait les comptes.",
    "Invitez d’abord une autre personne de l’administration centrale ; elle choisit son mot de passe.",
)


def may_act(act: Act, of: Account, by: Post) -> Verdict:
    """Whether a person of this post, who sees this account, may do this to it; otherwise why not, and who or what helps."""
    if of.erased:
        return NOBODY
    if of.state not in IN[act]:
        return WRONG_STATE[of.state]
    if of.own and act is Act.CLOSE:
        return Refused("Personne ne ferme son propre compte.", _helper(of, by))
    if of.own and act is Act.CHANGE:
        why = "C’est votre propre compte : votre nom et votre adresse se changent sous « Votre compte »."
        return Refused(why, f"Personne ne change son propre rôle. {_helper(of, by)}")
    return _may_lose(of, by) if act is Act.CLOSE else Allowed()


def may_become(of: Account, post: Post, by: Post, *, elsewhere: bool = False) -> Verdict:
    """Whether a person of this post may give this account another; `elsewhere`: another scope goes with it."""
    if post not in GIVES.get(by, ()):
        return Refused("Ce rôle n’est pas de ceux que vous donnez.", NATION)
    if post is of.post and not elsewhere:
        return Allowed()
    if of.own:
        return Refused("Personne ne change son propre rôle.", _helper(of, by))
    return _may_lose(of, by) if of.state is State.ACTIVE else Allowed()


def _may_lose(of: Account, by: Post) -> Verdict:
    """Whether its post may be left without this account."""
    if of.last and of.post is Post.NATIONAL:
        return LAST_NATIONAL
    if of.last and of.post is Post.MANAGER and by is Post.MANAGER:
        why = "C’est le dernier compte de responsable du centre : sans lui, plus personne n’y tiendrait les comptes."
        return Refused(why, f"Donnez d’abord ce rôle à une autre personne, ou adressez-vous à l’{of.unit}.", True)
    return Allowed()


def _helper(of: Account, by: Post) -> str:
    return SOMEBODY_ELSE.get(by, NATION).format(unit=of.unit)
