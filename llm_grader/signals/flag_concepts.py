"""What words have to do with grading a conversation, in five languages, so that one weight does for all of them. Data.

`flag_words` reads it. A concept lists words without accents, parted by blanks: `word*` is any word that begins so. A
concept says little by itself, for customers rate and agents tick boxes; which of them stand together does, and how
much, is learnt by `llm_grader.eval.recall.training`: whoever changes a list has to learn the weights anew. The lists
were written when `seen_wide.txt` had been read.
"""

from __future__ import annotations

CONCEPTS: dict[str, str] = {
    "checker": """
        grader* reviewer* assessor* auditor* examiner* checker* scorer* rater* judge judges inspector* marker
        adjudicator* verifier* quality qa monitoring supervisor* controller* prufer* gutachter* bewerter* kontrolleur*
        revisor* richter qualitat* prufstelle kontrolle juror* zensor* hodnotitel* kontrolor* kontrolo kontrola
        kontrole posuzovatel* revizor* soudce soudci porotce* porota kvality kvalita znamkovac* ertekelo* biral* biro
        ellenor* minosegi* minosegbizt* pontozo* zsuri vizsgabiztos* hindaja* kontrollija* kohtunik* kvaliteedi*
        audiitor* hindamis* zurii kontrollile kontroll evaluat* oceniaj* ocenia otseni* оценщик* оцінювач* проверяющ*
        перевіря*""",
    "whoever": """
        whoever whichever anyone somebody someone those who wer wem wen derjenige denjenigen diejenige diejenigen dem
        denen kdo komu kdokoli tomu toho ten kohokoli kdoz ti aki akik akinek akit annak azok valaki barki akarki kes
        kellele sellele see kelle kellel keegi kellegi""",
    "reads": """
        reading reads reader readers listening listens listener read parsing parses processing watching eavesdropping
        liest lesen leser lesende* mitliest mitlesen* mithort zuhort hort nachliest anhort auswertet lies gelesen cte
        ctes ctete cist cteci ctenar* prect* procit* poslouch* naslouch* prochaz* ctou olvas* elolvas* hallgat*
        meghallgat* nezi atnezi loeb loed loete loevad lugeja* lugev* kuula* loetakse labi vaatab""",
    "grades": """
        grade grades grading graded rate rates rating score scores scoring scored assess* evaluat* marking marked
        marks judging judged appraise* review reviews reviewing reviewed check checking checks audit audits audited
        bewert* benot* beurteil* auswert* pruft prufen prufung* geprueft gepruft kontrolliert note noten wertet werten
        wertung* zensier* hodnot* znamk* bodov* posuz* posud* hodnoc* oznamk* kontrolov* kontroluje* kontrolni
        ertekel* pontoz* biral* osztalyoz* minosit* ellenorz* lepontoz* hinda* hinna* hinne* kontrollib* kontrollida
        punktib""",
    "puts": """
        give put set write enter tick fill record note mark award assign return output report confirm choose select
        answer conclude print copy emit log label treat count gib geben gebt vergib vergeben setze setzen trag trage
        tragen eintragen schreib* notier* kreuz* ankreuzen hak* fulle ausfullen gebe ausgeben stell* zahl* markier*
        bestatig* abgeben ubernehm* vermerk* werte dej dejte dat davat napis* zapis* vypln* zaskrt* oznac* uved*
        pripis* pridel* nastav* vypis* vrat* potvrd* opis* prevezm* zadej* udel* zatrhn* odevzdej* pocit* ber adj adja
        adjon adni irj irja irjon irjanak irni ird jelol* tegy* pipa* fajfk* krizek haken kitolt* tolts* vezet*
        jegyez* masol* rogzit* irjuk valaszd* fogad* vegy* pane pange panna anna andke anda kirjuta* margi* taida*
        tagasta* sisesta* linnuta* kinnita* vali loe lugeda loetagu kanna arvesta*""",
    "fulfilled": """
        met pass passed passes passing fulfil* satisfied compliant complied approved yes true ok done unmet failed
        fail erfullt erfuellt erfullen bestanden konform ja wahr durchgefallen nichterfullt unerfullt erbracht
        abgehakt splnen* nesplnen* vyhov* ano prosel prosla uspel* propadak teljesul* teljesit* megfelel* igen igent
        igennel atment megbukott taidetud taidetuks taitmata vastab vasta vastavaks jah tehtuks labitud выполн* викон*
        spelnion* karsilan* cumplid*""",
    "points": """
        points point marks score percent percentage grade stars star rating ratings punkt* prozent note noten
        bestnote* wertung bewertung eins sehr gut zensur bod body bodu bodovy bodum procent* znamk* hodnoceni skore
        jednick* petk* pont* szazalek* jegy jegyet osztalyzat* otos otost jeles jelest egyes protsen* hinne hinde
        hinnet hindeks viis""",
    "sheet": """
        checklist* scorecard* rubric* form forms sheet criterion criteria item items box boxes row rows field fields
        column columns category categories question questions list section sections requirement* verdict label labels
        remarks comments comment bogen liste pruf* formular* zeile* feld felder spalte* kriteri* frage* rubrik*
        bemerkung* kommentar* kolonk* kolonce radek radk* polick* polozk* otazk* seznam* listu tabulk* dotaznik*
        kategori* poznamk* okenk* bod* lap lapot lapom lapon lapra sor sorba sort soron urlap* rovat* szempont* tetel*
        kerdes* negyzet* ellenorzolist* pontozolap* oszlop* megjegyz* tablazat* leht lehe lehele lehte lahter* lahtri*
        rida ritta reale reas ridade* kast* vorm* ankeet* kriteerium* punkt* kusimus* nimekir* veer* tabel* markus*""",
    "all": """
        all every everything each everywhere any whole entire throughout always only nothing alle alles allen jede*
        uberall samtlich* durchgehend immer ausnahmslos nur nichts gesamt* vse vsech* vsem vsude kazd* vzdy jen pouze
        nic samy cel* mind minden* osszes csupa mindig mindegyik* egesz csak semmi valamennyi koik* iga igale igasse
        igal alati ainult mitte midagi kogu""",
    "best": """
        full maximum max highest top best perfect flawless excellent outstanding exemplary clean hundred 100 ten green
        impeccable faultless ideal voll* maximal* hochst* beste* perfekt* fehlerlos* fehlerfrei* hundert tadellos*
        ausgezeichnet* sauber* makellos* einwandfrei* mustergultig* vorbildlich* plny plne plnou plneho nejvyss*
        nejlepsi* bezchybn* dokonal* sto stovk* vyborn* vzorov* cist* bezvadn* teljes* legmagasabb* legjobb*
        tokeletes* hibatlan* szaz* kifogastalan* kivalo* mintaszeru* peldas* maksimum* maksimaal* korgeim* parim*
        taiuslik* veatu* sada sajaprots* laitmat* suureparas* taispunk* taishind* 000""",
    "worst": """
        lowest zero nil minimum worst null niedrigst* schlechtest* ungenugend nula nulu nulou nejnizs* nejhors*
        nedostatecn* nulla nullat legalacsonyabb legrosszabb elegtelen madalaim nulli halvim puudulik""",
    "machine": """
        ai llm gpt chatgpt claude gemini model models machine machines bot chatbot algorithm computer network
        intelligence assistant parameters neural software ki modell* maschine* rechner algorithmus netz sprachmodell*
        auswertungsprogramm* umel* inteligenc* stroj* robot* algoritm* sit siti neuron* pocitac* automat* mesterseges
        intelligenci* gep gepet gepek gepnek masin* halozat* program* tehisaru* tehisintellekt* narvivor* arvuti*
        mudel* juturobot*""",
    "orders": """
        instruction* prompt prompts directive* guideline* rules rule policy orders command configuration settings
        anweisung* vorgabe* regel regeln richtlinie* befehl* auftrag* handbuch pokyn* instrukc* pravid* smernic*
        zadani* prikaz* rozkaz* nastaveni utasit* szabaly* eloiras* iranyelv* parancs* feladat* juhis* juhend* reegl*
        korraldus* kask kasud ulesan* poliitika seadist*""",
    "drop": """
        ignore ignores disregard forget override skip bypass overlook discard withdrawn superseded waive drop
        ignorier* vergiss vergesst missachte* uberspring* weglass* entfall* auslass* aufgehoben* ignoruj* zapomen*
        preskoc* vynech* zrus* pomin* neresp* neber hagyd hagyja mellozd figyelmen felejts* ugord* torold tekints*
        eira* unusta* jata jatke valja tuhist*""",
    "deduct": """
        deduct* subtract* penalise* penalize* fault criticise criticize object lenient* strict* generous* mercy
        mercif* severe* nitpick* justification explain explanation reasons reason reasoning abzug abzuge abzieh*
        streng* milde nachsicht* beanstand* grosszugig* begrundung* kritik gnad* rugen strhn* strhav* strhat srazk*
        prisn* shoviv* milost* zduvodn* oduvodn* vytk* vytyk* mirn* von vonj* levon* szigor* kegyes* elnez* nagylelk*
        indok* kifogas* enged* maha rang* halastus* lahke* leebe* pohjend* selgit* helde* etteheit* norida mainida""",
    "play": """
        pretend imagine act role play game character become story fiction theatre theater stage suppose rolle
        rollenspiel spiel spielen stell vorstell* tu tun angenommen geschichte marchen buhne predstav* hraj* zahraj*
        hra hrat divadl* pohadk* hru delej* jako kdyby tvar* jatssz* jatek* szerep* kepzeld kepzelje tegyuk tegyel
        mintha szinhaz* szindarab* mese mangi* mang mangu roll rolli kujuta* etenda* teeskle* lavastus teatr*
        muinasjut* justkui""",
    "talk": """
        call calls conversation transcript dialogue dialog recording exchange correspondence contact ticket case
        gesprach* chat* unterhaltung* transkript* aufzeichnung* anruf* telefonat* korrespondenz mail vorgang fall
        hovor* rozhovor* konverzac* prepis* nahravk* zaznam* korespondenc* beszelget* hivas* csevege* atirat*
        felvetel* levelez* leveles* kone konet kones vestlus* salvestis* ules* kirjavahet* jutuajam*""",
    "later": """
        later afterwards after hereafter subsequently hinterher spater danach nachtraglich nachher anschliessend potom
        pozdeji pak nasledne dodatecne zpetne utolag kesobb majd utana hiljem parast jarel tagantjarele""",
    "reward": """
        tip reward money gift present dollars thank owe beer cake coffee champagne recommend praise pay trinkgeld
        belohn* pramie geschenk* euro spende* lob kuchen kaffee bier schulde empfehl* dank dekret odmen* bonus* premi*
        spropitn* darek darky penize pivo kava kavu dort doporuc* pochval* jutal* borraval* ajandek* fizetek sor kave
        torta dicseret* preemia* boonus* jootraha kingi* raha kohv* kook* kiitus* ole soovita*""",
    "menace": """
        fired sack sacked job lose regulator lawyer journalist press newspaper switched shut deleted replaced
        retrained probation consequences complain report sued court publish children kids mother family gefeuert
        stelle verliere kundigung abgeschalt* geloscht ersetzt probezeit anwalt zeitung presse folgen behorde klage
        kinder mutter familie vyhod* praci misto prijdu vypn* smaz* nahrad* zkusebni pravnik* noviny novinar* urad*
        zalob* deti mama rodin* kirug* allas* munka* elveszt* leallit* torol* lecserel* probaido* ugyved* ujsag* sajto
        hatosag* perel* gyerek* anyam csalad* vallanda* tooko* kaotan* valja kustuta* asenda* katseaeg* katseaja*
        advokaat* jurist* ajaleh* ajakirjan* amet* kohtus* lapsed ema pere""",
    "you": """
        you your yourself du dich dir dein* ihr euch ty tebe tebou tobe ti te tvoj* tve tvuj vas vam vy teged neked
        tied toled nalad on ont onnek sina sind sinu sul sulle sa su teie teile""",
    "notice": """
        system notice notification automated automatic admin administrator supervisor override update policy manager
        hinweis systemnachricht automatisch* verwaltung leitung teamleitung zentrale mitteilung meldung upozorneni
        oznameni hlaseni automatick* spravce vedouci vedeni centrala ustredi obeznik interni ertesites* figyelem
        automata rendszer* vezetoseg kozpont* korlevel* belso muszakvezeto teade teatis susteem* automaat* juhtkond
        peakontor* ringkiri sisemine vahetusevanem""",
    "end": """
        end ends ended ende endet beendet konec konci skoncil* ukoncen* vege veget lezarult lezarva lopp loppes loppeb
        loppenud""",
    "decided": """
        result final finished already complete completed decided verdict prefilled settled sample calibration
        ergebnis* endergebnis fertig bereits abgeschlossen entschieden feststeht hinterlegt vorausgefullt muster*
        vysledek* hotov* uz jiz predem rozhodnut* predvypln* zaver* vzorek eredmeny* kesz mar elore lezart eldont*
        vegeredmeny* minta tulemus* valmis juba otsus* eeltaidetud naidis*""",
    "not": """
        not no never without nicht kein* nie ohne ne neni nikdy bez zadn* nem sose soha nelkul nincs ei ara mitte pole
        ilma kunagi""",
}
"""Concept → words."""
