using TensorCore.Examples.Gpt;
using TensorCore.IO;
using TensorCore.Nn;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>
/// A judge of answers: the trunk of a GPT, and on the vector of the last token, which has seen the whole answer, one number instead of V.
/// <code>
/// r(prompt, answer) = w·h_last          score = (r − mean) / deviation
/// </code>
/// Only differences of rewards are learnt, so a constant is free: mean and deviation over a reference set make scores that begin around 0 and vary by about 1, whatever model
/// gives them. (Ouyang et al. 2022, arXiv:2203.02155, section 3.5; Ziegler et al. 2019, arXiv:1909.08593, section 2.1.) Tensors have the names of
/// Hugging Face's <c>GPT2ForSequenceClassification</c>; a reader of GPTs finds a GPT in the file.
/// </summary>
public sealed class RewardModel : Module
{
    // Tokens that are read at a time when nothing is learnt.
    private const int TokensAtATime = 4096;

    private readonly Nn.Linear _head;
    private readonly Tensor _mean, _deviation;

    /// <summary>A judge that knows nothing yet: the head's weights are N(0, 1/√(C + 1)), as in lm-human-preferences.</summary>
    /// <param name="trunk">Becomes part of it. Best a tuned model, which knows what answers are.</param>
    /// <param name="seed">Of the head.</param>
    public RewardModel(GptModel trunk, ulong seed)
    {
        Trunk = Child("transformer", trunk);
        DType dtype = trunk.Parameters().First().DType;
        _head = Child("score", new Nn.Linear(trunk.Config.Width, 1, bias: false, dtype: dtype));
        Initializers.Normal(_head.Weight, 0, 1 / Math.Sqrt(trunk.Config.Width + 1), new Generator(seed));
        (_mean, _deviation) = (Buffer("reward_mean", Tensor.Zeros([1], dtype)), Buffer("reward_std", Tensor.Ones([1], dtype)));
        To(trunk.Device);
    }

    /// <summary>The GPT that reads.</summary>
    public GptModel Trunk { get; }

    /// <summary>The mean of r over the reference set.</summary>
    public double Mean => _mean.Item();

    /// <summary>The deviation of r over the reference set.</summary>
    public double Deviation => _deviation.Item();

    /// <summary>r of each answer of a batch, not normalised: (B).</summary>
    public Tensor Forward(AnswerBatch batch)
    {
        Tensor hidden = Trunk.Hidden(batch.Ids); // (B, T, C)
        Tensor last = hidden.Reshape(-1, hidden.Size(2)).IndexSelect(0, batch.Ends.To(hidden.Device)); // (B, C)
        return _head.Forward(last).Reshape(-1);
    }

    /// <summary>r of answers, not normalised. Nothing is recorded for a gradient.</summary>
    public double[] Raw(IReadOnlyList<(int[] Prompt, int[] Answer)> answers)
    {
        if (answers.Count == 0)
            return [];
        int longest = answers.Max(a => a.Prompt.Length + a.Answer.Length);
        using (Autograd.NoGrad())
            return [.. answers.Chunk(Math.Max(1, TokensAtATime / longest)).SelectMany(some => Forward(new AnswerBatch(some)).To(DType.Float64).ToArray<double>())];
    }

    /// <summary>The normalised scores of answers.</summary>
    public double[] Score(IReadOnlyList<(int[] Prompt, int[] Answer)> answers) => [.. Raw(answers).Select(r => (r - Mean) / Deviation)];

    /// <summary>The normalised scores of drawn answers.</summary>
    public double[] Score(IReadOnlyList<Rollout> rollouts) => Score([.. rollouts.Select(r => (r.Prompt, r.Answer))]);

    /// <summary>Makes mean 0 and variance 1 what these answers get.</summary>
    /// <exception cref="InvalidOperationException">All of them get the same, or something that is no number.</exception>
    public void Normalize(IReadOnlyList<(int[] Prompt, int[] Answer)> reference)
    {
        Moments moments = Moments.Of(Raw(reference));
        if (!(moments.Deviation > 1e-6))
            throw new InvalidOperationException($"reward model: over {reference.Count} reference answers the reward has a deviation of {moments.Deviation}: it tells nothing apart");
        _mean.Fill(moments.Mean);
        _deviation.Fill(moments.Deviation);
    }

    /// <summary>Writes the weights, atomically.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => Safetensors.Save(path, StateDict(), new Dictionary<string, string> { ["format"] = "pt" });

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape: it is no reward model, or one of other sizes.</exception>
    /// <exception cref="SafetensorsException">Not a safetensors file, or a damaged one.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RewardModel Load(string path, GptConfig config)
    {
        RewardModel model = new(new GptModel(config), 0);
        SafetensorsDictionary file = Safetensors.Load(path);
        file.RequireShape("score.weight", [1, config.Width]); // first: what a plain GPT lacks
        foreach ((string name, Tensor value) in model.StateDict())
            file.RequireShape(name, [.. value.Shape.ToArray().Select(s => (long)s)]);
        using (Autograd.NoGrad())
        {
            foreach ((string name, Tensor value) in model.StateDict())
                value.CopyFrom(file[name]);
        }
        model.Eval();
        return model;
    }
}
