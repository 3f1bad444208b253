using System.Diagnostics.CodeAnalysis;

namespace TensorCore.Examples.Gpt.World;

/// <summary>What a language does to words in a sentence: determiners, agreement, verb forms, numbers in words.</summary>
internal abstract class Grammar
{
    /// <summary>The term under a modifier such as an article: <c>{no:praça}</c> gives "na praça", <c>{a:egg}</c> "an egg".</summary>
    public abstract bool TryModify(string modifier, Term term, [NotNullWhen(true)] out string? text);

    /// <summary>The form of an adjective or determiner (given by its lemma) that agrees with a head.</summary>
    public abstract string Agree(string lemma, Gender gender, bool plural);

    /// <summary>A verb phrase whose first word is an infinitive, in a tense, agreeing with its subject (null: third person singular).</summary>
    public abstract string Conjugate(string phrase, string tense, Term? subject);

    /// <summary>A whole number in words; in Portuguese one and two agree in gender.</summary>
    public abstract string NumberWord(int value, Gender gender);

    /// <summary>Two subjects joined by "and".</summary>
    public abstract string And { get; }

    /// <summary>A number with what it counts: "duas maçãs", "one egg".</summary>
    public string Count(int value, Term noun) =>
        $"{NumberWord(value, noun.Gender)} {(value == 1 ? noun.Text : PluralOf(noun))}";

    public static string PluralOf(Term noun) =>
        noun.Plural ?? throw new InvalidOperationException($"\"{noun.Text}\" has no plural form");

    protected static (string Verb, string Tail) SplitHead(string phrase)
    {
        int space = phrase.IndexOf(' ');
        return space < 0 ? (phrase, "") : (phrase[..space], phrase[space..]);
    }
}
