"""What an account is to be, as it is typed: read into columns, with a sentence for each answer that will not do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from portal.emails import is_email
from portal.features.access.queries import Kept
from portal.files.errors import BadCell
from portal.files.parsers import siret_of
from portal.rules.french import number
from portal.rules.keeping import GIVES, OF_A_CENTRE, Post
from portal.rules.names import name_problem
from portal.store.actors import Actor
from portal.store.places import centre, department, region
from portal.store.scope import centres_of
from portal.store.text import fold


@dataclass(frozen=True)
class Wanted:
    """An account as somebody wants it to be, as it was typed; no post where none was chosen."""

    email: str
    name: str
    post: Post | None
    siret: str = ""
    department: str = ""
    region: str = ""


LONGEST_NAME = 120
Errors = dict[str, str]
Columns = dict[str, Any]
# The field that says the scope of a post.
FIELD: Mapping[Post, str] = {
    Post.MANAGER: "siret",
    Post.MEMBER: "siret",
    Post.UD: "department",
    Post.REGION: "region",
}
MISSING = {
    "siret": "Indiquez le SIRET du centre.",
    "department": "Indiquez le département de l’unité.",
    "region": "Indiquez la région.",
}


def read(tx: Connection, actor: Actor, wanted: Wanted) -> tuple[Columns, Errors]:
    """The columns of this account, and what is wrong, by field. Nobody gives a post or a scope beyond its own."""
    errors: Errors = {}
    email = wanted.email.strip().casefold()
    name, why = named(wanted.name)
    if wrong := email_problem(email):
        errors["email"] = wrong
    if why:
        errors["name"] = why
    values: Columns = {"email": email, "name": name}
    post = wanted.post
    if post is None or post not in GIVES.get(actor.post, ()):
        return values, {**errors, "role": "Choisissez un rôle dans la liste."}
    values |= {"role": post.role.value, "manager": int(post is Post.MANAGER)}
    values |= {"centre_id": None, "department_code": None, "region_code": None}
    typed = {"siret": wanted.siret, "department": wanted.department, "region": wanted.region}
    own = FIELD.get(post)
    for field, text in typed.items():
        if field != own and text.strip():
            errors[field] = f"Laissez vide : cela ne va pas avec le rôle « {post.label} »."
    if own:
        column, value, why = _scope(tx, actor, own, typed[own].strip())
        values[column] = value
        if why:
            errors[own] = why
    return values, errors


def email_problem(email: str) -> str | None:
    """Why this is not an address, as a sentence."""
    if not email:
        return "Indiquez l’adresse électronique."
    if not is_email(email):
        return f"« {email[:80]} » n’est pas une adresse électronique : écrivez-la comme prenom.nom@exemple.fr."
    return None


def named(typed: str) -> tuple[str, str | None]:
    """A name as it is kept, and what is wrong of it; « Secrétariat 2 » is one."""
    name = " ".join(typed.split())
    if len(name) > LONGEST_NAME:
        return name, f"{number(len(name))} caractères, pour {number(LONGEST_NAME)} au plus : raccourcissez."
    return name, name_problem(re.sub("[0-9]", "", name), "Indiquez le nom de la personne.")


def _scope(tx: Connection, actor: Actor, field: str, typed: str) -> tuple[str, int | str | None, str | None]:
    """The column of a scope, its value, and what is wrong."""
    if field == "siret":
        if actor.post in OF_A_CENTRE:
            return "centre_id", actor.centre_id, None
        found, why = _centre(tx, actor, typed) if typed else (None, MISSING[field])
        return "centre_id", found, why
    if not typed:
        return ("department_code" if field == "department" else "region_code"), None, MISSING[field]
    if field == "department":
        code = _department(tx, typed)
        return "department_code", code, None if code else f"Le département « {typed[:80]} » n’existe pas : écrivez son numéro."
    regions = {fold(row.name): row.code for row in tx.execute(select(region))}
    code = regions.get(fold(typed))
    names = ", ".join(sorted(row.name for row in tx.execute(select(region.c.name))))
    return "region_code", code, None if code else f"La région « {typed[:80]} » n’existe pas. Régions : {names}."


def _centre(tx: Connection, actor: Actor, typed: str) -> tuple[int | None, str | None]:
    try:
        siret = siret_of(typed)
    except BadCell as error:
        return None, f"{error}."
    scope = centres_of(actor)
    query = select(centre.c.id).where(centre.c.siret == siret, *([] if scope is None else [scope]))
    found = tx.execute(query).scalar()
    where = "" if scope is None else " de votre département"
    return found, None if found else f"Aucun centre{where} n’a le SIRET {siret}."


def _department(tx: Connection, typed: str) -> str | None:
    code = typed.upper().zfill(2)
    known = {row.code: row.code for row in tx.execute(select(department))}
    names = {fold(row.name): row.code for row in tx.execute(select(department))}
    return known.get(code) or names.get(fold(typed))


def scope_of(kept: Kept) -> Columns:
    """The columns that say what an account is for, as they stand."""
    return {
        "role": kept.post.role.value,
        "manager": int(kept.post is Post.MANAGER),
        "centre_id": kept.centre_id,
        "department_code": kept.department_code,
        "region_code": kept.region_code,
    }


def typed_of(kept: Kept) -> dict[str, str]:
    """Its scope as it would be typed, by field."""
    region = kept.place if kept.region_code else ""
    return {"siret": kept.siret, "department": kept.department_code or "", "region": region}
