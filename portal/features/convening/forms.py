"""What may be typed about the days of the exam."""

from portal.web.fields import DayField, HourField
from portal.web.forms import Form


class ExamDays(Form):
    exam_starts_on = DayField("Premier jour", "Indiquez le premier jour de l’examen.")
    exam_ends_on = DayField(
        "Dernier jour", "Indiquez le dernier jour de l’examen.", hint="Le même, si l’examen tient en un jour."
    )
    hour = HourField("Heure de convocation", case="nécessaire pour convoquer", hint="Le premier jour, par exemple 08:30.")
