"""What may be typed of how long what is kept of people is kept."""

from collections.abc import Mapping

from portal.rules.retention import LINE, Kind
from portal.web.fields import NumberField
from portal.web.forms import Form


def _field(kind: Kind) -> NumberField:
    line = LINE[kind]
    return NumberField(f"{line.what}, en {'années' if line.years else 'mois'}", line.most, smallest=line.least)


class Durations(Form):
    sign_ins = _field(Kind.SIGN_INS)
    journal = _field(Kind.JOURNAL)
    mails = _field(Kind.MAILS)
    links = _field(Kind.LINKS)
    adjustments = _field(Kind.ADJUSTMENTS)
    notices = _field(Kind.NOTICES)
    signals = _field(Kind.SIGNALS)
    centres = _field(Kind.CENTRES)
    accounts = _field(Kind.ACCOUNTS)
    members = _field(Kind.MEMBERS)
    candidates = _field(Kind.CANDIDATES)

    @property
    def chosen(self) -> Mapping[Kind, int]:
        return {kind: int(getattr(self, kind.value).number) for kind in Kind}
