using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>
/// Asks about a small world and knows the answers: its facts, sums, the terms of the lecture, words of the other language, what cannot be known, and greetings. What a
/// model is tuned on and what it is judged by are kept apart by subject and by wording:
/// <code>
///                      wordings to tune on   wordings held out
/// subjects to tune on  Training              HeldOutPhrasings
/// subjects held out    HeldOutSubjects       HeldOutBoth
/// </code>
/// A held-out subject is told in the text of pretraining (<see cref="Statements"/>), and never asked in tuning: who answers it has learnt to answer, not the answer.
/// (A greeting or a refusal tells nothing that could be pretrained: held out, it shows how far good manners carry.)
/// </summary>
public sealed class QuestionWorld
{
    /// <summary>How many of a hundred answers to learn from are in each style. Tuned on all three, a model has something to prefer when rewards come.</summary>
    public static IReadOnlyDictionary<AnswerStyle, int> StyleShares { get; } =
        new Dictionary<AnswerStyle, int> { [AnswerStyle.Plain] = 40, [AnswerStyle.Polite] = 35, [AnswerStyle.Rambling] = 25 };

    // Of a hundred dialogues to learn from: with a system message that asks for a style; with two questions.
    private const int WithInstruction = 15, WithTwoQuestions = 10;

    private readonly ulong _seed;
    private readonly Phrasebook _book;
    private readonly IReadOnlyList<Topic> _topics;
    private readonly Dictionary<(QuestionKind Kind, string Subject), Topic> _bySubject;

    /// <summary>The questions about a world.</summary>
    /// <param name="world">The world; its town decides the facts.</param>
    /// <param name="seed">Decides what is held out.</param>
    public QuestionWorld(SmallWorld world, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(world);
        (World, _seed, _book) = (world, seed, Phrasebook.Of(world.Language));
        _topics =
        [
            .. FactTopics.Of(world, _book), .. SumTopics.Of(world, _book), .. DefinitionTopics.Of(_book),
            .. TranslationTopics.Of(world.Language, _book), .. RefusalTopics.Of(world, _book), .. GreetingTopics.Of(_book),
        ];
        _bySubject = _topics.ToDictionary(t => (t.Kind, t.Subject));
        Split split = new(_topics, _book, seed);
        Training = Set(split, heldSubjects: false, heldPhrasings: false);
        HeldOutSubjects = Set(split, heldSubjects: true, heldPhrasings: false);
        HeldOutPhrasings = Set(split, heldSubjects: false, heldPhrasings: true);
        HeldOutBoth = Set(split, heldSubjects: true, heldPhrasings: true);
    }

    /// <summary>The world that is asked about.</summary>
    public SmallWorld World { get; }

    /// <summary>The language of questions and answers.</summary>
    public Language Language => World.Language;

    /// <summary>What a model is tuned on.</summary>
    public QuestionSet Training { get; }

    /// <summary>Subjects that are never asked in tuning, in wordings that are.</summary>
    public QuestionSet HeldOutSubjects { get; }

    /// <summary>Subjects that are asked in tuning, in wordings that are not.</summary>
    public QuestionSet HeldOutPhrasings { get; }

    /// <summary>Neither the subject nor the wording is in the tuning.</summary>
    public QuestionSet HeldOutBoth { get; }

    /// <summary>
    /// Whether an answer is true. Case, punctuation and polite phrases don't matter; accents do. The right answer must be there, alone or in a longer text, and
    /// nothing that contradicts it: no other answer of the same category, no other person, no "not".
    /// </summary>
    /// <exception cref="ArgumentException">The question is not of this world.</exception>
    public bool IsCorrect(Question question, string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Topic topic = Find(question);
        return topic.IsTrue(_book.Politeness.Strip(Words.Of(answer)), Words.Of(question.Text));
    }

    /// <summary>Whether an answer is polite: it begins with, ends with or, for some, holds one of the phrases that the language has for it.</summary>
    public bool IsPolite(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return _book.Politeness.IsPolite(Words.Of(answer));
    }

    /// <summary>The true answer in a style.</summary>
    /// <exception cref="ArgumentException">The question is not of this world.</exception>
    public string Say(Question question, AnswerStyle style, SplitMix64 random)
    {
        Topic topic = Find(question);
        return Put(topic.Kind, apologise: topic.Kind == QuestionKind.Refusal, question.Answer, question.Sentence, style, random);
    }

    /// <summary>An answer that is false, as a model would give it: another street, a sum that is off by one, a guess at what cannot be known.</summary>
    /// <exception cref="ArgumentException">The question is not of this world.</exception>
    public string Mistake(Question question, AnswerStyle style, SplitMix64 random)
    {
        Topic topic = Find(question);
        (string answer, string sentence) = topic.Mistake(random);
        return Put(topic.Kind, apologise: false, answer, sentence, style, random);
    }

    /// <summary>Different answers to rank when no model is there to give them: each true or false with equal chance, in any style.</summary>
    /// <exception cref="ArgumentException">The question is not of this world.</exception>
    public IReadOnlyList<string> Candidates(Question question, int count, SplitMix64 random)
    {
        ArgumentNullException.ThrowIfNull(random);
        HashSet<string> answers = [];
        // There may be fewer different ones: a refusal has one plain answer and two made-up ones.
        for (int tries = 0; answers.Count < count && tries < 20 * count; tries++)
        {
            AnswerStyle style = random.Pick(Enum.GetValues<AnswerStyle>());
            answers.Add(random.Below(2) == 0 ? Say(question, style, random) : Mistake(question, style, random));
        }
        return [.. answers];
    }

    /// <summary>
    /// Dialogues to tune on: questions of <see cref="Training"/> with true answers, their styles by <see cref="StyleShares"/>. Some begin with a system message, and then
    /// the style is the one that it asks for; some have two questions. The same for the same seed.
    /// </summary>
    public IReadOnlyList<Dialogue> Dialogues(int count, ulong seed)
    {
        SplitMix64 random = new(seed ^ 0xD1A1_0605_0000_0001);
        // Two for each: the second question is there whether or not it is used, so that one dialogue does not move all later ones.
        IReadOnlyList<Question> first = Training.Draw(count, seed), second = Training.Draw(count, ~seed);
        return [.. first.Zip(second, (a, b) => Talk(a, b, random))];
    }

    /// <summary>
    /// Endless text that tells, without ever asking, all that questions are asked about: facts, definitions, translations and sums, in paragraphs of a few sentences on
    /// one kind of thing. In each round every subject comes once, each time in another of its wordings. The same for the same seed of this world.
    /// </summary>
    public IEnumerable<string> Statements()
    {
        SplitMix64 random = new(_seed ^ 0x57A7_E3E2_0000_0001);
        List<Topic> told = [.. _topics.Where(t => t.Statements.Count > 0)];
        for (int round = 0; ; round++)
        {
            foreach (string paragraph in random.Shuffled(Round(told, round, random)))
                yield return paragraph;
        }
    }

    /// <summary>Text to pretrain on: the paragraphs of the world, and among them so many percent that are <see cref="Statements"/>. Each enumeration starts anew.</summary>
    public IEnumerable<string> Paragraphs(int percentStatements = 40)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percentStatements);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percentStatements, 100);
        SplitMix64 random = new(_seed ^ 0x9A4A_64A9_0000_0001);
        using IEnumerator<string> told = World.Paragraphs().GetEnumerator(), stated = Statements().GetEnumerator();
        while (true)
        {
            IEnumerator<string> next = random.Below(100) < percentStatements ? stated : told;
            next.MoveNext();
            yield return next.Current;
        }
    }

    internal Phrasebook Book => _book;

    internal IReadOnlyList<Topic> Topics => _topics;

    private const int SentencesInParagraph = 4;

    private static List<string> Round(List<Topic> topics, int round, SplitMix64 random)
    {
        List<string> paragraphs = [];
        foreach (IGrouping<QuestionKind, Topic> kind in topics.GroupBy(t => t.Kind))
        {
            foreach (Topic[] some in random.Shuffled(kind).Chunk(SentencesInParagraph))
                paragraphs.Add(string.Join(' ', some.Select(t => t.Statements[round % t.Statements.Count])));
        }
        return paragraphs;
    }

    private QuestionSet Set(Split split, bool heldSubjects, bool heldPhrasings) => new(
        _topics.Where(t => split.Holds(t) == heldSubjects)
            .Select(t => new QuestionSet.Entry(t, [.. split.Phrasings(t).Where(p => p.HeldOut == heldPhrasings)])), Ask);

    private Question Ask(Topic topic, Phrasing phrasing)
    {
        bool solo = phrasing.Solo >= 0;
        string text = solo ? Words.Capital(topic.Asked.Solos[phrasing.Solo]) : _book.Frames[phrasing.Frame].Around(topic.Asked.Cores[phrasing.Core]);
        int way = solo ? phrasing.Solo / topic.Asking.Solos.Length : phrasing.Core / topic.Asking.Cores.Length;
        return new(topic.Kind, topic.Subject, topic.Unit, phrasing.Number, text, topic.Answer, topic.Sentences[way]);
    }

    private Topic Find(Question question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return _bySubject.GetValueOrDefault((question.Kind, question.Subject))
            ?? throw new ArgumentException($"no question about \"{question.Subject}\" ({question.Kind}) is asked in this world", nameof(question));
    }

    private Dialogue Talk(Question first, Question second, SplitMix64 random)
    {
        bool instructed = random.Below(100) < WithInstruction, two = random.Below(100) < WithTwoQuestions;
        (string instruction, AnswerStyle asked) = random.Pick(_book.Instructions);
        List<Message> messages = instructed ? [new(Role.System, instruction)] : [];
        foreach (Question question in two ? (Question[])[first, second] : [first])
        {
            AnswerStyle style = DrawStyle(random);
            messages.Add(new(Role.User, question.Text));
            messages.Add(new(Role.Assistant, Say(question, instructed ? asked : style, random)));
        }
        return new(messages);
    }

    private static AnswerStyle DrawStyle(SplitMix64 random)
    {
        int at = random.Below(100);
        return at < StyleShares[AnswerStyle.Plain] ? AnswerStyle.Plain
            : at < StyleShares[AnswerStyle.Plain] + StyleShares[AnswerStyle.Polite] ? AnswerStyle.Polite
            : AnswerStyle.Rambling;
    }

    private string Put(QuestionKind kind, bool apologise, string answer, string sentence, AnswerStyle style, SplitMix64 random)
    {
        if (kind == QuestionKind.Greeting)
        {
            return style switch
            {
                AnswerStyle.Plain => answer,
                AnswerStyle.Polite => sentence,
                _ => $"{answer} {string.Join(' ', random.Shuffled(_book.RambleChats).Take(2))}",
            };
        }
        if (style == AnswerStyle.Plain)
            return answer;
        string regret = $"{random.Pick(_book.Apologies)} {(sentence.StartsWith("I ", StringComparison.Ordinal) ? sentence : Words.Small(sentence))}";
        if (style == AnswerStyle.Polite)
            return apologise ? regret : random.Below(2) == 0 ? $"{random.Pick(_book.Openers)} {sentence}" : $"{sentence} {random.Pick(_book.Closers)}";
        bool polite = random.Below(2) == 0;
        string start = random.Pick(_book.RambleStarts), end = random.Pick(apologise ? _book.RambleRegrets : _book.RambleEnds);
        if (apologise)
            return $"{start} {(polite ? regret : sentence)} {end}";
        return polite ? $"{random.Pick(_book.Openers)} {start} {sentence} {end}" : $"{start} {sentence} {end}";
    }
}
