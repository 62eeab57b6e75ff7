"""A machine of random acts by random people on one session: `around` and `session` do them, `checks` looks after each."""
