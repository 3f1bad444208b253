using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt.World;

// Prints what the tuning data look like, until the commands are here: chatgpt [en] [seed] [count].
ulong seed = args.Length > 1 && ulong.TryParse(args[1], out ulong given) ? given : 1;
int count = args.Length > 2 && int.TryParse(args[2], out int wanted) ? wanted : 40;
QuestionWorld questions = new(new SmallWorld(args is ["en", ..] ? Language.English : Language.Portuguese, seed), seed);
SplitMix64 random = new(seed);
foreach (Question question in questions.Training.Draw(count, seed))
    Console.WriteLine($"[{question.Kind}] {question.Text}\n    {questions.Say(question, random.Pick(Enum.GetValues<AnswerStyle>()), random)}");
foreach (QuestionKind kind in Enum.GetValues<QuestionKind>())
{
    Console.WriteLine($"{kind}: " + string.Join(", ", ((QuestionSet[])[questions.Training, questions.HeldOutSubjects, questions.HeldOutPhrasings, questions.HeldOutBoth])
        .Select(s => s.Of(kind)).Select(s => $"{s.Count} of {s.Subjects} subjects")));
}
