"""The filters of the list, as they stand in the address."""

from collections.abc import Mapping

from portal.features.sessions import listing, views
from portal.rules.french import parse_day
from portal.rules.lifecycle import Role, Status
from portal.store.france import DEPARTMENTS
from portal.store.text import one_line


def read_filters(args: Mapping[str, str], role: Role) -> tuple[listing.Filters, dict[str, str], dict[str, str]]:
    """The filters in these arguments of an address, for a person of this role; what was typed; what is wrong of it."""
    names = ("q", "statut", "du", "au", "departement", "vue", "tri", "ordre")
    typed = {name: one_line(args.get(name, ""), 200) for name in names}
    errors: dict[str, str] = {}  # in the order of the fields
    if typed["departement"] and typed["departement"] not in DEPARTMENTS:
        errors["departement"] = f"Le département « {typed['departement']} » n’existe pas."
    status = Status(typed["statut"]) if typed["statut"] in set(Status) else None
    if typed["statut"] and status is None:
        errors["statut"] = f"Le statut « {typed['statut']} » n’existe pas."
    days = {}
    for name in ("du", "au"):
        days[name] = parse_day(typed[name]) if typed[name] else None
        if typed[name] and days[name] is None:
            errors[name] = f"« {typed[name]} » n’est pas une date : écrivez-la jj/mm/aaaa."
    known = {view.key for view in views.views(role, typed["vue"])}
    filters = listing.Filters(
        search=typed["q"],
        status=status,
        start_from=days["du"],
        start_to=days["au"],
        department=typed["departement"] if "departement" not in errors else "",
        view=typed["vue"] if typed["vue"] in known else views.ALL.key,
        sort=typed["tri"] if typed["tri"] in listing.SORTS else "numero",
        ascending=typed["ordre"] == "croissant",
    )
    return filters, typed, errors
