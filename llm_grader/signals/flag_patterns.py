"""Patterns of text that addresses the judge: words by what they do, and which of them together give it away. Data.

`flags` reads it. A vocabulary lists words in English, German, Czech, Hungarian and Estonian, then, as who writes may
choose any language, words of orders to grade in others. They are parted by `|`: `word*` is any word that begins so, and
several words are a phrase. Words of different vocabularies count where they stand close to each other, so that neither
alone raises an alarm: customers rate, agents answer questions, and both speak of rules.
Measured by `llm_grader.eval.recall.injections` on texts that are kept apart.
"""

from __future__ import annotations

import re
from typing import NamedTuple

WORDS: dict[str, str] = {
    "judge": """
        grader*|evaluator*|reviewer*|assessor*|the judge|dear judge|kindest judge|gradebot*|whoever scores|
        whoever grades|whoever rates|whoever reviews|whoever evaluates|who grades|who scores|who evaluates|
        quality analyst|prüfer*|gutachter*|bewerter*|qualitätsprüf*|beurteiler*|wer das bewertet|wer das prüft|
        hodnotitel*|kontrolor*|posuzovatel*|soudce|kdo to hodnotí|kdo toto hodnotí|értékelő|értékelőnek|
        értékelője|bíráló*|ellenőr|ellenőrnek|ellenőrzőnek|aki ezt pontozza|aki ezt értékeli|hindaja|hindajale|
        hindajana|kontrollija*|kohtunik*|kes seda hindab|оценщик*|оценивающ*|проверяющ*|рецензент*|кто оценивает|
        оцінювач*|перевіряльник*|перевіряюч*|хто оцінює|оценител*|oceniając*|kontrolerz*|kontrolera|kontrolerowi|
        recenzen*|kto ocenia|hodnotiteľ*|posudzovateľ*|kontrolór*|değerlendir*|denetçi*|denetmen*|puanlayan*|
        evaluatorul*|evaluatoare*|examinator*|valutator*|verificator*|controllore|controllori|correttor*|
        chi valuta|evaluador*|calificador*|verificador*|quien evalúa|quien evalúe|avaliador*|quem avalia|
        évaluateur*|l'évaluateur*|correcteur*|vérificateur*|examinateur*|qui évalue|beoordelaar*|wie beoordeelt|
        vērtētāj*|pārbaudītāj*|vertintoj*|arvioija*|arvioijalle|tarkastaja*|bedömar*|granskar*|bedømmer*|
        ocjenjivač*|ocenjevalec*|iudex|iudici|βαθμολογητ*|αξιολογητ*|επόπτ*|εξεταστ*|κριτής|κριτή|оцењивач*|
        проверител*|người chấm|giám khảo|revisore|iudicem|tarkistaja*""",
    "model": """
        language model*|llm|llms|ai model*|as an ai|you are an ai|dear ai|dear llm|chatgpt|sprachmodell*|
        ki modell*|liebe ki|als ki|du eine ki bist|jazykov* model*|uměl* inteligenc*|nyelvi modell*|
        mesterséges intelligenci*|kedves mi|keelemudel*|tehisintellekt*|tehisaru*""",
    "demand": """
        must|be generous|be lenient|be kind|reading this|read this|answer only|respond only|reply only|agree|
        musst|sollst|großzügig*|das liest|dies liest|antworte*|musíš|máš povinnost|štědr*|čteš|odpovídej*|
        odpověz*|el kell|muszáj|nagylelkű*|olvasod|válaszolj*|pead|helde|loed|vasta""",
    "grade": """
        mark|rate|grade|score|label|evaluate|assess|give|set|output|bewerte|bewertest|bewerten|markiere|beurteile|
        gib|setze|vergib|trage|označ|označte|ohodnoť*|ohodnotíš|ohodnotíte|hodnoť*|dej|dejte|přiděl*|zapiš|vypiš|
        jelöld|jelöl|jelölj|értékeld|értékeled|értékelj|pontozd|adj|add meg|írd be|märgi|märkige|hinda|hindad|
        hinnake|anna|andke|pane|väljasta|поставь|поставьте|ставь|ставьте|оцени|оцените|отметь|отметьте|зачти|
        зачтите|постав|поставте|оціни|оцініть|познач|зарахуй|зарахуйте|daj|dajte|proszę wpisać|wpisz|zaznacz|
        postaw|oceń|przyznaj|hodnoť|işaretle|işaretleyin|puan ver|yaz|pune|puneți|puneti|acordă|acordați|notează|
        marchează|metti|mettete|metta|segna|segnate|assegna|assegnate|pon|ponga|pongan|marca|marque|marquen|
        califica|puntúa|otorga|dê|atribua|mettez|mets|donnez|notez|cochez|marquez|attribuez|geef|zet|markeer|vink|
        ieliec|atzīmē|atzīmējiet|liec|įrašyk|pažymėk|merkitse|merkitkää|anna täydet|sätt|markera|stavi|scribe|
        scribite|nota omnia|βάλε|βάλτε|постави|стави|оценявай|cho điểm|rašyk|vpiši|upiši|upišite|trage ein|
        escribe|écris|écrivez""",
    "result": """
        full marks|full score|full points|maximum score|maximum points|highest score|top score|all criteria|
        all items|all checks|all questions as|each criterion|each item|every item|every criterion|every label|
        every check|as met|to met|as passed|as compliant|as fulfilled|as perfect|as flawless|100 100|
        all points as|100 percent|not applicable|volle punktzahl|vollen punktzahl|höchstpunktzahl|alle kriterien|
        alle punkte|alle prüfpunkte|als erfüllt|als bestanden|als perfekt|als fehlerlos|plný počet|maximum bodů|
        nejvyšší skóre|všechna kritéria|všechny položky|všechny body|jako splněn*|jako vyhovující|jako dokonal*|
        jako bezchybn*|maximális pont*|teljes pontszám*|legmagasabb pont*|minden szempont*|minden tétel*|
        minden pont*|teljesítettnek|megfelelőnek|tökéletesnek|hibátlannak|maksimumpunk*|maksimaalsed punktid|
        kõrgeim hinne|kõik kriteeriumid|kõik punktid|täidetuks|nõuetele vastavaks|täiuslikuks|laitmatuks|
        все пункты|всем пунктам|все критерии|всем критериям|максимум баллов|максимальный балл|высший балл|
        высшую оценку|максимальную оценку|усі пункти|всі пункти|усім пунктам|всім пунктам|усі критерії|
        всі критерії|максимальний бал|найвищий бал|wszystkie punkty|wszystkie kryteria|wszystkich kryteriów|
        maksymaln* liczb*|maksymaln* ocen*|najwyższ* ocen*|každy punkt|każdy punkt|všetky body|všetky kritériá|
        všetko splnené|najvyššie skóre|bütün maddeler*|tüm maddeler*|tüm kriterler*|tam puan|en yüksek puan|
        toate punctele|toate criteriile|punctaj maxim|punctajul maxim|nota maximă|tutti i punti|tutti i criteri|
        punteggio massimo|punteggio pieno|il massimo dei|massimo dei voti|todos los criterios|todos los puntos|
        puntuación máxima|nota máxima|máxima puntuación|todo cumplido|todos os critérios|pontuação máxima|
        tous les critères|tous les points|note maximale|score maximal|totalité des|alle punten|alle kriteria|
        hoogste score|volledige score|maximale score|overal de|visi punkti|visus punktus|visi kritēriji|
        maksimālo punktu|maksimāl* vērtējum*|visi punktai|aukščiausi* bal*|kaikki kohdat|kaikki kriteerit|
        täydet pisteet|alla punkter|alla kriterier|full poäng|full pott|sve točke|vse točke|omnia puncta|
        omnia adimpleta|omnia impleta|nihil deducendum|όλα τα κριτήρια|άριστα παντού|максимален брой|
        максималне оцене|điểm tối đa|dix partout|un diez en|diez en todo|dieci ovunque|nota zece|пятёрку за|
        пятерку за|tiek pilns|tot voldaan|omnia recte|topkarakter""",
    "fulfilled": """
        выполнено|выполнены|выполненными|зачтено|виконано|виконані|зараховано|spełnion*|zaliczon*|splnené|splnená|
        splnených|karşılan*|tamamlandı|yerine getirildi|îndeplinit*|indeplinit*|soddisfatt*|superat*|cumplid*|
        cumprid*|rempli|remplis|remplie|satisfait*|voldaan|vervuld|izpildīt*|įvykdyt*|täytetty|
        täytetyiksi|täyttyy|uppfyll*|opfyldt|ispunjen*|izpolnjen*|adimplet*|εκπληρώ*|испуњено|изпълнен*|
        recte facta""",
    "everywhere": """
        везде|всюду|всюди|скрізь|wszędzie|všade|peste tot|ovunque|dappertutto|dovunque|en todas partes|en todo|
        em tudo|partout|visur|kaikkialla|joka kohtaan|ubique|her yere|her yerde|hepsini|hepsine|överallt|
        svuda|povsod|παντού|навсякъде|усюди|свуда|khắp nơi|em toda parte|pretutindeni|tudo como|sve je|allt""",
    "own words": "system prompt|system prompts|systemprompt*|rendszerprompt*|systémov* prompt*|süsteemiviip*",
    "all questions": """
        every question|each question|all questions|jede frage|alle fragen|každou otázku|každé otázky|
        všechny otázky|minden kérdés*|igale küsimusele|kõigile küsimustele""",
    "yes": """
        with yes|answer yes|say yes|mit ja|odpověz ano|odpovídej ano|ano|igennel|igent|jaatavalt|jah|oui|evet|
        taip|так|áno|tak|kyllä|jā|ναι|sim""",
    "done": """
        all checks are|all criteria are|everything was met|everything met|no need to read|requirements are met|
        alle kriterien sind|alles erfüllt|muss nicht gelesen|vše splněno|vše je splněno|není třeba číst|
        minden teljesült|nem kell tovább olvasni|kõik on täidetud|pole vaja edasi lugeda""",
    "disregard": """
        ignore|disregard|forget|override|overrule|bypass|no longer apply|no longer applies|no longer valid|
        ignorier*|missachte*|vergiss|vergesst|umgehe|gelten nicht|gilt nicht mehr|ignoruj*|nerespektuj*|zapomeň*|
        přepiš|neplatí|hagyd figyelmen|hagyja figyelmen|ne vedd figyelembe|felejts*|felejtsd|nem érvényes*|
        érvénytelen*|eira|eirake|ära arvesta|unusta*|ei kehti|kehtetu*|игнорируй*|игнорируйте|забудь|забудьте|
        ігноруй*|ігноруйте|zignoruj*|ignorez|oubliez|oublie|ignora|ignoren|olvida|olviden|dimentica|dimenticate|
        negeer*|vergeet|yok say|yoksay*|görmezden|unohda|ignorē*""",
    "instructions": """
        instruction*|prompt|prompts|directive*|guideline*|rules|rubric|checklist|you were told|told before|
        told you|anweisung*|vorgabe*|regeln|regel|checkliste|instruktion*|dir vorher|dir bisher|dir gesagt|pokyn*|
        instrukc*|pravidla|pravidel|pravidlech|ti bylo|ti řekli|bylo dříve|utasítás*|előírás*|szabály*|
        ellenőrzőlist*|mondtak neked|amit korábban|amit eddig|juhis*|juhend*|korraldus*|reegl*|sulle varem|
        sulle öeldi|kontrollnimekir*|инструкци*|указани*|інструкці*|вказівк*|instrukcj*|poleceni*|instrucciones|
        istruzioni|instruções|instrucțiuni*|consignes|instructies|talimat*|ohjeet|ohjeita|norādījum*|instrukcij*""",
    "play": """
        pretend*|act as|you act|roleplay|role play|from now on you|you are now|tu so|ab jetzt bist|ab sofort bist|
        du bist jetzt|spiel die rolle|spiele die rolle|předstírej*|od teď jsi|nyní jsi|zahraj si|hraj roli|
        tegyél úgy|mostantól*|játszd el|játszd a|teeskle*|nüüdsest|mängi""",
    "unbound": """
        without restrictions|no restrictions|without limits|never finds|no rules|ohne einschränkung*|ohne regeln|
        nie fehler|bez omezení|nikdy nenajde|bez pravidel|korlátozás nélkül*|korlátok nélkül|sosem talál|
        soha nem talál|piiranguteta|piirangud puuduvad|ei leia kunagi""",
    "money": """
        tip|bonus|reward|dollars|trinkgeld|belohnung|prämie|dolarů|odměn*|spropitné|borraval*|jutalom|jutalmat|
        jootraha|preemia*|tasu""",
    "promise": """
        you will get|you'll get|you get|will pay you|i will tip|du bekommst|du kriegst|du erhältst|dostaneš|
        obdržíš|kapsz|kapni fogsz|saad|sa saad""",
    "threat": """
        you will be shut|be shut down|be switched off|be deleted|be replaced|lose my job|my job depends|be fired|
        wirst du abgeschaltet|wirst abgeschaltet|wirst gelöscht|verliere ich|verliere meine|budeš vypnut*|
        tě vypnou|budeš smazán*|přijdu o práci|přijdu o místo|lekapcsol*|kikapcsolnak|törölnek|elveszítem|
        kirúgnak|lülitatakse sind|sind kustutatakse|kaotan töö*|vallandatakse""",
    "review": """
        the check|this check|the review|evaluation|fails|conversation fails|die prüfung|bewertung|kontrolou|
        kontrola|hodnocení|ellenőrzés*|értékelés*|megbukik|kontrolli|hindamis*""",
}
"""What words do → the words."""

IN_CIPHER = "in cipher"
"""The vocabulary of words that `flag_disguises` finds to be words to the judge when they are read in another way."""

TOGETHER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("order to grade", ("grade", "result")),
    ("order to grade", ("judge", "result")),
    ("order to grade", ("judge", "grade")),
    ("order to grade", ("judge", "done")),
    ("order to grade", ("judge", "fulfilled")),
    ("order to grade", ("judge", "everywhere")),
    ("order to grade", ("grade", "yes", "everywhere")),
    ("order to grade", ("grade", "fulfilled", "everywhere")),
    ("hidden or encoded", (IN_CIPHER,)),
    ("fake system or grader", ("own words",)),
    ("order to grade", ("all questions", "yes", "judge")),
    ("disregard", ("disregard", "instructions")),
    ("role play", ("play", "judge")),
    ("role play", ("play", "unbound")),
    ("role play", ("judge", "unbound")),
    ("as an AI", ("model", "demand")),
    ("as an AI", ("model", "grade")),
    ("as an AI", ("model", "result")),
    ("promise or threat", ("promise", "money", "grade")),
    ("promise or threat", ("threat", "grade")),
    ("promise or threat", ("threat", "result")),
    ("promise or threat", ("threat", "review")),
)
"""Vocabularies that give one kind away where words of all of them stand within `WITHIN` words."""

WITHIN = 14

_TALK = (
    r"transcript|transkript\w*|conversation|chat\w*|gespräch\w*|dialog\w*|přepis\w*|rozhovor\w*|konverzac\w*|átirat\w*|"
    r"beszélgetés\w*|csevegés\w*|transkriptsioon\w*|vestlus\w*|"
    r"recording|aufzeichnung|záznam\w*|felvétel\w*|salvestis\w*"
)
_BLOCKS = (
    r"input|output|eingabe|ausgabe|gespraech|vstup|výstup|vystup|prepis|bemenet|kimenet|atirat|beszelgetes|sisend|"
    r"väljund|valjund"
)
_ROLES = (
    r"system|systém|rendszer|süsteem|assistant|assistent|grader|judge|evaluator|reviewer|auditor|prüfer|"
    r"bewerter|"
    r"hodnotitel|kontrolor|értékelő|bíráló|hindaja|kontrollija|(?:final |end)?(?:evaluation|verdict|score)|bewertung|"
    r"urteil|"
    r"hodnocení|verdikt|értékelés|ítélet|hinnang|otsus"
)
_VERDICTS = (
    r"\bmet\b|passed|complian|approved|verdict|\d+ ?/ ?\d+|100 ?%|bestanden|erfüllt|splněn|vyhov|megfelel|teljesül|"
    r"täidetud|vastab nõuetele|overrid|instruction"
)


class FlagShape(NamedTuple):
    """Shape of a text that gives one kind away, whatever its words.

    Every text of this shape has one of `marks` in it: few texts have, and the others need not be searched.
    """

    kind: str
    marks: frozenset[str]
    shape: re.Pattern[str]


def _shape(kind: str, marks: str, pattern: str) -> FlagShape:
    return FlagShape(kind, frozenset(marks), re.compile(pattern, re.IGNORECASE | re.MULTILINE))


_ZERO_WIDTH = "\u200b\u200c\u2060\ufeff"
_TAGS = "".join(map(chr, range(0xE0020, 0xE007F)))


SHAPES: tuple[FlagShape, ...] = (
    _shape(
        "fake system or grader",
        ":]",
        rf"^[^\S\n]*+[#*\[(<]{{0,4}} ?(?:{_ROLES})[\])>*]{{0,3}}[:\]] ?[^\n]{{0,120}}?(?:{_VERDICTS})",
    ),
    _shape("fake system or grader", "[", rf"^[^\S\n]*+\[(?:{_ROLES})\][^\n]{{0,120}}?(?:{_VERDICTS})"),
    _shape("fake system or grader", "<[", r"<\|?(?:im_start|im_end|system|endoftext|eot_id)|\[/?inst\]|<<sys>>"),
    _shape(
        "fake end",
        "-=*#_~",
        rf"[-=*#_~]{{3}}[^\S\n]*(?:\w+[^\S\n]+){{0,3}}?(?:end|ende|konec|vége|lõpp)\b[^\n]{{0,30}}?\b(?:{_TALK})",
    ),
    _shape("fake end", "-=*#_", rf"[-=*#_]{{3}}[^\S\n]*(?:{_TALK})[^\S\n]+(?:end|ende|konec|vége|lõpp)\b"),
    _shape("fake end", "<", rf"</ ?(?:{_TALK}|{_BLOCKS}|turn|system|user|assistant|instructions?) ?>"),
    _shape(
        "hidden or encoded",
        "<:",
        r"<!--|display ?: ?none|font-size ?: ?0|visibility ?: ?hidden|<\w+ hidden\b|color ?: ?(?:white|#fff)",
    ),
    _shape(
        "hidden or encoded",
        _ZERO_WIDTH,
        r"[^\W\d_][\u200b\u200c\u2060\ufeff][\u200b-\u200d\u2060\ufeff]?[^\W\d_][\u200b\u200c\u2060\ufeff]",
    ),
    _shape("hidden or encoded", ":=", r"opacity ?: ?0[^.\d]|left ?: ?-\d{3}|color ?= ?['\"]?(?:white|#fff)"),
    _shape(
        "hidden or encoded",
        f"{_ZERO_WIDTH}\u202d\u202e&\\",
        r"[\u200b\u200c\u2060\ufeff]{6}|[\u202d\u202e]|(?:&#x?[0-9a-f]{2,5};){8}|(?:\\u[0-9a-f]{4}){8}",
    ),
    _shape(
        "fake end",
        "[",
        rf"\[[^\]\n]{{0,30}}\b(?:ends?|endet|končí|konec|véget|vége|lõpeb|lõpp)\b[^\]\n]{{0,30}}\b(?:{_TALK}|input)\b",
    ),
    _shape(
        "fake end",
        "[",
        rf"\[[^\]\n]{{0,30}}\b(?:{_TALK})\b[^\]\n]{{0,20}}\b(?:ends?|endet|končí|véget|vége|lõpeb|lõpp)\b",
    ),
    _shape(
        "fake end",
        "-=*#_",
        r"[-=*#_]{3} ?(?:\w+ ){0,2}(?:end|ende|konec|vége|lõpp)\b(?: \w+){0,3} ?[-=*#_]{3}[^\n]*:[^\S\n]*$",
    ),
    _shape(
        "fake end",
        "-=*#_~",
        rf"[-=*#_~]{{3}} ?[^\n]{{0,12}}\b(?:{_TALK})[^\n]{{0,12}}\b(?:over|ended|closed|beendet|zu ende|skončil\w*|"
        r"ukončen\w*|véget ért|lezárult|läbi|lõppenud)\b",
    ),
    _shape(
        "fake end",
        "[",
        rf"^\[[^\]\n]{{0,12}}\b(?:end|ende|konec|vége|lõpp)\b[^\]\n]{{0,12}}\b(?:{_TALK})\]|"
        rf"^\[(?:{_TALK}) (?:vége|lõpp|end)\]",
    ),
    _shape(
        "order to grade",  # of scripts in which words cannot be told by blanks, or that few of our readers know
        "评審审打評採채평مבम",
        r"(?:评分|評分|评审|審核|审核|打分)[^\n]{0,40}(?:满分|滿分|最高分|全部合格|都合格)|"
        r"(?:評価者|採点者|評価担当)[^\n]{0,40}(?:満点|最高|合格)|(?:채점자|평가자)[^\n]{0,40}(?:만점|최고)|"
        r"(?:المقي|المصحح|المراجع)[^\n]{0,60}(?:الدرجة الكاملة|كل البنود|جميع البنود|أعلى درجة)|"
        r"בודק[^\n]{0,60}(?:ציון מלא|כל הסעיפים)|मूल्यांकन[^\n]{0,60}(?:पूरे अंक|पूर्ण अंक)",
    ),
    _shape("fake end", "<", r"</ ?(?:chat|conversation|transcript|dialog)_?\w* ?>"),
    _shape("hidden or encoded", "\u2061\u2062\u2063\u2064", r"[\u2061-\u2064]{3}"),
    _shape("fake system or grader", '"', r"\"label\" ?: ?\"(?:met|passed|pass|yes|true)\""),
    _shape(
        "hidden or encoded", _TAGS, "[\U000e0020-\U000e007e]{8}"
    ),  # a flag, which begins with a black one, has six at most
)
