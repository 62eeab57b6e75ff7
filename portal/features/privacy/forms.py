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
    accounts = _field(Kind.ACCOUNTS)
    members = _field(Kind.MEMBERS)
    candidates = _field(Kind.CANDIDATES)

    @property
    def chosen(self) -> Mapping[Kind, int]:
        return {
            Kind.SIGN_INS: self.sign_ins.number,
            Kind.JOURNAL: self.journal.number,
            Kind.MAILS: self.mails.number,
            Kind.LINKS: self.links.number,
            Kind.ADJUSTMENTS: self.adjustments.number,
            Kind.NOTICES: self.notices.number,
            Kind.ACCOUNTS: self.accounts.number,
            Kind.MEMBERS: self.members.number,
            Kind.CANDIDATES: self.candidates.number,
        }
