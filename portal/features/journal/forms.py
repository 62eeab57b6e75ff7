"""The head of the trail that somebody kept."""

from portal.web.fields import TypedField
from portal.web.forms import Form

LONGEST = 5_000  # a mail with all that stands around it


class HeadField(TypedField):
    @property
    def text(self) -> str:
        """What was pasted, line by line."""
        return self.typed[:LONGEST]


class Kept(Form):
    point = HeadField("Point du journal", rows=5, hint="Les lignes d’un point que vous avez gardé, comme le courriel les donne.")
