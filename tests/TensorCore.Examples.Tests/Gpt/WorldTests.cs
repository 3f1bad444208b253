using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.Tests.Gpt;

public class WorldTests
{
    private const int Megabyte = 1_000_000;

    // Generated once for all tests: a world is read-only after construction.
    private static readonly Lazy<string> PortugueseText = new(() => new SmallWorld(Language.Portuguese, 7).Text(Megabyte));
    private static readonly Lazy<string> EnglishText = new(() => new SmallWorld(Language.English, 7).Text(Megabyte));

    private static string TextOf(Language language) => (language == Language.Portuguese ? PortugueseText : EnglishText).Value;

    private static IEnumerable<string> Sentences(string text) => SentenceMemory.Sentences(text);

    public static TheoryData<Language> Languages => [Language.Portuguese, Language.English];

    // Pins the bytes: whoever edits a template or the lexicon sees here that every text changes, and renews the hash.
    [Theory]
    [InlineData(Language.Portuguese, "AB53F47188D68CF9")]
    [InlineData(Language.English, "325561E6BB02EFAC")]
    public void TheSameSeedGivesTheSameBytes(Language language, string expected)
    {
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(new SmallWorld(language, 42).Text(200_000))));
        Assert.Equal(expected, hash[..16]);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void EnumeratingTwiceGivesTheSameAndAnotherSeedSomethingElse(Language language)
    {
        var world = new SmallWorld(language, 1);
        List<string> first = [.. world.Paragraphs().Take(50)];
        Assert.Equal(first, world.Paragraphs().Take(50));
        Assert.NotEqual(first, new SmallWorld(language, 2).Paragraphs().Take(50));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void TheTextHasNoEnd(Language language) =>
        Assert.Equal(20_000, new SmallWorld(language, 3).Paragraphs().Take(20_000).Count(p => p.Length > 10));

    [Fact]
    public void TextReachesItsSizeAndUsesTheSeparator()
    {
        var world = new SmallWorld(Language.Portuguese, 5);
        string text = world.Text(10_000, "<fim>");
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 10_000, 12_000);
        Assert.Equal(world.Paragraphs().Take(3), text.Split("<fim>").Take(3));
        Assert.Equal("", world.Text(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Text(-1));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void EveryTemplateCanBeFilled(Language language)
    {
        var world = new SmallWorld(language, 1);
        var renderer = new Renderer(world.Lexicon, world.Town, new SplitMix64(11));
        IEnumerable<string> templates = world.Lexicon.Scenes.SelectMany(s => s.Templates)
            .Concat(world.Lexicon.AmbiguousWords.SelectMany(w => w.Senses).SelectMany(s => s.Templates));
        foreach (string template in templates)
        {
            for (int i = 0; i < 20; i++)
                Assert.DoesNotMatch(@"[{}\[\]|<>]", renderer.Render(template));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1234567)]
    public void EveryTownHasConsistentFamilies(int town)
    {
        foreach (Language language in Enum.GetValues<Language>())
        {
            var world = new SmallWorld(language, 1, (ulong)town);
            foreach (Fact fact in world.Facts.Where(f => f.Relation == "mother"))
            {
                string child = fact.Subject, mother = fact.Object;
                Assert.Contains(world.Facts, f => f.Subject == mother && f.Relation is "son" or "daughter" && f.Object == child);
                Assert.Equal(ObjectOf(world, child, "street"), ObjectOf(world, mother, "street"));
            }
        }
    }

    private static string ObjectOf(SmallWorld world, string subject, string relation) =>
        world.Facts.Single(f => f.Subject == subject && f.Relation == relation).Object;

    [Theory]
    [MemberData(nameof(Languages))]
    public void FactsAreManyAndNeverContradictOneAnother(Language language)
    {
        var world = new SmallWorld(language, 1);
        Assert.True(world.Facts.Count > 500, $"{world.Facts.Count} facts");
        Assert.Equal(world.Facts.Count, world.Facts.Select(f => (f.Subject, f.Relation)).Distinct().Count());
        Assert.All(world.Facts, f => Assert.NotEmpty(f.Statements));
        Assert.All(world.Facts, f => Assert.All(f.Questions, q => Assert.EndsWith("?", q)));
        Assert.Equal(world.Facts.Select(f => f.Object), new SmallWorld(language, 99).Facts.Select(f => f.Object));
        Assert.NotEqual(world.Facts.Select(f => f.Object), new SmallWorld(language, 1, town: 2).Facts.Select(f => f.Object));
    }

    // The text says of people's streets and ages only what the facts say.
    [Theory]
    [InlineData(Language.Portuguese, @"\b(?<p>\p{Lu}\p{L}+)(?:, que)? mora n[ao] (?<o>(?:Rua|Ladeira|Avenida|Travessa|Beco)(?: (?:d[aeo]s? )?\p{Lu}\p{L}+)+)", "street")]
    [InlineData(Language.English, @"\b(?<p>\p{Lu}\p{L}+) lives in (?<o>\p{Lu}\p{L}+ \p{Lu}\p{L}+)", "street")]
    [InlineData(Language.Portuguese, @"\b(?<p>\p{Lu}\p{L}+) tem (?<o>\p{Ll}+(?: e \p{Ll}+)?) anos", "age")]
    [InlineData(Language.English, @"\b(?<p>\p{Lu}\p{L}+) is (?<o>[\p{Ll}-]+) years old", "age")]
    public void TheTextTellsTheFacts(Language language, string pattern, string relation)
    {
        var facts = new SmallWorld(language, 7).Facts.Where(f => f.Relation == relation).ToDictionary(f => f.Subject, f => f.Object);
        int told = 0;
        foreach (Match match in Regex.Matches(TextOf(language), pattern))
        {
            // "Ana Silva mora": the first name comes before; "Ela tem" and "Quem mora" are no names.
            if (!facts.TryGetValue(match.Groups["p"].Value, out string? fact))
                continue;
            Assert.Equal(fact, match.Groups["o"].Value);
            told++;
        }
        Assert.True(told > 100, $"told {told} times");
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void FewSentencesAreRepeatedAndTheTextIsNotTrivial(Language language)
    {
        List<string> sentences = [.. Sentences(TextOf(language))];
        double repeated = 1 - ((double)sentences.Distinct().Count() / sentences.Count);
        Assert.True(repeated < 0.05, $"{repeated:P2} of the sentences are repeated");

        byte[] bytes = Encoding.UTF8.GetBytes(TextOf(language));
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            zlib.Write(bytes);
        double ratio = (double)packed.Length / bytes.Length;
        Assert.True(ratio > 0.2, $"compressed to {ratio:P1}");
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void NoSpaceIsDoubledOrStandsBeforeAStop(Language language) =>
        Assert.DoesNotMatch(@"  | [.,;:!?]|[.!?] \p{Ll}|\n\n\n", Regex.Replace(TextOf(language), "[!?]\"? — ?", ""));

    // The lexicon's own gender is checked against every determiner that stands before one of its nouns in the text.
    [Fact]
    public void PortugueseArticlesAgreeInGenderAndNumber()
    {
        var nouns = new Dictionary<string, (Gender Gender, bool Plural)>();
        foreach (Term noun in new SmallWorld(Language.Portuguese, 1).Lexicon.Nouns.Where(n => !n.Text.Contains(' ')))
        {
            nouns.TryAdd(noun.Text, (noun.Gender, false));
            if (noun.Plural != noun.Text)
                nouns.TryAdd(noun.Plural!, (noun.Gender, true));
        }
        // Two genders by meaning ("o modelo"/"a modelo"), or the same form as a verb or adjective after a pronoun "a", "o".
        string[] unclear = ["laranja", "rosa", "violeta", "lápis", "ônibus", "atlas", "cais"];
        int checkedCount = 0;
        // "e uma" is left out: "vinte e uma maçãs" is a number before a plural.
        foreach (Match m in Regex.Matches(TextOf(Language.Portuguese), @"\b(o|a|os|as|(?<! e )um|(?<! e )uma|no|na|nos|nas|do|da|dos|das|ao|à|aos|às|pelo|pela|pelos|pelas|num|numa) (\p{Ll}[\p{L}-]*)", RegexOptions.IgnoreCase))
        {
            string determiner = m.Groups[1].Value.ToLowerInvariant(), word = m.Groups[2].Value;
            if (unclear.Contains(word) || !nouns.TryGetValue(word, out var noun))
                continue;
            bool feminine = determiner is "à" or "às" || determiner.TrimEnd('s').EndsWith('a');
            bool plural = determiner.EndsWith('s');
            Assert.True(feminine == (noun.Gender == Gender.Feminine) && plural == noun.Plural, $"\"{m.Value}\"");
            checkedCount++;
        }
        Assert.True(checkedCount > 15_000, $"{checkedCount} articles checked");
    }

    [Fact]
    public void PortuguesePrepositionsContract() =>
        Assert.DoesNotMatch(@"(?i)\b(de|em|por) (o|a|os|as)\b (?!\p{Lu})|\ba (o|os|as) \p{Ll}|\bem (um|uma) ", PortugueseText.Value);

    // After "duas" a noun of the lexicon is feminine; after "dois", masculine.
    [Fact]
    public void PortugueseNumbersAgree()
    {
        var gender = new SmallWorld(Language.Portuguese, 1).Lexicon.Nouns.GroupBy(n => n.Plural!).ToDictionary(g => g.Key, g => g.First().Gender);
        int found = 0;
        foreach (Match m in Regex.Matches(PortugueseText.Value, @"\b(dois|duas) (\p{Ll}[\p{L}-]*)"))
        {
            if (!gender.TryGetValue(m.Groups[2].Value, out Gender g))
                continue;
            Assert.True(m.Groups[1].Value == "duas" == (g == Gender.Feminine), m.Value);
            found++;
        }
        Assert.True(found > 80, $"{found} found");
    }

    [Fact]
    public void EnglishUsesAnBeforeVowels()
    {
        Assert.DoesNotMatch(@"\b[Aa] [aeiou]", EnglishText.Value);
        Assert.DoesNotMatch(@"\b[Aa]n [^aeiou ]", EnglishText.Value);
    }

    [Theory]
    [InlineData(Language.Portuguese, @"\b([\p{Ll} ]+?) mais ([\p{Ll} ]+?) são ([\p{Ll} ]+?)(?=[.,;:!?\n]| —)")]
    [InlineData(Language.English, @"(?<!plus )\b([\p{Ll}-]+) plus ([\p{Ll}-]+) is (?:also )?([\p{Ll} -]+?)(?=[.,;:]|$| and \p{Ll}+-?\p{Ll}* plus)")]
    public void SumsInWordsAreRight(Language language, string pattern)
    {
        Grammar grammar = new SmallWorld(language, 1).Lexicon.Grammar;
        var values = Enumerable.Range(0, 300).ToDictionary(n => grammar.NumberWord(n, Gender.Masculine));
        int found = 0;
        foreach (Match m in Regex.Matches(TextOf(language).ToLowerInvariant(), pattern))
        {
            if (!values.TryGetValue(m.Groups[1].Value, out int a) || !values.TryGetValue(m.Groups[2].Value, out int b))
                continue;
            Assert.True(values[m.Groups[3].Value] == a + b, m.Value);
            found++;
        }
        Assert.True(found > 50, $"{found} sums found");
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void SumsAndProductsInDigitsAreRight(Language language)
    {
        MatchCollection sums = Regex.Matches(TextOf(language), @"(\d+) ([+×]) (\d+) = (\d+)");
        Assert.True(sums.Count > 20, $"{sums.Count} found");
        foreach (Match m in sums)
        {
            (int a, int b) = (int.Parse(m.Groups[1].Value), int.Parse(m.Groups[3].Value));
            Assert.Equal(m.Groups[2].Value == "+" ? a + b : a * b, int.Parse(m.Groups[4].Value));
        }
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void EveryAmbiguousWordComesInEachSense(Language language)
    {
        var world = new SmallWorld(language, 7);
        Senses senses = world.Senses;
        Assert.True(senses.Words.Count >= 10);
        foreach (string word in senses.Words)
        {
            Assert.True(senses.Of(word).Count >= 2);
            foreach (string sense in senses.Of(word))
            {
                List<SenseSentence> sentences = [.. senses.Sentences(word, sense).Take(50)];
                Assert.All(sentences, s => Assert.Equal(word, s.Form));
                Assert.True(sentences.Select(s => s.Text).Distinct().Count() > 25, $"{word}, {sense}: little variety");
                Assert.DoesNotContain(sentences, s => s.Text.Contains('*'));
                // The corpus has it too: it was rendered from the same templates, so the text around the word recurs.
                Assert.Contains(AnchorsOf(world, word, sense), anchor => TextOf(language).Contains(anchor, StringComparison.Ordinal));
            }
        }
    }

    /// <summary>The fixed text around the word in each template of the sense, from the slot before to the slot after.</summary>
    private static IEnumerable<string> AnchorsOf(SmallWorld world, string word, string sense) =>
        world.Lexicon.AmbiguousWords.Single(w => w.Word == word).Senses.Single(s => s.Name == sense).Templates
            .Select(t => Regex.Match(t, @"[^{}\[\]<>|]*\*[^{}\[\]<>|]*").Value.Replace("*", "").Trim())
            .Where(anchor => anchor.Length > word.Length + 8);

    [Fact]
    public void SensesExplainWhatIsUnknown()
    {
        Senses senses = new SmallWorld(Language.Portuguese, 1).Senses;
        Assert.Contains("banco", Assert.Throws<ArgumentException>(() => senses.Of("banjo")).Message);
        Assert.Contains("praça", Assert.Throws<ArgumentException>(() => senses.Sentences("banco", "areia")).Message);
    }

    [Theory]
    [InlineData(1, "um", "uma")]
    [InlineData(22, "vinte e dois", "vinte e duas")]
    [InlineData(100, "cem", "cem")]
    [InlineData(101, "cento e um", "cento e uma")]
    [InlineData(245, "duzentos e quarenta e cinco", "duzentas e quarenta e cinco")]
    public void PortugueseNumberWords(int value, string masculine, string feminine)
    {
        var grammar = new PortugueseGrammar();
        Assert.Equal(masculine, grammar.NumberWord(value, Gender.Masculine));
        Assert.Equal(feminine, grammar.NumberWord(value, Gender.Feminine));
    }

    [Theory]
    [InlineData("comprar pão", "pret", false, "comprou pão")]
    [InlineData("comprar pão", "pret", true, "compraram pão")]
    [InlineData("subir na goiabeira", "pres", false, "sobe na goiabeira")]
    [InlineData("ficar", "pret1", false, "fiquei")]
    [InlineData("conhecer", "pres1", false, "conheço")]
    [InlineData("pôr a mesa", "ger", false, "pondo a mesa")]
    [InlineData("vender livros", "impf", true, "vendiam livros")]
    public void PortugueseVerbForms(string phrase, string tense, bool plural, string expected) =>
        Assert.Equal(expected, new PortugueseGrammar().Conjugate(phrase, tense, new Term { Text = "x", IsPlural = plural }));

    [Theory]
    [InlineData("casa", "casas")]
    [InlineData("jardim", "jardins")]
    [InlineData("móvel", "móveis")]
    [InlineData("papel", "papéis")]
    [InlineData("lençol", "lençóis")]
    [InlineData("animal", "animais")]
    [InlineData("flor", "flores")]
    [InlineData("mês", "meses")]
    [InlineData("ônibus", "ônibus")]
    public void PortuguesePlurals(string singular, string plural) => Assert.Equal(plural, PortugueseGrammar.Pluralise(singular));
}
