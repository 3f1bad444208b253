namespace TensorCore.Examples.Gpt.World;

/// <summary>Writes out the facts of a town by the templates of its language.</summary>
internal static class FactBook
{
    public static IReadOnlyList<Fact> Of(Lexicon lexicon, Town town)
    {
        // Fact templates leave nothing to chance; the seed is never used.
        var renderer = new Renderer(lexicon, town, new SplitMix64(0));
        return [.. lexicon.FactTemplates.SelectMany(template =>
            (template.OfPerson ? town.People : town.Shops)
                .Where(subject => Follow(subject, template.Property) is not null)
                .Select(subject => Tell(renderer, template, subject)))];
    }

    private static Fact Tell(Renderer renderer, FactTemplate template, Term subject) => new(
        subject.Text,
        template.Property,
        Follow(subject, template.Property)!.Text,
        [.. template.Statements.Select(s => renderer.Render(s, ("p", subject)))],
        [.. template.Questions.Select(q => renderer.Render(q, ("p", subject)))]);

    internal static Term? Follow(Term subject, string path)
    {
        Term? term = subject;
        foreach (string property in path.Split('.'))
            term = term?.Find(property);
        return term;
    }
}
