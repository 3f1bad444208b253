namespace TensorCore.Examples.Gpt.World;

/// <summary>Weather with its causes, numbers, comparisons, animals and plants, and the lecture's notions, in Portuguese.</summary>
internal static class PortugueseScenes
{
    public static readonly string[] Weather =
    [
        "[Choveu muito|Caiu uma tempestade|A chuva foi forte] <when>, por isso [o rio subiu|a rua alagou|a ponte ficou fechada] e {p=person} não pôde ir {ao:l=place}.",
        "Como [choveu|ventou|fez frio|trovejou] <when>, {p=person} ficou em casa para {rest} e só foi {chore} na {weekday} seguinte.",
        "O rio subiu porque choveu {n=small} dias em {month}. [A água chegou|A lama chegou|A enchente chegou] até {o:l=shop}, e {p=adult} teve que tirar {os:x=goods} do chão.",
        "Não chove desde {month}. A terra {do:l=outdoors} está seca, {os:f=flower} murcharam e {o:t=tree} perdeu as folhas. Por isso {p=person} rega {os:v=vegetable} <habit>.",
        "O sol [apareceu|voltou|brilhou] <when>, e a roupa de {p=person} secou em {n=small} horas. {q=person} aproveitou para {chore}; {r=child} preferiu {game}.",
        "Fez {t=temperature} graus <when>. {p=person} [achou quente|achou bom|estranhou], mas {q=person} disse que em {month} [faz mais calor|faz mais frio|o tempo muda muito] {no:outdoors}.",
        "Ventou tanto <when> que {um:t=tree} caiu {no:s=street}. Ninguém se machucou, mas {p=person} teve que dar a volta {pelo:l=outdoors} para chegar {ao:k=shop}.",
        "Se chover [na {weekday}|no sábado|no domingo|em {month}], {p=person} vai {rest}; se fizer sol, vai {hobby} com {q=person}.",
        "A neblina cobria {o:l=outdoors} <when>. {p=person} não via nem {o:t=tree} nem {o:s=shop}, e por isso andou devagar {pelo:street}. Às {hour@fem} horas, a neblina sumiu.",
        "Geou em {month}, e {os:f=flower} {do:l=outdoors} ficaram {branco@f+}. Por causa do frio, {p=person} vestiu {um:c=clothing} de lã e tomou {d=drink}.",
        "Quando o céu fica escuro sobre {o:l=outdoors}, {p=person} já sabe: vai chover. Então fecha as janelas {do:r=room}, recolhe {os:x=clothing} do varal e vai {rest}.",
        "A água da chuva cai {no:l=outdoors}, corre para o rio e o rio vai para o mar. Com o sol, a água sobe, vira nuvem e volta como chuva, explicou {p=adult} a {q=child} <when>.",
        "No verão faz calor e {p=person} gosta de {p.hobby}; no inverno faz frio e {p} prefere {rest}. {q=person} diz que sua estação é [a primavera, por causa {dos:f=flower}|o outono, por causa {dos:g=fruit}].",
        "Previsão para {weekday}: [sol|chuva|vento|nuvens] pela manhã, [sol|chuva fina|céu limpo|trovoadas] à tarde e {t=temperature} graus {no:l=outdoors}. {p=person} vai precisar de {um:x=clothing}.",
    ];

    public static readonly string[] Numbers =
    [
        "{a=upTo20} mais {b=small} são {s=a+b}. {b} mais {a} também são {s}[.|, porque a ordem não muda a soma.|: tanto faz por onde se começa.]",
        "{dig:a=upTo99} + {dig:b=upTo99} = {dig:s=a+b}. Em palavras: {a} mais {b} são {s}.",
        "{a=big} menos {b=small} são {d=a-b}. Para conferir, {p=child} soma {d} e {b}, e dá {a}.",
        "{a=small} vezes {b=small} são {m=a*b}. {p=child} confere com {!x=countable}{pl:x}: {a} montes de {b} dão {m}.",
        "{dig:a=small} × {dig:b=small} = {dig:m=a*b}, e {dig:b} × {dig:a} também é {dig:m}, [explicou|mostrou|repetiu] {q=adult} a {p=child} <when>.",
        "{!x=countable}{!n=big}{!m=small}{p=person} tinha {count:n@x}. Deu {m@x} a {q=person} e ficou com {!d=n-m}{count:d@x}. {r=person} achou justo.",
        "{!x=countable}{!n=upTo20}{!m=small}{!s=n+m}{p=person} achou {count:n@x} <spot> e {m@x} <spot>. Ao todo, {ele:p} tem {count:s@x}.",
        "{!x=countable}{!n=small}{!c=small}{!t=n*c}Cada {x} custa {c} reais {no:l=shop}. {p=person} comprou {count:n@x} e pagou {t} reais a {q=adult}.",
        "{!x=countable}{!a=small}{!b=small}{!m=a*b}Há {a@fem} caixas {no:l=room}, e em cada uma há {count:b@x}. Quantos são ao todo? São {count:m@x}, contou {p=child}.",
        "{!x=countable}{!a=small}{!b=small}{!c=small}{!s=a+b}{!t=s+c}{p=child} levou {count:a@x}, {q=child} levou {b@x} e {r=child} levou {c@x}. Ao todo, as crianças tinham {count:t@x}.",
        "{p=child} contou {os:x=animal} {do:l=outdoors}: um, dois, três[, quatro|, quatro, cinco|, quatro, cinco, seis]. {q=child} contou {os:y=bird} e chegou a {n=upTo99}.",
        "Depois de {n=upTo99} vem {m=n+one}, e antes vem {k=n-one}. {p=child} aprendeu isso com {q=adult} {no:l=place}.",
        "{a=small} mais {b=small} são {s=a+b}, e {s} mais {c=small} são {t=s+c}. Então {a} mais {b} mais {c} são {t}.",
        "— Quanto é {a=upTo20} mais {b=upTo20}? — perguntou {q=adult} <when>.\n— {s=a+b} — disse {p=child}, que contou nos dedos {no:room}.",
        "{p=adult} tem {!n=p.age}{dig:n} anos. Daqui a {m=small} anos, {ele:p} terá {s=n+m}; há {m} anos, tinha {d=n-m}.",
        "{!x=countable}{!h=small}{!two=two}{!n=h*two}{p=person} repartiu {count:n@x} com {q=person}: metade para cada um, ou seja, {count:h@x}.",
        "Uma semana tem sete dias; {n=small@fem} semanas têm {t=n*seven} dias. {p=child} fez essa conta {no:l=room} para saber quando chega {month}.",
    ];

    public static readonly string[] Comparisons =
    [
        "{!x=bySize}{!y=bySize<x}{o:x} é maior do que {o:y}, e {o:y} é menor do que {o:x}. {p=child} [comparou os dois|viu um desenho dos dois|leu sobre os dois num livro] {no:l=place}.",
        "{!x=bySize}{!y=bySize<x}{!z=bySize<y}{o:z} é {pequeno@z}[; {o:y} é maior, e {o:x} é ainda maior|, {o:y} é maior, e {o:x} é maior do que {o:y}], explicou {p=adult} a {q=child} {no:l=place}.",
        "{!x=bySpeed}{!y=bySpeed<x}{o:x} é mais {rápido@x} do que {o:y}. Numa corrida até {o:l=place}, {o:x} chegaria primeiro e {o:y} chegaria depois, disse {p=person}.",
        "{!x=vehicleBySpeed}{!y=vehicleBySpeed<x}De {x} se chega mais depressa do que de {y}. {p=person} foi de {y} {ao:l=outdoors}, {q=person} foi de {x}, e {q} chegou primeiro.",
        "{!x=byWeight}{!y=byWeight<x}{o:x} pesa mais do que {o:y}. {p=person} levantou {o:y} com uma mão, mas para {o:x} pediu ajuda a {q=person} <when>.",
        "{!x=bySweetness}{!y=bySweetness<x}{o:x} é mais doce do que {o:y}, por isso {p=person} põe açúcar {no:y} e não põe {no:x}.",
        "{!x=byHeight}{!y=byHeight<x}{o:x} é mais {alto@x} do que {o:y}; {o:y} é mais {baixo@y}. De cima {do:x}, {p=child} via até {o:l=outdoors}.",
        "{!x=fruitBySize}{!y=fruitBySize<x}{um:x} é maior do que {um:y}. {p=person} pôs {count:n=small@y} na cesta e só {um:x}, e a cesta de {q=person} pesava menos.",
        "{!p=person}{!q=<p}{p} é mais {velho@p} do que {q}: {p} tem {p.age} anos, e {q} tem {q.age}. [{q} é mais {novo@q}, mas sabe {q.hobby} muito bem.|{q} nasceu depois, e faz aniversário em {q.month}.|{q}, mais {novo@q}, mora {no:q.street}.]",
        "{!p=child}{!q=<p}{p} tem {p.age} anos e {q} tem {q.age}. Portanto, {p} é mais {velho@p} e {q} é mais {novo@q}. Quem nasceu antes foi {p}, em {p.month}.",
        "{!x=bySize}{!y=bySize<x}Qual é maior, {o:x} ou {o:y}? {p=child} pensou {no:l=room} e respondeu: {o:x} é maior.",
        "{!x=bySpeed}{!y=bySpeed<x}Quem é mais {lento@y}, {o:y} ou {o:x}? {q=adult} perguntou isso <when>, e {p=child} acertou: {o:y} é mais {lento@y}.",
        "{!x=clothing}{o:x} de {p=person} custou {n=upTo20} reais, e {o:x} de {q=person} custou {b=upTo99} reais. {o:x} de {q} foi mais {caro@x}, mas {o:x} de {p} é tão {bonito@x} quanto {o:x} de {q}.",
    ];

    public static readonly string[] Nature =
    [
        "{um:t=tree} {do:l=outdoors} [dá sombra|tem galhos fortes|perde as folhas em {month}|floresce em {month}]. <habit>, {um:b=bird} canta {nele:t}, e {p=child} senta embaixo para {rest}.",
        "{o:a=farmAnimal} vive no sítio e come [capim|milho|folhas|restos de {vegetable}]. <habit>, {p=adult} cuida {do:a} e depois vai {chore}.",
        "{o:a=wildAnimal} vive [na mata|perto do rio|no bosque] e quase nunca vem à cidade. <when>, porém, {p=person} viu {um:a} {no:l=outdoors}.",
        "A abelha visita {a=flower} por {a} {no:l=outdoors} e leva o pólen de uma flor à outra. Sem ela, {o:t=tree} não daria frutos, explicou {p=adult} a {q=child} <when>.",
        "{o:f=fruit} nasce de uma flor, cresce devagar e amadurece em {month}. {p=person} prefere {o:f} bem {maduro@f}, com [um copo|uma caneca] de {d=drink}.",
        "Em {month}, {um:f=flower} {colour@f} abriu {no:l=outdoors}. {um:i=insect} pousou {nele:f}, e {p=person} tirou uma foto para mostrar a {q=person}.",
        "{os:b=bird} fazem ninho {no:t=tree} {do:l=outdoors}. <habit>, {p=child} escuta {os:b} enquanto vai {chore}.",
        "A vaca dá leite, a galinha bota ovos e a ovelha dá lã. Com o leite, {p=adult} faz queijo; com os ovos, faz {um:d=dish}; com a lã, {q=person} faz {um:c=woolen}.",
        "{o:i=insect} é {pequeno@i}, mas anda o dia inteiro {no:l=outdoors}. {p=child} passou {n=upTo20} minutos olhando {o:i} <when>.",
        "De noite, a coruja sai {do:t=tree} e voa sem barulho sobre {o:l=outdoors}. {p=person} ouviu o canto dela <when>, quando ia {errand}.",
        "Na horta de {p=adult} há {pl:a=vegetable}, {pl:b=vegetable} e {um:t=tree}. {os:a} crescem [ao sol|na sombra|perto do muro], e {os:b} precisam de água <habit>.",
        "O cachorro late, o gato mia, a galinha cacareja e a vaca muge. {p=child} imita {o:a=farmAnimal}, e {q=child} imita {o:b=bird} {no:l=outdoors}.",
    ];

    public static readonly string[] Definitions =
    [
        "<ask> o que é um neurônio artificial. [É uma conta simples|É um modelo do neurônio do cérebro|É a menor peça de uma rede]: soma as entradas multiplicadas por pesos, junta um viés e passa o resultado por uma função de ativação.",
        "O perceptron é [uma rede de um só neurônio|a rede neural mais simples]: [se a soma das entradas com seus pesos passa de um limite, responde um; se não passa, responde zero|ele separa os exemplos em dois grupos com uma reta]. <learner>",
        "Uma rede neural é feita de neurônios em camadas: [a de entrada, as ocultas e a de saída|a primeira recebe os dados, as do meio transformam, a última responde]. <learner>",
        "O gradiente [diz para que lado o erro cresce|mostra como o erro muda quando cada peso muda]; por isso [os pesos andam no sentido contrário|a rede dá um passo no sentido oposto]. É como {p=person} descendo o morro na neblina: sente a ladeira com o pé e vai {ao:outdoors}.",
        "A taxa de aprendizado é o tamanho do passo. [Grande demais, a rede pula de um lado para o outro e não aprende|Pequena demais, a rede demora muito a aprender]; por isso {p=adult} [testa|experimenta|compara] {n=small} valores <habit>.",
        "<ask> para que serve a atenção. Ela [deixa cada palavra olhar para as outras da frase|mistura a cada palavra um pouco do que dizem as vizinhas], e assim [banco de praça e banco de dinheiro ficam diferentes|a mesma palavra ganha o sentido certo em cada frase].",
        "O softmax transforma números quaisquer em probabilidades: [todas ficam entre zero e um, e a soma é um|o maior número fica com a maior parte, e nada fica negativo]. <learner>",
        "A temperatura de um modelo de linguagem [muda o sorteio da próxima palavra|diz quanto o modelo arrisca]: [baixa, ele escolhe quase sempre a palavra mais provável|alta, palavras raras também aparecem, com mais surpresa e mais erro]. {p=person} prefere temperatura [baixa|alta|média] para escrever {um:b=book}.",
        "Um token é um pedaço de texto, [às vezes uma palavra inteira, às vezes uma sílaba|como uma palavra curta, uma sílaba ou um sinal]. A palavra {x=animal}, por exemplo, pode virar [um token|dois tokens|três tokens], explicou {p=adult} <when>.",
        "Um modelo de linguagem lê o começo de um texto e diz qual token vem depois; [escreve esse token e repete|põe o token no fim e começa de novo]. Depois de \"{p=person} mora\", por exemplo, espera \"{no:p.street}\".",
        "Uma função de ativação [faz a rede deixar de ser uma simples soma|dá curvas à rede]: a sigmoide espreme tudo entre zero e um, e a ReLU troca os negativos por zero. <learner>",
        "O erro de uma rede é medido por uma função de custo: [quanto maior o custo, pior a resposta|se o custo cai, a rede está aprendendo]. <when>, o custo da rede de {p=adult} caiu de {a=upTo99} para {b=small}.",
        "A retropropagação [leva o erro da última camada até a primeira|calcula, camada por camada e de trás para a frente, a culpa de cada peso] com a regra da cadeia. <learner>",
        "Treinar uma rede é [mostrar exemplos e corrigir os pesos|repetir: prever, medir o erro, corrigir]. Depois de {n=upTo99@fem} rodadas, a rede de {p=adult} já distinguia {um:x=animal} de {um:y=animal}.",
        "No pré-treino, o modelo [lê muitos textos e aprende a continuar as frases|adivinha a próxima palavra milhões de vezes]; depois, [pessoas mostram boas respostas|aprende a responder perguntas como as de {p=person}]. <learner>",
        "Um modelo de recompensa dá nota às respostas: [aprende com pessoas que dizem qual resposta é melhor|imita o gosto de quem compara duas respostas]. {p=person} comparou {n=upTo99@fem} respostas <when> e escolheu as mais [claras|gentis|curtas|úteis].",
        "Um vetor é uma lista de números. [O vetor de {x=fruit} fica perto do vetor de {y=fruit}|No modelo, cada palavra é um vetor, e {x=animal} fica perto de {y=animal}], [mas longe de {z=vehicle}|porque aparecem em frases parecidas]. <learner>",
        "O perceptron multicamada [liga todos os neurônios de uma camada aos da seguinte|junta muitos perceptrons em camadas]; [com mais neurônios, aprende coisas mais difíceis|com mais camadas, precisa de mais exemplos e de mais memória]. <learner>",
    ];

    public static readonly Dictionary<string, string[]> Rules = new()
    {
        ["ask"] =
        [
            "<when>, {p0=child} perguntou a {q0=adult}", "{p0=child} queria saber", "{q0=adult} explicou a {p0=child}, {no:place},",
            "Na aula de {weekday}, {q0=adult} contou", "{p0=person} leu num livro {do:shop}",
        ],
        ["learner"] =
        [
            "Quem explicou isso a {p0=person} foi {q0=adult}, {no:place}.",
            "{p0=person} [anotou|leu|aprendeu|repetiu] isso <when>, {no:place}.",
            "{p0=adult} desenhou tudo no quadro {do:place} para {q0=person} entender.",
            "{p0=child} demorou {n0=upTo99} dias para entender isso, mas agora explica a {q0=person}.",
            "Com isso, {p0=adult} treinou um programa que distingue {o:x0=animal} {do:y0=animal}.",
            "É assim que o computador de {p0=adult} reconhece {um:x0=fruit} numa foto {do:place}.",
        ],
    };
}
