namespace TensorCore.Examples.Gpt.World;

internal enum Gender { Masculine, Feminine, Neuter }

/// <summary>
/// Anything a sentence can speak of: a noun, an adjective, a verb phrase, a number or a named being of the town.
/// A property (<c>p.street</c>, <c>p.pet.kind</c>) leads from one term to another; the facts of the world are these.
/// </summary>
internal sealed class Term
{
    public required string Text { get; init; }

    /// <summary>The plural form; null for what has none (names, verbs, numbers).</summary>
    public string? Plural { get; init; }

    public Gender Gender { get; init; }

    /// <summary>True for names, which take no article: "de Ana", not "da Ana".</summary>
    public bool IsName { get; init; }

    /// <summary>True when verbs and adjectives agree with it in the plural: "Ana e João", "the scissors".</summary>
    public bool IsPlural { get; init; }

    /// <summary>The value of a number or the age of a person.</summary>
    public int? Value { get; init; }

    public Dictionary<string, Term> Properties { get; } = [];

    public Term? Find(string property) => Properties.GetValueOrDefault(property);

    public override string ToString() => Text;
}
