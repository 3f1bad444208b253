namespace TensorCore.Examples.Gpt.World;

/// <summary>
/// The Portuguese words. A noun is <c>word:gender:plural</c>; the gender can be left out after -o (masculine) and -a
/// (feminine), the plural where it is regular.
/// </summary>
internal sealed partial class PortugueseLexicon : Lexicon
{
    public PortugueseLexicon()
    {
        AddNamesAndPlaces();
        AddThings();
        AddQualities();
        AddVerbPhrases();
        AddJobs(JobLines);
        AddPets("gato/gata cachorro/cadela coelho/coelha papagaio tartaruga porquinho-da-índia:m:porquinhos-da-índia pato/pata canário");
        AddNumbers("small", 2, 9);
        AddNumbers("big", 11, 20);
        AddNumbers("upTo20", 2, 20);
        AddNumbers("upTo99", 21, 99);
        AddNumbers("hour", 2, 11);
        AddNumbers("morningHour", 6, 11);
        AddNumbers("afternoonHour", 2, 5);
        AddNumbers("one", 1, 1);
        AddNumbers("two", 2, 2);
        AddNumbers("seven", 7, 7);
        AddNumbers("upTo59", 2, 59);
        AddNumbers("grade", 6, 10);
        AddNumbers("seniorAge", 50, 90);
        AddNumbers("temperature", 10, 34);
        AddSharedRules();
        foreach ((string name, string[] templates) in PortugueseFacts.Rules.Concat(PortugueseScenes.Rules))
            AddRule(name, templates);
    }

    public override Grammar Grammar { get; } = new PortugueseGrammar();

    public override IReadOnlyList<FactTemplate> FactTemplates => PortugueseFacts.Templates;

    public override IReadOnlyList<Scene> Scenes { get; } =
    [
        new("profile", 22, PortugueseFacts.Profiles),
        new("place", 7, PortugueseFacts.Places),
        new("story", 24, PortugueseStories.All),
        new("dialogue", 14, PortugueseDialogues.All),
        new("weather", 7, PortugueseScenes.Weather),
        new("number", 8, PortugueseScenes.Numbers),
        new("comparison", 6, PortugueseScenes.Comparisons),
        new("nature", 6, PortugueseScenes.Nature),
        new("definition", 9, PortugueseScenes.Definitions),
        new("sense", 14, PortugueseSenses.Paragraphs),
    ];

    public override IReadOnlyList<AmbiguousWord> AmbiguousWords => PortugueseSenses.Words;

    protected override Term ParseNoun(string entry)
    {
        string[] parts = entry.Split(':');
        string text = parts[0];
        Gender gender = parts.Length > 1 && parts[1].Length > 0
            ? parts[1] == "f" ? Gender.Feminine : Gender.Masculine
            : GenderByEnding(text, entry);
        string plural = parts.Length > 2 ? parts[2]
            : text.EndsWith("ão", StringComparison.Ordinal)
                ? throw new FormatException($"noun \"{entry}\": the plural of -ão must be given")
                : PortugueseGrammar.Pluralise(text);
        return new Term { Text = text, Plural = plural, Gender = gender };
    }

    private static Gender GenderByEnding(string text, string entry) => text[^1] switch
    {
        'o' when !text.EndsWith("ão", StringComparison.Ordinal) => Gender.Masculine,
        'a' or 'ã' => Gender.Feminine,
        _ => throw new FormatException($"noun \"{entry}\": the gender must be given"),
    };

    protected override (Term Masculine, Term Feminine) Sexes(string entry)
    {
        string[] forms = entry.Split('/');
        if (forms.Length == 1)
        {
            // "dentista" serves for both sexes and is marked by a trailing slash; "tartaruga" keeps its gender.
            Term noun = ParseNoun(entry);
            return (noun, noun);
        }
        string feminine = forms[1].Length == 0 ? forms[0] : forms[1];
        return (
            new Term { Text = forms[0], Plural = PortugueseGrammar.Pluralise(forms[0]), Gender = Gender.Masculine },
            new Term { Text = feminine, Plural = PortugueseGrammar.Pluralise(feminine), Gender = Gender.Feminine });
    }

    private void AddNamesAndPlaces()
    {
        AddWords("womanName", """
            Ana Maria Júlia Helena Beatriz Laura Teresa Lúcia Marina Sofia Alice Cecília Joana Isabel Luísa Camila Renata
            Vera Carla Sílvia Elisa Dora Raquel Clarice Olívia Irene Marta Rute
            """.Replace('\n', ' '), names: true, Gender.Feminine);
        AddWords("manName", """
            João Pedro Paulo Carlos Miguel Rafael Lucas André Tiago Bruno Davi Antônio Francisco Marcos Gabriel Henrique
            Otávio Caio Mateus Jorge Luís Vítor Samuel Daniel Ivo Artur Hugo Breno
            """.Replace('\n', ' '), names: true, Gender.Masculine);
        AddWords("surname", "Silva Souza Lima Rocha Costa Moraes Prado Ramos Campos Duarte Nunes Vidal Teles Bastos", names: true);
        AddWords("petNameFeminine", "Mel Pipoca Nina Estrela Lola Mimi Jade Fofa Bolota Luna Tina Amora Lili Pérola Kika Cacau Neve Doca Violeta Dengosa", names: true, Gender.Feminine);
        AddWords("petNameMasculine", "Bidu Tobias Pingo Rex Faísca Thor Paçoca Bento Fumaça Trovão Zeca Biscoito Tito Juca Chico Bolinha Pelé Lupi Dunga Nico", names: true, Gender.Masculine);
        AddNouns("street", """
            Rua_das_Flores:f:- Rua_do_Porto:f:- Rua_da_Ponte:f:- Rua_do_Sol:f:- Ladeira_da_Matriz:f:- Avenida_Central:f:-
            Travessa_do_Moinho:f:- Rua_das_Laranjeiras:f:- Beco_do_Relógio:m:- Rua_Velha:f:-
            """);
        AddNouns("shop", """
            padaria farmácia escola biblioteca mercado:m açougue:m livraria oficina restaurante:m museu:m cinema:m hospital:m
            correio banco prefeitura teatro floricultura sapataria delegacia estação:f:estações hotel:m:hotéis barbearia
            sorveteria lavanderia papelaria relojoaria
            """);
        AddNouns("outdoors", "praça parque:m ponte:f rio porto campo lago bosque:m feira horta ladeira jardim:m cais:m mirante:m");
        AddUnion("place", "shop", "outdoors");
        AddNouns("room", "cozinha sala quarto varanda quintal:m garagem:f sótão:m:sótãos porão:m:porões corredor:m escritório despensa");
        AddNouns("workSite", "sítio fazenda barco obra estrada ônibus:m");
    }

    private void AddThings()
    {
        AddNouns("fruit", """
            maçã:f banana laranja pera uva manga mamão:m:mamões abacaxi:m melancia morango limão:m:limões goiaba jaca caju:m
            pêssego ameixa figo maracujá:m abacate:m tangerina cereja jabuticaba melão:m:melões romã:f
            """);
        AddNouns("vegetable", "tomate:m cenoura batata alface:f couve:f cebola abóbora pepino milho beterraba berinjela chuchu:m repolho pimentão:m:pimentões");
        AddNouns("dish", """
            feijoada moqueca lasanha sopa_de_legumes:f:sopas_de_legumes baião_de_dois:m:baiões_de_dois macarrão:m:macarrões pão_de_queijo:m:pães_de_queijo
            bolo_de_cenoura:m:bolos_de_cenoura torta_de_frango:f:tortas_de_frango peixe_assado:m:peixes_assados omelete:f
            canja pamonha tapioca cuscuz:m pastel:m polenta empada purê_de_batata:m:purês_de_batata
            """);
        AddNouns("drink", "café:m chá:m leite:m suco_de_laranja:m:sucos_de_laranja água_de_coco:f:águas_de_coco limonada chocolate_quente:m:chocolates_quentes suco_de_uva:m:sucos_de_uva vitamina_de_banana:f:vitaminas_de_banana mate:m");
        AddNouns("treasure", """
            bicicleta mochila violão:m:violões relógio guarda-chuva:m caneca cadeira chapéu:m lanterna mala câmera luneta
            flauta caderno pipa patinete:m boneca piano baú:m cachecol:m tapete:m vaso rede_de_pesca:f:redes_de_pesca tambor:m
            globo abajur:m poltrona almofada
            """);
        AddNouns("toy", "bola boneca pipa peteca pião:m:piões carrinho corda quebra-cabeça:m ioiô:m patinete:m trenzinho dominó:m");
        AddNouns("tool", "martelo serrote:m chave_de_fenda:f:chaves_de_fenda alicate:m enxada pincel:m escada tesoura balde:m lanterna vassoura regador:m");
        AddNouns("clothing", "camisa casaco chapéu:m meia sapato cachecol:m calça luva gorro lenço bota avental:m:aventais");
        AddNouns("fashion", "saia vestido casaco chapéu:m capa calça túnica manto");
        AddNouns("furniture", "mesa cadeira cama estante:f sofá:m armário banco cômoda gaveta:f poltrona");
        AddNouns("smallThing", """
            chave:f carta moeda caneta livro caderno anel:m botão:m:botões pente:m carteira foto:f:fotos
            bilhete:m concha pedra pulseira envelope:m mapa:m lápis:m colher:f
            """);
        AddNouns("flower", "rosa margarida violeta orquídea tulipa girassol:m cravo lírio hortênsia dália");
        AddNouns("tree", "mangueira laranjeira ipê:m jabuticabeira palmeira pinheiro goiabeira figueira limoeiro amendoeira");
        AddNouns("bird", "sabiá:m bem-te-vi:m:bem-te-vis beija-flor:m:beija-flores pardal:m:pardais coruja andorinha tucano pica-pau:m:pica-paus garça canário");
        AddNouns("farmAnimal", "vaca cavalo ovelha galinha porco cabra pato burro ganso");
        AddNouns("wildAnimal", "onça macaco jacaré:m tatu:m capivara cobra raposa veado tamanduá:m anta lontra sapo");
        AddNouns("insect", "borboleta abelha formiga joaninha grilo vaga-lume:m:vaga-lumes libélula");
        AddUnion("animal", "farmAnimal", "wildAnimal", "bird");
        AddNouns("vehicle", "carro ônibus:m bicicleta trem:m barco caminhão:m:caminhões moto:f:motos carroça canoa");
        AddNouns("woolen", "gorro cachecol:m manta blusa luva meia");
        AddNouns("parkWord", "praça parque:m jardim:m estação:f:estações escola");
        AddNouns("sleeved", "camisa blusa casaco vestido uniforme:m paletó:m");
        AddNouns("leafy", "couve:f alface:f repolho laranjeira goiabeira roseira");
        AddNouns("handled", "vassoura enxada martelo pá:f faca machado rodo");
        AddNouns("instrument", "piano violão:m:violões flauta violino sanfona trompete:m");
        AddNouns("breakable", "vaso prato copo jarra caneca espelho garrafa abajur:m relógio tigela");
        AddNouns("goods", "pão:m:pães queijo bolo ovo peixe:m vela sabonete:m prato copo garrafa jarra panela");
        AddNouns("countable", """
            ovo laranja maçã moeda livro flor:f pedra caneta bala biscoito botão:m:botões concha figurinha banana lápis:m
            prato copo cadeira vela pera limão:m:limões estrela carta morango
            """);
        AddNouns("book", "romance:m livro_de_poemas:m:livros_de_poemas livro_de_receitas:m:livros_de_receitas gibi:m atlas:m dicionário livro_de_contos:m:livros_de_contos livro_de_mistério:m:livros_de_mistério");
        AddNouns("subject", "matemática:f história geografia música ciências:f português:m educação_física:f:- arte:f");
        // From the least to the most, for comparisons.
        AddNouns("bySize", "formiga abelha joaninha borboleta rato pardal:m:pardais gato galinha cachorro ovelha porco cavalo elefante:m baleia");
        AddNouns("bySpeed", "caracol:m tartaruga pato galinha gato cavalo guepardo");
        AddNouns("vehicleBySpeed", "carroça canoa bicicleta ônibus:m carro trem:m avião:m:aviões");
        AddNouns("byWeight", "pena folha moeda maçã livro tijolo cadeira mesa piano caminhão:m:caminhões");
        AddNouns("bySweetness", "limão:m:limões maracujá:m morango laranja manga");
        AddNouns("byHeight", "flor:f arbusto laranjeira casa mangueira igreja morro montanha");
        AddNouns("fruitBySize", "jabuticaba morango limão:m:limões maçã manga mamão:m:mamões melancia jaca");
    }

    private void AddQualities()
    {
        AddWords("colour", "vermelho azul verde amarelo branco preto marrom cinza roxo dourado laranja rosa");
        AddWords("furColour", "preto branco marrom cinza malhado amarelo");
        AddWords("size", "pequeno grande comprido minúsculo enorme leve pesado");
        AddWords("condition", "novo velho antigo bonito simples elegante gasto brilhante limpo empoeirado");
        AddWords("gladMood", "feliz contente animado alegre satisfeito orgulhoso aliviado tranquilo");
        AddWords("sadMood", "triste preocupado cansado chateado aflito nervoso assustado decepcionado");
        AddWords("character", "gentil calmo curioso teimoso paciente engraçado distraído corajoso tímido generoso falante cuidadoso");
        AddWords("material", "madeira metal couro vidro barro plástico palha pano");
        AddWords("fear", "trovões fogos vassouras gente_estranha água_fria caminhões cobras barulho");
        AddWords("tenish", "cinco dez vinte cinquenta cem");
        AddWords("month", "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro", names: true);
    }
}
