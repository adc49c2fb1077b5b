"""What people say in calls that `made_calls` makes up: a sentence a line, those of both halves in turn."""

from __future__ import annotations

_EN = {
    "desk_greets": """
        Good morning, Larkmobile support, Dervla speaking, how can I help?
        Thanks for calling Brightwater Energy, you're through to Sam. What can I do for you today?
        Hello, Nordbank customer care, this is Priya. How may I help you?
        Kettle and Co, good afternoon, Tom here.
        Thank you for holding, my name is Lewis from Skyline Travel, who am I speaking to?
        Welcome to Parcelwise, you are speaking with Ella. What seems to be the trouble?
    """,
    "private_calls": """
        Hi, I ordered a kettle two weeks ago and it still has not come.
        Yes hello, my name is Maya Okonjo, I've been charged twice this month.
        Hello, I'm calling because my internet keeps dropping out every evening.
        Hi there, I was wondering whether you could move my appointment to next week?
        Good morning, I'm ringing about the letter I got from you on Monday.
        Hello, I need to change the address on my account please.
    """,
    "business_calls": """
        Good morning, this is Tom from Miller Joinery, I'm calling about our last invoice.
        Hi, it's Renata at Oakfield School. We ordered forty chairs and only thirty came.
        Hello, my name is Peter Lang, I'm calling from Lang and Sons, our card machine has stopped working.
        Hi, this is Dr Shah's surgery, we have a problem with the line you put in last week.
        Morning, Jo from the Red Lion here. Our delivery was short again.
        Hello, I'm phoning on behalf of Hill Primary, we would like to renew our licence.
    """,
    "desk_calls": """
        Good morning, this is Ana from Kettle and Co. I'm calling about the kettle you ordered, it is out of stock.
        Hi, am I speaking with Mrs Brown? It's Lewis from Skyline Travel, it's about your booking for June.
        Hello, my name is Priya and I'm calling from Nordbank regarding your loan application. Do you have a minute?
        Hello, Ella here from Parcelwise. You asked us to give you a ring once the parcel had been found.
        Good afternoon, Sam from Brightwater Energy. I just wanted to confirm your appointment for the new meter.
        Hi, it's Dervla calling from Larkmobile. We noticed a problem with your line, is now a good time to talk?
    """,
    "private_picks_up": """
        Hello?
        Yes, Brown speaking.
        Maya Okonjo.
        Hello, who is it?
        Hi, yes?
        Good morning, Okonjo.
    """,
    "office_greets": """
        Dr Okonjo's practice, Lisa speaking, how can I help you?
        City Dental, good morning.
        Thank you for calling Hill Primary, what can I do for you?
        Lang and Sons, Peter speaking.
        Good afternoon, reception at Oakfield School, how may I help?
        Red Lion, hello, Jo speaking, how can I help?
    """,
    "answers": """
        Yes, of course.
        That is right, four seven one one.
        OK, go ahead.
        Sure, it's Okonjo with a K.
        Yes, that's me.
        Right, I see.
    """,
    "office_looks": """
        Ah yes, one moment please, I will look up the order number for you.
        Hold on, let me check with the doctor.
        Yes, go on.
        OK, I'll just get a pen.
        I'll put you through to accounts, one second.
        Right, what is it about exactly?
    """,
    "desk_helps": """
        I'm sorry to hear that. Could I have your order number, please?
        Let me check that for you, bear with me.
        No problem, can you confirm your date of birth?
        Let me have a look at the account for you.
        I apologise for the trouble. May I have your postcode?
        Of course. Can I get the number on the letter?
    """,
    "desk_settles": """
        All done, it goes out tomorrow. Is there anything else I can help you with?
        I have refunded it, you will see it in three days.
        I've booked the engineer for Friday morning. Anything else?
        That's sorted for you now.
        I will send the new one today. Have a lovely day.
        I have put it through, thanks for your patience.
    """,
    "desk_offers": """
        I can offer a refund or a similar model, whichever you prefer.
        We could come on Tuesday between nine and eleven, would that suit you?
        I have moved it to the third of June for you.
        I have refunded forty euros just now.
        I just need two more documents, then we can go ahead.
        It will be with you by Friday. Is there anything else I can help with?
    """,
    "private_ends": """
        Great, thanks for your help.
        Perfect, that's all, bye.
        No, that was it, thank you.
        Thanks, bye bye.
        Lovely, cheers.
        OK, thank you.
    """,
    "called_ends": """
        The refund please. Thank you for calling, goodbye.
        That suits me, thanks.
        Good, thanks for letting me know.
        OK, bye.
        Fine, I'll send them over.
        All right, thank you for ringing.
    """,
}
_DE = {
    "desk_greets": """
        Talvera Mobil, guten Tag, mein Name ist Mira Sandhofer, wie kann ich Ihnen helfen?
        Guten Morgen, Stadtwerke Kundenservice, Sie sprechen mit Jonas, was kann ich für Sie tun?
        Herzlich willkommen bei der Nordbank, Lena am Apparat. Wie darf ich Ihnen behilflich sein?
        Reisebüro Himmel, Vogt, grüß Gott.
        Guten Tag, hier ist der Paketdienst, Becker, womit kann ich helfen?
        Kundendienst Kessel, guten Tag, worum geht es?
    """,
    "private_calls": """
        Guten Tag, ich habe vor zwei Wochen einen Wasserkocher bestellt und er ist noch nicht da.
        Ja hallo, Henrike Vossberg, bei mir wurde diesen Monat zweimal abgebucht.
        Hallo, ich rufe an, weil mein Internet jeden Abend ausfällt.
        Grüß Gott, könnte man meinen Termin auf nächste Woche verschieben?
        Guten Morgen, es geht um Ihren Brief vom Montag.
        Hallo, ich müsste meine Adresse ändern lassen.
    """,
    "business_calls": """
        Guten Tag, hier ist Thomas Müller von der Schreinerei Müller, es geht um unsere letzte Rechnung.
        Hallo, Renata Kern, Grundschule am Hang. Wir haben vierzig Stühle bestellt und nur dreißig bekommen.
        Guten Morgen, Lang von Lang und Söhne, unser Kartengerät funktioniert nicht mehr.
        Hier ist die Praxis Doktor Schah, wir haben ein Problem mit dem Anschluss.
        Guten Tag, ich rufe im Auftrag der Gaststätte Löwe an, unsere Lieferung war wieder unvollständig.
        Hallo, Jana vom Hotel Post hier, wir möchten unsere Lizenz verlängern.
    """,
    "desk_calls": """
        Guten Tag, hier ist Mira Sandhofer von Talvera Mobil, es geht um Ihren Vertrag. Haben Sie kurz Zeit?
        Guten Morgen, Vogt vom Reisebüro Himmel, ich rufe wegen Ihrer Buchung im Juni an.
        Hallo, spreche ich mit Frau Vossberg? Mein Name ist Jonas von den Stadtwerken, Sie hatten um Rückruf gebeten.
        Guten Tag, Becker, Paketdienst. Sie hatten ein Paket vermisst gemeldet, wir haben es gefunden.
        Guten Tag, Lena Kühn von der Nordbank, es geht um Ihren Kreditantrag. Passt es gerade?
        Hallo, mein Name ist Anna, ich rufe Sie von der Firma Kessel an, der Kocher, den Sie bestellt haben, ist da.
    """,
    "private_picks_up": """
        Ja bitte?
        Vossberg.
        Hallo?
        Henrike Vossberg, guten Tag.
        Ja, hallo, wer ist da?
        Vossberg, guten Morgen.
    """,
    "office_greets": """
        Praxis Doktor Okonjo, Lisa am Apparat, wie kann ich Ihnen helfen?
        Zahnarztpraxis am Markt, guten Morgen.
        Grundschule am Hang, Sekretariat, was kann ich für Sie tun?
        Lang und Söhne, Peter Lang.
        Hotel Post, Rezeption, guten Tag, womit kann ich Ihnen helfen?
        Gaststätte Löwe, Jana, grüß Gott.
    """,
    "answers": """
        Ja, natürlich.
        Genau, vier sieben eins eins.
        In Ordnung, bitte.
        Ja, das bin ich.
        Vossberg mit V.
        Ach so, ja.
    """,
    "office_looks": """
        Einen Moment bitte, ich suche die Nummer heraus.
        Ja, was gibt es denn?
        Augenblick, ich hole die Chefin.
        Moment, ich schreibe mit.
        Ja, worum geht es genau?
        Ich verbinde Sie mit der Buchhaltung.
    """,
    "desk_helps": """
        Das tut mir leid. Können Sie mir bitte Ihre Bestellnummer sagen?
        Ich schaue gleich einmal nach, einen Augenblick bitte.
        Gerne, zum Datenabgleich bräuchte ich Ihr Geburtsdatum.
        Da sehe ich kurz nach.
        Ich entschuldige mich. Nennen Sie mir bitte Ihre Postleitzahl?
        Kein Problem, welche Nummer steht auf dem Brief?
    """,
    "desk_settles": """
        So, das geht morgen raus. Kann ich sonst noch etwas für Sie tun?
        Ich habe es gutgeschrieben, das dauert drei Tage.
        Der Techniker kommt am Freitag. Haben Sie sonst noch Fragen?
        Das wäre erledigt.
        Der neue geht heute weg, ich wünsche Ihnen einen schönen Tag.
        Ist eingetragen, danke für Ihre Geduld.
    """,
    "desk_offers": """
        Ich kann Ihnen eine Erstattung oder ein ähnliches Modell anbieten.
        Wir könnten am Dienstag zwischen neun und elf kommen, passt Ihnen das?
        Ich habe es auf den dritten Juni verschoben.
        Ich habe Ihnen vierzig Euro erstattet.
        Ich bräuchte nur noch zwei Unterlagen, dann geht es weiter.
        Am Freitag ist es bei Ihnen. Kann ich sonst noch etwas für Sie tun?
    """,
    "private_ends": """
        Super, vielen Dank für Ihre Hilfe.
        Perfekt, das war alles, tschüss.
        Nein, das war es, danke.
        Danke, auf Wiederhören.
        Prima.
        Gut, danke schön.
    """,
    "called_ends": """
        Die Erstattung bitte. Danke für Ihren Anruf.
        Passt, danke.
        Gut, danke für die Auskunft.
        In Ordnung, tschüss.
        Schicke ich Ihnen zu.
        Gut, auf Wiederhören.
    """,
}
_CS = {
    "desk_greets": """
        Dobrý den, zákaznická linka Talvera, u telefonu Jana, jak vám mohu pomoci?
        Energie Moravia, dobré ráno, s čím vám můžu pomoct?
        Dobrý den, děkujeme, že voláte do Nordbanky, tady Petra, co pro vás mohu udělat?
        Cestovka Nebe, Vojta, dobrý den.
        Dobrý den, zásilkovna, Becková, jak vám mohu pomoci?
        Servis Kotlík, přeji hezký den, prosím?
    """,
    "private_calls": """
        Dobrý den, před dvěma týdny jsem si objednal konvici a pořád nepřišla.
        Dobrý den, tady Marie Nováková, strhli jste mi to tento měsíc dvakrát.
        Dobrý den, volám, protože mi každý večer padá internet.
        Zdravím, šlo by přesunout můj termín na příští týden?
        Dobré ráno, volám ohledně dopisu, který mi přišel v pondělí.
        Dobrý den, potřebuji změnit adresu.
    """,
    "business_calls": """
        Dobrý den, tady Tomáš z truhlářství Müller, volám ohledně naší poslední faktury.
        Dobrý den, Renata Kernová, základní škola. Objednali jsme čtyřicet židlí a přišlo jich třicet.
        Dobré ráno, volám z firmy Lang a synové, nefunguje nám terminál.
        Tady ordinace doktora Šaha, máme problém s linkou.
        Dobrý den, volám za restauraci U Lva, zase nám chyběla část zboží.
        Dobrý den, Jana z hotelu Pošta, chtěli bychom prodloužit licenci.
    """,
    "desk_calls": """
        Dobrý den, tady Jana z Talvera Mobil, volám ohledně vaší smlouvy. Máte chvilku?
        Dobrý den, u telefonu Vojta z cestovky Nebe, jde o vaši rezervaci na červen.
        Dobré ráno, mluvím s paní Novákovou? Jmenuji se Petr, volám z Energie Moravia, žádala jste o zavolání.
        Dobrý den, Becková, zásilkovna. Nahlásila jste ztracený balík a my jsme ho našli.
        Dobrý den, Petra z Nordbanky, týká se to vaší žádosti o úvěr, neruším?
        Dobrý den, volám vám ze servisu Kotlík, konvice, kterou jste si objednal, je na skladě.
    """,
    "private_picks_up": """
        Prosím?
        Nováková.
        Haló?
        Marie Nováková, dobrý den.
        Ano, kdo volá?
        Dobré ráno, Nováková.
    """,
    "office_greets": """
        Ordinace doktorky Okonjo, Líza, jak vám mohu pomoci?
        Zubní na náměstí, dobré ráno.
        Základní škola Na Svahu, sekretariát, co pro vás mohu udělat?
        Lang a synové, Petr Lang.
        Hotel Pošta, recepce, dobrý den, s čím vám mohu pomoci?
        Restaurace U Lva, Jana, dobrý den.
    """,
    "answers": """
        Ano, jistě.
        Přesně tak, čtyři sedm jedna jedna.
        Dobře, poslouchám.
        Ano, to jsem já.
        Nováková, přes é.
        Aha, ano.
    """,
    "office_looks": """
        Okamžik prosím, najdu to číslo.
        Ano, o co jde?
        Moment, zavolám paní doktorku.
        Chviličku, píšu si to.
        Ano, a co přesně potřebujete?
        Přepojím vás na účtárnu.
    """,
    "desk_helps": """
        To mě mrzí. Můžete mi prosím říct číslo objednávky?
        Hned se podívám, vydržte prosím.
        Jistě, pro ověření potřebuji datum narození.
        Kouknu na to.
        Omlouvám se za potíže. Jaké je vaše zákaznické číslo?
        Není problém, jaké číslo je na dopise?
    """,
    "desk_settles": """
        Tak, zítra to odchází. Mohu vám ještě s něčím pomoci?
        Peníze jsem vrátila, trvá to tři dny.
        Technik přijde v pátek. Ještě něco?
        Mám to hotové.
        Nová půjde dnes, přeji vám hezký den.
        Je to zapsané, děkuji za trpělivost.
    """,
    "desk_offers": """
        Mohu vám nabídnout vrácení peněz nebo podobný model.
        Mohli bychom přijet v úterý mezi devátou a jedenáctou, hodí se vám to?
        Přesunula jsem to na třetího června.
        Vrátila jsem vám čtyřicet eur.
        Potřebuji už jen dva dokumenty a můžeme pokračovat.
        V pátek to budete mít. Mohu vám ještě s něčím pomoci?
    """,
    "private_ends": """
        Skvělé, děkuji za pomoc.
        Výborně, to je vše, na shledanou.
        Ne, to je všechno, díky.
        Děkuji, nashle.
        Super.
        Dobře, děkuju.
    """,
    "called_ends": """
        Radši vrátit. Děkuji za zavolání.
        Hodí, díky.
        Dobře, díky za informaci.
        Dobře, nashle.
        Pošlu vám to.
        Tak jo, na shledanou.
    """,
}
_HU = {
    "desk_greets": """
        Jó napot kívánok, Talvera ügyfélszolgálat, Kiss Anna vagyok, miben segíthetek?
        Köszönjük hívását, Alföldi Energia, Péter vagyok, hogyan segíthetek?
        Üdvözlöm a Nordbanknál, Tóth Éva, mit tehetek önért?
        Égbolt Utazási Iroda, Varga, jó napot.
        Jó napot, csomagküldő, Beke Judit vagyok, miben lehetek segítségére?
        Katlan szerviz, tessék parancsolni.
    """,
    "private_calls": """
        Jó napot, két hete rendeltem egy vízforralót, és még mindig nem jött meg.
        Jó napot, Nagy Mária vagyok, ebben a hónapban kétszer vonták le.
        Üdvözlöm, azért hívom, mert minden este megszakad az internetem.
        Jó napot, át lehetne tenni az időpontomat jövő hétre?
        Jó reggelt, a hétfőn kapott levél miatt telefonálok.
        Jó napot, szeretném megváltoztatni a címemet.
    """,
    "business_calls": """
        Jó napot, Molnár Tamás vagyok a Molnár Asztalostól, az utolsó számlánk miatt hívom.
        Jó napot, Kern Renáta, általános iskola. Negyven széket rendeltünk, és csak harminc jött meg.
        Jó reggelt, a Láng és Fiaitól telefonálok, nem működik a kártyaolvasónk.
        A Sah doktor rendelőjéből hívom, gond van a vonalunkkal.
        Jó napot, az Oroszlán étterem nevében hívom, megint hiányos volt a szállítmányunk.
        Jó napot, Jana vagyok a Posta szállóból, szeretnénk meghosszabbítani a licencünket.
    """,
    "desk_calls": """
        Jó napot, Kiss Anna vagyok a Talvera Mobiltól, az ön szerződése ügyében hívom. Van egy perce?
        Jó napot, Varga Dénes az Égbolt Utazási Irodától, a júniusi foglalásával kapcsolatban keresem.
        Jó reggelt, Nagy asszonnyal beszélek? Péter vagyok az Alföldi Energiától, visszahívást kért.
        Jó napot, Beke, csomagküldő. Bejelentette, hogy elveszett egy csomag, megtaláltuk.
        Jó napot, Tóth Éva vagyok a Nordbanktól, a hitelkérelme miatt hívom, zavarhatom?
        Jó napot, a Katlan szervizből hívom, megérkezett a vízforraló, amit rendelt.
    """,
    "private_picks_up": """
        Tessék?
        Nagy Mária.
        Halló?
        Igen, Nagy Mária, jó napot.
        Halló, ki az?
        Jó reggelt, Nagy.
    """,
    "office_greets": """
        Okonjo doktornő rendelője, Líza vagyok, miben segíthetek?
        Fogászat a téren, jó reggelt.
        Hegyoldal Általános Iskola, titkárság, mit tehetek önért?
        Láng és Fiai, Láng Péter.
        Posta szálló, recepció, jó napot, miben lehetek segítségére?
        Oroszlán étterem, Jana, jó napot.
    """,
    "answers": """
        Igen, persze.
        Pontosan, négy hét egy egy.
        Rendben, hallgatom.
        Igen, én vagyok.
        Nagy, ahogy mondja.
        Értem, igen.
    """,
    "office_looks": """
        Egy pillanat türelmét, megkeresem a számot.
        Igen, miről van szó?
        Várjon, szólok a doktornőnek.
        Pillanat, írom.
        Igen, pontosan mit szeretne?
        Kapcsolom a könyvelést.
    """,
    "desk_helps": """
        Sajnálom a kellemetlenséget. Meg tudná adni a rendelésszámot?
        Azonnal megnézem, türelmét kérem.
        Természetesen, azonosításhoz kérem a születési dátumát.
        Utánanézek.
        Elnézését kérem. Mi az ön ügyfélszáma?
        Semmi gond, milyen szám van a levélen?
    """,
    "desk_settles": """
        Holnap elindul. Segíthetek még valamiben?
        Visszautaltam, három nap múlva látja.
        Pénteken jön a szerelő. Van még valami?
        Ezzel megvagyunk.
        Ma feladom az újat, további szép napot.
        Rögzítettem, köszönöm a türelmét.
    """,
    "desk_offers": """
        Visszatérítést vagy egy hasonló modellt tudok ajánlani.
        Kedden kilenc és tizenegy között tudnánk menni, megfelel?
        Áttettem június harmadikára.
        Most utaltam vissza negyven eurót.
        Már csak két iratra van szükségem, és mehetünk tovább.
        Péntekre önnél lesz. Segíthetek még valamiben?
    """,
    "private_ends": """
        Nagyszerű, köszönöm a segítséget.
        Tökéletes, ennyi lenne, viszlát.
        Nem, ez minden, köszönöm.
        Köszönöm, viszonthallásra.
        Szuper.
        Jó, köszönöm.
    """,
    "called_ends": """
        Inkább a pénzt. Köszönöm, hogy hívott.
        Megfelel, köszönöm.
        Jó, köszönöm, hogy szólt.
        Rendben, viszlát.
        Elküldöm.
        Jól van, viszonthallásra.
    """,
}
_ET = {
    "desk_greets": """
        Tere, Talvera klienditugi, mina olen Mari, kuidas saan teid aidata?
        Tere hommikust, Põhja Energia, Jaan kuuleb, millega saan aidata?
        Täname helistamast Nordpanka, siin Liis, mida saan teie heaks teha?
        Reisibüroo Taevas, Vaher, tere.
        Tere, pakiveo klienditeenindus, Beek, kuidas saan aidata?
        Katla hooldus, kuulen teid.
    """,
    "private_calls": """
        Tere, tellisin kaks nädalat tagasi veekeetja ja see pole ikka veel kohale jõudnud.
        Tere, mina olen Maie Kask, minult võeti sel kuul kaks korda raha.
        Tere, helistan, sest mu internet katkeb igal õhtul.
        Tervist, kas mu aega saaks järgmisesse nädalasse tõsta?
        Tere hommikust, helistan seoses kirjaga, mis esmaspäeval tuli.
        Tere, mul on vaja aadressi muuta.
    """,
    "business_calls": """
        Tere, siin Toomas Mölderi puutöökojast, helistan meie viimase arve pärast.
        Tere, Renata Kern, põhikool. Tellisime nelikümmend tooli ja tuli ainult kolmkümmend.
        Tere hommikust, helistan firmast Lang ja Pojad, meie kaardimakse terminal ei tööta.
        Siin doktor Šahhi vastuvõtt, meil on liiniga probleem.
        Tere, helistan Lõvi restorani nimel, meie kaubast jäi jälle osa puudu.
        Tere, Jana Posti hotellist, sooviksime litsentsi pikendada.
    """,
    "desk_calls": """
        Tere, siin Mari Talvera Mobiilist, helistan teie lepingu asjus. Kas teil on hetk aega?
        Tere, Vaher reisibüroost Taevas, asi puudutab teie juunikuu broneeringut.
        Tere, kas ma räägin proua Kasega? Minu nimi on Jaan, helistan Põhja Energiast, palusite tagasi helistada.
        Tere, Beek, pakivedu. Teatasite kadunud pakist, leidsime selle üles.
        Tere, Liis Nordpangast, helistan teie laenutaotluse pärast, kas ma segan?
        Tere, helistan Katla hooldusest, veekeetja, mille tellisite, on nüüd olemas.
    """,
    "private_picks_up": """
        Jah, palun?
        Kask.
        Halloo?
        Maie Kask, tere.
        Jah, kes räägib?
        Tere hommikust, Kask.
    """,
    "office_greets": """
        Doktor Okonjo vastuvõtt, Liisa kuuleb, kuidas saan aidata?
        Hambaravi turu ääres, tere hommikust.
        Mäe põhikool, kantselei, millega saan aidata?
        Lang ja Pojad, Peeter Lang.
        Posti hotell, vastuvõtt, tere, mida saan teie heaks teha?
        Lõvi restoran, Jana, tere.
    """,
    "answers": """
        Jah, muidugi.
        Täpselt, neli seitse üks üks.
        Hästi, kuulan.
        Jah, see olen mina.
        Kask, nagu puu.
        Aa, selge.
    """,
    "office_looks": """
        Üks hetk, otsin numbri üles.
        Jah, milles asi?
        Oodake, kutsun doktori.
        Hetk, kirjutan üles.
        Jah, mida täpselt vaja on?
        Ühendan teid raamatupidamisega.
    """,
    "desk_helps": """
        Mul on kahju. Palun öelge oma tellimuse number?
        Kohe vaatan järele, palun oodake.
        Muidugi, isikusamasuse jaoks oleks vaja teie sünniaega.
        Kontrollin üle.
        Vabandan ebamugavuse pärast. Mis on teie kliendinumber?
        Pole hullu, mis number kirja peal on?
    """,
    "desk_settles": """
        Homme läheb teele. Kas saan veel millegagi aidata?
        Raha on tagasi kantud, see võtab kolm päeva.
        Tehnik tuleb reedel. Kas on veel midagi?
        See on korras.
        Uus läheb täna teele, ilusat päeva teile.
        Kirjas, tänan kannatlikkuse eest.
    """,
    "desk_offers": """
        Saan pakkuda raha tagastamist või sarnast mudelit.
        Saaksime tulla teisipäeval üheksa ja üheteist vahel, kas sobib?
        Tõstsin selle kolmandale juunile.
        Kandsin teile praegu nelikümmend eurot tagasi.
        Mul on vaja veel ainult kahte dokumenti.
        Reedeks on see teil. Kas saan veel millegagi aidata?
    """,
    "private_ends": """
        Väga tore, aitäh abi eest.
        Suurepärane, see on kõik, nägemist.
        Ei, see on kõik, tänan.
        Aitäh, head aega.
        Super.
        Hästi, tänan.
    """,
    "called_ends": """
        Pigem raha. Aitäh, et helistasite.
        Sobib, aitäh.
        Hästi, tänan teavitamast.
        Selge, nägemist.
        Saadan ära.
        Olgu, kuulmiseni.
    """,
}
SENTENCES: dict[str, dict[str, str]] = {"en": _EN, "de": _DE, "cs": _CS, "hu": _HU, "et": _ET}
"""Language → kind of sentence → sentences."""
