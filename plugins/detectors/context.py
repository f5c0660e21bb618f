"""Words that say what a number near them is, in several languages.

Knows: groups of context words, and finding all of them in one pass. Does not know: what is done with them. Words are
matched whole, lower-cased and folded as texts are, so Cyrillic and Greek ones match too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ahocorasick

from plugins.detectors.fold import fold, lower

GROUPS: dict[str, str] = {
    "card": (
        "card|cards|credit|debit|visa|mastercard|amex|maestro|kreditkarte|karte|carte|carte bancaire|tarjeta|"
        "carta|kaart|karta|kort|cartão|karty|карта|карты|κάρτα|クレジットカード|卡号"
    ),
    "phone": (
        "phone|telephone|tel|mobile|cell|cellphone|fax|call|calling|text|sms|whatsapp|ring|dial|number|"
        "hotline|desk|office|telefon|telefonnummer|handy|mobil|mobilnummer|rufnummer|anruf|anrufen|rufen|"
        "rufen sie|téléphone|tél|portable|appelez|teléfono|móvil|llámame|telefono|cellulare|chiama|telefoon|"
        "mobiel|bel|komórka|numer|telefone|celular|puhelin|telefonní|телефон|τηλέφωνο|电话|電話"
    ),
    "birth": (
        "born|birth|birthday|birthdate|dob|d.o.b|geboren|geburtsdatum|geburtstag|geb|né|née|naissance|"
        "nacimiento|nacido|nacida|nato|nata|nascita|geboortedatum|geboorte|urodzenia|urodzony|urodzona|ur|"
        "nascimento|nasceu|nascido|född|født|syntynyt|született|narozen|рождения|родился|родилась|γέννησης|出生"
    ),
    "passport": (
        "passport|passports|reisepass|passnummer|pass-nr|passeport|pasaporte|passaporto|paspoort|paszport|"
        "passaporte|paszportu|passi|útlevél|паспорт|διαβατήριο|护照"
    ),
    "license": (
        "driver license|drivers license|driver's license|driving licence|driver licence|driver's licence|"
        "driving license|license number|licence number|dl|führerschein|führerscheinnummer|permis de conduire|"
        "licencia de conducir|patente|rijbewijs|prawo jazdy"
    ),
    "account": (
        "account|account number|account no|acct|a/c|bank account|routing|sort code|konto|kontonummer|"
        "bankkonto|compte|cuenta|conto|rekening|rekeningnummer|rachunek|konta|conta|счет|счёт|λογαριασμός|"
        "customer number|policy number"
    ),
    "us": (
        "ssn|social security|social|itin|tax id|social security number|sozialversicherung|numéro de sécurité sociale"
    ),
    "gb": "nhs|nhs number|national insurance|ni number|nino|ni no|utr",
    "de": (
        "steuer-id|steuer id|steueridentifikationsnummer|steuernummer|steuerid|idnr|identifikationsnummer|"
        "tax id|personalausweis|rentenversicherungsnummer|sozialversicherungsnummer|german tax"
    ),
    "fr": "insee|nir|sécurité sociale|securite sociale|numéro de sécu|french social security",
    "es": "dni|nie|nif|documento nacional",
    "it": "codice fiscale|cf|fiscal code",
    "nl": "bsn|burgerservicenummer|sofinummer|sofi",
    "pl": "pesel",
    "be": "rijksregisternummer|numéro national|registre national|nrn|national number",
    "se": "personnummer|personnr|samordningsnummer",
    "dk": "cpr|cpr-nummer|cpr-nr|personnummer",
    "no": "fødselsnummer|personnummer|fodselsnummer",
    "fi": "hetu|henkilötunnus",
    "pt": "nif|contribuinte|número de contribuinte",
    "br": "cpf|cadastro de pessoas",
    "ch": "ahv|avs|ahv-nummer",
    "at": "svnr|sozialversicherungsnummer",
    "ie": "pps|ppsn|pps number",
    "in": "aadhaar|aadhar|uid",
    "ca": "sin|social insurance|social insurance number",
    "au": "tfn|tax file number|medicare",
    "cn": "身份证|身份证号|resident identity card",
    "mx": "curp",
    "ro": "cnp",
    "cz": "rodné číslo|rodne cislo|rč",
    "tr": "kimlik|tc kimlik|tckn",
    "health": "nhs|patient|medicare|medical record|mrn|versichertennummer|krankenversicherung",
}
"""Words of each group, separated by bars. Two-letter groups are countries (ISO 3166)."""


@lru_cache(maxsize=1)
def _automaton() -> Any:
    groups: dict[str, list[str]] = {}
    for group, words in GROUPS.items():
        for word in words.split("|"):
            groups.setdefault(lower(fold(word)[0]), []).append(group)
    made = ahocorasick.Automaton()
    for word, names in groups.items():
        made.add_word(word, (len(word), tuple(names)))
    made.make_automaton()
    return made


def context_words(text: str) -> dict[str, list[int]]:
    """For each group found in a folded, lower-cased text: where its words end, in order."""
    found: dict[str, list[int]] = {}
    last = len(text)
    for at, (length, groups) in _automaton().iter(text):
        before, after = at - length, at + 1
        if (after < last and text[after].isalnum() and text[at].isascii()) or (
            before >= 0 and text[before].isalnum() and text[before + 1].isascii()
        ):
            continue
        for group in groups:
            found.setdefault(group, []).append(after)
    return found
