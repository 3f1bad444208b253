using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>Room for new tokens in a model that was trained without them.</summary>
public static class WiderVocabulary
{
    /// <summary>
    /// The same model with a longer token table. A new row is the mean of the old ones, and a little noise to tell it from the others: the model then gives the new tokens about
    /// the average chance, where a random row may push all others aside. (Hewitt 2021, "Initializing New Word Embeddings for Pretrained Language Models".)
    /// </summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="vocabulary">V: at least its own.</param>
    /// <param name="seed">Of the noise.</param>
    public static GptModel Of(GptModel model, int vocabulary, ulong seed = 0)
    {
        int old = model.Config.Vocabulary, C = model.Config.Width;
        if (vocabulary < old)
            throw new ArgumentOutOfRangeException(nameof(vocabulary), vocabulary, $"the model has {old} tokens already");
        if (vocabulary == old)
            return model;
        GptModel wider = new(model.Config with { Vocabulary = vocabulary }, seed);
        Dictionary<string, Tensor> from = model.NamedParameters().ToDictionary(p => p.Name, p => p.Value);
        using (Autograd.NoGrad())
        {
            foreach ((string name, Tensor to) in wider.NamedParameters())
            {
                Tensor value = from[name].To(Device.Cpu);
                if (name == "wte.weight")
                {
                    Tensor mean = value.Mean(0, keepDim: true); // (1, C)
                    Tensor noise = to.Narrow(0, old, vocabulary - old); // N(0, 0.02), as the constructor drew it: (new, C)
                    value = Tensor.Cat([value, mean + (noise * 0.1)]); // (V, C)
                }
                to.CopyFrom(value);
            }
        }
        wider.To(model.Device);
        return wider;
    }
}
