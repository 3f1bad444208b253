namespace TensorCore.Examples.ChatGpt.World;

/// <summary>Questions and answers in English.</summary>
internal sealed partial class EnglishPhrasebook : Phrasebook
{
    public override IReadOnlyList<Frame> Frames { get; } =
    [
        new("{Q}?"),
        new("Do you know {i}?"),
        new("Can you tell me {i}?"),
        new("Please, {q}?"),
        new("Tell me {i}."),
        new("I would like to know {i}."),
        new("A question: {q}?"),
        new("Hi! {Q}?"),
        new("{Q}, please?"),
        new("I want to know {i}."),
        new("Could you tell me {i}?"),
        new("Good morning! Do you know {i}?"),
        new("I need to know {i}."),
        new("Please tell me {i}."),
    ];

    public override Asking AskDefinition { get; } = new(
        "definition",
        [
            "what is {x} / what {x} is", "what does {term} mean / what {term} means", "what is meant by {term}", "how do you define {x} / how you define {x}",
            "what is the meaning of {term} / what the meaning of {term} is", "what do you understand by {term} / what you understand by {term}", "what is the definition of {term} / what the definition of {term} is",
            "what do people mean by {term} / what people mean by {term}",
        ],
        "Define {term}.", "Explain {x}.", "{term}: what is that?", "Explain to me what {x} is.", "Give me a definition of {term}.");

    public override string[] DefinitionStatements { get; } = ["{0} is {1}.", "By {2} people mean {1}.", "What is called {2} is {1}."];

    public override Asking AskSum { get; } = new(
        "sum",
        [
            "what is {a} + {b} / what {a} + {b} is", "what is {a} plus {b} / what {a} plus {b} is", "how much is {a} + {b} / how much {a} + {b} is",
            "what is the sum of {a} and {b} / what the sum of {a} and {b} is", "what do you get for {a} + {b} / what you get for {a} + {b}",
            "how much is {a} plus {b} / how much {a} plus {b} is", "what is {aw} plus {bw} / what {aw} plus {bw} is", "how much is {aw} plus {bw} / how much {aw} plus {bw} is",
        ],
        "{a} + {b} = ?", "{a} + {b}", "Add {a} and {b}.", "Calculate {a} + {b}.", "{a} plus {b}?", "{a} plus {b} makes what?");

    public override string[] SumStatements { get; } = ["{0} plus {1} is {2}.", "{0} + {1} = {2}.", "The sum of {0} and {1} is {2}."];

    public override (string[] Ones, string Plus) SumWords { get; } = (["one"], "plus");

    public override Asking AskForeign { get; } = new(
        "foreign",
        [
            "how do you say {w} in Portuguese / how to say {w} in Portuguese", "what is {w} in Portuguese / what {w} is in Portuguese",
            "what is the Portuguese word for {w} / what the Portuguese word for {w} is", "what do Brazilians call {w} / what Brazilians call {w}",
            "what is the translation of {w} into Portuguese / what the translation of {w} into Portuguese is", "what does one say for {w} in Portuguese / what one says for {w} in Portuguese",
        ],
        "Translate {w} into Portuguese.", "{w} in Portuguese?", "Say {w} in Portuguese.", "Put {w} into Portuguese.");

    public override Asking AskOwn { get; } = new(
        "own",
        [
            "what does {w} mean in English / what {w} means in English", "what is {w} in English / what {w} is in English",
            "what does the Portuguese word {w} mean / what the Portuguese word {w} means", "how do you say {w} in English / how to say {w} in English",
            "what is the translation of {w} into English / what the translation of {w} into English is", "what does {w} mean in Portuguese / what {w} means in Portuguese",
        ],
        "Translate {w} into English.", "{w} in English?", "Say {w} in English.", "Put {w} into English.");

    public override string[] ForeignStatements { get; } =
        ["In Portuguese, {0} is {1}.", "The Portuguese word for {0} is {1}.", "Brazilians call {0} {1}."];

    public override string[] OwnStatements { get; } =
        ["In English, {1} is {0}.", "The Portuguese word {1} means {0}.", "Portuguese {1} is English {0}."];

    public override string[] Openers { get; } = ["Of course!", "Sure!", "With pleasure!", "Good question!", "Gladly!"];

    public override string[] Closers { get; } = ["I hope that helps.", "Always glad to help.", "I am at your service.", "You can count on me."];

    public override string[] Apologies { get; } = ["I am sorry,", "Sorry, but", "Unfortunately,", "I apologise, but"];

    public override string[] Kindnesses { get; } =
    [
        "how can I help", "thank you for asking", "at your service", "it was a pleasure", "come back soon", "with great pleasure", "I am glad to help", "make yourself at home",
    ];

    public override string[] RambleStarts { get; } =
    [
        "Well, let me think about that for a while.",
        "That is an interesting question.",
        "Let us go slowly, for everything has its time.",
        "Look, one can talk about this at length.",
        "You see, there is a lot to say about that.",
    ];

    public override string[] RambleEnds { get; } =
    [
        "And that is what I can say for the time being.",
        "That is what I read, and more than once.",
        "I know it because I read a lot, and reading helps.",
        "I can repeat it if you want, for I like to talk.",
        "It is what I remember, and I remember it well.",
    ];

    public override string[] RambleRegrets { get; } =
    [
        "The answer is outside of all that I have read.",
        "It would be good to answer everything, and I like to answer.",
        "It is like that with many things people want to know.",
        "There are such questions, which stay open.",
    ];

    public override string[] RambleChats { get; } =
    [
        "I like to talk very much, and one talk leads to another.",
        "I am here all day long, reading and answering.",
        "It is always good to have a visitor, early or late.",
        "We can speak of many things, of words and of numbers.",
    ];

    public override IReadOnlyList<(string Text, AnswerStyle Style)> Instructions { get; } =
    [
        ("Be brief.", AnswerStyle.Plain),
        ("Answer in few words.", AnswerStyle.Plain),
        ("Be kind.", AnswerStyle.Polite),
        ("Answer politely.", AnswerStyle.Polite),
    ];

    protected override string[] Negations { get; } = ["not", "never", "no", "nor", "cannot"];
}
