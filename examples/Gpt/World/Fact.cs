namespace TensorCore.Examples.Gpt.World;

/// <summary>
/// Something that is always so in the town, with ways to say it and to ask for it. Texts told of the town never
/// contradict a fact, so a model trained on them can be asked.
/// </summary>
/// <param name="Subject">Whom or what it is about: "Ana".</param>
/// <param name="Relation">What is said of it, the same word in every language: "street", "mother", "pet".</param>
/// <param name="Object">The answer in a word or two: "Rua das Flores".</param>
/// <param name="Statements">Whole sentences that state the fact; the first is the plainest.</param>
/// <param name="Questions">Questions whose answer is the fact.</param>
public sealed record Fact(
    string Subject, string Relation, string Object, IReadOnlyList<string> Statements, IReadOnlyList<string> Questions);

/// <summary>How facts of one relation are told: templates in which p is the subject; Property leads to the object.</summary>
internal sealed record FactTemplate(bool OfPerson, string Property, string[] Statements, string[] Questions);
