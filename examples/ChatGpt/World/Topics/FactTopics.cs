using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>The facts of the town as subjects to ask about.</summary>
internal sealed class FactTopics
{
    private readonly SmallWorld _world;
    private readonly Phrasebook _book;
    private readonly Renderer _renderer;
    private readonly CategoryBook _categories;

    private FactTopics(SmallWorld world, Phrasebook book)
    {
        (_world, _book) = (world, book);
        _renderer = new(world.Lexicon, world.Town, new SplitMix64(0)); // these templates leave nothing to chance
        _categories = new(world);
    }

    public static IEnumerable<Topic> Of(SmallWorld world, Phrasebook book)
    {
        FactTopics topics = new(world, book);
        Dictionary<(string, string), Fact> facts = world.Facts.ToDictionary(f => (f.Subject, f.Relation));
        return book.Facts.SelectMany(wording => topics.Of(wording, facts));
    }

    private IEnumerable<Topic> Of(FactWording wording, Dictionary<(string Subject, string Relation), Fact> facts)
    {
        IReadOnlyList<Term> all = wording.OfPerson ? _world.Town.People : _world.Town.Shops;
        List<Term> subjects = [.. all.Where(s => FactBook.Follow(s, wording.Relation) is not null)];
        Asking asking = new(wording.Group, wording.Cores);
        Choices choices = _categories[wording.Choices];
        foreach (Term subject in subjects)
        {
            HashSet<string> right = Right(wording, subject);
            yield return new ChoiceTopic
            {
                Kind = QuestionKind.Fact,
                Subject = $"{subject}/{wording.Relation}",
                Unit = Unit(wording, subject),
                Asking = asking,
                Asked = asking.About(core => Words.Small(_renderer.Render(core, ("p", subject)))),
                Answer = _renderer.Render(wording.Short, ("p", subject)),
                Sentences = [_renderer.Render(wording.Sentence, ("p", subject))],
                Statements = facts[(subject.Text, wording.Relation)].Statements,
                Book = _book,
                Choices = choices,
                Right = right,
                People = _categories["person"],
                Wrong = random => Wrong(wording, subject, right, subjects, random),
            };
        }
    }

    private HashSet<string> Right(FactWording wording, Term subject) => wording is { OfPerson: false, Relation: "keeper" }
        ? [.. _world.Town.People.Where(p => p.Find("workplace") == subject).Select(p => p.Text)] // a doctor and a nurse both work at the hospital
        : [_categories.IdOf(wording.Choices, FactBook.Follow(subject, wording.Relation)!)];

    /// <summary>
    /// What would give the answer away is held out with it: the family has one house and one name, who is a mother has that child, and "what colour is Ana's
    /// bicycle" tells what she has.
    /// </summary>
    private static string Unit(FactWording wording, Term p)
    {
        Term other = FactBook.Follow(p, wording.Relation)!;
        return wording.Group switch
        {
            "street" or "houseColour" or "surname" => $"{wording.Relation}/{p.Find("surname")}",
            "husband" or "wife" => Pair("marriage", p, other),
            "mother" or "father" => $"parent/{other}+{p}",
            "son" or "daughter" => $"parent/{p}+{other}",
            "sister" or "brother" => Pair("siblings", p, other),
            "friend" => Pair("friends", p, other),
            "shop.near" => Pair("near", p, other),
            "workplace" => $"workplace/{other}",
            "shop.keeper" => $"workplace/{p}",
            ['p', 'e', 't', ..] => $"pet/{p}",
            ['t', 'h', 'i', 'n', 'g', ..] => $"thing/{p}",
            _ => $"{wording.Group}/{p}",
        };
    }

    private static string Pair(string stratum, Term a, Term b) =>
        string.CompareOrdinal(a.Text, b.Text) < 0 ? $"{stratum}/{a}+{b}" : $"{stratum}/{b}+{a}";

    /// <summary>The same of the subject with what holds of another one.</summary>
    private (string Answer, string Sentence) Wrong(FactWording wording, Term subject, HashSet<string> right, List<Term> subjects, SplitMix64 random)
    {
        List<Term> others = [.. subjects.Select(s => FactBook.Follow(s, wording.Relation)!).Where(IsWrong)];
        if (others.Count == 0) // there is one grandfather in the town: anybody else will do
            others = [.. _world.Town.People.Where(IsWrong)];
        Term other = random.Pick(others);
        Term pretended = With(subject, wording.Relation.Split('.'), other);
        return (_renderer.Render(wording.Short, ("p", pretended)), _renderer.Render(wording.Sentence, ("p", pretended)));

        bool IsWrong(Term t) => t != subject && !right.Contains(_categories.IdOf(wording.Choices, t));
    }

    /// <summary>A copy of a term in which a path of properties ends in another term's word, with the properties that were there.</summary>
    private static Term With(Term term, ReadOnlySpan<string> path, Term value)
    {
        Term word = path.IsEmpty ? value : term;
        Term copy = new() { Text = word.Text, Plural = word.Plural, Gender = word.Gender, IsName = word.IsName, IsPlural = word.IsPlural, Value = word.Value };
        foreach ((string property, Term to) in term.Properties)
            copy.Properties[property] = !path.IsEmpty && property == path[0] ? With(to, path[1..], value) : to;
        return copy;
    }
}
