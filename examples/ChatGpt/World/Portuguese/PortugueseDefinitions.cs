namespace TensorCore.Examples.ChatGpt.World;

/// <summary>The terms of the lecture in Portuguese.</summary>
internal sealed partial class PortuguesePhrasebook
{
    public override IReadOnlyList<Definition> Definitions { get; } =
    [
        new("perceptron", "um perceptron", "um neurônio artificial que soma entradas com pesos"),
        new("perceptron multicamada", "um perceptron multicamada", "uma rede de perceptrons ligados em camadas"),
        new("rede neural", "uma rede neural", "um conjunto de neurônios artificiais que aprende com exemplos"),
        new("camada oculta", "uma camada oculta", "a camada entre a entrada e a saída da rede"),
        new("peso", "um peso", "o número que diz quanto uma entrada importa"),
        new("viés", "um viés", "o número que o neurônio soma antes de responder"),
        new("função de ativação", "uma função de ativação", "a função que transforma a soma de um neurônio"),
        new("ReLU", "a ReLU", "a função que troca os números negativos por zero"),
        new("sigmoide", "a sigmoide", "a função que espreme um número entre zero e um"),
        new("softmax", "o softmax", "a função que transforma números em probabilidades"),
        new("função de custo", "uma função de custo", "a medida de quanto a rede erra"),
        new("entropia cruzada", "a entropia cruzada", "o custo de dar pouca chance à resposta certa"),
        new("gradiente", "o gradiente", "o vetor que aponta para onde o erro mais cresce"),
        new("descida do gradiente", "a descida do gradiente", "o método que muda os pesos contra o gradiente"),
        new("taxa de aprendizado", "a taxa de aprendizado", "o tamanho do passo de cada correção dos pesos"),
        new("retropropagação", "a retropropagação", "a regra da cadeia, da última camada até a primeira"),
        new("época", "uma época", "uma volta completa pelos exemplos do treino"),
        new("rede convolucional", "uma rede convolucional", "a rede que passa pequenos filtros pela imagem"),
        new("GPU", "uma GPU", "o chip que faz muitas contas ao mesmo tempo"),
        new("token", "um token", "um pedaço de texto que o modelo lê ou escreve"),
        new("embedding", "um embedding", "o vetor que representa uma palavra"),
        new("atenção", "a atenção", "o mecanismo que ajusta cada palavra ao contexto"),
        new("transformer", "um transformer", "a arquitetura que alterna atenção e perceptrons"),
        new("GPT", "um GPT", "um transformer treinado para prever o próximo token"),
        new("ChatGPT", "o ChatGPT", "um GPT que aprendeu a conversar com pessoas"),
        new("prompt", "um prompt", "o texto que o modelo recebe para continuar"),
        new("temperatura", "a temperatura", "o botão que deixa o sorteio mais ousado ou cauteloso"),
        new("pré-treino", "o pré-treino", "a fase em que o modelo aprende a continuar textos"),
        new("ajuste fino", "o ajuste fino", "o treino com respostas escritas por pessoas"),
        new("modelo de recompensa", "um modelo de recompensa", "uma rede que dá notas às respostas"),
        new("RLHF", "o RLHF", "o aprendizado por reforço com o gosto das pessoas"),
        new("PPO", "o PPO", "o algoritmo que melhora o modelo a passos seguros"),
    ];
}
