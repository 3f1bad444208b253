using System.Diagnostics.CodeAnalysis;

namespace TensorCore.Examples.Gpt.World;

/// <summary>Portuguese: articles with their contractions, agreement in gender and number, numbers in words.</summary>
internal sealed class PortugueseGrammar : Grammar
{
    // Each determiner: masculine, feminine, and whether the noun stands in the plural.
    private static readonly Dictionary<string, (string Masculine, string Feminine, bool Plural, string Name)> Determiners = new()
    {
        ["o"] = ("o", "a", false, ""),
        ["os"] = ("os", "as", true, ""),
        ["um"] = ("um", "uma", false, ""),
        ["uns"] = ("uns", "umas", true, ""),
        ["no"] = ("no", "na", false, "em"),
        ["nos"] = ("nos", "nas", true, "em"),
        ["do"] = ("do", "da", false, "de"),
        ["dos"] = ("dos", "das", true, "de"),
        ["ao"] = ("ao", "à", false, "a"),
        ["aos"] = ("aos", "às", true, "a"),
        ["pelo"] = ("pelo", "pela", false, "por"),
        ["pelos"] = ("pelos", "pelas", true, "por"),
        ["num"] = ("num", "numa", false, "em"),
        ["este"] = ("este", "esta", false, ""),
        ["esse"] = ("esse", "essa", false, ""),
        ["aquele"] = ("aquele", "aquela", false, ""),
        ["desse"] = ("desse", "dessa", false, "de"),
        ["nesse"] = ("nesse", "nessa", false, "em"),
        ["naquele"] = ("naquele", "naquela", false, "em"),
        ["seu"] = ("seu", "sua", false, ""),
        ["meu"] = ("meu", "minha", false, ""),
        ["nosso"] = ("nosso", "nossa", false, ""),
        ["outro"] = ("outro", "outra", false, ""),
        ["muito"] = ("muito", "muita", false, ""),
        ["muitos"] = ("muitos", "muitas", true, ""),
        ["quantos"] = ("quantos", "quantas", true, ""),
        ["nenhum"] = ("nenhum", "nenhuma", false, ""),
    };

    // What stands for the term itself: masculine and feminine, singular and plural.
    private static readonly Dictionary<string, (string Ms, string Fs, string Mp, string Fp)> Pronouns = new()
    {
        ["ele"] = ("ele", "ela", "eles", "elas"),
        ["dele"] = ("dele", "dela", "deles", "delas"),
        ["nele"] = ("nele", "nela", "neles", "nelas"),
        ["obj"] = ("o", "a", "os", "as"),
        ["lo"] = ("lo", "la", "los", "las"),
        ["lhe"] = ("lhe", "lhe", "lhes", "lhes"),
        ["art"] = ("o", "a", "os", "as"),
    };

    private static readonly Dictionary<string, (string Feminine, string Plural, string FemininePlural)> IrregularAdjectives = new()
    {
        ["bom"] = ("boa", "bons", "boas"),
        ["mau"] = ("má", "maus", "más"),
        ["meu"] = ("minha", "meus", "minhas"),
        ["seu"] = ("sua", "seus", "suas"),
        ["um"] = ("uma", "uns", "umas"),
        ["cinza"] = ("cinza", "cinza", "cinza"),
        ["rosa"] = ("rosa", "rosa", "rosa"),
        ["laranja"] = ("laranja", "laranja", "laranja"),
        ["simples"] = ("simples", "simples", "simples"),
        ["grande"] = ("grande", "grandes", "grandes"),
        ["dois"] = ("duas", "dois", "duas"),
        ["cru"] = ("crua", "crus", "cruas"),
        ["maior"] = ("maior", "maiores", "maiores"),
        ["menor"] = ("menor", "menores", "menores"),
        ["melhor"] = ("melhor", "melhores", "melhores"),
        ["qual"] = ("qual", "quais", "quais"),
    };

    private static readonly string[] Units =
    [
        "zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze", "doze", "treze",
        "catorze", "quinze", "dezesseis", "dezessete", "dezoito", "dezenove",
    ];

    private static readonly string[] Tens =
        ["", "", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa"];

    private static readonly string[] Hundreds =
        ["", "cento", "duzentos", "trezentos", "quatrocentos", "quinhentos", "seiscentos", "setecentos", "oitocentos", "novecentos"];

    public override string And => "e";

    public override bool TryModify(string modifier, Term term, [NotNullWhen(true)] out string? text)
    {
        bool feminine = term.Gender == Gender.Feminine;
        if (Determiners.TryGetValue(modifier, out var d))
        {
            string determiner = term.IsName ? d.Name : feminine ? d.Feminine : d.Masculine;
            string noun = d.Plural ? PluralOf(term) : term.Text;
            text = determiner.Length == 0 ? noun : $"{determiner} {noun}";
            return true;
        }
        if (Pronouns.TryGetValue(modifier, out var p))
        {
            text = term.IsPlural ? (feminine ? p.Fp : p.Mp) : feminine ? p.Fs : p.Ms;
            return true;
        }
        text = modifier == "pl" ? PluralOf(term) : null;
        return text is not null;
    }

    public override string Agree(string lemma, Gender gender, bool plural)
    {
        bool feminine = gender == Gender.Feminine;
        if (IrregularAdjectives.TryGetValue(lemma, out var forms))
            return plural ? (feminine ? forms.FemininePlural : forms.Plural) : feminine ? forms.Feminine : lemma;
        string form = feminine ? FeminineOf(lemma) : lemma;
        return plural ? Pluralise(form) : form;
    }

    private static string FeminineOf(string lemma) => lemma switch
    {
        [.., 'ã', 'o'] => lemma[..^1],
        [.., 'o'] => lemma[..^1] + "a",
        [.., 'd' or 't' or 's', 'o', 'r'] => lemma + "a", // trabalhador, cantor, professor
        [.., 'ê', 's'] => lemma[..^2] + "esa",
        _ => lemma,
    };

    /// <summary>The regular plural; nouns in -ão, whose plural no rule gives, name theirs in the lexicon.</summary>
    public static string Pluralise(string word) => word switch
    {
        [.., 'm'] => word[..^1] + "ns",
        [.., 'v', 'e', 'l'] => word[..^2] + "eis", // móvel, móveis
        [.., 'á' or 'í', _, 'i', 'l'] => word[..^2] + "eis", // fácil, fáceis
        [.., 'e', 'l'] => word[..^2] + "éis",
        [.., 'o', 'l'] => word[..^2] + "óis",
        [.., 'i', 'l'] => word[..^1] + "s",
        [.., 'l'] => word[..^1] + "is",
        [.., 'ê' or 'é', 's'] => word[..^2] + "eses",
        [.., 'r' or 'z'] => word + "es",
        [.., 's' or 'x'] => word,
        _ => word + "s",
    };

    public override string Conjugate(string phrase, string tense, Term? subject)
    {
        (string verb, string rest) = SplitHead(phrase);
        return PortugueseVerbs.Form(verb, tense, subject is { IsPlural: true }) + rest;
    }

    public override string NumberWord(int value, Gender gender)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)value, 999u, nameof(value));
        if (value == 100)
            return "cem";
        int below = value % 100;
        string small = below switch
        {
            1 when gender == Gender.Feminine => "uma",
            2 when gender == Gender.Feminine => "duas",
            < 20 => Units[below],
            _ when below % 10 == 0 => Tens[below / 10],
            _ => $"{Tens[below / 10]} e {NumberWord(below % 10, gender)}",
        };
        string hundred = Hundreds[value / 100];
        if (gender == Gender.Feminine && value >= 200)
            hundred = hundred[..^2] + "as";
        return value < 100 ? small : below == 0 ? hundred : $"{hundred} e {small}";
    }
}
