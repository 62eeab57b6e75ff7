"""What a password costs in production (the other tests sign in cheaply), and what it must be."""

import subprocess
import sys

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from portal.features.access.inviting import CannotInvite, invite
from portal.features.accounts import passwords
from portal.features.accounts.actions import SignedIn, WrongPassword, sign_in_with
from portal.rules.lifecycle import Role
from portal.store.actors import Device
from tests.support.world import World


def test_a_password_of_production_costs_what_owasp_asks_at_least() -> None:
    program = "from portal.features.accounts.passwords import hash_of; print(hash_of('a fine long password'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    made = extract_parameters(done.stdout.strip())
    assert made.type is Type.ID and made.memory_cost >= 19 * 1024 and made.time_cost >= 2
    assert passwords.fits(done.stdout.strip(), "a fine long password")
    assert not passwords.fits(done.stdout.strip(), "another long password")


OWN = ("jeanne.martin@auto-ecole.example", "Jeanne Martin", "PARIS VAL DE MARNE FORMATIONS")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "12 caractères"),
        ("onze signes", "12 caractères"),
        ("x" * 1001, "1000 caractères"),
        ("motdepasse123", "se devine"),
        ("azertyuiop12", "se devine"),
        ("123456789012", "se devine"),
        ("aaaaaaaaaaaaaaa", "se devine"),
        ("Administration2020", "se devine"),
        ("Jeanne.Martin.94", "votre nom"),
        ("parisvaldemarne94", "votre nom"),
        ("PARIS VAL DE MARNE", "votre nom"),
        ("jeanne.martin@auto-ecole.example", "votre nom"),
        ("a fine long password", None),
        ("une longue phrase à moi", None),
        ("Demo-CERES-2020!", None),
        ("correct cheval agrafe " * 40, None),
    ],
)
def test_what_a_password_must_be(password: str, why: str | None) -> None:
    said = passwords.problem(password, *OWN)
    assert (said is None) if why is None else (said and why in said)


def test_the_centre_of_an_account_is_no_password_for_it(world: World) -> None:
    with pytest.raises(CannotInvite, match="votre centre"):
        invite(world.operator(), "a@test.example", Role.CENTRE, siret=world.sirets[0], password="Centre-A-Centre-A")


def test_a_long_password_is_checked_to_its_last_sign(world: World) -> None:
    long = " ".join(f"{i} moutons bleus" for i in range(59))
    assert 900 < len(long) <= 1000
    invite(world.operator(), "a@test.example", Role.NATIONAL, password=long)
    for typed, answer in ((long[:-1], WrongPassword), (long + ".", WrongPassword), (long, SignedIn)):
        assert isinstance(sign_in_with(world.db, world.now(), "a@test.example", typed, Device("192.0.2.1")), answer)
