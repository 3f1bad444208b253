namespace TensorCore.Examples.ChatGpt.World;

/// <summary>The terms of the lecture in Portuguese.</summary>
internal sealed partial class PortuguesePhrasebook
{
    public override IReadOnlyList<Definition> Definitions { get; } =
    [
        new("perceptron", "um perceptron", "um neurônio artificial que soma entradas com pesos e responde zero ou um"),
        new("perceptron multicamada", "um perceptron multicamada", "uma rede de perceptrons em camadas, cada camada ligada à seguinte"),
        new("rede neural", "uma rede neural", "um conjunto de neurônios artificiais que aprende com exemplos"),
        new("camada oculta", "uma camada oculta", "a camada que fica entre a entrada e a saída da rede"),
        new("peso", "um peso", "o número que diz quanto uma entrada importa para o neurônio"),
        new("viés", "um viés", "o número que um neurônio soma às entradas antes de responder"),
        new("função de ativação", "uma função de ativação", "a função que transforma a soma de um neurônio, como a ReLU"),
        new("ReLU", "a ReLU", "a função que troca os números negativos por zero"),
        new("sigmoide", "a sigmoide", "a função que espreme qualquer número entre zero e um"),
        new("softmax", "o softmax", "a função que transforma números em probabilidades de soma um"),
        new("função de custo", "uma função de custo", "a medida de quanto a rede erra"),
        new("entropia cruzada", "a entropia cruzada", "o custo de dar pouca probabilidade à resposta certa"),
        new("gradiente", "o gradiente", "o vetor que aponta para onde o erro cresce mais depressa"),
        new("descida do gradiente", "a descida do gradiente", "o método que muda os pesos aos poucos contra o gradiente"),
        new("taxa de aprendizado", "a taxa de aprendizado", "o tamanho do passo que os pesos dão a cada correção"),
        new("retropropagação", "a retropropagação", "a regra da cadeia aplicada da última camada até a primeira"),
        new("época", "uma época", "uma volta completa por todos os exemplos do treino"),
        new("rede convolucional", "uma rede convolucional", "a rede que passa pequenos filtros pela imagem inteira"),
        new("GPU", "uma GPU", "o chip que faz muitas contas com matrizes ao mesmo tempo"),
        new("token", "um token", "um pedaço de texto que o modelo lê ou escreve de uma vez"),
        new("embedding", "um embedding", "o vetor que representa uma palavra dentro do modelo"),
        new("atenção", "a atenção", "o mecanismo que ajusta o sentido de cada palavra ao contexto"),
        new("transformer", "um transformer", "a arquitetura que alterna atenção e perceptrons desde 2017"),
        new("GPT", "um GPT", "um transformer treinado para prever o próximo token"),
        new("ChatGPT", "o ChatGPT", "um GPT que aprendeu a conversar com a ajuda de pessoas"),
        new("prompt", "um prompt", "o texto que se dá ao modelo para ele continuar"),
        new("temperatura", "a temperatura", "o botão que deixa o sorteio do token mais ousado ou mais cauteloso"),
        new("pré-treino", "o pré-treino", "a fase em que o modelo lê muitos textos e aprende a continuar frases"),
        new("ajuste fino", "o ajuste fino", "o treino com perguntas e respostas escritas por pessoas"),
        new("modelo de recompensa", "um modelo de recompensa", "uma rede que dá notas às respostas como uma pessoa daria"),
        new("RLHF", "o RLHF", "o aprendizado por reforço com as preferências das pessoas"),
        new("PPO", "o PPO", "o algoritmo de reforço que melhora o modelo a passos curtos e seguros"),
    ];
}
