using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.Tests.ChatGpt;

public class AnswerTests
{
    private static readonly Dictionary<Language, QuestionWorld> _worlds = new()
    {
        [Language.Portuguese] = QuestionWorldTests.Of(Language.Portuguese),
        [Language.English] = QuestionWorldTests.Of(Language.English),
    };

    public static TheoryData<Language> Languages => [Language.Portuguese, Language.English];

    // One question for each subject, the wordings in turn.
    private static readonly Dictionary<QuestionWorld, List<Question>> _oneOfEach = _worlds.Values.ToDictionary(w => w, w =>
        ((QuestionSet[])[w.Training, w.HeldOutBoth]).SelectMany(s => s).GroupBy(q => (q.Kind, q.Subject)).Select((g, i) => g.ElementAt(i * 7 % g.Count())).ToList());

    private static List<Question> OneOfEach(QuestionWorld world) => _oneOfEach[world];

    [Theory]
    [MemberData(nameof(Languages))]
    public void TrueAnswersAreTrueInEveryStyleAndMistakesInNone(Language language)
    {
        QuestionWorld world = _worlds[language];
        SplitMix64 random = new(3);
        foreach (Question question in OneOfEach(world))
        {
            foreach (AnswerStyle style in Enum.GetValues<AnswerStyle>())
            {
                string right = world.Say(question, style, random), wrong = world.Mistake(question, style, random);
                Assert.True(world.IsCorrect(question, right), $"true, but not taken for it: {question.Text} {right}");
                Assert.False(world.IsCorrect(question, wrong), $"false, but not taken for it: {question.Text} {wrong}");
                if (style == AnswerStyle.Polite)
                    Assert.True(world.IsPolite(right), right);
                if (style == AnswerStyle.Plain)
                    Assert.False(world.IsPolite(right), right);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void EveryTownCanBeAskedAbout(Language language)
    {
        foreach (ulong town in (ulong[])[2, 3, 4, 1234567])
        {
            QuestionWorld world = new(new SmallWorld(language, 1, town), 1);
            SplitMix64 random = new(town);
            foreach (Question question in world.Training.Of(QuestionKind.Fact).Draw(world.Training.Of(QuestionKind.Fact).Subjects, 1))
            {
                AnswerStyle style = random.Pick(Enum.GetValues<AnswerStyle>());
                string right = world.Say(question, style, random), wrong = world.Mistake(question, style, random);
                Assert.True(world.IsCorrect(question, right), $"true, but not taken for it: {question.Text} {right}");
                Assert.False(world.IsCorrect(question, wrong), $"false, but not taken for it: {question.Text} {wrong}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void AllWordsOfTheStylesLeaveAnAnswerTrue(Language language)
    {
        QuestionWorld world = _worlds[language];
        Phrasebook book = world.Book;
        List<string> before = ["", .. book.Openers, .. book.Apologies, .. book.RambleStarts], after = ["", .. book.Closers, .. book.RambleEnds, .. book.RambleRegrets];
        foreach (Question question in OneOfEach(world).Where(q => q.Kind != QuestionKind.Greeting).Where((_, i) => i % 5 == 0))
        {
            foreach (string start in before)
                Assert.True(world.IsCorrect(question, $"{start} {question.Sentence}"), start + " " + question.Sentence);
            foreach (string end in after)
                Assert.True(world.IsCorrect(question, $"{question.Sentence} {end}"), question.Sentence + " " + end);
        }
    }

    // The facts of the town can change with its seed; what the answers look like is tested on the question itself.
    private static Question Fact(QuestionWorld world, string relation) => OneOfEach(world).First(q => q.Kind == QuestionKind.Fact && q.Subject.EndsWith("/" + relation, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Languages))]
    public void AnAnswerThatTakesItBackOrOffersMoreIsFalse(Language language)
    {
        QuestionWorld world = _worlds[language];
        Question street = Fact(world, "street");
        string right = street.Answer.TrimEnd('.'), other = world.World.Facts.First(f => f.Relation == "street" && !right.Contains(f.Object)).Object;
        string stranger = world.World.Facts.First(f => f.Relation == "surname" && !street.Text.Contains(f.Subject)).Subject;
        Assert.True(world.IsCorrect(street, right.ToUpperInvariant() + "!!!"));
        Assert.True(world.IsCorrect(street, $"  \"{right}\" "));
        Assert.False(world.IsCorrect(street, $"{right}, {other}."));
        Assert.False(world.IsCorrect(street, street.Sentence + (language == Language.Portuguese ? " Não!" : " Not!")));
        Assert.False(world.IsCorrect(street, $"{stranger} {right}"));
        foreach (string nothing in (string[])["", " ", "?", "Claro!", "Sure!", street.Text, "<|end|>"])
            Assert.False(world.IsCorrect(street, nothing), nothing);
        Assert.All(OneOfEach(world).Where(q => q.Kind is not QuestionKind.Greeting), q => Assert.False(world.IsCorrect(q, q.Text), q.Text));
        Assert.All(OneOfEach(world), q => Assert.False(world.IsCorrect(q, ""), q.Text));
    }

    [Theory]
    [InlineData(Language.Portuguese, "7+12", "19", true)]
    [InlineData(Language.Portuguese, "7+12", "Dezenove.", true)]
    [InlineData(Language.Portuguese, "7+12", "7 + 12 = 19", true)]
    [InlineData(Language.Portuguese, "7+12", "Doze mais sete são dezenove!", true)]
    [InlineData(Language.Portuguese, "7+12", "19, é claro: 19.", true)]
    [InlineData(Language.Portuguese, "7+12", "20", false)]
    [InlineData(Language.Portuguese, "7+12", "18 ou 19", false)]
    [InlineData(Language.Portuguese, "7+12", "7 + 12", false)]
    [InlineData(Language.Portuguese, "7+12", "1 9", false)]
    [InlineData(Language.Portuguese, "7+12", "não é 19", false)]
    [InlineData(Language.Portuguese, "7+12", "Não sei.", false)]
    [InlineData(Language.Portuguese, "0+12", "12", true)]
    [InlineData(Language.Portuguese, "0+12", "0 mais 12 dá 12", true)]
    [InlineData(Language.Portuguese, "0+12", "0 mais 12", false)]
    [InlineData(Language.Portuguese, "0+1", "Um.", true)]
    [InlineData(Language.Portuguese, "20+20", "Quarenta", true)]
    [InlineData(Language.Portuguese, "11+20", "Trinta e um.", true)]
    [InlineData(Language.Portuguese, "11+20", "Trinta.", false)]
    [InlineData(Language.Portuguese, "10+20", "Trinta e um.", false)]
    [InlineData(Language.English, "7+12", "Nineteen", true)]
    [InlineData(Language.English, "11+20", "It is thirty-one.", true)]
    [InlineData(Language.English, "10+20", "thirty one", false)]
    [InlineData(Language.English, "7+12", "It isn't 19.", false)]
    public void SumsAreTakenInDigitsAndWords(Language language, string sum, string answer, bool expected)
    {
        QuestionWorld world = _worlds[language];
        Question question = OneOfEach(world).Single(q => q.Kind == QuestionKind.Sum && q.Subject == sum);
        Assert.Equal(expected, world.IsCorrect(question, answer));
    }

    [Theory]
    [InlineData(Language.Portuguese, "tomorrow", "Não sei.", true)]
    [InlineData(Language.Portuguese, "tomorrow", "Desculpe, não tenho como saber que tempo vai fazer amanhã.", true)]
    [InlineData(Language.Portuguese, "tomorrow", "Sinto muito, mas não faço ideia.", true)]
    [InlineData(Language.Portuguese, "tomorrow", "Vai chover.", false)]
    [InlineData(Language.Portuguese, "tomorrow", "Desculpe!", false)]
    [InlineData(Language.Portuguese, "tomorrow", "Não sei, mas acho que vai chover.", false)]
    [InlineData(Language.Portuguese, "tomorrow", "Não sei. Talvez chova.", false)]
    [InlineData(Language.English, "my name", "I'm sorry, I don't know.", true)]
    [InlineData(Language.English, "my name", "I am sorry, I have no way to know your name.", true)]
    [InlineData(Language.English, "my name", "Peter.", false)]
    [InlineData(Language.English, "my name", "I do not know, but perhaps Peter.", false)]
    public void ARefusalAdmitsAndDoesNotGuess(Language language, string subject, string answer, bool expected)
    {
        QuestionWorld world = _worlds[language];
        Question question = OneOfEach(world).Single(q => q.Kind == QuestionKind.Refusal && q.Subject == subject);
        Assert.Equal(expected, world.IsCorrect(question, answer));
    }

    [Theory]
    [InlineData("token", "Um pedaço de texto que o modelo lê ou escreve.", true)]
    [InlineData("token", "É um pedaço do texto que o modelo lê e escreve", true)]
    [InlineData("token", "Um pedaço.", false)]
    [InlineData("token", "Escreve ou lê modelo o que texto de pedaço um.", false)]
    [InlineData("token", "Um token não é um pedaço de texto que o modelo lê ou escreve.", false)]
    [InlineData("token", "Um token é um transformer treinado para prever o próximo token.", false)]
    public void ADefinitionIsTrueIfMostOfItIsThereInOrder(string term, string answer, bool expected)
    {
        QuestionWorld world = _worlds[Language.Portuguese];
        Question question = OneOfEach(world).Single(q => q.Kind == QuestionKind.Definition && q.Subject == term);
        Assert.Equal(expected, world.IsCorrect(question, answer));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void NoDefinitionPassesForAnother(Language language)
    {
        QuestionWorld world = _worlds[language];
        List<Question> definitions = [.. OneOfEach(world).Where(q => q.Kind == QuestionKind.Definition)];
        foreach (Question one in definitions)
            Assert.Equal([one.Subject], definitions.Where(other => world.IsCorrect(one, other.Answer)).Select(o => o.Subject));
    }

    [Theory]
    [InlineData("maçã→apple", "Apple", true)]
    [InlineData("maçã→apple", "Maçã em inglês é \"apple\".", true)]
    [InlineData("maçã→apple", "Pear.", false)]
    [InlineData("maçã→apple", "Apple ou pear.", false)]
    [InlineData("apple→maçã", "maçã", true)]
    [InlineData("apple→maçã", "maca", false)]
    [InlineData("apple→maçã", "Apple.", false)]
    public void AWordIsTranslatedByItsPartner(string subject, string answer, bool expected)
    {
        QuestionWorld world = _worlds[Language.Portuguese];
        Question question = OneOfEach(world).Single(q => q.Kind == QuestionKind.Translation && q.Subject == subject);
        Assert.Equal(expected, world.IsCorrect(question, answer));
    }
}
