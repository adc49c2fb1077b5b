"""The words of the line that a telephone or a mail program adds to a mail, in the languages of `mail_words`."""

from __future__ import annotations

import re

from llm_grader.readers.mail.mail_words import pattern

SENT_FROM = pattern(
    r"""sent from|sent with|sent via|get outlook for|von meinem .{1,40} gesendet|gesendet von|gesendet mit|gesendet aus
    |holen sie sich outlook|outlook für .{2,10} beziehen|télécharger outlook|obtener outlook|hämta outlook|hent outlook
    |outlook voor .{2,10} downloaden|pobierz .{0,10}outlook|získat outlook|hankige outlook|az outlook .{0,12} letöltése
    |az outlook .{0,12} beszerzése|verstuurd vanaf|sent using|gesendet über|odesláno přes|odesláno mobilní
    |wysłano za pomocą
    |diese nachricht wurde von mein.{1,60} gesendet|odesláno z|odesláno ze|odesláno pomocí|elküldve a|elküldve az
    |az? .{1,30} küldve|\S{1,30}r[óő]l küldve|saadetud minu|saadetud mu|saadetud telefonist|saadetud iphone.{1,6}
    |envoyé de mon|envoyé depuis|envoyé à partir|enviado desde mi|verzonden vanaf|verzonden met|verzonden vanuit
    |skickat från|skickades från|sendt fra min|wysłane z|wysłano z|inviato da|enviado do meu""",
    before=r"\s*",
    after=r"\b",
)
"""How the line begins that a telephone adds, `Sent from my phone`; a parcel may be sent from somewhere as well."""

DEVICE = pattern(
    r"""iphon|ipad|ipod|ios|mac|macbook|imac|apple|android|galaxy|samsung|huawei|honor|xiaomi|redmi|poco|oneplus|oppo|vivo
    |realme|pixel|nokia|motorola|moto|sony|xperia|htc|blackberry|fairphone|lenovo|windows|phone|smartphone|telephone
    |mobile|mobil|cell|telef|smartfon|handy|tablet|device|gerät|appareil|dispositivo|zařízení|készülék|seadme|urządzeni
    |laptop|computer|notebook|outlook|gmail|yahoo|aol|proton|gmx|web\.de|t-online|telekom|freenet|icloud|thunderbird
    |spark|airmail|bluemail|k-9|fairemail|tuta|zoho|mailbird|mailspring|mailtrack|superhuman|fastmail|posteo|em client
    |seznam|email\.cz|email\.sk|centrum|libero|app|aplikac|anwendung|alkalmazás|rakendus|webmail|shortwave|missive""",
    before=r"(?<!\w)",
)
"""What such a line speaks of."""

MINE = pattern(
    r"""my|meine?[mr]?|mého|mé|mojí|\S+m-?ról|minu|mu|mon|mi|mijn|min|mojego|mio|meu""",
    before=r"(?<!\w)",
    after=r"(?!\w)",
)
"""Whose telephone it is, of whatever make."""

_MONTHS = (
    "jan|feb|mar|mär|apr|mai(?!l)|may|jun|jul|aug|sep|okt|oct|nov|dec|dez|ledn|únor|břez|dub|květ|červ|srp|září|říj|listop"
    "|prosin|ianuar|fév|avr|juin|août|ene|abr|ago|dic|sty|lut|kwi|maj|cze|lip|sie|wrz|paź|gru|veeb|märts|júl|jún"
)
OF_A_PARCEL = re.compile(
    r"\d{1,2}[./] ?\d{1,2}(?!\w)|(?<!\w)\d{4,}(?!\w)"
    rf"|\d{{1,2}}(?:\.|st|nd|rd|th)? (?:de )?(?:{_MONTHS})|(?<!\w)(?:{_MONTHS})\w{{0,6}} \d"
    r"|(?<!\w)(?:our|your|unser\w*|ihr\w*|notre|votre|naš\w*|vaš\w*|meie|teie|order|tracking|parcel|warehouse|store|shop"
    r"|address|adress\w*|konto|account|bank|sendung|paket|zásilk\w*|balík\w*|adres\w*|csomag\w*|pakk\w*|aadress\w*)(?!\w)",
    re.IGNORECASE,
)
"""A date, a number, or words of parcels, which no telephone writes."""
