"""Vérifie la preuve de l’historique d’une session, sans le portail : python verify_proof.py preuve.json [cle.txt]

Avec cle.txt (/journal/cle, gardé d’ailleurs), elle doit être signée par cette clé. Il faut Python 3.11 et « cryptography ».
"""

import json
import re
import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def canonical(value):
    """JSON d’une seule façon (RFC 8785) : clés triées, sans espaces, en UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def public_key(line):
    """« nom+empreinte+clé » : le nom, les quatre octets qui précèdent ses signatures, et la clé."""
    name, mark, encoded = f"{line.strip()}++".split("+", 2)
    kind_and_key = b64decode(encoded.removesuffix("++"))
    own_mark = sha256(name.encode() + b"\n" + kind_and_key).digest()[:4]
    if kind_and_key[:1] == b"\x01" and own_mark.hex() == mark:
        return own_mark, kind_and_key[1:]
    sys.exit("La clé publique n’est pas bien formée.")


def signed(key, text, signature):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def head_of(note, mark, key):
    """Le point signé du journal : combien de feuilles a son arbre, et la racine."""
    text, _, signatures = note.rpartition("\n\n")
    _origin, size, root = text.split("\n")
    for line in signatures.splitlines():
        raw = b64decode(line.rpartition(" ")[2])
        if raw[:4] == mark and signed(key, (text + "\n").encode(), raw[4:]):
            return int(size), b64decode(root)
    sys.exit("Le point du journal ne porte pas la signature de cette clé.")


def root_from(leaf, index, size, path):
    """La racine à laquelle mène ce chemin, de la feuille `index` d’un arbre de `size` feuilles (RFC 9162, 2.1.3.2)."""
    here, last = index, size - 1
    for beside in path:
        if here % 2 or here == last:
            leaf = sha256(b"\x01" + beside + leaf).digest()
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            leaf = sha256(b"\x01" + leaf + beside).digest()
        here, last = here // 2, last // 2
    return leaf if last == 0 else None


def values_of(proof):
    """Ce que les événements disent de personnes : l’empreinte de chaque valeur, salée, est dans l’événement, la valeur ici."""
    if any(sha256((one["salt"] + one["value"]).encode()).hexdigest() != one["digest"] for one in proof["valeurs"]):
        sys.exit("Une valeur n’est pas celle que dit l’événement.")
    return {one["digest"]: one["value"] for one in proof["valeurs"]}


def main(file, key_file=None):
    proof = json.loads(Path(file).read_text("utf-8"))
    mark, key = public_key(proof["cle"])
    if key_file:
        trusted = public_key(Path(key_file).read_text("utf-8"))[1]
        for one in proof["passations"]:  # une clé a pu passer la signature à une autre
            if trusted != key and signed(trusted, b"cle\n" + one["a"].encode(), b64decode(one["signature"])):
                trusted = public_key(one["a"])[1]
        if trusted != key:
            sys.exit("La preuve est signée par une autre clé que celle de ce fichier.")
    size, root = head_of(proof["point"], mark, key)
    before, known = 0, values_of(proof)
    for one in proof["evenements"]:
        event, path = one["evenement"], [b64decode(beside) for beside in one["chemin"]]
        number, leaf = event["id"], sha256(b"\x00" + canonical(event)).digest()
        if event["session_id"] != proof["session"] or not before < number < size or root_from(leaf, number, size, path) != root:
            sys.exit(f"L’événement {number} a été modifié, ou n’est pas dans le journal signé.")
        before = number
        told = f"événement {number} : {event['at']}, {event['actor']}, {event['action']} {event['after']}"
        print(re.sub(r'\{"of":"[^"]*","sha256":"(\w{64})"\}', lambda found: known.get(found[1], "effacé"), told))
    signature = b64decode(proof.pop("signature"))
    if not signed(key, b"preuve\n" + canonical(proof), signature):
        sys.exit("La signature de la preuve ne correspond pas : un événement a été retiré, ou autre chose modifié.")
    print("Signée par", proof["cle"], "" if key_file else "(à comparer avec la clé du service, /journal/cle)")
    print(f"Preuve intacte : session {proof['session']}, événements du journal : {len(proof['evenements'])}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
