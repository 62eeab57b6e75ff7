"""What stands behind the abbreviations of the trade: spelt out where a page first has them, and in `/aide`."""

ABBREVIATIONS = {
    "CCP": "certificat de compétences professionnelles",
    "CCS": "certificat complémentaire de spécialisation",
    "DTE": "dossier technique d’évaluation",
    "PV": "procès-verbal",
    "RNCP": "répertoire national des certifications professionnelles",
    "SIRET": "numéro d’un établissement, à 14 chiffres",
    "VAE": "validation des acquis de l’expérience",
    # What the settings may call the settings units and regions (PORTAL_UNIT_LABEL, PORTAL_REGION_LABEL).
    "UD": "unité départementale",
    "DDETS": "direction départementale de l’emploi, du travail et des solidarités",
    "DIRECCTE": "direction régionale des entreprises, de la concurrence, de la consommation, du travail et de l’emploi",
    "DREETS": "direction régionale de l’économie, de l’emploi, du travail et des solidarités",
}
LABELS = ("UD", "DDETS", "DIRECCTE", "DREETS")
