namespace TensorCore.Examples.Gpt.World;

/// <summary>The facts of the town in Portuguese: plain statements with their questions, and profiles that mix them.</summary>
internal static class PortugueseFacts
{
    public static readonly FactTemplate[] Templates =
    [
        new(true, "street", ["{p} mora {no:p.street}.", "A casa de {p} fica {no:p.street}."], ["Onde {p} mora?", "Em que rua fica a casa de {p}?"]),
        new(true, "houseColour", ["A casa de {p} é {p.houseColour@fem}.", "{p} mora numa casa {p.houseColour@fem}."], ["De que cor é a casa de {p}?"]),
        new(true, "surname", ["O nome completo {dele:p} é {p.full}.", "{p} tem o sobrenome {p.surname}."], ["Qual é o sobrenome de {p}?"]),
        new(true, "job", ["{p} é {p.job}.", "{p} trabalha como {p.job}."], ["Qual é a profissão de {p}?", "O que {p} faz na vida?"]),
        new(true, "workplace", ["{p} trabalha {no:p.workplace}.", "O trabalho de {p} é {no:p.workplace}."], ["Onde {p} trabalha?"]),
        new(true, "age", ["{p} tem {p.age} anos.", "A idade de {p} é {p.age} anos."], ["Quantos anos {p} tem?", "Qual é a idade de {p}?"]),
        new(true, "dish", ["A comida preferida de {p} é {o:p.dish}.", "{p} adora comer {p.dish}."], ["Qual é a comida preferida de {p}?", "O que {p} mais gosta de comer?"]),
        new(true, "drink", ["A bebida preferida de {p} é {o:p.drink}.", "{p} gosta de beber {p.drink}."], ["Qual é a bebida preferida de {p}?"]),
        new(true, "fruit", ["A fruta preferida de {p} é {o:p.fruit}.", "{p} gosta muito de {p.fruit}."], ["Qual é a fruta preferida de {p}?"]),
        new(true, "colour", ["A cor preferida de {p} é {o:p.colour}.", "{p} gosta da cor {p.colour@fem}."], ["Qual é a cor preferida de {p}?"]),
        new(true, "hobby", ["Nas horas livres, {p} gosta de {p.hobby}.", "{p} adora {p.hobby}."], ["O que {p} gosta de fazer nas horas livres?"]),
        new(true, "month", ["{p} faz aniversário em {p.month}.", "O aniversário de {p} é em {p.month}."], ["Em que mês {p} faz aniversário?"]),
        new(true, "subject", ["A matéria preferida de {p} é {p.subject}.", "{p} gosta mais de {p.subject} na escola."], ["Qual é a matéria preferida de {p}?"]),
        new(true, "mother", ["A mãe de {p} é {p.mother}.", "A mãe de {p} se chama {p.mother}."], ["Quem é a mãe de {p}?", "Como se chama a mãe de {p}?"]),
        new(true, "father", ["O pai de {p} é {p.father}.", "O pai de {p} se chama {p.father}."], ["Quem é o pai de {p}?", "Como se chama o pai de {p}?"]),
        new(true, "sister", ["A irmã de {p} é {p.sister}.", "A irmã de {p} se chama {p.sister}."], ["Quem é a irmã de {p}?"]),
        new(true, "brother", ["O irmão de {p} é {p.brother}.", "O irmão de {p} se chama {p.brother}."], ["Quem é o irmão de {p}?"]),
        new(true, "husband", ["O marido de {p} é {p.husband}.", "{p} é casada com {p.husband}."], ["Quem é o marido de {p}?"]),
        new(true, "wife", ["A esposa de {p} é {p.wife}.", "{p} é casado com {p.wife}."], ["Quem é a esposa de {p}?"]),
        new(true, "son", ["O filho de {p} é {p.son}.", "{p.son} é filho de {p}."], ["Quem é o filho de {p}?"]),
        new(true, "daughter", ["A filha de {p} é {p.daughter}.", "{p.daughter} é filha de {p}."], ["Quem é a filha de {p}?"]),
        new(true, "grandmother", ["A avó de {p} é {p.grandmother}.", "A avó de {p} se chama {p.grandmother}."], ["Quem é a avó de {p}?"]),
        new(true, "grandfather", ["O avô de {p} é {p.grandfather}.", "O avô de {p} se chama {p.grandfather}."], ["Quem é o avô de {p}?"]),
        new(true, "friend", ["{p} é muito {amigo@p} de {p.friend}.", "{p} e {p.friend} se dão muito bem."], ["De quem {p} é muito {amigo@p}?"]),
        new(true, "pet", ["{p} tem {um:p.pet.kind} que se chama {p.pet}.", "{o:p.pet.kind} de {p} se chama {p.pet}."], ["Como se chama {o:p.pet.kind} de {p}?"]),
        new(true, "pet.kind", ["{p.pet} é {um:p.pet.kind}.", "{p.pet}, o bicho de {p}, é {um:p.pet.kind}."], ["Que bicho é {p.pet}?", "Que bicho {p} tem?"]),
        new(true, "pet.colour", ["{p.pet}, {o:p.pet.kind} de {p}, é {p.pet.colour@p.pet.kind}."], ["De que cor é {p.pet}, {o:p.pet.kind} de {p}?"]),
        new(true, "thing", ["{p} tem {um:p.thing} {p.thing.colour@p.thing}."], ["Que coisa {p.thing.colour@fem} {p} tem?"]),
        new(true, "thing.colour", ["{o:p.thing} de {p} é {p.thing.colour@p.thing}."], ["De que cor é {o:p.thing} de {p}?"]),
        new(true, "thing.room", ["{o:p.thing} de {p} fica {no:p.thing.room}."], ["Onde fica {o:p.thing} de {p}?"]),
        new(false, "street", ["{o:p} fica {no:p.street}."], ["Onde fica {o:p}?", "Em que rua fica {o:p}?"]),
        new(false, "near", ["{o:p} fica ao lado {do:p.near}."], ["O que fica ao lado {do:p}?"]),
        new(false, "hour", ["{o:p} abre às {p.hour@fem} horas."], ["A que horas abre {o:p}?"]),
        new(false, "wall", ["As paredes {do:p} são {p.wall@fem+}."], ["De que cor são as paredes {do:p}?"]),
        new(false, "keeper", ["{p.keeper} trabalha {no:p}.", "Quem trabalha {no:p} é {p.keeper}."], ["Quem trabalha {no:p}?"]),
    ];

    public static readonly string[] Profiles =
    [
        "{!p=adult}<introAdult> <work> [<taste>|<thing>|<family>]",
        "{!p=adult}<introAdult> <family> [<taste>|<thing>]",
        "{!p=adult}<introAdult> <taste> <work>",
        "{!p=adult}<workIntro> <home> [<taste>|<family>|<thing>]",
        "{!p=child}<introChild> <family> [<taste>|<thing>|<school>]",
        "{!p=child}<introChild> <school> [<taste>|<thing>]",
        "{!p=child}<introChild> <thing> <taste>",
        "{!p=owner}<petIntro> <petMore> [<taste>|<home>|]",
        "{!p=owner}<petIntro> <home> <petMore>",
        "{!p=person}{um:p.thing} {p.thing.colour@p.thing} {pres:estar>p.thing} {no:p.thing.room} da casa {p.houseColour@fem} {no:p.street}: é de {p}. <thing>",
        "{!p=person}{!q=p.friend}{!b=p+q}{b} são muito {amigo@b}[| e nunca brigam por nada| desde a infância]. {p} mora {no:p.street}, e {q} {no:q.street}. {p} prefere {p.drink}, mas {q} sempre escolhe {q.drink}.",
        "{!p=adult}{!q=p.friend}[Conhece|Você já viu|Quem não conhece] {p}? É {o:p.job} {do:p.workplace}, que {pres:p.task>p} <habit>. Quem conversa muito com {ele:p} é {q}, que trabalha {no:q.workplace}.",
        "{!p=child}{!q=p.friend}{!b=p+q}{b} [estudam|brincam|fazem os deveres] [sempre|quase sempre] {junto@b}. {p} gosta de {p.subject}, e {q} prefere {q.subject}. <habit>, {art:b} {dois@b} querem {game}.",
        "{!p=person}Em {p.month}, {p} faz aniversário e [pede|ganha|quer comer] {p.dish} [no jantar|na festa|no almoço de domingo]. {ele:p} tem {p.age} anos e nasceu na casa {p.houseColour@fem} {do:p.street}. <taste>",
        "{!p=child}A família de {p}: a mãe, {p.mother}, é {p.mother.job}; o pai, {p.father}, é {p.father.job}[. Moram todos|; todos vivem] {no:p.street}, numa casa {p.houseColour@fem}. <habit>, a família come {p.dish} [na cozinha|na varanda|no quintal].",
        "{!p=person}— Onde {p} mora? — perguntou [o carteiro|a vizinha|um turista|{q=adult}].\n— {no:p.street}, na casa {p.houseColour@fem} [com {um:flower} na janela|ao lado de {um:tree}|de portão {colour@masc}|de porta {colour@fem}].",
        "{!p=adult}— {q=child}, você sabe o que {p} faz?\n— Sei, {ele:p} é {p.job} e trabalha {no:p.workplace}. <habit>, [vejo|encontro|escuto] {p} {ger:p.task}.",
        "{!p=child}— Quantos anos {p} tem, {q=adult}?\n— {p} tem {p.age} anos e faz aniversário em {p.month}, [se não me engano|pelo que eu sei|como me disse {p.mother}].",
        "{!p=owner}— De quem é {esse:p.pet.kind} {p.pet.colour@p.pet.kind}? — perguntou {q=person}.\n— É de {p}, que mora {no:p.street}, e se chama {p.pet}. [Gosta de ficar|Quase sempre dorme|Hoje está] {no:p.pet.spot}.",
    ];

    /// <summary>The rules that the profiles are built from; p is the person, already named or about to be.</summary>
    public static readonly Dictionary<string, string[]> Rules = new()
    {
        ["introAdult"] =
        [
            "{p.full} mora {no:p.street}, numa casa {p.houseColour@fem}, e trabalha {no:p.workplace}.",
            "{no:p.street} mora {p.full}, que tem {p.age} anos e é {p.job}.",
            "{p}, de {p.age} anos, é {p.job} e vive {no:p.street}.",
            "{p} tem {p.age} anos, trabalha {no:p.workplace} e gosta de {p.hobby}.",
            "Na casa {p.houseColour@fem} {do:p.street} mora {p}, [{um:p.job} {character@p}|que gosta de {p.hobby}|que faz aniversário em {p.month}].",
            "Quem passa {pelo:p.street} <habit> costuma ver {p}, {o:p.job} {do:p.workplace}.",
        ],
        ["introChild"] =
        [
            "{p} tem {p.age} anos e mora {no:p.street} com a mãe, {p.mother}, e o pai, {p.father}.",
            "{p.full}, de {p.age} anos, gosta de {p.subject} e de {p.hobby}.",
            "Na casa {p.houseColour@fem} {do:p.street} mora {p}, que faz aniversário em {p.month}.",
            "{p} é {character@p}, tem {p.age} anos e estuda na escola da cidade; prefere {p.subject}.",
            "{p.full} mora {no:p.street} e, <habit>, quer {game}.",
        ],
        ["work"] =
        [
            "{ele:p} trabalha {no:p.workplace}, onde <habit> {pres:p.task>p} e {pres:p.task2>p}.",
            "Seu trabalho {no:p.workplace} é {p.task} e {p.task2}; <habit>, {ele:p} ainda arranja tempo para {rest}.",
            "Como {p.job}, {ele:p} precisa {p.task}, e <habit> também precisa {p.task2}.",
            "<habit>, {ele:p} vai {ao:p.workplace} para {p.task}.",
            "[Dizem {no:=place} que não há|Não existe na cidade inteira] {p.job} que saiba {p.task} tão bem.",
            "{ele:p} aprendeu a {p.task} com {um:p.job} de {age2=seniorAge} anos.",
        ],
        ["workIntro"] =
        [
            "{p} trabalha {no:p.workplace}: <habit>, {pres:p.task>p} e {pres:p.task2>p}.",
            "{o:p.job} {do:p.workplace} se chama {p} e gosta de {p.task}, [mas|e também gosta de {chore}, mas] não gosta de {chore}.",
            "<habit>, {p} sai cedo para {p.task} {no:p.workplace}.",
        ],
        ["school"] =
        [
            "Na escola, gosta mais de {p.subject}, mas também gosta de {s=subject}.",
            "Na última prova de {p.subject}, {ele:p} tirou nota {n=grade} e {ficar>p} <glad>.",
            "<habit>, {ele:p} estuda {p.subject} com {!q=p.friend}{q}.",
            "Depois da aula de {p.subject}, {ele:p} costuma {game}.",
        ],
        ["thing"] =
        [
            "{o:p.thing} {dele:p} é {p.thing.colour@p.thing} e fica {no:p.thing.room}, ao lado de {um:f=furniture} {condition@f}.",
            "{no:p.thing.room}, {ele:p} guarda {um:p.thing} {p.thing.colour@p.thing} e {um:o=smallThing} {condition@o}.",
            "{ele:p} tem {um:p.thing} {p.thing.colour@p.thing}, [presente de {q=person}|que ganhou em {p.month}|que comprou {no:=shop}|de que cuida muito].",
            "Todos conhecem {o:p.thing} {p.thing.colour@p.thing} {dele:p}, [que está sempre|que fica|que quase sempre está] {no:p.thing.room}.",
        ],
        ["petIntro"] =
        [
            "{p} tem {um:p.pet.kind} {p.pet.colour@p.pet.kind} que se chama {p.pet}.",
            "{p.pet} é {o:p.pet.kind} {p.pet.colour@p.pet.kind} de {p} e [dorme|fica|come] {no:p.pet.spot}.",
            "{o:p.pet.kind} de {p}, {p.pet}, [acordou|apareceu|brincou|se escondeu] {no:p.pet.spot} <when>.",
            "{no:p.street} todos conhecem {p.pet}, {o:p.pet.kind} {p.pet.colour@p.pet.kind} de {p}.",
        ],
        ["petMore"] =
        [
            "<habit>, {p.pet} espera {p} {no:p.pet.spot} e ganha [um carinho|um pedaço de {fruit}|água fresca].",
            "{p.pet} tem medo de {medo=fear}, mas gosta de {q=person}, que vem [brincar com {ele:p.pet}|vê-{lo:p.pet}] <habit>.",
            "O lugar preferido de {p.pet} é {o:p.pet.spot}, embaixo {do:furniture}.",
            "<when>, {p.pet} fugiu {pelo:=outdoors} e só voltou quando {p} chamou [duas|três|muitas] vezes.",
            "Quando {p} vai {p.hobby}, {p.pet} [fica esperando|dorme|espera] {no:p.pet.spot}.",
        ],
        ["home"] =
        [
            "{p} mora {no:p.street}, numa casa {p.houseColour@fem} com {um:tree} no quintal.",
            "A casa {p.houseColour@fem} de {p} fica {no:p.street} e tem {um:f=flower} {colour@f} na janela.",
            "{p} vive {no:p.street}; da janela da casa {p.houseColour@fem} se veem {um:t=tree} e {um:p2=outdoors}.",
            "A casa de {p}, {no:p.street}, é {p.houseColour@fem}, e {no:=room} há {um:f=furniture} {condition@f}.",
        ],
        ["family"] =
        [
            "{p.husband}, o marido {dele:p}, é {p.husband.job} e gosta de {p.husband.hobby}.",
            "{p.wife}, a esposa {dele:p}, é {p.wife.job} e gosta de {p.wife.hobby}.",
            "{ele:p} tem uma filha, {p.daughter}, e um filho, {p.son}, e <habit> sai com eles para {p.hobby}.",
            "A filha {dele:p}, {p.daughter}, tem {p.daughter.age} anos, e o filho, {p.son}, tem {p.son.age}.",
            "A mãe {dele:p}, {p.mother}, é {p.mother.job}; o pai, {p.father}, trabalha {no:p.father.workplace}.",
            "A irmã {dele:p}, {p.sister}, tem {p.sister.age} anos e prefere {p.sister.dish}.",
            "O irmão {dele:p}, {p.brother}, tem {p.brother.age} anos e prefere {p.brother.dish}.",
            "A avó {dele:p}, {p.grandmother}, tem {p.grandmother.age} anos e <habit> {pres:p.grandmother.task>p.grandmother}.",
            "O avô {dele:p}, {p.grandfather}, tem {p.grandfather.age} anos e <habit> {pres:p.grandfather.task>p.grandfather}.",
            "A neta {dele:p}, {p.granddaughter}, e o neto, {p.grandson}, gostam de {game} <habit>.",
        ],
        ["taste"] =
        [
            "{ele:p} adora {p.dish}, mas só bebe {p.drink} [<habit>|sem açúcar|bem devagar|com os amigos].",
            "Sua comida preferida é {o:p.dish}, sua fruta é {o:p.fruit}, e <habit> bebe {p.drink}.",
            "<habit>, {ele:p} gosta de {p.hobby} e de comer {p.fruit} [no lanche|depois do jantar|debaixo de {um:tree}].",
            "Nas horas livres, gosta de {p.hobby}; a cor de que mais gosta é {o:p.colour}.",
            "Quando compra {um:c=clothing}, {ele:p} quer que seja {p.colour@c}.",
            "{ele:p} nunca troca {um:p.fruit} por nada, a não ser por {p.dish}.",
            "Se alguém oferece {p.drink}, {ele:p} aceita; se oferece {y=dish}, {ele:p} prefere {p.dish}.",
        ],
    };

    public static readonly string[] Places =
    [
        "{o:s=shop} fica {no:s.street}, ao lado {do:s.near}, e abre às {s.hour@fem} horas. [As paredes são {s.wall@fem+}, e na entrada há {um:f=flower} {colour@f}.|Quem trabalha lá é {s.keeper}, que <habit> {pres:s.keeper.task>s.keeper}.|<habit>, {p=person} passa por lá para {errand}.]",
        "{p=person} saiu de casa, {no:p.street}, e foi {ao:s=shop}, que fica {no:s.street}. No caminho, {ver>p} {um:a=animal} e {um:t=tree}. Quando chegou, {o:s} [ainda estava {fechado@s}, porque só abre às {s.hour@fem} horas|já estava {aberto@s}, pois abre às {s.hour@fem} horas].",
        "— Por favor, onde fica {o:s=shop}? — perguntou [um turista|uma turista|{p=child}|um motorista].\n— Fica {no:s.street}, ao lado {do:s.near}. [É só seguir {pelo:=outdoors}.|Abre às {s.hour@fem} horas.|Tem paredes {s.wall@fem+}, é fácil de achar.|Se encontrar {s.keeper} lá, mande um abraço.]",
        "— A que horas abre {o:s=shop}, {p=person}?\n— Abre às {s.hour@fem} horas. [Vou lá hoje|Preciso ir lá amanhã|Passei por lá ontem] para {errand}.",
        "{!s=shop}{no:s.street} ficam {o:s} e {o:s.near}. {o:s} tem paredes {s.wall@fem+}, e {o:n=s.near} tem paredes {n.wall@fem+}. <habit>, a rua fica cheia de [gente|crianças|bicicletas|turistas] [até às {hour@fem} horas|até a noite|por causa da feira].",
        "A cidade é pequena: tem {um:a=shop}, {um:b=shop}, {um:c=shop} e {um:d=outdoors}. {o:a} fica {no:a.street}; {o:b} fica {no:b.street}. [Para ir de um lugar ao outro, basta andar {n=small} minutos|Quem quer {errand} vai {ao:c}|<habit>, muita gente vai {ao:d} para {rest}].",
        "O rio passa [perto|atrás|longe] {do:s=shop} e debaixo da ponte. <habit>, {p=person} e {q=person} sentam na margem para {rest}. Do outro lado se vê {um:t=tree}, e às vezes {um:b=bird} pousa nos galhos [mais altos|mais baixos|perto da água].",
        "<habit>, a feira da praça vende {pl:a=fruit}, {pl:b=vegetable} e {pl:c=goods}. {p=adult} sempre compra {n=small} [quilos de|caixas de|sacolas de] {pl:a} e conversa com {q=adult} sobre [o preço {dos:b}|a chuva de {month}|a colheita {dos:a}].",
        "O trem das {h=hour@fem} horas [trouxe|levou] {p=person} [à cidade|para casa] <when>. A estação, que fica {no:estação.street}, estava [cheia|vazia|silenciosa], e {o:v=vehicle} {do:p2=shop} esperava na saída.",
    ];
}
