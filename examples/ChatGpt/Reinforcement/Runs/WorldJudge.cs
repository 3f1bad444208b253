using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>The questions of the built-in world as prompts, and what answers to them are truly worth.</summary>
/// <param name="World">The world.</param>
/// <param name="Template">How questions become tokens.</param>
/// <param name="Labeller">The taste.</param>
/// <param name="LongestPrompt">Longer questions are left out.</param>
internal sealed record WorldJudge(QuestionWorld World, ChatTemplate Template, Labeller Labeller, int LongestPrompt)
{
    // A prompt is known again by being the same array: rollouts keep it.
    private readonly Dictionary<int[], Question> _questions = new(ReferenceEqualityComparer.Instance);

    /// <summary>Questions as prompts.</summary>
    public IReadOnlyList<int[]> Prompts(IEnumerable<Question> questions)
    {
        List<int[]> prompts = [];
        foreach (Question question in questions)
        {
            int[] prompt = Template.Prompt(question.Prompt);
            if (prompt.Length > LongestPrompt)
                continue;
            prompts.Add(prompt);
            _questions[prompt] = question;
        }
        return prompts;
    }

    /// <summary>The true worth of answers to prompts of <see cref="Prompts"/>.</summary>
    public double[] TrueScore(IReadOnlyList<Rollout> rollouts) =>
        [.. rollouts.Select(r => Labeller.TrueReward(_questions[r.Prompt], Template.Answer(r.Answer)))];

    /// <summary>
    /// A model's own answers to questions, K to each, all different. Where it gives the same answer again, or does not come to an end, the world's candidates take its
    /// place, right and wrong ones, so that there is something to compare.
    /// </summary>
    /// <param name="draw">Has the model answer prompts.</param>
    /// <param name="questions">What is asked.</param>
    /// <param name="answers">K.</param>
    /// <param name="seed">Of the candidates.</param>
    public IReadOnlyList<(Question Question, IReadOnlyList<string> Answers)> Answers(Func<IReadOnlyList<int[]>, Rollout[]> draw, IReadOnlyList<Question> questions, int answers, ulong seed)
    {
        SplitMix64 random = new(seed ^ 0xCA4D_1DA7_E500_0001);
        List<(Question, IReadOnlyList<string>)> all = [];
        Question[] asked = [.. questions.Where(q => Template.Prompt(q.Prompt).Length <= LongestPrompt)];
        Rollout[] drawn = draw([.. asked.SelectMany(q => Enumerable.Repeat(Template.Prompt(q.Prompt), answers))]);
        for (int i = 0; i < asked.Length; i++)
        {
            HashSet<string> different = [.. drawn[(i * answers)..((i + 1) * answers)].Where(r => r.Finished).Select(r => Template.Answer(r.Answer)).Where(a => a.Length > 0)];
            foreach (string candidate in World.Candidates(asked[i], answers, random))
            {
                if (different.Count < answers)
                    different.Add(candidate);
            }
            if (different.Count >= 2)
                all.Add((asked[i], [.. different]));
        }
        return all;
    }
}
