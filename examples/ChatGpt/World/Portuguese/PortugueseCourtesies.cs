namespace TensorCore.Examples.ChatGpt.World;

/// <summary>Greetings and questions about the assistant, in Portuguese.</summary>
internal sealed partial class PortuguesePhrasebook
{
    public override IReadOnlyList<Courtesy> Courtesies { get; } =
    [
        new(Hello, "Olá!", "Olá! Em que posso ajudar?", ["olá", "oi"],
            "Oi!", "Olá!", "Oi, assistente!", "Olá, assistente!", "Ei!", "Oi, tem alguém aí?", "Alô!", "Olá, cheguei!"),
        new("morning", "Bom dia!", "Bom dia! Em que posso ajudar?", ["bom dia"],
            "Bom dia!", "Muito bom dia!", "Bom dia, assistente!", "Oi, bom dia!", "Olá, bom dia!", "Um bom dia para você!", "Bom dia, tudo certo?", "Desejo um bom dia!"),
        new("afternoon", "Boa tarde!", "Boa tarde! Em que posso ajudar?", ["boa tarde"],
            "Boa tarde!", "Muito boa tarde!", "Boa tarde, assistente!", "Oi, boa tarde!", "Olá, boa tarde!", "Uma boa tarde para você!", "Boa tarde, tudo certo?", "Desejo uma boa tarde!"),
        new("night", "Boa noite!", "Boa noite! Em que posso ajudar?", ["boa noite"],
            "Boa noite!", "Muito boa noite!", "Boa noite, assistente!", "Oi, boa noite!", "Olá, boa noite!", "Uma boa noite para você!", "Boa noite, tudo certo?", "Desejo uma boa noite!"),
        new("how", "Tudo bem!", "Tudo bem, obrigado por perguntar!", ["tudo bem", "estou bem", "vou bem"],
            "Tudo bem?", "Como vai?", "Como você está?", "Tudo bem com você?", "Oi, tudo bem?", "Como vão as coisas?", "E aí, tudo certo?", "Você está bem?"),
        new("who", "Um modelo de linguagem.", "Sou um modelo de linguagem, às suas ordens.", ["modelo de linguagem"],
            "Quem é você?", "O que é você?", "Com quem estou falando?", "Você é uma pessoa?", "Você é um robô?", "Me diga quem você é.", "Quem está aí?", "Você é gente?"),
        new("name", "Tensor.", "Meu nome é Tensor, às suas ordens.", ["tensor"],
            "Qual é o seu nome?", "Como você se chama?", "Que nome você tem?", "Me diga o seu nome.", "Você tem nome?", "Posso saber o seu nome?", "Como devo chamar você?", "Que nome deram a você?"),
        new("thanks", "De nada!", "De nada, foi um prazer!", ["de nada", "por nada"],
            "Obrigado!", "Obrigada!", "Muito obrigado!", "Muito obrigada!", "Valeu!", "Agradeço a ajuda!", "Obrigado pela ajuda!", "Obrigada pela resposta!"),
        new("bye", "Até logo!", "Até logo, volte sempre!", ["até logo", "até mais", "tchau"],
            "Tchau!", "Até logo!", "Até mais!", "Preciso ir embora.", "Adeus!", "Vou indo, tchau!", "Até a próxima!", "Tchau, até amanhã!"),
        new("skills", "Respondo perguntas.", "Respondo perguntas sobre a cidade, com muito prazer.", ["respondo perguntas"],
            "O que você sabe fazer?", "Em que você pode ajudar?", "O que posso perguntar?", "Que perguntas você responde?", "Para que você serve?", "O que você faz?", "Como você pode me ajudar?", "Você sabe fazer o quê?"),
        new("praise", "Que bom!", "Que bom, fico feliz em ajudar!", ["que bom"],
            "Muito bem!", "Parabéns!", "Você é muito bom!", "Ótima resposta!", "Gostei da resposta!", "Você acertou!", "Que resposta boa!", "Você é inteligente!"),
        new("sorry", "Sem problema!", "Sem problema, fique à vontade!", ["sem problema"],
            "Desculpe!", "Desculpa!", "Foi mal!", "Perdão!", "Me desculpe!", "Sinto muito!", "Peço desculpas!", "Desculpe o incômodo!"),
        new("language", "Português.", "Falo português. Em que posso ajudar?", ["português"],
            "Você fala português?", "Que língua você fala?", "Em que língua você responde?", "Você sabe português?", "Você entende português?", "Que idioma você fala?", "Qual é a sua língua?", "Em que idioma podemos conversar?"),
        new("place", "Dentro do computador.", "Moro dentro do computador, às suas ordens.", ["computador"],
            "Onde você mora?", "Onde você está?", "Em que lugar você fica?", "Em que rua você mora?", "Onde fica a sua casa?", "De onde você fala?", "De onde você é?", "Você mora nesta cidade?"),
    ];
}
