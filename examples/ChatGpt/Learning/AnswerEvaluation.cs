using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt;
using TensorCore.Generation;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>A question, what a model answered, and whether that is true.</summary>
public sealed record Answered(Question Question, string Answer, bool IsCorrect);

/// <summary>The answers of one model to many questions.</summary>
public sealed record AnswerSheet(IReadOnlyList<Answered> Answers)
{
    /// <summary>The share that is true.</summary>
    public Proportion Accuracy => Proportion.Among(Answers, a => a.IsCorrect);

    /// <summary>The share that is true among the questions of a kind.</summary>
    public Proportion Of(QuestionKind kind) => Proportion.Among([.. Answers.Where(a => a.Question.Kind == kind)], a => a.IsCorrect);
}

/// <summary>Asks a model, takes the likeliest token each time, and compares with what is true.</summary>
public static class AnswerEvaluation
{
    private const int MaxTokens = 60;

    /// <summary>A tuned model is asked in the chat template.</summary>
    public static AnswerSheet Ask(GptModel model, ChatTemplate template, QuestionWorld world, IReadOnlyList<Question> questions, CancellationToken cancellation = default)
    {
        int[][] prompts = [.. questions.Select(q => template.Prompt(q.Prompt))];
        IReadOnlyList<int[]> written = Write(model, prompts, template.Tokenizer.IsSpecialToken, cancellation);
        return Judge(world, questions, [.. written.Select(w => template.Answer(w))]);
    }

    /// <summary>
    /// A model that only goes on with text has never seen the template. It is shown by examples what is wanted, as one does with such models: some questions of the kind
    /// with their answers, a line each, then the question; its answer is the line that follows. (Brown et al. 2020, "Language Models are Few-Shot Learners", arXiv:2005.14165.)
    /// </summary>
    public static AnswerSheet AskByExamples(GptModel model, Tokenizer tokenizer, QuestionWorld world, IReadOnlyList<Question> questions, int examples = 3, CancellationToken cancellation = default)
    {
        Dictionary<QuestionKind, QuestionSet> training = questions.Select(q => q.Kind).Distinct().ToDictionary(k => k, world.Training.Of);
        int[][] prompts = [.. questions.Select((q, i) => Prompt(q, training[q.Kind], tokenizer, model.Config.Context, examples, (ulong)i))];
        IReadOnlyList<int[]> written = Write(model, prompts, token => tokenizer.IsSpecialToken(token) || tokenizer.TokenBytes(token).Contains((byte)'\n'), cancellation);
        return Judge(world, questions, [.. written.Select(w => tokenizer.DecodeString(w, skipSpecialTokens: true).Split('\n')[0].Trim())]);
    }

    private static int[] Prompt(Question question, QuestionSet training, Tokenizer tokenizer, int context, int examples, ulong seed)
    {
        for (; ; examples--)
        {
            string shown = string.Concat(training.Draw(examples, seed).Select(e => $"{e.Text}\n{e.Answer}\n\n"));
            int[] prompt = tokenizer.Encode($"{shown}{question.Text}\n");
            if (prompt.Length + (MaxTokens / 2) <= context || examples == 0)
                return prompt;
        }
    }

    private static IReadOnlyList<int[]> Write(GptModel model, int[][] prompts, Func<int, bool> isLast, CancellationToken cancellation)
    {
        bool training = model.Training;
        model.Eval();
        try
        {
            return AnswerWriter.Write(model, prompts, new SamplingOptions { Temperature = 0 }, MaxTokens, isLast, cancellation: cancellation);
        }
        finally
        {
            model.Train(training);
        }
    }

    private static AnswerSheet Judge(QuestionWorld world, IReadOnlyList<Question> questions, string[] answers) =>
        new([.. questions.Zip(answers, (q, a) => new Answered(q, a, world.IsCorrect(q, a)))]);
}
