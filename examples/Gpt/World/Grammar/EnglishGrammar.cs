using System.Diagnostics.CodeAnalysis;

namespace TensorCore.Examples.Gpt.World;

/// <summary>English: a and an, pronouns by gender, plural and verb forms, numbers in words.</summary>
internal sealed class EnglishGrammar : Grammar
{
    // Masculine, feminine, thing, plural.
    private static readonly Dictionary<string, string[]> Pronouns = new()
    {
        ["he"] = ["he", "she", "it", "they"],
        ["him"] = ["him", "her", "it", "them"],
        ["his"] = ["his", "her", "its", "their"],
        ["self"] = ["himself", "herself", "itself", "themselves"],
    };

    // base: third person, past, -ing form
    private static readonly Dictionary<string, string[]> Irregular = """
        be is was being
        have has had having
        do does did doing
        go goes went going
        see sees saw seeing
        come comes came coming
        say says said saying
        bring brings brought bringing
        buy buys bought buying
        put puts put putting
        give gives gave giving
        take takes took taking
        make makes made making
        find finds found finding
        lose loses lost losing
        tell tells told telling
        read reads read reading
        write writes wrote writing
        sing sings sang singing
        swim swims swam swimming
        run runs ran running
        sit sits sat sitting
        stand stands stood standing
        sleep sleeps slept sleeping
        eat eats ate eating
        drink drinks drank drinking
        draw draws drew drawing
        feed feeds fed feeding
        sweep sweeps swept sweeping
        ride rides rode riding
        fly flies flew flying
        hide hides hid hiding
        sell sells sold selling
        cut cuts cut cutting
        set sets set setting
        hear hears heard hearing
        leave leaves left leaving
        keep keeps kept keeping
        build builds built building
        teach teaches taught teaching
        think thinks thought thinking
        know knows knew knowing
        get gets got getting
        fall falls fell falling
        break breaks broke breaking
        hang hangs hung hanging
        catch catches caught catching
        drive drives drove driving
        grow grows grew growing
        hold holds held holding
        meet meets met meeting
        spread spreads spread spreading
        chop chops chopped chopping
        plan plans planned planning
        knit knits knitted knitting
        mop mops mopped mopping
        pet pets petted petting
        chat chats chatted chatting
        tie ties tied tying
        """.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' '))
        .ToDictionary(words => words[0], words => words[1..]);

    private static readonly string[] Units =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] Tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    public override string And => "and";

    public override bool TryModify(string modifier, Term term, [NotNullWhen(true)] out string? text)
    {
        if (Pronouns.TryGetValue(modifier, out string[]? forms))
        {
            text = forms[term.IsPlural ? 3 : (int)term.Gender];
            return true;
        }
        text = modifier switch
        {
            "a" => $"{Article(term.Text)} {term.Text}",
            "an" => Article(term.Text), // the article alone, chosen for the adjective that follows it
            "the" => term.IsName ? term.Text : $"the {term.Text}",
            "the+" => $"the {PluralOf(term)}",
            "pl" => PluralOf(term),
            "poss" => term.Text.EndsWith('s') && !term.IsName ? term.Text + "'" : term.Text + "'s",
            _ => null,
        };
        return text is not null;
    }

    /// <summary>"a" or "an" by the first letter; the lexicon has no word like "hour" or "uniform" where sound and letter part.</summary>
    public static string Article(string word) => "aeiou".Contains(char.ToLowerInvariant(word[0])) ? "an" : "a";

    public override string Agree(string lemma, Gender gender, bool plural) => (lemma, plural) switch
    {
        ("is", true) => "are",
        ("was", true) => "were",
        ("has", true) => "have",
        ("this", true) => "these",
        ("that", true) => "those",
        _ => lemma,
    };

    public static string Pluralise(string word) => word switch
    {
        [.., 's' or 'x' or 'z'] or [.., 'c' or 's', 'h'] => word + "es",
        [.., 'a' or 'e' or 'i' or 'o' or 'u', 'y'] => word + "s",
        [.., 'y'] => word[..^1] + "ies",
        _ => word + "s",
    };

    public override string Conjugate(string phrase, string tense, Term? subject)
    {
        (string verb, string rest) = SplitHead(phrase);
        bool plural = subject is { IsPlural: true };
        if (tense == "inf" || (tense == "pres" && plural && verb != "be"))
            return phrase;
        if (verb == "be" && tense != "ing")
            return (tense == "pres" ? (plural ? "are" : "is") : plural ? "were" : "was") + rest;
        if (!Irregular.TryGetValue(verb, out string[]? forms))
            forms = [Third(verb), Past(verb), Ing(verb)];
        int index = tense switch
        {
            "pres" => 0,
            "past" or "pret" => 1,
            "ing" => 2,
            _ => throw new ArgumentException($"unknown tense \"{tense}\" for \"{verb}\": use pres, past, ing or inf"),
        };
        return forms[index] + rest;
    }

    private static string Third(string verb) => verb is [.., 'o'] ? verb + "es" : Pluralise(verb);

    private static string Past(string verb) => verb switch
    {
        [.., 'e'] => verb + "d",
        [.., 'a' or 'e' or 'i' or 'o' or 'u', 'y'] => verb + "ed",
        [.., 'y'] => verb[..^1] + "ied",
        _ => verb + "ed",
    };

    private static string Ing(string verb) => verb switch
    {
        [.., 'e', 'e'] => verb + "ing",
        [.., 'e'] => verb[..^1] + "ing",
        _ => verb + "ing",
    };

    public override string NumberWord(int value, Gender gender)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)value, 999u, nameof(value));
        if (value >= 100)
        {
            string hundreds = $"{Units[value / 100]} hundred";
            return value % 100 == 0 ? hundreds : $"{hundreds} and {NumberWord(value % 100, gender)}";
        }
        if (value < 20)
            return Units[value];
        return value % 10 == 0 ? Tens[value / 10] : $"{Tens[value / 10]}-{Units[value % 10]}";
    }
}
