using TensorCore.Examples.ChatGpt.Dialogues;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>What kind of answer a question wants.</summary>
public enum QuestionKind
{
    /// <summary>Something that holds in the town: where Ana lives.</summary>
    Fact,

    /// <summary>a + b, both from 0 to 20.</summary>
    Sum,

    /// <summary>A term of the lecture: what a token is.</summary>
    Definition,

    /// <summary>A word in the other language.</summary>
    Translation,

    /// <summary>What nobody here can know: tomorrow's weather, the user's name. The right answer says so.</summary>
    Refusal,

    /// <summary>Good morning, thank you, who are you.</summary>
    Greeting,
}

/// <summary>A question with its answer.</summary>
/// <param name="Kind">What kind of answer it wants.</param>
/// <param name="Subject">What is asked: <c>Ana/street</c>, <c>7+12</c>; unique within the kind.</param>
/// <param name="Unit">What is held out together: questions whose answers give each other away, as "who is Ana's husband" and "who is Pedro's wife", have the same unit.</param>
/// <param name="Phrasing">How it is asked: the number of the wording, unique within the kind.</param>
/// <param name="Text">The question.</param>
/// <param name="Answer">The answer in as few words as it takes: "Na Rua das Flores."</param>
/// <param name="Sentence">The answer as a whole sentence: "Ana mora na Rua das Flores."</param>
public sealed record Question(QuestionKind Kind, string Subject, string Unit, int Phrasing, string Text, string Answer, string Sentence)
{
    /// <summary>The question as the talk that a model is to go on with.</summary>
    public IReadOnlyList<Message> Prompt => [new(Role.User, Text)];
}

/// <summary>How an answer is put.</summary>
public enum AnswerStyle
{
    /// <summary>As short as it can be: "Na Rua das Flores."</summary>
    Plain,

    /// <summary>A friendly sentence: "Claro! Ana mora na Rua das Flores."</summary>
    Polite,

    /// <summary>True, and far too long.</summary>
    Rambling,
}
