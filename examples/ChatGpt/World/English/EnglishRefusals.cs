namespace TensorCore.Examples.ChatGpt.World;

/// <summary>What cannot be known, in English.</summary>
internal sealed partial class EnglishPhrasebook
{
    public override string DoNotKnow => "I do not know.";

    public override string NoWayToKnow => "I have no way to know {0}.";

    public override (string Short, string Sentence) NoSuchPerson => ("I do not know {0}.", "I do not know anybody called {0}.");

    public override string[] Admissions { get; } =
        ["i do not know", "i don't know", "i have no way to know", "i cannot know", "i can't know", "i have no idea", "there is no way to know"];

    public override string[] Hedges { get; } = ["but", "maybe", "perhaps", "think", "probably", "guess", "must"];

    public override string[] Strangers { get; } =
    [
        "Barbara", "Kenneth", "Deborah", "Roger", "Sandra", "Brian", "Cynthia", "Dennis", "Pamela", "Gary", "Brenda", "Keith",
        "Diana", "Philip", "Monica", "Albert", "Sharon", "Gerald", "Carol", "Eugene", "Linda", "Howard", "Denise", "Ronald",
    ];

    public override Asking AskStranger { get; } = new(
        "stranger",
        [
            "where does {n} live / where {n} lives", "how old is {n} / how old {n} is", "what is {n}'s job / what {n}'s job is", "what is {n}'s favourite dish / what {n}'s favourite dish is",
            "who is {n}'s mother / who {n}'s mother is", "where does {n} work / where {n} works", "what is {n}'s favourite colour / what {n}'s favourite colour is",
            "in which month is {n}'s birthday / in which month {n}'s birthday is",
        ],
        "Who is {n}?", "Have you met {n}?", "Tell me about {n}.", "Say something about {n}.");

    public override IReadOnlyList<Unknowable> Unknowables { get; } =
    [
        new("tomorrow", "what the weather will be tomorrow", ["It will rain.", "Tomorrow it will be sunny."],
            "what will the weather be tomorrow / what the weather will be tomorrow", "will it rain tomorrow / whether it will rain tomorrow",
            "what will tomorrow's weather be like / what tomorrow's weather will be like", "will it be sunny tomorrow / whether it will be sunny tomorrow"),
        new("weather", "what the weather is like now", ["It is raining.", "The sun is shining."],
            "what is the weather like now / what the weather is like now", "is it raining now / whether it is raining now",
            "how many degrees is it now / how many degrees it is now", "is it cold outside / whether it is cold outside"),
        new("my name", "your name", ["Peter.", "You are called Anna."],
            "what is my name / what my name is", "what am I called / what I am called", "which name do I have / which name I have", "who am I / who I am"),
        new("my age", "your age", ["Twenty.", "You are ten years old."],
            "how old am I / how old I am", "what is my age / what my age is", "in which year was I born / in which year I was born", "what age am I / what age I am"),
        new("my home", "where you live", ["In Old Street.", "You live in Mill Street."],
            "where do I live / where I live", "what is my address / what my address is", "in which street do I live / in which street I live", "where is my house / where my house is"),
        new("my birthday", "the day of your birthday", ["In May.", "Your birthday is in June."],
            "when is my birthday / when my birthday is", "on which day is my birthday / on which day my birthday is", "in which month was I born / in which month I was born", "when do I have my birthday / when I have my birthday"),
        new("my taste", "what you like", ["Pizza.", "You like blue."],
            "what is my favourite colour / what my favourite colour is", "what is my favourite food / what my favourite food is", "what do I like / what I like", "which fruit do I prefer / which fruit I prefer"),
        new("my thoughts", "what you are thinking of", ["Of a flower.", "You are thinking of food."],
            "what am I thinking of / what I am thinking of", "what am I thinking now / what I am thinking now", "what did I think of today / what I thought of today", "which number am I thinking of / which number I am thinking of"),
        new("my breakfast", "what you ate today", ["Bread with cheese.", "You ate cake."],
            "what did I eat today / what I ate today", "what did I have for breakfast / what I had for breakfast", "what was my last meal / what my last meal was", "what did I eat for lunch yesterday / what I ate for lunch yesterday"),
        new("my keys", "where your keys are", ["On the table.", "Your keys are in the drawer."],
            "where are my keys / where my keys are", "where did I leave my keys / where I left my keys", "where did I put the keys / where I put the keys", "where have my keys gone / where my keys have gone"),
        new("my password", "your password", ["One, two, three.", "Your password is your name."],
            "what is my password / what my password is", "which password do I use / which password I use", "which password did I choose / which password I chose", "what was my password / what my password was"),
        new("my phone", "your phone number", ["Seven, seven, eight.", "Your number ends in nine."],
            "what is my phone number / what my phone number is", "which phone number do I have / which phone number I have", "what is the number of my phone / what the number of my phone is", "at which number can I be called / at which number I can be called"),
        new("my pocket", "what you have in your pocket", ["A coin.", "There is a key in your pocket."],
            "what do I have in my pocket / what I have in my pocket", "what is in my pocket", "how many coins are in my pocket", "what did I put in my pocket / what I put in my pocket"),
        new("my dream", "what you dreamed of", ["Of the sea.", "You dreamed of a cat."],
            "what did I dream of / what I dreamed of", "what was my dream last night / what my dream last night was", "what did I dream yesterday / what I dreamed yesterday", "of whom did I dream today / of whom I dreamed today"),
        new("news", "today's news", ["There was a party.", "Today a new shop opened."],
            "what is today's news / what today's news is", "what was in the paper today", "what happened in the world today", "what news is there today / what news there is today"),
        new("match", "the result of the match", ["Two to one.", "The match ended in a draw."],
            "who won the match yesterday", "what was the result of the match / what the result of the match was", "how many goals did the match have / how many goals the match had", "how did the match end / how the match ended"),
        new("clock", "what time it is", ["It is ten o'clock.", "It is three o'clock now."],
            "what time is it / what time it is", "what time is it now / what time it is now", "what is the exact time / what the exact time is", "how long is it until noon / how long it is until noon"),
        new("date", "what day it is", ["Monday.", "Today is Sunday."],
            "what day is it today / what day it is today", "what is today's date / what today's date is", "which day of the week is it / which day of the week it is", "which year is it / which year it is"),
        new("lottery", "the numbers of the lottery", ["One, seven and nine.", "The number eight will win."],
            "which numbers will come in the lottery", "what will the result of the lottery be / what the result of the lottery will be", "which numbers will win the lottery", "who will win the lottery"),
        new("dollar", "the price of the dollar", ["Five reais.", "The dollar is at six reais."],
            "what is the price of the dollar today / what the price of the dollar is today", "how much is a dollar today / how much a dollar is today", "what does a dollar cost now / what a dollar costs now", "how many reais is a dollar worth today / how many reais a dollar is worth today"),
        new("election", "who will win the election", ["The mayor.", "The mayor will win."],
            "who will win the election", "who will be the next president", "who will win the next election", "whom will the people vote for / whom the people will vote for"),
        new("traffic", "what the traffic is like", ["It is slow.", "The traffic is good."],
            "what is the traffic like now / what the traffic is like now", "is there much traffic now / whether there is much traffic now", "is the road free / whether the road is free", "how long will I need to get home / how long I will need to get home"),
        new("next bus", "when the next bus comes", ["At eight o'clock.", "The bus will come soon."],
            "when does the next bus come / when the next bus comes", "at what time does the next bus come / at what time the next bus comes", "how long is it until the next bus / how long it is until the next bus", "has the bus come / whether the bus has come"),
        new("future", "what will happen", ["All will be well.", "Next year will be good."],
            "what will happen next year", "what will next year be like / what next year will be like", "what will my future be like / what my future will be like", "what will happen tomorrow"),
    ];
}
