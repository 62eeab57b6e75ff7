"""The ground floor: the newsletter as code. Pure Python: no clock, no database, no web."""
