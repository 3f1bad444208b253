namespace TensorCore.Examples.Cli;

/// <summary>The languages that the example programs speak.</summary>
public enum Language
{
    /// <summary>Brazilian Portuguese, the default.</summary>
    Portuguese,

    /// <summary>English.</summary>
    English,
}

/// <summary>Picks between the Portuguese and the English wording of a text. Both stand side by side where the text is used.</summary>
public readonly record struct Texts(Language Language)
{
    /// <summary>The text in this language.</summary>
    public string Pick(string pt, string en) => Language == Language.English ? en : pt;

    /// <summary>The language as <c>--language</c> spells it.</summary>
    public string Code => Pick("pt", "en");

    /// <summary>
    /// The language asked for by <c>--language</c>, before the command line is parsed: the descriptions of the options,
    /// which the parser needs, are already in it. Anything but "en" leaves Portuguese; the parser then rejects what it must.
    /// </summary>
    public static Texts From(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        for (int i = 0; i < args.Count && args[i] != "--"; i++)
        {
            bool english = args[i] is "--language=en" or "--language:en" || (args[i] == "--language" && i + 1 < args.Count && args[i + 1] == "en");
            if (english)
                return new(Language.English);
        }
        return new(Language.Portuguese);
    }
}
