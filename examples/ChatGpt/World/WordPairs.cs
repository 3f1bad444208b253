namespace TensorCore.Examples.ChatGpt.World;

/// <summary>
/// Words of the town in both languages. Each has one partner only: words that are the same in both (piano), or that have two senses which the other
/// language tells apart (manga: mango or sleeve), are left out.
/// </summary>
internal static class WordPairs
{
    public static IReadOnlyList<(string Portuguese, string English)> All { get; } = [.. """
        maçã:apple pera:pear uva:grape abacaxi:pineapple morango:strawberry limão:lemon pêssego:peach ameixa:plum figo:fig cereja:cherry
        romã:pomegranate abacate:avocado melancia:watermelon laranja:orange
        cenoura:carrot batata:potato alface:lettuce cebola:onion abóbora:pumpkin pepino:cucumber beterraba:beetroot milho:corn repolho:cabbage
        leite:milk chá:tea café:coffee água:water pão:bread queijo:cheese bolo:cake ovo:egg peixe:fish arroz:rice açúcar:sugar
        gato:cat cachorro:dog coelho:rabbit papagaio:parrot tartaruga:tortoise pato:duck vaca:cow cavalo:horse ovelha:sheep galinha:hen
        porco:pig cabra:goat burro:donkey ganso:goose raposa:fox cobra:snake urso:bear lobo:wolf macaco:monkey lontra:otter sapo:toad rato:mouse
        baleia:whale elefante:elephant formiga:ant abelha:bee borboleta:butterfly coruja:owl andorinha:swallow garça:heron pardal:sparrow caracol:snail
        mesa:table cadeira:chair cama:bed armário:cupboard gaveta:drawer poltrona:armchair estante:bookcase tapete:rug espelho:mirror
        chave:key moeda:coin caneta:pen livro:book caderno:notebook botão:button pente:comb carteira:wallet concha:shell pedra:stone
        pulseira:bracelet mapa:map lápis:pencil colher:spoon garfo:fork faca:knife copo:glass prato:plate garrafa:bottle caneca:mug jarra:jug panela:pan
        martelo:hammer escada:ladder balde:bucket vassoura:broom enxada:hoe corda:rope bola:ball boneca:doll pipa:kite relógio:clock
        chapéu:hat casaco:coat camisa:shirt luva:glove sapato:shoe meia:sock lenço:handkerchief cachecol:scarf mochila:backpack mala:suitcase
        lanterna:lantern tambor:drum flauta:flute violão:guitar
        padaria:bakery farmácia:pharmacy escola:school biblioteca:library mercado:market livraria:bookshop ponte:bridge rio:river porto:harbour
        campo:field lago:lake jardim:garden rua:street casa:house cozinha:kitchen quarto:bedroom varanda:porch sótão:attic porão:cellar igreja:church
        montanha:mountain mar:sea flor:flower árvore:tree chuva:rain vento:wind sol:sun lua:moon estrela:star neve:snow nuvem:cloud areia:sand
        carro:car trem:train barco:boat bicicleta:bicycle caminhão:truck avião:plane carroça:cart
        vermelho:red azul:blue verde:green amarelo:yellow branco:white preto:black marrom:brown cinza:grey roxo:purple
        pequeno:small grande:large novo:new velho:old feliz:happy triste:sad cansado:tired limpo:clean pesado:heavy
        mãe:mother pai:father irmã:sister irmão:brother filho:son filha:daughter amigo:friend
        madeira:wood couro:leather barro:clay padeiro:baker professor:teacher médico:doctor pescador:fisherman jardineiro:gardener
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(pair => pair.Split(':')).Select(pair => (pair[0], pair[1]))];
}
