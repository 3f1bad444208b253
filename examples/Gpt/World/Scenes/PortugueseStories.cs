namespace TensorCore.Examples.Gpt.World;

/// <summary>Short stories in Portuguese: the same people and things from the first sentence to the last, told in order.</summary>
internal static class PortugueseStories
{
    public static readonly string[] All = [.. Finds, .. Kitchen, .. Weather, .. Animals, .. School, .. Work, .. Journeys];

    private static string[] Finds =>
    [
        "<when>, {p=person} perdeu {um:x=smallThing} {colour@x}. Procurou {o:x} <spot> e também <spot>, mas não encontrou nada. {ele:p} ficou <sad>. Então {q=person}, que passava {pelo:outdoors}, achou {o:x} <spot> e devolveu {o:x} a {p}. {p} ficou <glad> e agradeceu com {um:fruit}.",
        "{p=child} não achava {o:x=toy} {colour@x}. {ele:p} olhou <spot>, <spot> e até <spot>. {p.mother} disse que tinha visto {o:x} <spot>. {p} correu até lá, mas {o:x} não estava. No fim, quem estava com {o:x} era [{p.sister}|{p.brother}|{q=child}], que brincava {no:room}.",
        "{p=person} encontrou {um:x=smallThing} {condition@x} {no:l=place} <when>. Perguntou a {q=person} se era {dele:q}, mas {q} disse que não. Depois perguntou a {r=person}, e {ele:r} respondeu que {o:x} era {dele:r}. {r} ficou <glad>, porque procurava {o:x} desde {month}.",
        "{p=person} emprestou {um:x=book} a {q=person} <when>. {q} leu {o:x} inteiro em {n=small} dias. Quando foi devolver {o:x}, percebeu que {o:x} tinha ficado <spot>. Voltou correndo {ao:l=place}, mas quem estava com {o:x} era {r=person}. {!b=p+q}{!b3=b+r}{art:b3} três [riram|conversaram] {no:l} até as {hour@fem} horas.",
        "{p=person} precisava de {um:x=tool} para {chore}. Como não tinha {um:x}, pediu {o:x} {emprestado@x} a {q=person}. {q} mora {no:q.street} e gosta de ajudar. {p} trabalhou até as {hour@fem} horas e devolveu {o:x} {limpo@x}. Em troca, levou para {q} {um:dish}.",
        "<when>, {p=person} saiu para {errand} e deixou {o:x=clothing} {colour@x} {no:l=place}. {q=person} viu {o:x} <spot> e reconheceu {o:x} logo. {q} levou {o:x} até {o:s=p.street}, onde {p} mora. {p} não estava, por isso {q} deixou {o:x} com {r=person}. À noite, {p} vestiu {o:x} para {rest}.",
        "{p=adult} queria um presente para {q=person}, que faz aniversário em {q.month}. Pensou {num:x=clothing}, depois {num:y=book}. {r=person} lembrou que {q} gosta de {q.hobby}. Por isso {p} foi {ao:s=shop} e escolheu {um:z=smallThing} {colour@z}. {q} abriu o embrulho, ficou <glad> e guardou {o:z} <spot>.",
    ];

    private static string[] Kitchen =>
    [
        "<when>, {p=person} resolveu preparar {um:d=dish}. Faltava {um:v=vegetable}, por isso {ele:p} foi ao mercado e trouxe também {um:f=fruit}. Em casa, lavou {o:v}, acendeu o fogão e esperou {n=upTo99} minutos. Quando {o:d} ficou {pronto@d}, {p} chamou {q=person} para comer. {q} provou {o:d} e disse que estava {ótimo@d}.",
        "{!p=child}{!q=p.mother}{p} quis ajudar {q} a fazer {um:d=dish} <when>. Primeiro, {p} lavou as mãos e pegou {um:v=vegetable} {no:room}. Depois, {q} cortou {o:v}, e {p} mexeu a panela por {n=upTo20} minutos. Por fim, puseram {o:d} na mesa e chamaram {p.father} para provar {o:d}. {p.father} pediu mais, e {p} ficou <glad>.",
        "{p=person} queria comer {p.dish}, mas não havia {v=vegetable} em casa. {q=person} trouxe {count:n=small@v}, e {r=person} trouxe {um:y=fruit}. Cozinharam e conversaram sobre {o:l=place} até as {hour@fem} horas. {o:d=p.dish} ficou tão {gostoso@d} que {q} quis aprender a receita. {p} escreveu tudo num papel {colour@masc} e deu o papel a {q}.",
        "<when>, {p=adult} foi à feira com {n=big} reais. Comprou {!a=fruit}{count:m=small@a} e {!b=vegetable}{count:k=small@b}, mas esqueceu {os:c=goods}. {p} só lembrou {dos:c} quando já estava {no:p.street}. {q=person}, que {impf:ter>q} {pl:c} de sobra, ofereceu {n2=small} a {p}. Em troca, {p} deu {um:a} {maduro@a} a {q}.",
        "{p=person} pôs {um:d=dish} no forno e foi {rest}. Não olhou o relógio, e logo a fumaça chegou {ao:r=room}. {q=person} sentiu o cheiro da rua e bateu na porta de {p}. Abriram as janelas {do:r} e tiraram {o:d} {queimado@d} do forno. {p} ficou <sad>, mas {q} dividiu com {ele:p} {um:e=dish} que tinha em casa.",
        "{p=child} vendeu {d=drink} na frente {do:s=shop} <when>. Cada copo custava {c=small} reais. {q=adult} comprou {n=small} copos e pagou {t=n*c} reais. {p} contou o dinheiro, guardou tudo <spot> e ficou <glad>. Com o dinheiro, quer comprar {um:x=toy} {colour@x}.",
    ];

    private static string[] Weather =>
    [
        "<when>, começou a chover quando {p=person} voltava {do:s=place}. {p} estava sem guarda-chuva e correu até {o:t=shop}, que fica {no:t.street}. Lá encontrou {q=person}, que também esperava a chuva passar. {!b=p+q}{art:b} {dois@b} conversaram sobre {o:l=place} por {n=upTo99} minutos. Quando a chuva parou, {p} e {q} foram {junto@b} até {o:r=q.street}.",
        "O vento estava forte <when>. Levou {o:x=clothing} {colour@x} de {p=person} para cima {do:t=tree}. {p} buscou uma escada e subiu com cuidado, enquanto {q=person} segurava a escada. Quando {ele:p} desceu com {o:x} na mão, {q} bateu palmas {no:outdoors}. {o:x} estava {molhado@x}, mas ainda {inteiro@x}.",
        "Fazia muito calor <when>, e {p=child} queria nadar com {q=child}. {p.father} avisou que o rio estava fundo perto {do:l=outdoors}. Então {p} e {q} encheram uma bacia {no:r=room} e fizeram barquinhos de {mat=material}. O barco de {p} levava {um:x=smallThing}, e o de {q}, {um:y=smallThing}. <lesson>.",
        "{!p=person}<when>, faltou luz {no:p.street}. {p} acendeu uma vela {no:r=room} e chamou {q=person} para {rest}. {q} trouxe {um:x=smallThing} e contou uma história sobre {um:a=wildAnimal}. A luz voltou às {hour@fem} horas, mas {!b=p+q}{art:b} {dois@b} nem perceberam. Quando a vela acabou, {q} voltou para casa {no:q.street}.",
        "Choveu {n=small} dias seguidos em {month}, e a água chegou até {o:s=shop}. {p=adult} e {q=adult} levaram {os:x=furniture} para um lugar alto. {r=child} ajudou e salvou {um:y=smallThing} que boiava {no:room}. Na {weekday}, o sol voltou, e todos limparam {o:s}. {p} fez {um:d=dish} para quem ajudou.",
        "Fazia frio <when>, e {p=person} saiu sem {c=woolen}. {p} começou a tremer perto {do:l=outdoors}. {q=person} viu {p} e emprestou {um:c2=woolen} {colour@c2}. Depois {!b=p+q}{art:b} {dois@b} tomaram [um chá|um café|um chocolate|um leite] bem quente {no:s=shop}. No dia seguinte, {p} devolveu {o:c2} a {q}.",
    ];

    private static string[] Animals =>
    [
        "{p=person} ouviu um barulho <spot> <when>. Era {um:a=wildAnimal} {pequeno@a} e {assustado@a}. {p} deu água e um pedaço de {f=fruit} {ao:a}, e {o:a} comeu tudo. Depois {q=person} ajudou a levar {o:a} de volta {ao:l=outdoors}. Desde então, <habit>, {p} olha {o:l} para ver se {o:a} aparece.",
        "{!p=owner}{p.pet}, {o:p.pet.kind} de {p}, sumiu <when>. {p} procurou {no:r=room}, {no:l=outdoors} e até {no:s=shop}. {q=person} tinha visto {um:p.pet.kind} {p.pet.colour@p.pet.kind} perto {do:m=outdoors}. {p} foi até lá e encontrou {p.pet} embaixo {do:t=tree}. {p.pet} estava com fome, e {p} levou {o:p.pet.kind} para casa, {no:p.street}.",
        "{um:b=bird} fez um ninho {no:t=tree} {do:l=outdoors}. <habit>, {p=child} ia ver {o:b}. Um dia, {!e=ovo}havia {count:n=small@e} no ninho. {p} contou a novidade a {q=person}, e {!c=p+q}{art:c} {dois@c} prometeram não chegar perto {do:t}. Em {month}, os filhotes {do:b} voaram até {um:u=tree} ali perto.",
        "{um:a=farmAnimal} fugiu do sítio <when>. {o:a} passou {pelo:l=outdoors}, comeu {os:f=flower} {do:s=shop} e parou no meio {do:r=street}. {p=adult} tentou pegar {o:a} com uma corda, mas {ele:a} correu. Foi {q=child} quem teve a ideia: mostrou {um:v=vegetable} {ao:a}. {o:a} foi atrás {do:v} até o sítio, e {p} fechou o portão.",
        "{!p=owner}<when>, {p} levou {p.pet} para passear {no:l=outdoors}. {p.pet} viu {um:a=insect} e correu atrás {dele:a}. {o:a} pousou {num:f=flower}, e {p.pet} parou para olhar. {q=person} riu e fez um carinho {no:k=p.pet.kind}. Quando voltaram {ao:s=p.street}, {p.pet} dormiu {no:r=p.pet.spot}.",
        "{p=child} viu {um:a=insect} {no:f=flower} {do:l=outdoors}. Quis pegar {o:a}, mas {q=adult} pediu que {p} só olhasse. {!b=p+q}{art:b} {dois@b} ficaram {quieto@b} por {n=upTo20} minutos. {o:a} andou pela folha, abriu as asas e voou para {um:t=tree}. {p} desenhou {o:a} no caderno e deu o desenho a {q}.",
        "{!p=owner}<when>, {p.pet} entrou {no:s=shop} sem ninguém ver. {o:k=p.pet.kind} derrubou {um:g=goods} e se escondeu <spot>. {q=adult} chamou {p}, que veio correndo de casa, {no:p.street}. {p} pediu desculpas, arrumou tudo e pagou {o:g}. {q} não ficou {bravo@q}: deu até um pedaço de {d=dish} a {p.pet}.",
    ];

    private static string[] School =>
    [
        "Na escola, {p=child} ganhou {um:x=toy} {colour@x} de {q=child}. {p} levou {o:x} para casa e mostrou {o:x} a {p.mother}. {p.mother} perguntou quem tinha dado {o:x}. {p} respondeu que era presente de {q}, que mora {no:q.street}. No dia seguinte, {p} levou {um:f=fruit} para {q}.",
        "{p=child} e {q=child} queriam {g=game} <when>. {p} levou {um:x=toy} {colour@x}, e {q} levou {um:y=toy} {colour@y}. Brincaram {no:l=outdoors} até as {hour@fem} horas. Quando começou a escurecer, {p.mother} chamou {p}, e {q} foi para casa, {no:q.street}. {!b=p+q}{art:b} {dois@b} combinaram {g} de novo [no sábado|no domingo|na {weekday}].",
        "{p=child} tinha prova de {p.subject} na {weekday}. Estudou {no:room} todas as tardes, embora quisesse {game}. Na prova, acertou {grade@fem} das dez questões. {ele:p} ficou <glad>, e {p.father} fez {um:d=dish} para comemorar. <lesson>.",
        "{p=child} quebrou {um:x=breakable} {do:r=room} <when>. Com medo, escondeu {o:x} <spot>. Mais tarde, {p.mother} perguntou {pelo:x}, e {p} contou a verdade. {p.mother} agradeceu por {p} não ter mentido, e ajudou a colar {o:x} {no:r}. {o:x} ficou com uma marca, mas {p} gosta {dele:x} assim.",
        "{q=adult} contou uma história na escola <when>: era sobre {um:a=wildAnimal} que queria ter {um:x=clothing}. {p=child} perguntou se {o:a} conseguia {game}. Todos riram, até {r=child}, que {impf:estar>r} {sadMood@r} naquele dia. Em casa, {p} desenhou {o:a} com {o:x} e pendurou o desenho {no:room}.",
        "{p=child} aprendeu a {h=hobby} com {q=adult}. No começo, {p} errava muito e ficava {sadMood@p}. {q} repetia que era preciso treinar um pouco por dia. Depois de {n=small@fem} semanas, {p} já sabia {h} melhor do que {r=child}. <lesson>.",
    ];

    private static string[] Work =>
    [
        "<when>, {p=adult} chegou {ao:p.workplace} mais cedo para {p.task}. {q=adult} já estava lá e precisava de ajuda. {p} largou tudo e foi com {ele:q} até {o:l=place}. Quando voltou, {p} ainda teve tempo de {p.task2}. À noite, {q} apareceu {no:s=p.street} com {um:d=dish} para agradecer.",
        "{p=adult}, que trabalha {no:p.workplace}, gosta de {p.task}. <when>, porém, acordou com dor de [cabeça|dente|garganta|barriga] e não foi trabalhar. {q=person} levou [um copo|uma caneca] de {d=drink} para {ele:p} e ficou {n=small} horas na casa {p.houseColour@fem}. No dia seguinte, {p} já estava {melhor@p} e foi {p.task2}. {q} ganhou {um:x=smallThing} {condition@x} de presente.",
        "{p=person} queria consertar {um:x=furniture} muito {velho@x}. Pediu {um:t=tool} a {q=adult} e trabalhou {n=small} dias {no:room}. Primeiro lixou {o:x}; depois pintou {o:x} de {colour@masc}. Quando terminou, mostrou {o:x} a {q}, que mora {no:q.street}. Agora {o:x} parece {novo@x} e fica {no:room}.",
        "{p=adult} começou o dia às {h=morningHour@fem} horas. Primeiro foi {a=chore}; depois foi {b=chore}. Faz isso <habit>, sem pressa, mas dessa vez teve visita: era {q=person}. {p} parou de {b} e serviu [um copo|uma caneca] de {d=drink} a {q}. {q} ajudou a {c=chore}, e [antes do jantar|antes da noite|ao meio-dia] tudo estava pronto.",
        "{o:s=shop} fechou mais cedo <when>, porque {um:x=furniture} {velho@x} quebrou. {p=adult}, que estava {no:s}, ouviu o barulho e chamou {q=adult}. Com {um:t=tool} e {n=small} pregos, {!b=p+q}{art:b} {dois@b} consertaram {o:x}. {r=person} trouxe [um copo|uma caneca] de {d=drink} para todos. Na {weekday}, {o:s} abriu outra vez.",
    ];

    private static string[] Journeys =>
    [
        "<when>, {p=person} recebeu uma carta de {q=person}. A carta tinha {n=small@fem} páginas e tinha cheiro de {f=flower}. {p} leu tudo {no:room} e guardou a carta <spot>. Na {weekday}, respondeu com uma carta que falava {do:l=place}, {do:a=animal} e {do:d=dish} de domingo.",
        "{p=person} viajou de {v=vehicle} até a cidade grande <when>. A viagem durou {h=hour@fem} horas. Pela janela, viu {um:a=farmAnimal}, {um:t=tree} e {um:w=wildAnimal}. Na cidade, comprou {um:x=clothing} para {q=person} e {um:y=book} para si. Quando voltou, {q} já esperava {p} {no:l=outdoors}.",
        "{p=child} plantou uma semente de {f=fruit} [na horta|no quintal|no jardim|perto do portão|num vaso de {material}] em {month}. <habit>, {p} regava a terra e esperava. Passaram {n=upTo20@fem} semanas, e nasceu uma folha verde. {q=person} avisou que {o:f} ainda ia demorar. {p} respondeu que sabia esperar e fez uma cerca de {mat=material} em volta da planta.",
        "{p=person} e {q=person} foram pescar no rio <when>. {p} levou [um copo|uma caneca] de {d=drink}, e {q} levou {um:c=dish}. {!x=peixe}{p} pescou {count:n=big@x}, mas {q} não pescou nenhum. Na volta, {p} deu {count:m=small@x} a {q} e ficou com {k=n-m}. À noite, {!b=p+q}{art:b} {dois@b} comeram peixe com {v=vegetable}.",
        "<when>, {p=person} perdeu o trem das {h=hour@fem} horas. Sentou num banco da estação e abriu {um:x=book}. {q=person} sentou ao lado e ofereceu {um:f=fruit}. Conversaram tanto sobre {o:l=place} que quase perderam o trem seguinte. Desde então, {!b=p+q}{b} viajam {junto@b} <habit>.",
        "{p=person} achou um mapa velho <spot>. O mapa mostrava {o:l=outdoors}, {um:t=tree} e uma cruz {colour@fem}. {p} chamou {q=person}, e {!b=p+q}{junto@b} cavaram perto {do:t}. Encontraram uma caixa de {mat=material} com {!c=moeda}{count:n=upTo20@c} e {um:x=smallThing}. {p} ficou com {o:x}, e {q} levou as moedas ao museu.",
        "Em {month}, houve uma festa {no:l=outdoors}. {p=person} levou {um:d=dish}, {q=person} levou {um:e=dish}, e {r=person} cuidou da música. Às {h=hour@fem} horas, começou a ventar, e todos correram para {o:s=shop}. Lá dentro, {p} cantou, {q} dançou com {t=child}, e ninguém lembrou da chuva. A festa só acabou quando {r} ficou {cansado@r} e foi para casa, {no:r.street}.",
    ];
}
