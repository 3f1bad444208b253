using TensorCore.Examples.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Senses;

/// <summary>A word in a sentence as the model sees it, at each depth: 0 is the token table's vector, the same in every sentence; l is the residual stream after layer l.</summary>
/// <param name="Depths">layers + 1 vectors of C numbers; of a word of several tokens their mean.</param>
internal sealed record WordVector(float[][] Depths);

/// <summary>Reads words' vectors out of a model.</summary>
/// <param name="network">The model.</param>
/// <param name="tokenizer">Its tokenizer.</param>
internal sealed class WordVectors(GptModel network, Tokenizer tokenizer)
{
    /// <summary>Depths that a vector has.</summary>
    public int Depths => network.Config.Layers + 1;

    /// <summary>The vectors of the marked words of some texts, which go through the model in one batch. On the engine's thread.</summary>
    /// <exception cref="ArgumentException">A text does not fit the context.</exception>
    public IReadOnlyList<WordVector[]> Read(IReadOnlyList<MarkedText> texts)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        int[][] ids = [.. texts.Select(t => tokenizer.Encode(t.Text))];
        int T = ids.Max(i => i.Length), C = network.Config.Width;
        if (T > network.Config.Context)
            throw new ArgumentException($"a text has {T} tokens, but the context is {network.Config.Context}");
        // What is filled up behind a text is not seen from it: attention looks back only.
        long[] batch = new long[texts.Count * T];
        for (int b = 0; b < ids.Length; b++)
        {
            for (int t = 0; t < ids[b].Length; t++)
                batch[(b * T) + t] = ids[b][t];
        }
        Tensor input = Tensor.From(batch, [texts.Count, T]);
        Tensor table = network.StateDict()["wte.weight"].IndexSelect(0, input.Reshape(-1).To(network.Device)); // (B·T, C)
        float[][] streams = [.. network.Trace(input).Stream.Skip(1).Prepend(table).Select(s => s.To(DType.Float32).ToArray<float>())];
        return [.. texts.Select((text, b) => text.Spots.Select(spot => Gather(streams, b * T, text.Pieces(tokenizer, ids[b], spot), C)).ToArray())];
    }

    private static WordVector Gather(float[][] streams, int row, IReadOnlyList<int> pieces, int C) => new([.. streams.Select(stream =>
    {
        float[] mean = new float[C];
        foreach (int t in pieces)
        {
            for (int c = 0; c < C; c++)
                mean[c] += stream[((row + t) * C) + c] / pieces.Count;
        }
        return mean;
    })]);
}
