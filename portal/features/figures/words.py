"""What the figures are called, on the page and in the file that is exported from it."""

TITLES = {
    "statut": "Sessions par statut",
    "mois": "Sessions par mois de début",
    "reports": "Sessions reportées par une mesure",
    "titre": "Réussite par titre",
    "departement": "Réussite par département",
    "centre": "Réussite par centre",
}
POSTPONED = ("Reportées par une mesure", "dont date réelle saisie", "dont sans date réelle")
