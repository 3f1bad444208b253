using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt.World;

// Prints what the tuning data look like, until the commands are here: chatgpt [en] [seed].
ulong seed = args.Length > 1 && ulong.TryParse(args[1], out ulong given) ? given : 1;
QuestionWorld questions = new(new SmallWorld(args is ["en", ..] ? Language.English : Language.Portuguese, seed), seed);
SplitMix64 random = new(seed);
foreach (Question question in questions.Training.Draw(40, seed))
    Console.WriteLine($"[{question.Kind}] {question.Text}\n    {questions.Say(question, random.Pick(Enum.GetValues<AnswerStyle>()), random)}");
