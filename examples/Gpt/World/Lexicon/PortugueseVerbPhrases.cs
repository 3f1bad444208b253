namespace TensorCore.Examples.Gpt.World;

internal sealed partial class PortugueseLexicon
{
    private const string JobLines = """
        padeiro/padeira @ padaria : assar o pão de madrugada ; amassar a massa com as mãos
        farmacêutico/farmacêutica @ farmácia : vender remédios ; ler as receitas dos médicos
        professor/professora @ escola : ensinar os alunos a ler ; corrigir as provas
        bibliotecário/bibliotecária @ biblioteca : emprestar livros ; arrumar as estantes
        feirante/ @ feira : vender frutas frescas ; pesar as verduras
        açougueiro/açougueira @ açougue : cortar a carne ; afiar as facas
        livreiro/livreira @ livraria : vender livros ; indicar bons romances
        mecânico/mecânica @ oficina : consertar carros ; trocar pneus
        cozinheiro/cozinheira @ restaurante : preparar o almoço ; provar os molhos
        médico/médica @ hospital : cuidar dos doentes ; examinar as crianças
        enfermeiro/enfermeira @ hospital : fazer curativos ; medir a febre dos doentes
        carteiro/carteira @ correio : entregar cartas ; separar os envelopes
        bancário/bancária @ banco : contar dinheiro ; atender os clientes no caixa
        ator/atriz @ teatro : decorar o texto das peças ; ensaiar no palco
        florista/ @ floricultura : fazer buquês ; regar as plantas da loja
        sapateiro/sapateira @ sapataria : consertar sapatos ; costurar solas
        maquinista/ @ estação : conduzir o trem ; verificar os freios da locomotiva
        barbeiro/barbeira @ barbearia : cortar cabelo ; aparar barbas
        sorveteiro/sorveteira @ sorveteria : fazer sorvete de frutas ; encher casquinhas
        relojoeiro/relojoeira @ relojoaria : consertar relógios ; trocar ponteiros
        jardineiro/jardineira @ parque : podar as árvores ; plantar flores
        pescador/pescadora @ rio : pescar de madrugada ; remendar as redes
        agricultor/agricultora @ sítio : plantar milho ; colher feijão
        pedreiro/pedreira @ obra : erguer paredes ; preparar o cimento
        barqueiro/barqueira @ porto : levar gente de uma margem à outra ; pintar o casco do barco
        guia/ @ museu : mostrar os quadros aos visitantes ; contar a história da cidade
        motorista/ @ ônibus : dirigir o ônibus da cidade ; abrir a porta aos passageiros
        recepcionista/ @ hotel : receber os hóspedes ; entregar as chaves dos quartos
        delegado/delegada @ delegacia : investigar os casos da cidade ; escrever relatórios
        programador/programadora @ escritório : escrever programas ; treinar redes neurais
        """;

    private void AddVerbPhrases()
    {
        AddWords("hobby", """
            pescar
            ler romances
            cantar no coral
            tocar violão
            jogar xadrez
            jogar futebol
            nadar no rio
            cozinhar
            dançar
            pintar paisagens
            fotografar passarinhos
            andar de bicicleta
            cuidar das plantas
            resolver quebra-cabeças
            olhar as estrelas
            colecionar moedas
            fazer tricô
            escrever poemas
            desenhar
            correr no parque
            """);
        AddWords("chore", """
            varrer o quintal
            lavar a louça
            regar as plantas
            arrumar a cama
            pendurar a roupa no varal
            descascar as batatas
            limpar as janelas
            dobrar os lençóis
            encher a garrafa de água
            guardar os pratos
            pôr a mesa
            fazer o café
            preparar o almoço
            consertar a torneira
            abrir as cortinas
            costurar um botão
            tirar o pó da estante
            recolher as folhas secas
            dar comida às galinhas
            colher alface na horta
            engraxar os sapatos
            levar o lixo para fora
            escrever a lista de compras
            trocar a lâmpada da sala
            """);
        AddWords("game", """
            jogar bola
            soltar pipa
            pular corda
            brincar de esconde-esconde
            subir na goiabeira
            desenhar com giz na calçada
            correr atrás das borboletas
            montar um castelo de areia
            contar histórias de fantasma
            procurar conchas na beira do rio
            brincar de pega-pega
            fazer barquinhos de papel
            girar o pião
            observar as formigas
            construir uma cabana de lençóis
            """);
        AddWords("errand", """
            pagar uma conta
            comprar pão
            buscar uma encomenda
            encontrar uma amiga
            visitar um parente
            conversar com os vizinhos
            entregar um bilhete
            devolver um livro
            procurar um presente
            ver o movimento
            """);
        AddWords("rest", """
            tomar um café
            ler o jornal
            ouvir música
            dormir um pouco
            olhar a rua pela janela
            sentar na varanda
            tomar um banho quente
            descansar na rede
            conversar com a família
            escrever no diário
            """);
        AddWords("weekday", "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira", names: true, Gender.Feminine);
    }

    private void AddSharedRules()
    {
        // When something happened, at the start of a sentence and at its end.
        AddRule("when",
            "ontem[ de manhã| à tarde| à noite|]", "na {weekday}[ de manhã| à tarde| à noite| passada|]", "no [sábado|domingo] [de manhã|à tarde|à noite|passado]",
            "numa [manhã|tarde|noite] [fria|quente|chuvosa|clara|tranquila] de {month}", "certo dia[ de {month}|]", "certa [manhã|tarde|noite][ de {month}|]",
            "[anteontem|hoje cedo|na semana passada|no mês passado|num feriado|nas férias]", "às {morningHour@fem} horas da manhã", "às {afternoonHour@fem} horas da tarde",
            "no [fim|começo|meio] de {month}", "num dia [de sol|de vento|de chuva|nublado|de festa][ em {month}|]", "no dia {upTo20} de {month}",
            "um dia depois do almoço", "logo depois da [aula|missa|chuva|feira]", "antes do [almoço|jantar|nascer do sol]");
        AddRule("habit",
            "todo dia", "todas as manhãs", "todas as tardes", "aos sábados", "aos domingos", "de vez em quando", "quase toda noite", "toda {weekday}",
            "nos feriados", "nas férias", "em {month}", "nos dias de chuva", "quando faz sol", "depois do trabalho");
        AddRule("spot",
            "em cima {do:furniture}", "embaixo {do:furniture}", "dentro [da gaveta|do armário|de uma caixa|da mochila|do baú]", "atrás [da porta|da cortina|do sofá|do vaso]",
            "ao lado [da janela|do fogão|da escada|do portão]", "{no:room}", "perto [da porta|do portão|do muro|da geladeira]", "entre dois livros", "no bolso [do casaco|da calça|do avental]");
        AddRule("glad", "[muito|bem|todo] {gladMood@p}", "{gladMood@p}", "tão {gladMood@p} que [começou a cantar|sorriu o dia inteiro|nem sentiu o tempo passar|contou tudo à família]");
        AddRule("sad", "[muito|bem|um pouco] {sadMood@p}", "{sadMood@p}", "tão {sadMood@p} que [nem quis comer|ficou em silêncio|suspirou fundo|não conseguiu dormir]");
        AddRule("lesson",
            "desde então, {p} [nunca mais|jamais] {esquecer>p} [aquele dia|essa história|o que aprendeu {no:=place}]",
            "até hoje {p} lembra [daquela {weekday}|daquele dia de {month}|disso quando passa {pelo:place}]",
            "foi assim que {p} aprendeu a [ter mais cuidado|pedir ajuda|esperar|olhar duas vezes|confiar {no:x2=friendWord}]",
            "à noite, {p} {contar>p} tudo [à família|aos vizinhos|a quem quis ouvir] durante o jantar de {weekday}",
            "{p} {ir>p} dormir {gladMood@p} [naquela {weekday}|e sonhou com {um:animal}|depois de {rest}]");
        AddNouns("friendWord", "amigo vizinho colega:m");
    }
}
