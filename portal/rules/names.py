"""What a person's name and address may be, and how a person is named."""

import unicodedata

from portal.rules.french import SILENT

ERASED = "effacé"  # what is read in the place of what was kept of a person, once that is erased


def full_name(last_name: str, first_name: str) -> str:
    """NOM Prénom"""
    return f"{last_name.upper()} {first_name}".strip()


def name_problem(value: str, missing: str = "") -> str | None:
    """Why this is not a name, as a sentence; None when it is: letters of any alphabet, and what stands between them.

    An empty one is wrong only where `missing` says so.
    """
    if not value:
        return missing or None
    if value[0] in "=+-@＝＋－＠":
        return f"« {value[:40]} » commence comme une formule de tableur : écrivez le nom seul."
    odd = next((c for c in value if unicodedata.category(c)[0] not in "LM" and c not in " -'’‘ʼ.·,()/‐‑–`´"), None)
    if odd:
        return f"« {value[:40]} » contient « {odd} », qui ne va pas dans un nom : retirez ce signe."
    if not any(unicodedata.category(c)[0] == "L" and c not in SILENT for c in value):
        return f"« {value[:40]} » ne contient aucune lettre : écrivez le nom."
    return None
