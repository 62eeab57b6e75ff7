"""Who keeps whose account: the sentence that each is told, and who helps."""

from dataclasses import replace

import pytest

from portal.rules.keeping import (
    LAST_NATIONAL,
    NATION,
    NOBODY,
    Account,
    Act,
    Post,
    State,
    called,
    may_act,
    may_become,
    post_of,
)
from portal.rules.lifecycle import Role
from portal.rules.lines import Allowed, Refused


def account(post: Post, *, state: State = State.ACTIVE, own: bool = False, last: bool = False) -> Account:
    return Account(post, state, own, last, "UD du Val-de-Marne")


@pytest.mark.parametrize(
    ("post", "helper"),
    [
        (Post.MANAGER, "Un autre responsable de votre centre, ou l’UD du Val-de-Marne, peut le faire."),
        (Post.NATIONAL, "Une autre personne de l’administration centrale peut le faire."),
        (Post.UD, NATION),
    ],
)
def test_who_would_close_or_change_itself_reads_who_can(post: Post, helper: str) -> None:
    closing, changing = (may_act(act, account(post, own=True), post) for act in (Act.CLOSE, Act.CHANGE))
    assert isinstance(closing, Refused) and (closing.reason, closing.helper) == ("Personne ne ferme son propre compte.", helper)
    assert isinstance(changing, Refused) and changing.helper == f"Personne ne change son propre rôle. {helper}"
    assert changing.reason == "C’est votre propre compte : votre nom et votre adresse se changent sous « Votre compte »."


@pytest.mark.parametrize(
    ("post", "role", "manager", "label", "called_"),
    [
        (Post.MANAGER, Role.CENTRE, True, "Responsable du centre", "Responsable du centre"),
        (Post.MEMBER, Role.CENTRE, False, "Membre du centre", "Membre du centre"),
        (Post.UD, Role.UD, False, "Unité locale", "Unité locale (DDETS)"),
        (Post.REGION, Role.REGION, False, "Région", "Région (DREETS)"),
        (Post.NATIONAL, Role.NATIONAL, False, "Administration centrale", "Administration centrale"),
    ],
)
def test_a_post_is_a_role_and_of_a_centre_its_managers_or_its_others(
    post: Post, role: Role, manager: bool, label: str, called_: str
) -> None:
    assert (post.role, post.label, post_of(role, manager)) == (role, label, post)
    assert called(post, "DDETS", "DREETS") == called_


@pytest.mark.parametrize(
    ("act", "state", "reason", "helper"),
    [
        (
            Act.CLOSE,
            State.INVITED,
            "Cette personne n’a pas encore choisi son mot de passe.",
            "Renvoyez ou retirez son invitation.",
        ),
        (Act.REOPEN, State.ACTIVE, "Ce compte est ouvert.", "Envoyez un lien de mot de passe, ou fermez le compte."),
        (Act.CHANGE, State.CLOSED, "Ce compte est fermé.", "Rouvrez-le d’abord."),
    ],
)
def test_what_an_account_is_not_in_a_state_for_says_what_is_done_instead(
    act: Act, state: State, reason: str, helper: str
) -> None:
    assert may_act(act, account(Post.MEMBER, state=state), Post.UD) == Refused(reason, helper)
    gone = replace(account(Post.MEMBER, state=state), erased=True)
    assert {may_act(any_act, gone, Post.NATIONAL) for any_act in Act} == {NOBODY}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", State)
def test_each_act_is_for_accounts_in_its_state(act: Act, state: State) -> None:
    open_ = {
        Act.RESEND: {State.INVITED},
        Act.WITHDRAW: {State.INVITED},
        Act.CHANGE: {State.INVITED, State.ACTIVE},
        Act.SEND_LINK: {State.ACTIVE},
        Act.CLOSE: {State.ACTIVE},
        Act.REOPEN: {State.CLOSED},
    }
    verdict = may_act(act, account(Post.MEMBER, state=state), Post.UD)
    assert verdict.ok == (state in open_[act])
    assert not isinstance(verdict, Refused) or (verdict.reason and verdict.helper)


@pytest.mark.parametrize(
    ("post", "by", "why"),
    [
        (Post.NATIONAL, Post.NATIONAL, LAST_NATIONAL.reason),
        (Post.MANAGER, Post.MANAGER, "C’est le dernier compte de responsable du centre : sans lui, plus personne n’y tiendrait les comptes."),
        (Post.MANAGER, Post.UD, ""),
        (Post.MEMBER, Post.MANAGER, ""),
        (Post.UD, Post.NATIONAL, ""),
    ],
)  # fmt: skip
def test_the_last_of_its_post_is_kept(post: Post, by: Post, why: str) -> None:
    last, other = (may_act(Act.CLOSE, account(post, last=last), by) for last in (True, False))
    assert (last.reason if isinstance(last, Refused) else "") == why and other == Allowed()
    assert isinstance(last, Allowed) or last.ask_unit is (post is Post.MANAGER), "its unit gives a centre another manager"
    to = Post.MEMBER if by is not Post.NATIONAL else Post.UD
    if to is not post:
        becoming = may_become(account(post, last=True), to, by)
        assert (becoming.reason if isinstance(becoming, Refused) else "") == why
        invited = may_become(account(post, last=True, state=State.INVITED), to, by)
        assert invited == Allowed(), "who has not come in yet is nobody’s last"


def test_a_role_is_given_by_those_who_give_it_and_to_others() -> None:
    given = {by: {post for post in Post if may_become(account(Post.MEMBER), post, by).ok} for by in Post}
    of_centre = {Post.MANAGER, Post.MEMBER}
    assert given == {
        Post.NATIONAL: set(Post), Post.UD: of_centre, Post.MANAGER: of_centre, Post.REGION: set(), Post.MEMBER: set(),
    }  # fmt: skip
    own = account(Post.NATIONAL, own=True)
    assert may_become(own, Post.NATIONAL, Post.NATIONAL).ok
    assert not may_become(own, Post.NATIONAL, Post.NATIONAL, elsewhere=True).ok and not may_become(own, Post.UD, Post.NATIONAL).ok
