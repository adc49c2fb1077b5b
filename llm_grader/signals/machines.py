"""What machines say in the place of people: voice mailboxes, recordings on the line, automatic replies. Pure.

Each function looks at the words of one turn. A sentence that people say about a mailbox or an automatic reply is none.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_MARKS = re.compile("[\u0300-\u036f]+")
_BEGINNING = 160
"""Characters within which an automatic reply says that it is one; a person's mail may end with such a line."""
_SHORT = 40
"""Words of a text that is all the machine's."""

_MAILBOX = r"""
    you(?:'ve| have) reached the (?:voice ?mail|mailbox|answering machine|voice messaging)
    you(?:'ve| have) reached [^.!?]{1,80}[.!?,]? [^.]{0,120}leave (?:a|your|us a) (?:short |brief )?message
    (?:after|at|on|following) the (?:tone|beep|signal)[^.]{0,60}(?:message|record|speak)
    (?:message|name|number|details|record)\b[^.]{0,60}(?:after|at|on|following) the (?:tone|beep|signal)
    forwarded to (?:an? )?(?:automat\w+ )?(?:voice|mailbox)
    (?:can't|cannot|can not|unable to|not able to) (?:take|answer) your call[^.]{0,80}[.,]?[^.]{0,60}leave
    (?:mailbox|voice ?mail)(?: box)? is (?:full|not set up)
    (?:can't|cannot|can not) come to the phone[^.]{0,40}[.,]?[^.]{0,60}leave
    (?:no ?one is|nobody is|not) (?:currently |presently )?(?:available|here)[^!?]{0,160}leave (?:your|a|us)
    outside (?:of )?(?:our )?(?:office|business|opening|working) hours[^!?]{0,160}leave (?:your|a|us)
    (?:office|lines|desk|we)(?: is| are|'re) (?:now |currently )?closed\b[^!?]{0,120}leave (?:your|a|us)
    leave [^.!?]{0,60}message[^.!?]{0,20}(?:and|,) ?(?:we|i|someone|somebody|a member|one of)\b
    (?:speak|talk|record)\b[^.]{0,40}(?:after|at) the (?:tone|beep|signal)
    this is (?:the |\w+'s |\w+ \w+'s )(?:voice ?mail|answering machine|mailbox)
    welcome to (?:the |our )?(?:voice ?mail|mailbox)
    nach dem (?:signal|piep|ton|piepton|signalton)\w*
    sie sind (?:hier )?(?:mit (?:der|dem) )?(?:mailbox|anrufbeantworter|sprachbox)
    hinterlassen sie (?:uns |mir )?(?:bitte )?(?:ihre|eine) (?:kurze )?nachricht
    (?:haben|ist|sind) (?:\w+ ){0,4}(?:anrufbeantworter|mailbox|sprachbox) (?:der|des|von)
    (?:mailbox|anrufbeantworter|sprachbox) (?:von|der|des) \w+[^.]{0,80}nachricht
    po (?:zaznen\w+ )?(?:signalu|zvukov\w+|pipnut\w+|tonu)
    dovolali jste se do (?:hlasove|schrank|zaznamni)
    (?:zanechte|nechte)(?: nam| mi)?(?: prosim)? (?:vzkaz|zpravu)
    hlasova schranka
    (?:a )?(?:sipszo|hangjelzes|jelzes|sipolas)\w* utan
    hagyj(?:on|a meg)(?: kerem)?(?: nekunk)? (?:uzenet|az uzenet)\w*
    on (?:a )?\w+ hangpostaj\w+ (?:erte|hivta)
    hangposta(?:fiok)?ja(?:t hivta|hoz)
    (?:parast|peale|jarel) (?:piiksu|helisignaali|signaali|tooni)
    jat(?:ke|a|tke)(?: palun)?(?: meile)?(?: oma)? (?:sonum|teade|teate)\w*
    olete joudnud [^.]{0,60}(?:konepost|automaatvastaja)\w*
"""

_RECORDING = r"""
    \bpress (?:one|two|three|zero|[0-9*#])\b
    your call is (?:very )?important to us
    you are (?:currently )?(?:number|caller|in position|position) [\w ]{1,12} in the (?:queue|line)
    all (?:of )?(?:our )?(?:agents|operators|representatives|advisors|lines|colleagues) are (?:currently |still )?busy
    (?:chat|conversation|session) (?:was|has been) (?:\w+ )?(?:closed|ended) (?:due to|because of) (?:\w+ )?inactivity
    thank you for calling[^!?]{0,60}\b(?:is|are) (?:now |currently )?closed
    you are calling outside (?:of )?(?:our )?\w+ hours
    sie rufen ausserhalb unserer \w+zeiten
    volate mimo (?:nasi )?(?:pracovni|oteviraci|provozni) dobu
    munkaidon kivul hiv
    helistate valjaspool (?:meie )?(?:tooaega|lahtiolekuaega)
    drucken sie (?:bitte )?(?:die )?(?:eins|zwei|null|[0-9])
    ihr anruf ist uns wichtig
    alle (?:unsere )?(?:mitarbeiter|leitungen|platze)\w* (?:sind|sprechen) (?:\w+ |im moment )?(?:belegt|im gesprach)
    (?:chat|gesprach|unterhaltung) (?:wurde|wird) (?:\w+ )?wegen inaktivitat (?:beendet|geschlossen)
    (?:chat|konverzace) byla? (?:\w+ )?(?:ukoncen|uzavren)a? (?:z duvodu|kvuli) (?:\w+ )?(?:neaktivity|necinnosti)
    inaktivitas miatt [^.!?]{0,40}(?:lezar|befejez)
    vestlus [^.!?]{0,20}(?:suleti|lopetati) (?:tegevusetuse|passiivsuse) tottu
    stisknete (?:jednicku|dvojku|nulu|[0-9])
    vsichni (?:nasi )?operatori jsou
    nyomja meg az? (?:egyes|kettes|nulla|[0-9])
    minden (?:munkatarsunk|kezelonk|ugyintezonk) foglalt
    vajutage (?:number |numbrit )?(?:uks|kaks|null|[0-9])
    koik (?:meie )?(?:teenindajad|operaatorid|liinid) on
"""

_AUTO_REPLY = r"""
    this (?:is|was) an? auto(?:mat\w+)?(?: generated| sent)? ?(?:reply|response|answer|message|e ?mail|confirmation)
    you are receiving this automat\w+
    ^\W*auto(?:mat\w+)? ?(?:reply|response|out of office)
    ^\W*out of (?:the )?office\b
    (?:inbox|mailbox|address) is not (?:monitored|read)
    [(\[]automat\w+ generated
    this (?:message|e ?mail|reply|response) (?:was|is|has been) (?:generated |sent |created )?automat\w+
    (?:has been|was) received and is being reviewed by our
    (?:we are|we're|our team is) (?:currently |now )?(?:offline|away)\b[^!?]{0,100}(?:leave|get back|reply|answer)
    (?:an agent|an operator|a representative|a member of our team|one of our \w+) will be with you (?:shortly|soon)
    (?:dies|das) ist eine automatisch\w*
    ^\W*(?:automatische (?:antwort|nachricht|eingangs|empfangs)\w*|abwesenheitsnotiz)
    diese (?:nachricht|e ?mail|antwort) (?:wurde|wird|ist) automatisch
    (?:toto|tohle) je automatick\w+
    ^\W*automaticka (?:odpoved|zprava)
    (?:tato|tento|toto) (?:zprava|e ?mail|odpoved) (?:byl\w*|je) (?:(?:vygenerovan|odeslan|vytvoren)\w* )?automaticky
    ez egy automatikus\w*
    ^\W*automatikus (?:valasz|uzenet|ertesites)
    ez az? (?:uzenet|level|e ?mail|valasz)\w* automatikus\w*
    see on automaat\w*
    ^\W*automaat(?:ne vastus|vastus|teade|kiri)
    see (?:kiri|teade|sonum|vastus) on (?:saadetud |koostatud |genereeritud )?automaatselt
"""

_AWAY = r"""
    (?:i am|i'm|we are) (?:currently |now )?(?:out of|away from) (?:the )?office
    (?:i am|i'm) (?:currently |now )?on (?:(?:annual |parental |maternity |sick )?leave|vacation|holiday)
    (?:bin|sind) (?:ich |wir )?(?:derzeit |momentan |zurzeit |aktuell )?(?:bis .{0,40}?)?nicht im (?:buro|haus)
    (?:bin|sind) (?:ich |wir )?(?:derzeit |momentan |zurzeit |aktuell )?(?:bis .{0,40}?)?(?:im urlaub|abwesend)
    nejsem (?:momentalne |nyni )?v kancelari
    jsem (?:momentalne |nyni |aktualne )?(?:mimo kancelar|na dovolene)
    (?:szabadsagon vagyok|irodan kivul vagyok|nem tartozkodom az irodaban)
    (?:viibin|olen)(?: hetkel| praegu)? (?:puhkusel|kontorist eemal|kontorist valjas)
"""
_NOBODY_ANSWERS = r"""
    urgent|limited access|will (?:reply|respond|answer|get back|be back)|my return|i return|please contact
    thank you for your (?:message|e ?mail)
    dringend|vertretung|wenden sie sich|ruckkehr|wieder (?:erreichbar|zuruck|da)
    dank fur ihre (?:nachricht|e ?mail|mail)
    nalehav|neodkladn|obratte|navrat|vratim|dekuji za (?:vas|zpravu|e ?mail)
    surgos|forduljon|visszater|koszonom (?:a |az )?(?:level|uzenet|megkeres)
    kiire|poorduge|naasen|tagasi|tanan (?:kirja|teid)
"""

_AUTO_SUBJECT = r"""
    (?:auto(?:matic)?|automated)[ :]*(?:reply|response)
    out of (?:the )?office
    abwesenheit
    automatische (?:antwort|eingangs|empfangs)
    automaticka odpoved
    automatikus valasz
    automaatvastus
"""


def is_mailbox(text: str) -> bool:
    """Whether a voice mailbox speaks: who was reached, and that a message can be left."""
    return _found(_MAILBOX, _plain(text)) is not None


def is_recording(text: str) -> bool:
    """Whether a recording on the line speaks: a menu, or words for those who wait."""
    return _found(_RECORDING, _plain(text)) is not None


def is_auto_reply(text: str, subject: str | None = None) -> bool:
    """Whether a message was sent by a machine: its subject begins so, or its beginning, or the whole of a short one."""
    if subject and (begins := _found(_AUTO_SUBJECT, _plain(subject))) is not None and begins == 0:
        return True
    plain = _plain(text)
    place = _found(_AUTO_REPLY, plain)
    if place is None and _found(_NOBODY_ANSWERS, plain) is not None:
        place = _found(_AWAY, plain)
    return place is not None and (place < _BEGINNING or len(plain.split()) <= _SHORT)


def _found(phrases: str, plain: str) -> int | None:
    found = _pattern(phrases).search(plain)
    return None if found is None else found.start()


@cache
def _pattern(phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(line.strip() for line in phrases.splitlines() if line.strip()))


def _plain(text: str) -> str:
    """Text as it is compared: the beginning, without accents and case, single blanks, straight apostrophes."""
    text = text[:2000].replace("’", "'").replace("-", " ").replace("_", " ").replace("ß", "ss")
    return " ".join(_MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold().split())
