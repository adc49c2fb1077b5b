"""What people say first in the calls of the half `kept` of `made_calls`: nobody improves cues by these."""

from __future__ import annotations

_EN = {
    "desk_greets": """
        Arrow Broadband, you're speaking to Nadia, how can I help today?
        Good afternoon, thank you for calling Fernhill Insurance, what can I do for you?
        Greenline Rail, morning, Owen speaking.
        Hello and welcome to Copperfield Homeware, may I take your name please?
    """,
    "desk_calls": """
        Oh hello, it's Nadia at Arrow Broadband, I'm just getting back to you about the fault you reported on Sunday.
        Good morning, could I speak to the person who looks after your insurance please? This is Owen from Fernhill.
        Hi there, Greenline Rail here, you sent us a claim for a late train and I have a couple of questions about it.
        Hello, this is Copperfield Homeware, we've got the lamp you wanted back in stock and I thought I'd let you know.
    """,
    "business_calls": """
        Hello, this is Ruth from Bellamy Florists, our phone line has been dead since this morning.
        Hi, Marcus at Tilbury Gym, I think you have invoiced us twice.
        Good morning, it's the office at Saint Anne's, we'd like to add two people to our cover.
        Yes hi, I'm ringing from Castle Print, the van you sent has just driven off with half our order.
    """,
    "office_greets": """
        Bellamy Florists, Ruth speaking, how can I help?
        Good morning, Tilbury Gym, this is Marcus.
        Saint Anne's school office, hello.
        Castle Print, what can we do for you?
    """,
}
_DE = {
    "desk_greets": """
        Pfeil Breitband, Sie sprechen mit Nadja, was kann ich heute für Sie tun?
        Guten Tag und danke für Ihren Anruf bei der Fernhügel Versicherung, wie kann ich Ihnen helfen?
        Grünbahn, Morgen, Otto am Apparat.
        Willkommen bei Kupferfeld, darf ich bitte Ihren Namen haben?
    """,
    "desk_calls": """
        Ja hallo, Nadja von Pfeil Breitband, ich melde mich wegen der Störung, die Sie am Sonntag gemeldet haben.
        Guten Morgen, könnte ich jemanden sprechen, der sich um Ihre Versicherung kümmert? Otto von Fernhügel hier.
        Guten Tag, die Grünbahn hier, Sie haben uns einen Antrag geschickt und ich hätte dazu zwei Fragen.
        Hallo, hier ist Kupferfeld, die Lampe, die Sie haben wollten, ist wieder da, das wollte ich Ihnen nur sagen.
    """,
    "business_calls": """
        Guten Tag, hier ist Ruth von Blumen Bellmann, unser Telefon ist seit heute früh tot.
        Hallo, Markus vom Fitnessstudio Tilbury, ich glaube, Sie haben uns die Rechnung zweimal geschickt.
        Guten Morgen, Sekretariat Sankt Anna, wir möchten zwei Personen mitversichern.
        Ja hallo, Druckerei Burg, Ihr Fahrer ist gerade mit der Hälfte unserer Ware wieder weggefahren.
    """,
    "office_greets": """
        Blumen Bellmann, Ruth am Apparat, wie kann ich Ihnen helfen?
        Guten Morgen, Fitnessstudio Tilbury, Markus hier.
        Sekretariat Sankt Anna, guten Tag.
        Druckerei Burg, was können wir für Sie tun?
    """,
}
_CS = {
    "desk_greets": """
        Šíp internet, hovoříte s Naďou, jak vám dnes mohu pomoci?
        Dobrý den, děkujeme za zavolání do pojišťovny Kopec, co pro vás mohu udělat?
        Zelená dráha, dobré ráno, Ota.
        Vítejte v Měděném poli, mohu poprosit o vaše jméno?
    """,
    "desk_calls": """
        Dobrý den, Naďa ze Šíp internetu, ozývám se vám k té poruše, kterou jste nám v neděli hlásil.
        Dobré ráno, mohl bych mluvit s někým, kdo má na starosti vaše pojištění? Tady Ota z pojišťovny Kopec.
        Dobrý den, Zelená dráha, poslal jste nám reklamaci a mám k ní dvě otázky.
        Dobrý den, tady Měděné pole, ta lampa, o kterou jste měl zájem, je zase skladem, tak jsem vám to chtěla říct.
    """,
    "business_calls": """
        Dobrý den, Růžena z květinářství Beran, od rána nám nejde telefon.
        Dobrý den, Marek, posilovna Tilbury, myslím, že jste nám fakturovali dvakrát.
        Dobré ráno, kancelář školy svaté Anny, chtěli bychom připojistit dvě osoby.
        Dobrý den, tiskárna Hrad, váš řidič právě odjel s polovinou našeho zboží.
    """,
    "office_greets": """
        Květinářství Beran, Růžena, jak vám mohu pomoci?
        Dobré ráno, posilovna Tilbury, Marek.
        Kancelář školy svaté Anny, dobrý den.
        Tiskárna Hrad, co pro vás můžeme udělat?
    """,
}
_HU = {
    "desk_greets": """
        Nyíl Internet, Nadja vagyok, miben segíthetek ma?
        Jó napot, köszönjük, hogy a Domb Biztosítót hívta, mit tehetek önért?
        Zöldvasút, jó reggelt, Ottó.
        Üdvözlöm a Rézmezőnél, megtudhatom a nevét?
    """,
    "desk_calls": """
        Jó napot, Nadja a Nyíl Internettől, a vasárnap bejelentett hibával kapcsolatban jelentkezem.
        Jó reggelt, beszélhetnék azzal, aki az önök biztosításával foglalkozik? Ottó vagyok a Domb Biztosítótól.
        Jó napot, Zöldvasút, küldött nekünk egy kérelmet, és lenne róla két kérdésem.
        Jó napot, itt a Rézmező, a lámpa, amit keresett, újra kapható, gondoltam, szólok.
    """,
    "business_calls": """
        Jó napot, Rózsa vagyok a Bakos virágüzletből, reggel óta néma a telefonunk.
        Jó napot, Márk, Tilbury edzőterem, azt hiszem, kétszer küldték el a számlát.
        Jó reggelt, a Szent Anna iskola titkársága, két embert szeretnénk még biztosítani.
        Jó napot, Vár Nyomda, a sofőrjük most ment el az árunk felével.
    """,
    "office_greets": """
        Bakos virágüzlet, Rózsa vagyok, miben segíthetek?
        Jó reggelt, Tilbury edzőterem, Márk.
        Szent Anna iskola, titkárság, jó napot.
        Vár Nyomda, mit tehetünk önért?
    """,
}
_ET = {
    "desk_greets": """
        Noole Internet, Nadja kuuleb, kuidas saan täna aidata?
        Tere, täname, et helistasite Künka Kindlustusse, mida saan teie heaks teha?
        Roheline Raudtee, hommikust, Otto.
        Tere tulemast Vasevälja, kas saaksin teie nime?
    """,
    "desk_calls": """
        Tere, Nadja Noole Internetist, võtan ühendust pühapäeval teatatud rikke pärast, millest te meile rääkisite.
        Tere hommikust, kas saaksin rääkida inimesega, kes teil kindlustusega tegeleb? Otto Künka Kindlustusest.
        Tere, Roheline Raudtee, saatsite meile avalduse ja mul on selle kohta paar küsimust.
        Tere, siin Vaseväli, lamp, mida te soovisite, on jälle laos, mõtlesin teada anda.
    """,
    "business_calls": """
        Tere, Roosi lillepoest Bell, meie telefon on hommikust saati vait.
        Tere, Markus, Tilbury jõusaal, mulle tundub, et saatsite arve kaks korda.
        Tere hommikust, Püha Anna kooli kantselei, tahaksime veel kaks inimest kindlustada.
        Tere, Linnuse Trükikoda, teie autojuht sõitis just poole meie kaubaga minema.
    """,
    "office_greets": """
        Lillepood Bell, Roosi kuuleb, kuidas saan aidata?
        Tere hommikust, Tilbury jõusaal, Markus.
        Püha Anna kooli kantselei, tere.
        Linnuse Trükikoda, mida saame teie heaks teha?
    """,
}
KEPT: dict[str, dict[str, str]] = {"en": _EN, "de": _DE, "cs": _CS, "hu": _HU, "et": _ET}
"""Language → kind of sentence → sentences."""
