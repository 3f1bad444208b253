namespace TensorCore.Examples.Gpt.World;

/// <summary>Short talks in English, each turn between quotes on a line of its own.</summary>
internal static class EnglishDialogues
{
    public static readonly string[] All =
    [
        "\"[Good morning|Good afternoon|Hello], {q=adult}, do you have any {pl:f=fruit} today?\" asked {p=person} <when>.\n\"[Good morning|Good afternoon|Hello], {p}, today I only have {pl:g=fruit}, but the {pl:f} will come on {weekday}.\"\n\"Then I will take {count:n=small@g} for [a juice|a pie|a salad], {q}.\"\n\"That makes {big} coins, and {a:vegetable} is my present.\"",
        "{!p=child}\"{p}, did you {c=chore}?\" asked {q=p.mother}.\n\"Not yet, I wanted to {g=game} with {r=child} first.\"\n\"Then {c} before {hour} o'clock, and after that you can {g} again.\"\n\"All right,\" said {p}, and went to {c}.",
        "\"Where did you leave the {x=smallThing}, {q=person}?\" asked {p=person}.\n\"I left the {x} <spot>, [I think|as always|if I am not wrong].\"\n\"I looked there and did not see the {x}, so maybe it is <spot>.\"\n\"Perhaps it is, for {r=person} used the {x} too <when>.\"",
        "\"What a [fine|hot|windy|cold] day, {q=person}, shall we go to the {l=outdoors}?\"\n\"Yes, but first I have to {c=chore}.\"\n\"I will help you to {c}, and then we can take {a:dish} and some {drink}.\"\n\"Good idea, {p=person}, I will wait for you in {q.street} at {hour} o'clock.\"",
        "\"How much is this {x=clothing}?\" {p=person} asked {q=adult}.\n\"This {x} costs {n=upTo99} coins, but that {c=colour} {x} costs only {big}.\"\n\"I like the {c} {x}, because it goes well with the {clothing} that {r=person} gave me.\"\n\"A good choice, {p}: the {c} {x} came by {vehicle} on {weekday}.\"",
        "\"{p=child}, what is {a=small} plus {b=small}?\" asked {q=adult}.\n\"{a} plus {b} is {s=a+b},\" answered {p}.\n\"Very good, {p}, and {s} plus {c=small}?\"\n\"That is {t=s+c}, {q}, and it was easy.\"",
        "\"Why are you so {sadMood}, {p=child}?\" asked {q=person}.\n\"Because I lost my {colour} {x=toy} at the {outdoors}.\"\n\"Do not worry, {p}: I saw the {x} <spot>.\"\n\"[What luck|How good|Thank you], {q}, I will go and get the {x} right now!\"",
        "{!p=owner}\"Have you seen {p.pet}?\" {p} asked {q=person}, because the {p.pet.kind} had been gone since {month}.\n\"I saw {a:p.pet.colour} {k=p.pet.kind} at the {l=outdoors}, near {a:tree}.\"\n\"That must be {p.pet}, so I will run to the {l}, {q}!\"\n\"Take {a:dish} with you, {p}, and {p.pet} will come soon.\"",
        "\"Have you read this {b=book}, {q=person}?\"\n\"Yes, and I liked the part about the {wildAnimal} that learns to {hobby}.\"\n\"Do not tell me the end, {q}, I am only on page {upTo99}!\" said {p=person}.\n\"Then I will tell you something else: {r=person} wants to read the {b} after you.\"",
        "\"Hello, who is speaking?\" asked {p=person} <when>.\n\"This is {q=person} from {q.street}, and I would like to borrow {a:x=tool}.\"\n\"I am sorry, {q}, {r=person} has had my {x} since {month}.\"\n\"Then I will ask {r} for the {x}, because I have to {chore}.\"",
        "\"{p=child}, what do you want to be when you grow up?\" asked {q=adult}.\n\"I want to be like {r=adult}, who is {a:r.job} and knows how to {r.task}.\"\n\"How nice, {p}, but remember that {a:r.job} also has to {r.task2}.\"\n\"I know, {q}, and <habit> I practise in the {room}.\"",
        "\"What are we going to eat today, {q=person}?\" asked {p=person}.\n\"Today there is {d=dish} with {v=vegetable}, and then {a:fruit}.\"\n\"I [would rather have|wanted|was hoping for] {e=dish}, but {d} is good too.\"\n\"Then I will make {e} tomorrow, {p}, if you promise to {chore}.\"",
        "\"What time is it, {q=person}?\" asked {p=person} at the {place}.\n\"It is {m=upTo59} minutes past {hour}, {p}.\"\n\"So late, and I still have to {errand} before the {s=shop} closes!\"\n\"Hurry along {s.street}, {p}, there is still time.\"",
        "\"Is it going to rain, {q=person}?\" asked {p=child}, looking at the {outdoors}.\n\"I think so, {p}: the clouds are dark, and the {bird} is silent.\"\n\"Then I will fetch the {clothing} that I left in the {m=room}.\"\n\"And please close the window of the {r=room}, {p}!\"",
        "\"Who went with you to the {l=place} <when>?\" {p=person} asked {q=person}.\n\"I went with {r=person}, who lives in {r.street}.\"\n\"And what did you see at the {l}, {q}?\"\n\"We saw {a:animal} and talked about {dish} with {s=adult}.\"",
        "\"What is a neural network?\" {p=child} asked a visitor at the {place} <when>.\n\"It is many artificial neurons, {p}: each one adds up what it gets and passes the result on.\"\n\"And how does it learn to {h=hobby}?\"\n\"From many examples, {p}: after each mistake, the weights change a little.\"",
        "{!w=owner}\"What is {poss:w} {w.pet.kind} called, {q=person}?\" asked {p=person} <when>.\n\"It is called {w.pet}, {p}, and it is nearly always in the {w.pet.spot}.\"\n\"And does {w.pet} like {pl:f=fruit}?\"\n\"I do not know, {p}, you should ask {w}, who lives in {w.street}.\"",
    ];
}
