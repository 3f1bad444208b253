using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>The categories of answers about the town: all streets, all colours, all people.</summary>
internal sealed class CategoryBook
{
    private readonly Dictionary<string, Choices> _choices = [];
    private readonly Dictionary<string, string> _jobIds = [];
    private readonly Dictionary<string, string> _petIds = [];
    private readonly Lexicon _lexicon;
    private readonly Town _town;

    public CategoryBook(SmallWorld world)
    {
        (_lexicon, _town) = (world.Lexicon, world.Town);
        foreach (string category in (string[])["street", "surname", "dish", "drink", "fruit", "hobby", "month", "subject", "room", "shop"])
            Add(category, _lexicon.Category(category)!);
        Add("thing", _lexicon.Category("treasure")!);
        Add("workplace", [.. _lexicon.Category("place")!, .. _lexicon.Category("workSite")!]);
        Add("person", _town.People);
        Add("petName", [.. _lexicon.Category("petNameFeminine")!, .. _lexicon.Category("petNameMasculine")!]);
        AddColours();
        AddSexes("job", _jobIds, _lexicon.Jobs.Select(j => j.Names));
        AddSexes("petKind", _petIds, _lexicon.Pets);
        _choices["number"] = Numbers(_lexicon.Grammar);
    }

    public Choices this[string category] => _choices[category];

    /// <summary>The id of a term in a category.</summary>
    public string IdOf(string category, Term term) => category switch
    {
        "job" => _jobIds[term.Text],
        "petKind" => _petIds[term.Text],
        "number" => Id(term.Value!.Value),
        _ => term.Text,
    };

    /// <summary>The id of a number.</summary>
    public static string Id(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The numbers from 0 to 99 in digits and words, but for the word one, which is an article too.</summary>
    public static Choices Numbers(Grammar grammar)
    {
        Choices numbers = new();
        for (int n = 0; n < 100; n++)
        {
            numbers.Add(Id(n), [Id(n)]);
            if (n != 1)
                numbers.Add(Id(n), [grammar.NumberWord(n, Gender.Masculine), grammar.NumberWord(n, Gender.Feminine)]);
        }
        return numbers;
    }

    private void Add(string category, IEnumerable<Term> terms)
    {
        Choices choices = _choices[category] = new();
        foreach (Term term in terms)
            choices.Add(term.Text, [term.Text, term.Plural, .. Inflected(category, term)]);
    }

    private IEnumerable<string> Inflected(string category, Term term) => _lexicon.Grammar switch
    {
        EnglishGrammar english when category == "hobby" => [english.Conjugate(term.Text, "ing", null)],
        PortugueseGrammar portuguese when category == "hobby" => [portuguese.Conjugate(term.Text, "ger", null), portuguese.Conjugate(term.Text, "pres", null)],
        EnglishGrammar when category is "person" or "petName" => [term.Text + "'s"],
        _ => [],
    };

    private void AddColours()
    {
        Choices colours = _choices["colour"] = new();
        foreach (Term colour in _lexicon.Category("colour")!.Concat(_lexicon.Category("furColour")!))
        {
            colours.Add(colour.Text,
                from gender in (Gender[])[Gender.Masculine, Gender.Feminine] from plural in (bool[])[false, true] select _lexicon.Grammar.Agree(colour.Text, gender, plural));
        }
    }

    private void AddSexes(string category, Dictionary<string, string> ids, IEnumerable<(Term Masculine, Term Feminine)> pairs)
    {
        Choices choices = _choices[category] = new();
        foreach ((Term masculine, Term feminine) in pairs)
        {
            ids[masculine.Text] = ids[feminine.Text] = masculine.Text;
            choices.Add(masculine.Text, [masculine.Text, feminine.Text, masculine.Plural, feminine.Plural]);
        }
    }
}
