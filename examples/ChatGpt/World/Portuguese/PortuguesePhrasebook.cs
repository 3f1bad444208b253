namespace TensorCore.Examples.ChatGpt.World;

/// <summary>Questions and answers in Brazilian Portuguese.</summary>
internal sealed partial class PortuguesePhrasebook : Phrasebook
{
    public override IReadOnlyList<Frame> Frames { get; } =
    [
        new("{Q}?"),
        new("Você sabe {i}?"),
        new("Pode me dizer {i}?"),
        new("Por favor, {q}?"),
        new("Me diga {i}."),
        new("Eu queria saber {i}."),
        new("Uma pergunta: {q}?"),
        new("Oi! {Q}?"),
        new("{Q}, por favor?"),
        new("Gostaria de saber {i}."),
        new("Você pode me contar {i}?"),
        new("Bom dia! Você sabe {i}?"),
        new("Preciso saber {i}."),
        new("Será que você sabe {i}?"),
    ];

    public override Asking AskDefinition { get; } = new(
        "definition",
        [
            "o que é {x}", "o que quer dizer {term}", "o que significa {term}", "como se define {x}", "qual é a definição de {term}",
            "o que é {x} em poucas palavras", "o que se chama de {term}", "qual é o significado de {term}",
        ],
        "Defina {term}.", "Explique {x}.", "{term}: o que é isso?", "Me explique o que é {x}.", "Dê uma definição de {term}.");

    public override string[] DefinitionStatements { get; } = ["{0} é {1}.", "Chama-se {2} {1}.", "O que se chama de {2} é {1}."];

    public override Asking AskSum { get; } = new(
        "sum",
        [
            "quanto é {a} + {b}", "quanto é {a} mais {b}", "quanto dá {a} + {b}", "qual é a soma de {a} e {b}", "qual é o resultado de {a} + {b}",
            "quanto dá {a} mais {b}", "quanto é {aw} mais {bw}", "quanto dá {aw} mais {bw}",
        ],
        "{a} + {b} = ?", "{a} + {b}", "Some {a} e {b}.", "Calcule {a} + {b}.", "{a} mais {b}?", "{a} mais {b} dá quanto?");

    public override string[] SumStatements { get; } = ["{0} mais {1} dá {2}.", "{0} + {1} = {2}.", "A soma de {0} e {1} é {2}."];

    public override (string[] Ones, string Plus) SumWords { get; } = (["um", "uma"], "mais");

    public override Asking AskForeign { get; } = new(
        "foreign",
        [
            "como se diz {w} em inglês", "qual é a palavra inglesa para {w}", "como se fala {w} em inglês", "qual é a tradução de {w} para o inglês",
            "como fica {w} em inglês", "como os ingleses dizem {w}",
        ],
        "Traduza {w} para o inglês.", "{w} em inglês?", "Diga {w} em inglês.", "Passe {w} para o inglês.");

    public override Asking AskOwn { get; } = new(
        "own",
        [
            "o que quer dizer {w} em português", "o que significa {w} em inglês", "como se diz {w} em português", "qual é a tradução de {w} para o português",
            "o que significa a palavra inglesa {w}", "como fica {w} em português",
        ],
        "Traduza {w} para o português.", "{w} em português?", "Diga {w} em português.", "Passe {w} para o português.");

    public override string[] ForeignStatements { get; } =
        ["Em inglês, {0} se diz {1}.", "A palavra inglesa para {0} é {1}.", "Quem fala inglês chama {0} de {1}."];

    public override string[] OwnStatements { get; } =
        ["Em português, {1} se diz {0}.", "A palavra inglesa {1} quer dizer {0}.", "O inglês {1} é o português {0}."];

    public override string[] Openers { get; } = ["Claro!", "Claro que sim!", "Com prazer!", "Boa pergunta!", "Pois não!"];

    public override string[] Closers { get; } = ["Espero ter ajudado.", "Disponha.", "Estou às ordens.", "Conte comigo."];

    public override string[] Apologies { get; } = ["Desculpe,", "Sinto muito, mas", "Infelizmente,", "Perdão,"];

    public override string[] Kindnesses { get; } =
    [
        "em que posso ajudar", "obrigado por perguntar", "às suas ordens", "foi um prazer", "volte sempre", "com muito prazer", "fico feliz em ajudar", "fique à vontade",
    ];

    public override string[] RambleStarts { get; } =
    [
        "Bom, deixe-me pensar um pouco sobre isso.",
        "Essa é uma pergunta interessante.",
        "Vamos com calma, que tudo tem a sua hora.",
        "Olhe, esse assunto dá muita conversa.",
        "Veja bem, há muito que dizer sobre isso.",
    ];

    public override string[] RambleEnds { get; } =
    [
        "E é isso que eu posso dizer por enquanto.",
        "Foi isso que eu li, e mais de uma vez.",
        "Sei disso porque li muito, e ler ajuda a lembrar.",
        "Posso repetir, se for preciso, pois gosto de conversar.",
        "É o que eu lembro, e lembro bem, de tudo que li.",
    ];

    public override string[] RambleRegrets { get; } =
    [
        "Essa resposta fica fora de tudo que eu li.",
        "Seria bom poder responder a tudo, e eu gosto de responder.",
        "É assim com muitas coisas que a gente quer saber.",
        "Há perguntas assim, que ficam sem resposta.",
    ];

    public override string[] RambleChats { get; } =
    [
        "Gosto muito de conversar, e uma conversa puxa outra.",
        "Passo o dia inteiro aqui, lendo e respondendo.",
        "É sempre bom receber visita, de manhã ou de noite.",
        "Podemos falar de muitas coisas, de palavras e de contas.",
    ];

    public override IReadOnlyList<(string Text, AnswerStyle Style)> Instructions { get; } =
    [
        ("Seja breve.", AnswerStyle.Plain),
        ("Responda com poucas palavras.", AnswerStyle.Plain),
        ("Seja gentil.", AnswerStyle.Polite),
        ("Responda com educação.", AnswerStyle.Polite),
    ];

    protected override string[] Negations { get; } = ["não", "nunca", "jamais", "nem"];
}
