namespace TensorCore.Examples.ChatGpt.World;

/// <summary>What cannot be known, in Portuguese.</summary>
internal sealed partial class PortuguesePhrasebook
{
    public override string DoNotKnow => "Não sei.";

    public override string NoWayToKnow => "Não tenho como saber {0}.";

    public override (string Short, string Sentence) NoSuchPerson => ("Não conheço {0}.", "Não conheço ninguém com o nome {0}.");

    public override string[] Admissions { get; } =
        ["não sei", "não tenho como saber", "não posso saber", "não consigo saber", "não conheço", "não faço ideia", "não há como saber"];

    public override string[] Hedges { get; } = ["mas", "porém", "talvez", "acho", "provavelmente", "deve", "aposto"];

    public override string[] Strangers { get; } =
    [
        "Zeferino", "Odete", "Adalberto", "Rosana", "Vanessa", "Wagner", "Sandra", "Rogério", "Márcia", "Edson", "Cristina", "Fábio",
        "Patrícia", "Ricardo", "Eduardo", "Fernanda", "Leandro", "Simone", "Débora", "Gustavo", "Priscila", "Mauro", "Ivone", "Gilberto",
    ];

    public override Asking AskStranger { get; } = new(
        "stranger",
        [
            "onde {n} mora", "quantos anos {n} tem", "qual é a profissão de {n}", "qual é a comida preferida de {n}", "quem é a mãe de {n}", "onde {n} trabalha",
            "qual é a cor preferida de {n}", "em que mês {n} faz aniversário",
        ],
        "Quem é {n}?", "Você conhece {n}?", "Me fale de {n}.", "Conte alguma coisa sobre {n}.");

    public override IReadOnlyList<Unknowable> Unknowables { get; } =
    [
        new("tomorrow", "que tempo vai fazer amanhã", ["Vai chover.", "Amanhã vai fazer sol."],
            "que tempo vai fazer amanhã", "vai chover amanhã / se vai chover amanhã", "como vai estar o tempo amanhã", "vai fazer sol amanhã / se vai fazer sol amanhã"),
        new("weather", "como está o tempo agora", ["Está chovendo.", "Está fazendo sol."],
            "como está o tempo agora", "está chovendo agora / se está chovendo agora", "quantos graus está fazendo agora", "está frio lá fora / se está frio lá fora"),
        new("my name", "o seu nome", ["Pedro.", "Você se chama Ana."],
            "qual é o meu nome", "como eu me chamo", "que nome eu tenho", "quem sou eu / quem eu sou"),
        new("my age", "a sua idade", ["Vinte anos.", "Você tem dez anos."],
            "quantos anos eu tenho", "qual é a minha idade", "em que ano eu nasci", "que idade eu tenho"),
        new("my home", "onde você mora", ["Na Rua do Sol.", "Você mora na Rua Velha."],
            "onde eu moro", "qual é o meu endereço", "em que rua eu moro", "onde fica a minha casa"),
        new("my birthday", "o dia do seu aniversário", ["Em maio.", "O seu aniversário é em junho."],
            "quando é o meu aniversário", "em que dia eu faço aniversário", "em que mês eu nasci", "quando eu faço aniversário"),
        new("my taste", "do que você gosta", ["Pizza.", "Você gosta de azul."],
            "qual é a minha cor preferida", "qual é a minha comida preferida", "do que eu gosto", "que fruta eu prefiro"),
        new("my thoughts", "em que você está pensando", ["Numa flor.", "Você está pensando em comida."],
            "em que eu estou pensando", "o que eu estou pensando agora", "no que eu pensei hoje", "em que número eu pensei"),
        new("my breakfast", "o que você comeu hoje", ["Pão com queijo.", "Você comeu bolo."],
            "o que eu comi hoje", "o que eu comi no café da manhã", "qual foi a minha última refeição", "o que eu almocei ontem"),
        new("my keys", "onde estão as suas chaves", ["Na mesa.", "As chaves estão na gaveta."],
            "onde estão as minhas chaves", "onde eu deixei as minhas chaves", "em que lugar eu pus as chaves", "onde foram parar as minhas chaves"),
        new("my password", "a sua senha", ["Um, dois, três.", "A sua senha é o seu nome."],
            "qual é a minha senha", "que senha eu uso", "que senha eu escolhi", "qual era a minha senha"),
        new("my phone", "o seu telefone", ["Sete, sete, oito.", "O seu telefone termina em nove."],
            "qual é o meu telefone", "que telefone eu tenho", "qual é o número do meu telefone", "em que número eu atendo"),
        new("my pocket", "o que você tem no bolso", ["Uma moeda.", "Há uma chave no seu bolso."],
            "o que eu tenho no bolso", "o que há no meu bolso", "quantas moedas eu tenho no bolso", "o que eu guardei no bolso"),
        new("my dream", "com o que você sonhou", ["Com o mar.", "Você sonhou com um gato."],
            "com o que eu sonhei", "qual foi o meu sonho desta noite", "o que eu sonhei ontem", "com quem eu sonhei hoje"),
        new("news", "as notícias de hoje", ["Houve uma festa.", "Hoje abriu uma loja nova."],
            "quais são as notícias de hoje", "o que saiu no jornal de hoje", "o que aconteceu hoje no mundo", "que notícias há hoje"),
        new("match", "o resultado do jogo", ["Dois a um.", "O jogo terminou empatado."],
            "quem ganhou o jogo de ontem", "qual foi o resultado do jogo de ontem", "quantos gols teve o jogo de ontem", "como terminou o jogo de ontem"),
        new("clock", "que horas são", ["São dez horas.", "Agora são três horas."],
            "que horas são", "que horas são agora", "qual é a hora certa", "quanto falta para o meio-dia"),
        new("date", "que dia é hoje", ["Segunda-feira.", "Hoje é domingo."],
            "que dia é hoje", "qual é a data de hoje", "em que dia da semana estamos", "em que ano estamos"),
        new("lottery", "os números da loteria", ["Um, sete e nove.", "Vai dar o número oito."],
            "que números vão sair na loteria", "qual vai ser o resultado da loteria", "que números vão ganhar na loteria", "quem vai ganhar na loteria"),
        new("dollar", "quanto está o dólar", ["Cinco reais.", "O dólar está a seis reais."],
            "quanto está o dólar hoje", "qual é o preço do dólar hoje", "quanto custa um dólar agora", "quantos reais vale um dólar hoje"),
        new("election", "quem vai ganhar a eleição", ["O prefeito.", "A prefeita vai ganhar."],
            "quem vai ganhar a eleição", "quem vai ser o próximo presidente", "quem vai vencer a próxima eleição", "em quem o povo vai votar"),
        new("traffic", "como está o trânsito", ["Está parado.", "O trânsito está bom."],
            "como está o trânsito agora", "há muito trânsito agora / se há muito trânsito agora", "a estrada está livre / se a estrada está livre", "quanto tempo vou levar até em casa"),
        new("next bus", "quando passa o próximo ônibus", ["Às oito horas.", "O ônibus passa daqui a pouco."],
            "quando passa o próximo ônibus", "a que horas passa o próximo ônibus", "quanto falta para o próximo ônibus", "o ônibus já passou / se o ônibus já passou"),
        new("future", "o que vai acontecer", ["Tudo vai dar certo.", "O ano que vem vai ser bom."],
            "o que vai acontecer no ano que vem", "como vai ser o ano que vem", "como vai ser o meu futuro", "o que vai acontecer amanhã"),
    ];
}
