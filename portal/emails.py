"""What an e-mail address is, everywhere the same: one that any server of mails takes."""

from email_validator import EmailNotValidError, validate_email

LONGEST = 254


def is_email(value: str) -> bool:
    """Whether mails can be sent there, as far as its letters tell: RFC 5321 and 5322, without what many servers refuse (quoted
    names, letters with accents before the @, places that no mail reaches)."""
    try:
        validate_email(value, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return len(value) <= LONGEST
