using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using TensorCore.Examples.ChatGpt.Serving.Api;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Senses;

/// <summary>
/// <c>GET /api/senses</c>: the words with two senses. <c>POST /api/senses</c>: what a model makes of one in two sentences, from the token table through all layers: the cosine between the two vectors and
/// to the two senses, the nearest words, a map of known uses, and how well a linear probe tells the senses apart.
/// </summary>
internal sealed class SenseEndpoint(ChatEngine engine, PageWorld world)
{
    private const int Sentences = 2, LongestSentence = 300, Neighbours = 6;

    // The lecture's pair.
    private static readonly Dictionary<(Language, string), string[]> _pairs = new()
    {
        [(Language.Portuguese, "modelo")] = ["Na passarela caminha o modelo.", "Com redes neurais treinamos um modelo."],
        [(Language.English, "model")] = ["On the catwalk walks the model.", "With neural networks we train a model."],
    };

    private readonly ConcurrentDictionary<(ServedModel, string), Lazy<Task<SenseAtlas>>> _atlases = [];

    public void Map(WebApplication app)
    {
        app.Show("/api/senses", _ => new JsonObject { ["words"] = new JsonArray([.. Words.Words.Select(Describe)]) });
        app.Ask("/api/senses", AnswerAsync);
    }

    private Gpt.World.Senses Words => world.Questions.World.Senses;

    private JsonObject Describe(string word) => new()
    {
        ["word"] = word,
        ["senses"] = PageRoutes.Strings(Words.Of(word)),
        ["sentences"] = PageRoutes.Strings(_pairs.TryGetValue((world.Key.Language, word), out string[]? pair) ? pair : Words.Of(word).Take(Sentences).Select(s => Words.Sentences(word, s).First(x => x.Form == word).Text)),
    };

    private async Task<JsonNode> AnswerAsync(JsonFields fields, CancellationToken cancellation)
    {
        ServedModel model = engine.Find(fields.Text("model"));
        GptModel network = PageModels.Open(model);
        string word = fields.Required("word");
        if (!Words.Words.Contains(word))
            throw ApiException.Invalid($"there are no two senses of '{word}' here; there are of: {string.Join(", ", Words.Words)}", "word");
        MarkedText[] sentences = [.. fields.RequiredTexts("sentences", Sentences, Sentences).Select((s, i) => Mark(s, word, $"sentences[{i}]", model))];
        WordVector[] uses = await engine.Use(() => sentences.Select(s => new WordVectors(network, model.Tokenizer).Read([s])[0][0]).ToArray(), cancellation).ConfigureAwait(false);
        SenseAtlas atlas = await AtlasAsync(model, network, word).WaitAsync(cancellation).ConfigureAwait(false);
        return new JsonObject
        {
            ["model"] = model.Name,
            ["word"] = word,
            ["senses"] = PageRoutes.Strings(atlas.Senses),
            ["depths"] = atlas.Depths,
            ["cosine"] = PageRoutes.Numbers(Enumerable.Range(0, atlas.Depths).Select(d => Vectors.Cosine(uses[0].Depths[d], uses[1].Depths[d]))),
            ["sentences"] = new JsonArray([.. sentences.Zip(uses, (s, u) => Describe(s, u, model, atlas))]),
            ["map"] = new JsonArray([.. atlas.Uses.Zip(atlas.Places, (u, p) => new JsonObject { ["sense"] = u.Second ? 1 : 0, ["text"] = u.Sentence.Text, ["held_out"] = u.HeldOut, ["places"] = Places(p) })]),
            ["explained"] = PageRoutes.Numbers(atlas.Explained),
            ["probe"] = new JsonObject
            {
                ["accuracy"] = PageRoutes.Numbers(atlas.Accuracy),
                ["learnt"] = atlas.Uses.Count(u => !u.HeldOut),
                ["held_out"] = atlas.Uses.Count(u => u.HeldOut),
            },
        };
    }

    private static MarkedText Mark(string sentence, string word, string field, ServedModel model)
    {
        if (sentence.Length > LongestSentence)
            throw ApiException.Invalid($"{field} has {sentence.Length} characters: at most {LongestSentence} are possible", field);
        Spot spot = MarkedText.Find(sentence, word) ?? throw ApiException.Invalid($"{field} does not hold the word '{word}'", field);
        int tokens = model.Tokenizer.Encode(sentence).Length;
        return tokens <= model.Model.Context
            ? new(sentence, [spot])
            : throw ApiException.Invalid($"{field} has {tokens} tokens, but the context of {model.Name} is {model.Model.Context}", field);
    }

    private static JsonObject Describe(MarkedText sentence, WordVector use, ServedModel model, SenseAtlas atlas)
    {
        int[] ids = model.Tokenizer.Encode(sentence.Text);
        return new()
        {
            ["text"] = sentence.Text,
            ["tokens"] = TokenFormat.Describe(model.Tokenizer, ids),
            ["pieces"] = new JsonArray([.. sentence.Pieces(model.Tokenizer, ids, sentence.Spots[0]).Select(t => JsonValue.Create(t))]),
            ["to_sense"] = new JsonArray([.. Enumerable.Range(0, atlas.Senses.Count).Select(s => PageRoutes.Numbers(atlas.CosineTo(s, use)))]),
            ["probe"] = PageRoutes.Numbers(atlas.Judge(use)),
            ["neighbours"] = new JsonArray([.. Enumerable.Range(0, atlas.Depths).Select(d =>
                new JsonArray([.. atlas.Neighbours(use, d, Neighbours).Select(n => new JsonObject { ["word"] = n.Word, ["cosine"] = n.Cosine })]))]),
            ["places"] = Places(atlas.Locate(use)),
        };
    }

    private static JsonArray Places((double X, double Y)[] places) => new([.. places.Select(p => PageRoutes.Numbers((double[])[p.X, p.Y]))]);

    private Task<SenseAtlas> ReadAsync(ServedModel model, GptModel network, string word)
    {
        try
        {
            SenseMaterial material = SenseMaterial.Of(world.Questions, word, text => model.Tokenizer.Encode(text).Length <= network.Config.Context);
            return SenseAtlas.ReadAsync(engine, network, model.Tokenizer, material, CancellationToken.None);
        }
        catch (ArgumentException e)
        {
            throw ApiException.Invalid(e.Message.Split(" (Parameter", 2)[0], "word");
        }
    }

    /// <summary>Made once for a model and a word; whoever asks meanwhile waits for the same one, and it is not lost if the first who asked goes away.</summary>
    private Task<SenseAtlas> AtlasAsync(ServedModel model, GptModel network, string word)
    {
        Lazy<Task<SenseAtlas>> atlas = _atlases.GetOrAdd((model, word), _ => new(() => Task.Run(() => ReadAsync(model, network, word))));
        if (atlas.Value.IsFaulted)
            _atlases.TryRemove(KeyValuePair.Create((model, word), atlas)); // the next one tries again
        return atlas.Value;
    }
}
