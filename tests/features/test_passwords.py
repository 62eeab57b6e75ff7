"""What a password costs in production; the other tests sign in cheaply."""

import subprocess
import sys

from argon2 import extract_parameters
from argon2.low_level import Type

from portal.features.accounts import passwords


def test_a_password_of_production_costs_what_owasp_asks_at_least() -> None:
    program = "from portal.features.accounts.passwords import hash_of; print(hash_of('a fine long password'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    made = extract_parameters(done.stdout.strip())
    assert made.type is Type.ID and made.memory_cost >= 19 * 1024 and made.time_cost >= 2
    assert passwords.fits(done.stdout.strip(), "a fine long password")
    assert not passwords.fits(done.stdout.strip(), "another long password")
