using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>How facts of one relation are asked and answered; templates of the small world's grammar in which p is the subject.</summary>
/// <param name="OfPerson">About people, not about shops.</param>
/// <param name="Relation">The relation of <see cref="Fact"/>.</param>
/// <param name="Choices">The category of the answer.</param>
/// <param name="Short">The shortest answer.</param>
/// <param name="Sentence">The answer as a sentence.</param>
/// <param name="Cores">The questions, as in <see cref="Asking"/>.</param>
internal sealed record FactWording(bool OfPerson, string Relation, string Choices, string Short, string Sentence, params string[] Cores)
{
    /// <summary>The name of its group of wordings: shops have streets too.</summary>
    public string Group => (OfPerson ? "" : "shop.") + Relation;
}

/// <summary>A term of the lecture.</summary>
/// <param name="Term">The bare term: "perceptron".</param>
/// <param name="Named">With its article, as a sentence begins: "um perceptron".</param>
/// <param name="Meaning">What it is, in our own words.</param>
internal sealed record Definition(string Term, string Named, string Meaning);

/// <summary>Something that cannot be known here.</summary>
/// <param name="Subject">Its key, the same in both languages.</param>
/// <param name="What">As it stands after "I have no way to know".</param>
/// <param name="MadeUp">Answers of one who pretends to know.</param>
/// <param name="Cores">The questions.</param>
internal sealed record Unknowable(string Subject, string What, string[] MadeUp, params string[] Cores);

/// <summary>A greeting or a question about the assistant.</summary>
/// <param name="Subject">Its key, the same in both languages.</param>
/// <param name="Short">The short answer.</param>
/// <param name="Sentence">The polite one.</param>
/// <param name="Signs">Phrases by which an answer to it is known.</param>
/// <param name="Texts">The ways to say it.</param>
internal sealed record Courtesy(string Subject, string Short, string Sentence, string[] Signs, params string[] Texts);

/// <summary>All that questions and answers need of a language.</summary>
internal abstract class Phrasebook
{
    private readonly Lazy<Politeness> _politeness;

    protected Phrasebook() => _politeness = new(() => new Politeness(this));

    /// <summary>What stands around a question.</summary>
    public abstract IReadOnlyList<Frame> Frames { get; }

    public abstract IReadOnlyList<FactWording> Facts { get; }

    public abstract IReadOnlyList<Definition> Definitions { get; }

    /// <summary>{x}: the term with its article; {term}: without.</summary>
    public abstract Asking AskDefinition { get; }

    /// <summary>{0} named, {1} its meaning, {2} the bare term.</summary>
    public abstract string[] DefinitionStatements { get; }

    /// <summary>{a}, {b}: the numbers in digits; {aw}, {bw}: in words.</summary>
    public abstract Asking AskSum { get; }

    /// <summary>{0} + {1} = {2} told as a sentence; the first is how it is answered.</summary>
    public abstract string[] SumStatements { get; }

    /// <summary>The words for one, which are articles too, and that for +.</summary>
    public abstract (string[] Ones, string Plus) SumWords { get; }

    /// <summary>{w}: a word of this language, wanted in the other.</summary>
    public abstract Asking AskForeign { get; }

    /// <summary>{w}: a word of the other language.</summary>
    public abstract Asking AskOwn { get; }

    /// <summary>{0}: the word of this language, {1}: of the other; the first is the answer to <see cref="AskForeign"/>.</summary>
    public abstract string[] ForeignStatements { get; }

    /// <summary>{0}: the word of this language, {1}: of the other; the first is the answer to <see cref="AskOwn"/>.</summary>
    public abstract string[] OwnStatements { get; }

    public abstract IReadOnlyList<Unknowable> Unknowables { get; }

    /// <summary>The plainest "I don't know".</summary>
    public abstract string DoNotKnow { get; }

    /// <summary>{0}: what it is that cannot be known.</summary>
    public abstract string NoWayToKnow { get; }

    /// <summary>People who are not of the town.</summary>
    public abstract string[] Strangers { get; }

    /// <summary>{n}: the stranger.</summary>
    public abstract Asking AskStranger { get; }

    /// <summary>{0}: the stranger; short and as a sentence.</summary>
    public abstract (string Short, string Sentence) NoSuchPerson { get; }

    /// <summary>What one says who admits not to know.</summary>
    public abstract string[] Admissions { get; }

    /// <summary>Words by which one takes the admission back: "but", "maybe".</summary>
    public abstract string[] Hedges { get; }

    public abstract IReadOnlyList<Courtesy> Courtesies { get; }

    /// <summary>The key of the courtesy that may stand in any answer to another: "Hello! I am fine."</summary>
    public const string Hello = "hello";

    /// <summary>What a polite answer may begin with.</summary>
    public abstract string[] Openers { get; }

    /// <summary>What a polite answer may end with.</summary>
    public abstract string[] Closers { get; }

    /// <summary>What a polite admission begins with; its sentence follows in lower case.</summary>
    public abstract string[] Apologies { get; }

    /// <summary>Phrases of the polite courtesies, wherever they stand.</summary>
    public abstract string[] Kindnesses { get; }

    /// <summary>Long beginnings that say nothing.</summary>
    public abstract string[] RambleStarts { get; }

    /// <summary>Long ends that say nothing.</summary>
    public abstract string[] RambleEnds { get; }

    /// <summary>Long ends after an admission.</summary>
    public abstract string[] RambleRegrets { get; }

    /// <summary>Long ends after a courtesy.</summary>
    public abstract string[] RambleChats { get; }

    /// <summary>System messages, each with the style it asks for.</summary>
    public abstract IReadOnlyList<(string Text, AnswerStyle Style)> Instructions { get; }

    /// <summary>Words that turn a statement into its contrary.</summary>
    protected abstract string[] Negations { get; }

    public Politeness Politeness => _politeness.Value;

    public static Phrasebook Of(Language language) => language == Language.English ? new EnglishPhrasebook() : new PortuguesePhrasebook();

    /// <summary>Whether the words say that something is not so.</summary>
    public bool Denies(string[] words) => words.Any(w => Negations.Contains(w) || w.EndsWith("n't", StringComparison.Ordinal));
}
