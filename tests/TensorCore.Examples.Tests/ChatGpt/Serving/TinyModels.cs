using System.Text;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Gpt;
using TensorCore.Generation;
using TensorCore.Text;

namespace TensorCore.Examples.Tests.ChatGpt.Serving;

/// <summary>Models with random weights: they say nothing, but exactly and quickly.</summary>
internal static class TinyModels
{
    public const int Context = 96;

    public static bool Long { get; } = Environment.GetEnvironmentVariable("TENSORCORE_TEST_MODE") == "long";

    public static Tokenizer Tokenizer { get; } = ChatTemplate.AddTo(new ByteTokenizer());

    public static ServedModel Make(string name = "tiny", ulong seed = 1, int context = Context, bool chats = true)
    {
        GptModel model = new(new GptConfig(Tokenizer.VocabularySize, context, Layers: 2, Heads: 2, Width: 32), seed);
        // The special tokens' scores are 0, below the likeliest: at temperature 0 an answer never ends by itself.
        using (Autograd.NoGrad()) model.Parameters().First().Narrow(0, 256, Tokenizer.VocabularySize - 256).Fill(0);
        model.Eval();
        return new(name, model, Tokenizer, chats);
    }

    public static ChatRequest Ask(string text, ulong seed = 1, double temperature = 1, int? maxTokens = 40) => new()
    {
        Messages = [new(Role.User, text)],
        Sampling = new SamplingOptions { Seed = seed, Temperature = temperature },
        MaxTokens = maxTokens,
    };

    /// <summary>Writes a folder as a stage leaves it.</summary>
    public static void Save(string folder, string stage)
    {
        GptModel model = (GptModel)Make().Model;
        ModelFolder files = new(folder);
        files.SaveDescription(model.Config, Tokenizer);
        Weights.Save(files.Weights, model);
        new StageFolder(folder).Write(new(stage, "", [], Done: true));
    }

    public static async Task<string> Read(Answer answer)
    {
        StringBuilder text = new();
        await foreach (GeneratedToken token in answer.Tokens.ReadAllAsync()) text.Append(token.Text);
        return text.ToString();
    }

    public static Task<string> Say(this ChatEngine engine, ChatRequest request) => Read(engine.Start(request));
}
