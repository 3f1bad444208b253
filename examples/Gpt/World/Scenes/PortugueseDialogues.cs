namespace TensorCore.Examples.Gpt.World;

/// <summary>Short talks in Portuguese, each turn after a dash on a line of its own.</summary>
internal static class PortugueseDialogues
{
    public static readonly string[] All =
    [
        "— [Bom dia|Boa tarde|Olá], {q=adult}! Você tem {f=fruit} hoje? — perguntou {p=person} <when>.\n— [Bom dia|Boa tarde|Olá], {p}! Hoje só tenho {g=fruit}, mas {o:f} chega na {weekday}.\n— Então quero {count:n=small@g} para [um suco|uma torta|um doce|uma salada], {q}.\n— São {big} reais, e vai {um:h=vegetable} de presente.",
        "— {p=child}, você já foi {c=chore}? — quis saber {q=p.mother}.\n— Ainda não, mãe, estava {!g=game}{ger:g} com {r=child}.\n— Então vá {c} antes das {hour@fem} horas, e depois pode {g} de novo.\n— Combinado — respondeu {p}, e foi {c}.",
        "— Onde você deixou {o:x=smallThing}, {q=person}? — perguntou {p=person}.\n— Deixei {o:x} <spot>, [acho eu|como sempre|se não me engano].\n— Já olhei lá e não achei {o:x}. Será que está <spot>?\n— Pode ser. {r=person} também usou {o:x} <when>.",
        "— [Que dia bonito|Que calor|Que vento|Que frio], {q=person}! Vamos {ao:l=outdoors}?\n— Vamos, mas antes preciso {c=chore}.\n— Eu ajudo você a {c}, e depois levamos {um:d=dish} e [um copo|uma caneca] de {e=drink}.\n— Ótima ideia, {p=person}! Espero você {no:q.street} às {hour@fem} horas.",
        "— Quanto custa {este:x=clothing}? — perguntou {p=person} a {q=adult}.\n— {este:x} custa {n=upTo99} reais, mas {aquele:x} {!c=colour}{c@x} custa só {m=big}.\n— Prefiro {o:x} {c@x}, que combina com {o:y=clothing} de {r=person}.\n— Boa escolha, {p}: {o:x} chegou de {vehicle} na {weekday}.",
        "— {p=child}, quanto é {a=small} mais {b=small}? — perguntou {q=adult}.\n— {a} mais {b} são {s=a+b} — respondeu {p}.\n— Muito bem, {p}! E {s} mais {c=small}?\n— São {t=s+c}, {q}, e essa foi fácil.",
        "{!p=child}— Por que você está {m=sadMood@p}, {p}? — perguntou {q=person}.\n— Porque perdi {o:x=toy} {colour@x} {no:l=outdoors}.\n— Não fique assim, {p}: eu vi {o:x} <spot>.\n— [Que alívio|Que bom|Que sorte], {q}! Vou lá agora buscar {o:x}.",
        "{!p=owner}— Você viu {p.pet}? — perguntou {p} a {q=person}. — {o:k=p.pet.kind} sumiu <when>.\n— Vi {um:k} {p.pet.colour@k} {no:l=outdoors}, perto de {um:t=tree}.\n— Só pode ser {p.pet}! Vou correndo até {o:l}, {q}.\n— Leve {um:d=dish}, {p}, que {p.pet} volta logo.",
        "— Já leu {este:b=book}, {q=person}?\n— Já, e gostei da parte {do:a=wildAnimal} que aprende a {h=hobby}.\n— Não me conte o fim, {q}, que ainda estou na página {upTo99}! — pediu {p=person}.\n— Então conto outra coisa: {r=person} quer {este:b} depois de você.",
        "— Alô, quem fala? — perguntou {p=person}.\n— Aqui é {q=person}, {no:q.street}. Você pode me emprestar {um:x=tool}?\n— Posso, {q}, mas {o:x} está com {r=person} desde {month}.\n— Então vou pedir {o:x} a {ele:r} e depois vou {c=chore}.",
        "— {p=child}, o que você quer ser quando crescer? — perguntou {q=adult}.\n— Quero ser como {r=adult}, que é {r.job} e sabe {r.task}.\n— Que bonito, {p}! Mas olhe que {o:j=r.job} também precisa {r.task2}.\n— Eu sei, {q}, e <habit> já treino {no:room}.",
        "— O que vamos comer hoje, {q=person}? — quis saber {p=person}.\n— Hoje tem {d=dish} com {v=vegetable}, e depois {f=fruit}.\n— [Prefiro|Queria comer|Gosto mais de] {e=dish}, mas {o:d} também é {bom@d}.\n— Então amanhã eu faço {e}, {p}, se você prometer {chore}.",
        "— Que horas são, {q=person}? — perguntou {p=person} {no:l=place}.\n— São {h=hour@fem} e {m=upTo59}, {p}.\n— Nossa, já? Preciso {errand} antes que {o:s=shop} feche!\n— Vá depressa {pelo:s.street}, que ainda dá tempo, {p}.",
        "— Vai chover, {q=person}? — perguntou {p=child}, olhando para {o:l=outdoors}.\n— Acho que sim, {p}: as nuvens estão escuras e {o:b=bird} está {quieto@b}.\n— Então vou buscar {o:x=clothing} que deixei {no:m=room}.\n— E feche a janela {do:r=room}, por favor, {p}!",
        "— Com quem você foi {ao:l=place} <when>? — perguntou {p=person} a {q=person}.\n— Fui com {r=person}, que mora {no:r.street}.\n— E o que vocês fizeram {no:l}, {q}?\n— Vimos {um:a=animal} e conversamos sobre {o:d=dish} de {s=adult}.",
        "— Doutora, o que é uma rede neural? — perguntou {p=child} à visitante {do:=place} <when>.\n— É um conjunto de neurônios artificiais, {p}: cada um soma o que recebe e passa o resultado adiante.\n— E como ela aprende a {h=hobby}?\n— Com muitos exemplos, {p}: a cada erro, os pesos mudam um pouco.",
        "{!w=owner}— Como se chama {o:w.pet.kind} de {w}, {q=person}? — perguntou {p=person} <when>.\n— Chama-se {w.pet}, {p}, e quase sempre está {no:w.pet.spot}.\n— E {ele:w.pet} gosta de {f=fruit}?\n— Não sei, {p}, pergunte a {w}, que mora {no:w.street}.",
    ];
}
