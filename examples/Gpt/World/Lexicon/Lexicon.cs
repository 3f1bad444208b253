namespace TensorCore.Examples.Gpt.World;

/// <summary>A job in its masculine and feminine form, where it is done and what it consists of.</summary>
internal sealed record Job((Term Masculine, Term Feminine) Names, Term Workplace, string[] Tasks);

/// <summary>A kind of paragraph: its name, its share among all and its templates.</summary>
internal sealed record Scene(string Name, int Weight, string[] Templates);

/// <summary>The words of a language by category, and the rules (named lists of templates) that scenes are made of.</summary>
internal abstract class Lexicon
{
    private readonly Dictionary<string, Term[]> _categories = [];
    private readonly Dictionary<string, string[]> _rules = [];
    private readonly Dictionary<string, Term> _nouns = [];

    private readonly List<Job> _jobs = [];
    private readonly List<(Term Masculine, Term Feminine)> _pets = [];

    public IReadOnlyList<Job> Jobs => _jobs;

    public IReadOnlyList<(Term Masculine, Term Feminine)> Pets => _pets;

    /// <summary>What facts state and ask about people and places.</summary>
    public abstract IReadOnlyList<FactTemplate> FactTemplates { get; }

    /// <summary>The kinds of paragraph, each with how often it comes.</summary>
    public abstract IReadOnlyList<Scene> Scenes { get; }

    /// <summary>The words of two meanings.</summary>
    public abstract IReadOnlyList<AmbiguousWord> AmbiguousWords { get; }

    public abstract Grammar Grammar { get; }

    public IReadOnlyDictionary<string, Term[]> Categories => _categories;

    public IEnumerable<Term> Nouns => _nouns.Values;

    public IReadOnlyList<Term>? Category(string name) => _categories.GetValueOrDefault(name);

    public IReadOnlyList<string> Rule(string name) => _rules.TryGetValue(name, out string[]? rule)
        ? rule
        : throw new FormatException($"there is no rule <{name}>");

    /// <summary>The noun of this text: one term for one word, in however many categories, so that drawing can avoid repeats.</summary>
    public Term? FindNoun(string text) => _nouns.GetValueOrDefault(text);

    /// <inheritdoc cref="FindNoun"/>
    protected Term Noun(string text) => _nouns.TryGetValue(text, out Term? noun)
        ? noun
        : throw new ArgumentException($"the noun \"{text}\" is not in the lexicon");

    public Term Number(int value) => new() { Text = Grammar.NumberWord(value, Gender.Masculine), Value = value, IsName = true };

    /// <summary>Adds nouns, separated by white space, in the language's notation; "_" stands for a blank.</summary>
    protected void AddNouns(string category, string words) =>
        _categories[category] = [.. Split(words).Select(entry =>
        {
            Term noun = ParseNoun(entry);
            _nouns.TryAdd(noun.Text, noun);
            return _nouns[noun.Text];
        })];

    /// <summary>Adds words without features of their own (adjectives by their lemma, names) or, one a line, verb phrases.</summary>
    protected void AddWords(string category, string words, bool names = false, Gender gender = default) =>
        _categories[category] = [.. (words.Contains('\n') ? Lines(words) : Split(words))
            .Select(w => new Term { Text = w, IsName = names, Gender = gender })];

    /// <summary>A category that joins others.</summary>
    protected void AddUnion(string category, params string[] parts) =>
        _categories[category] = [.. parts.SelectMany(p => _categories[p]).Distinct()];

    protected void AddNumbers(string category, int from, int to) =>
        _categories[category] = [.. Enumerable.Range(from, to - from + 1).Select(Number)];

    protected void AddRule(string name, params string[] templates) => _rules[name] = templates;

    /// <summary>
    /// Adds jobs, one a line: <c>baker @ bakery : knead the dough ; light the oven</c>, with a slash between masculine
    /// and feminine where they differ (<c>padeiro/padeira</c>).
    /// </summary>
    protected void AddJobs(string lines) => _jobs.AddRange(Lines(lines).Select(line =>
    {
        string[] parts = line.Split(['@', ':'], StringSplitOptions.TrimEntries);
        return new Job(Sexes(parts[0]), Noun(parts[1]), parts[2].Split(';', StringSplitOptions.TrimEntries));
    }));

    /// <summary>Kinds of pets, with a slash between masculine and feminine where they differ.</summary>
    protected void AddPets(string words) => _pets.AddRange(Split(words).Select(Sexes));

    /// <summary>Masculine and feminine form of a noun for living beings; equal where the language does not tell them apart.</summary>
    protected abstract (Term Masculine, Term Feminine) Sexes(string entry);

    protected abstract Term ParseNoun(string entry);

    protected static IEnumerable<string> Split(string words) =>
        words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(w => w.Replace('_', ' '));

    protected static IEnumerable<string> Lines(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
