namespace TensorCore.Examples.Gpt.World;

/// <summary>The facts of the town in English: plain statements with their questions, and profiles that mix them.</summary>
internal static class EnglishFacts
{
    public static readonly FactTemplate[] Templates =
    [
        new(true, "street", ["{p} lives in {p.street}.", "{poss:p} house is in {p.street}."], ["Where does {p} live?", "In which street is {poss:p} house?"]),
        new(true, "houseColour", ["{poss:p} house is {p.houseColour}.", "{p} lives in {a:p.houseColour} house."], ["What colour is {poss:p} house?"]),
        new(true, "surname", ["{poss:p} full name is {p.full}.", "{poss:p} surname is {p.surname}."], ["What is {poss:p} surname?"]),
        new(true, "job", ["{p} is {a:p.job}.", "{p} works as {a:p.job}."], ["What is {poss:p} job?", "What does {p} do for a living?"]),
        new(true, "workplace", ["{p} works at the {p.workplace}.", "{poss:p} work is at the {p.workplace}."], ["Where does {p} work?"]),
        new(true, "age", ["{p} is {p.age} years old.", "{poss:p} age is {p.age}."], ["How old is {p}?", "What is {poss:p} age?"]),
        new(true, "dish", ["{poss:p} favourite dish is {p.dish}.", "{p} loves {p.dish}."], ["What is {poss:p} favourite dish?", "What does {p} like to eat most?"]),
        new(true, "drink", ["{poss:p} favourite drink is {p.drink}.", "{p} likes to drink {p.drink}."], ["What is {poss:p} favourite drink?"]),
        new(true, "fruit", ["{poss:p} favourite fruit is the {p.fruit}.", "The fruit that {p} likes best is the {p.fruit}."], ["What is {poss:p} favourite fruit?"]),
        new(true, "colour", ["{poss:p} favourite colour is {p.colour}.", "{p} likes the colour {p.colour}."], ["What is {poss:p} favourite colour?"]),
        new(true, "hobby", ["In {his:p} free time, {p} likes to {p.hobby}.", "{p} loves to {p.hobby}."], ["What does {p} like to do in {his:p} free time?"]),
        new(true, "month", ["{poss:p} birthday is in {p.month}.", "{p} was born in {p.month}."], ["In which month is {poss:p} birthday?"]),
        new(true, "subject", ["{poss:p} favourite subject is {p.subject}.", "At school, {p} likes {p.subject} best."], ["What is {poss:p} favourite subject?"]),
        new(true, "mother", ["{poss:p} mother is {p.mother}.", "{p.mother} is the mother of {p}."], ["Who is {poss:p} mother?"]),
        new(true, "father", ["{poss:p} father is {p.father}.", "{p.father} is the father of {p}."], ["Who is {poss:p} father?"]),
        new(true, "sister", ["{poss:p} sister is {p.sister}.", "{p.sister} is the sister of {p}."], ["Who is {poss:p} sister?"]),
        new(true, "brother", ["{poss:p} brother is {p.brother}.", "{p.brother} is the brother of {p}."], ["Who is {poss:p} brother?"]),
        new(true, "husband", ["{poss:p} husband is {p.husband}.", "{p} is married to {p.husband}."], ["Who is {poss:p} husband?"]),
        new(true, "wife", ["{poss:p} wife is {p.wife}.", "{p} is married to {p.wife}."], ["Who is {poss:p} wife?"]),
        new(true, "son", ["{poss:p} son is {p.son}.", "{p.son} is the son of {p}."], ["Who is {poss:p} son?"]),
        new(true, "daughter", ["{poss:p} daughter is {p.daughter}.", "{p.daughter} is the daughter of {p}."], ["Who is {poss:p} daughter?"]),
        new(true, "grandmother", ["{poss:p} grandmother is {p.grandmother}."], ["Who is {poss:p} grandmother?"]),
        new(true, "grandfather", ["{poss:p} grandfather is {p.grandfather}."], ["Who is {poss:p} grandfather?"]),
        new(true, "friend", ["{p} is a good friend of {p.friend}.", "{p} and {p.friend} are good friends."], ["Of whom is {p} a good friend?"]),
        new(true, "pet", ["{p} has {a:p.pet.kind} called {p.pet}.", "{poss:p} {p.pet.kind} is called {p.pet}."], ["What is {poss:p} {p.pet.kind} called?"]),
        new(true, "pet.kind", ["{p.pet} is {a:p.pet.kind}.", "{poss:p} pet {p.pet} is {a:p.pet.kind}."], ["What kind of animal is {p.pet}?", "What pet does {p} have?"]),
        new(true, "pet.colour", ["{p.pet}, {poss:p} {p.pet.kind}, is {p.pet.colour}."], ["What colour is {p.pet}, {poss:p} {p.pet.kind}?"]),
        new(true, "thing", ["{p} has {a:p.thing.colour} {p.thing}."], ["Which {p.thing.colour} thing does {p} have?"]),
        new(true, "thing.colour", ["{poss:p} {p.thing} is {p.thing.colour}."], ["What colour is {poss:p} {p.thing}?"]),
        new(true, "thing.room", ["{poss:p} {p.thing} is in the {p.thing.room}."], ["Where is {poss:p} {p.thing}?"]),
        new(false, "street", ["The {p} is in {p.street}."], ["Where is the {p}?", "In which street is the {p}?"]),
        new(false, "near", ["The {p} is next to the {p.near}."], ["What is next to the {p}?"]),
        new(false, "hour", ["The {p} opens at {p.hour} o'clock."], ["When does the {p} open?"]),
        new(false, "wall", ["The walls of the {p} are {p.wall}."], ["What colour are the walls of the {p}?"]),
        new(false, "keeper", ["{p.keeper} works at the {p}."], ["Who works at the {p}?"]),
    ];

    public static readonly string[] Profiles =
    [
        "{!p=adult}<introAdult> <work> [<taste>|<thing>|<family>]",
        "{!p=adult}<introAdult> <family> [<taste>|<thing>]",
        "{!p=adult}<introAdult> <taste> <work>",
        "{!p=adult}<workIntro> <home> [<taste>|<family>|<thing>]",
        "{!p=child}<introChild> <family> [<taste>|<thing>|<school>]",
        "{!p=child}<introChild> <school> [<taste>|<thing>]",
        "{!p=child}<introChild> <thing> <taste>",
        "{!p=owner}<petIntro> <petMore>[ <taste>| <home>|]",
        "{!p=owner}<petIntro> <home> <petMore>",
        "{!p=person}There is {a:p.thing.colour} {p.thing} in the {p.thing.room} of the {p.houseColour} house in {p.street}: it belongs to {p}. <thing>",
        "{!p=person}{!q=p.friend}{p} and {q} [are good friends|have been friends for years|never quarrel]. {p} lives in {p.street}, and {q} in {q.street}. {p} prefers {p.drink}, but {q} always chooses {q.drink}.",
        "{!p=adult}{!q=p.friend}[Do you know|Have you met|Who does not know] {p}? {he:p} is the {p.job} from the {p.workplace}, who has to {p.task} <habit>. {his:p} friend {q} works at the {q.workplace}.",
        "{!p=child}{!q=p.friend}{p} and {q} [study|play|do their homework] together <habit>. {p} likes {p.subject}, and {q} prefers {q.subject}. After that, they both want to {game}.",
        "{!p=person}In {p.month}, {p} has {his:p} birthday and [asks for|gets|wants to eat] {p.dish} [at dinner|at the party|for Sunday lunch]. {he:p} is {p.age} years old and was born in the {p.houseColour} house in {p.street}. <taste>",
        "{!p=child}This is {poss:p} family: {his:p} mother, {p.mother}, is {a:p.mother.job}; {his:p} father, {p.father}, is {a:p.father.job}. They all live in {p.street}, in {a:p.houseColour} house. <habit>, the family eats {dish} [in the kitchen|on the porch|in the yard].",
        "\"Where does {p=person} live?\" asked [the postman|a neighbour|a tourist|{q=adult}].\n\"In {p.street}, in the {p.houseColour} house with [{a:flower} in the window|{a:tree} beside it|{a:colour} gate|{a:colour} door],\" said {r=person}.",
        "\"{q=child}, do you know what {p=adult} does?\"\n\"Yes, {he:p} is {a:p.job} and works at the {p.workplace}. <habit>, I see {him:p} there, ready to {p.task}.\"",
        "\"How old is {p=child}, {q=adult}?\"\n\"{p} is {p.age} years old and has {his:p} birthday in {p.month}, [if I am not wrong|as far as I know|as {p.mother} told me].\"",
        "{!p=owner}\"Whose {p.pet.kind} is this?\" asked {q=person}, who had found {a:p.pet.colour} {p.pet.kind} <when>.\n\"It belongs to {p}, who lives in {p.street}, and its name is {p.pet}. [It likes to stay|It often sleeps|It should be] in the {p.pet.spot}.\"",
    ];

    /// <summary>The rules that the profiles are built from; p is the person.</summary>
    public static readonly Dictionary<string, string[]> Rules = new()
    {
        ["introAdult"] =
        [
            "{p.full} lives in {p.street}, in {a:p.houseColour} house, and works at the {p.workplace}.",
            "In {p.street} lives {p.full}, who is {p.age} years old and {a:p.job}.",
            "{p}, {p.age} years old, is {a:p.job} and lives in {p.street}.",
            "{p} is {p.age} years old, works at the {p.workplace} and likes to {p.hobby}.",
            "In the {p.houseColour} house in {p.street} lives {p}, [{a:character} {p.job}|who likes to {p.hobby}|whose birthday is in {p.month}].",
            "Whoever walks along {p.street} <habit> will meet {p}, the {p.job} from the {p.workplace}.",
        ],
        ["introChild"] =
        [
            "{p} is {p.age} years old and lives in {p.street} with {his:p} mother, {p.mother}, and {his:p} father, {p.father}.",
            "{p.full}, {p.age} years old, likes {p.subject} and loves to {p.hobby}.",
            "In the {p.houseColour} house in {p.street} lives {p}, whose birthday is in {p.month}.",
            "{p} is {character} and {p.age} years old, and goes to the school in town; {he:p} prefers {p.subject}.",
            "{p.full} lives in {p.street} and wants to {game} <habit>.",
        ],
        ["work"] =
        [
            "{he:p} works at the {p.workplace}, where {he:p} has to {p.task} and {p.task2} <habit>.",
            "{his:p} work at the {p.workplace} is to {p.task} and {p.task2}; <habit>, {he:p} still finds time to {rest}.",
            "As {a:p.job}, {he:p} has to {p.task}, and <habit> {he:p} has to {p.task2} too.",
            "<habit>, {he:p} goes to the {p.workplace} to {p.task}.",
            "[They say at the {place} that no|In the whole town no] {p.job} can {p.task} so well.",
        ],
        ["workIntro"] =
        [
            "{p} works at the {p.workplace}: <habit>, {he:p} has to {p.task} and {p.task2}.",
            "The {p.job} from the {p.workplace} is called {p} and likes to {p.task}[| and to {chore}], but does not like to {chore}.",
            "<habit>, {p} leaves early to {p.task} at the {p.workplace}.",
        ],
        ["family"] =
        [
            "{p.husband}, {his:p} husband, is {a:p.husband.job} and likes to {p.husband.hobby}.",
            "{p.wife}, {his:p} wife, is {a:p.wife.job} and likes to {p.wife.hobby}.",
            "{he:p} has a daughter, {p.daughter}, and a son, {p.son}, and <habit> the three of them go out to {p.hobby}.",
            "{his:p} daughter, {p.daughter}, is {p.daughter.age} years old, and {his:p} son, {p.son}, is {p.son.age}.",
            "{his:p} mother, {p.mother}, is {a:p.mother.job}; {his:p} father, {p.father}, works at the {p.father.workplace}.",
            "{his:p} sister, {p.sister}, is {p.sister.age} years old and prefers {p.sister.dish}.",
            "{his:p} brother, {p.brother}, is {p.brother.age} years old and prefers {p.brother.dish}.",
            "{his:p} grandmother, {p.grandmother}, is {p.grandmother.age} years old and knows how to {p.grandmother.task}.",
            "{his:p} grandfather, {p.grandfather}, is {p.grandfather.age} years old and knows how to {p.grandfather.task}.",
            "{his:p} granddaughter, {p.granddaughter}, and {his:p} grandson, {p.grandson}, like to {game} <habit>.",
        ],
        ["taste"] =
        [
            "{he:p} loves {p.dish}, but only drinks {p.drink}[ <habit>| without sugar| very slowly| with friends].",
            "{his:p} favourite dish is {p.dish}, {his:p} fruit is the {p.fruit}, and <habit> {he:p} drinks {p.drink}.",
            "<habit>, {he:p} likes to {p.hobby} and to eat {a:p.fruit}[ for a snack| after dinner| under {a:tree}].",
            "In {his:p} free time, {he:p} likes to {p.hobby}; the colour {he:p} likes best is {p.colour}.",
            "When {he:p} buys {a:clothing}, it has to be {p.colour}[| and not too dear| and well made].",
            "If someone offers {him:p} {p.drink}, {he:p} says yes; if they offer {y=dish}, {he:p} would rather have {p.dish}.",
        ],
        ["school"] =
        [
            "At school, {he:p} likes {p.subject} best, but {s=subject} is good too[| <habit>| when {adult} explains it].",
            "In the last test in {p.subject}, {he:p} got {n=grade} points and was <glad>.",
            "<habit>, {he:p} studies {p.subject} with {!q=p.friend}{q}.",
            "After the lesson in {p.subject}, {he:p} likes to {game}.",
        ],
        ["thing"] =
        [
            "{his:p} {p.thing} is {p.thing.colour} and stands in the {p.thing.room}, next to {a:condition} {furniture}.",
            "In the {p.thing.room}, {he:p} keeps {a:p.thing.colour} {p.thing} and {a:condition} {smallThing}.",
            "{he:p} has {a:p.thing.colour} {p.thing}, [a present from {q=person}|which came from the {shop} in {month}|which {he:p} cleans <habit>].",
            "Everyone knows {his:p} {p.thing.colour} {p.thing}, which is [always|usually|nearly always] in the {p.thing.room}.",
        ],
        ["petIntro"] =
        [
            "{p} has {a:p.pet.colour} {p.pet.kind} called {p.pet}.",
            "{p.pet} is {poss:p} {p.pet.colour} {p.pet.kind} and [sleeps|lives|eats] in the {p.pet.spot}.",
            "{poss:p} {p.pet.kind}, {p.pet}, [woke up|played|hid] in the {p.pet.spot} <when>.",
            "In {p.street} everyone knows {p.pet}, {poss:p} {p.pet.colour} {p.pet.kind}.",
        ],
        ["petMore"] =
        [
            "<habit>, {p.pet} waits for {p} in the {p.pet.spot} and gets [a pat|a piece of {fruit}|fresh water].",
            "{p.pet} is afraid of {fear}, but likes {q=person}, who comes to [play with|see] {him:p.pet} <habit>.",
            "{poss:p.pet} favourite place is the {p.pet.spot}, under the {furniture}.",
            "<when>, {p.pet} ran off to the {outdoors} and only came back when {p} had called [twice|three times|many times].",
            "When {p} goes out to {p.hobby}, {p.pet} [waits|sleeps|stays] in the {p.pet.spot}.",
        ],
        ["home"] =
        [
            "{p} lives in {p.street}; from the window of the {p.houseColour} house one can see {a:tree} and the {outdoors}.",
            "{poss:p} {p.houseColour} house is in {p.street} and has {a:colour} {flower} in the window.",
            "{poss:p} house in {p.street} is {p.houseColour}, and in the {room} there is {a:condition} {furniture}.",
        ],
    };

    public static readonly string[] Places =
    [
        "The {s=shop} is in {s.street}, next to the {s.near}, and opens at {s.hour} o'clock. [The walls are {s.wall}, and at the entrance there is {a:colour} {flower}.|{s.keeper} works there and has to {s.keeper.task} <habit>.|<habit>, {p=person} comes by to {errand}.]",
        "{p=person} left {his:p} house in {p.street} and went to the {s=shop}, which is in {s.street}. On the way, {he:p} saw {a:animal} and {a:tree}. When {he:p} arrived, the {s} was [still closed, because it only opens at {s.hour} o'clock|already open, for it opens at {s.hour} o'clock].",
        "\"Where is the {s=shop}, please?\" asked [a tourist|{p=child}|a driver].\n\"It is in {s.street}, next to the {s.near}. [Just follow the road past the {outdoors}|It opens at {s.hour} o'clock|It has {s.wall} walls, you cannot miss it|If you see {s.keeper} there, say hello for me],\" answered {q=person}.",
        "\"When does the {s=shop} open, {p=person}?\"\n\"At {s.hour} o'clock. [I am going there today|I have to go there tomorrow|I went there yesterday] to {errand}.\"",
        "{!s=shop}In {s.street} there are the {s} and the {n=s.near}. The {s} has {s.wall} walls, and the {n} has {n.wall} walls. <habit>, the street is full of [people|children|bicycles|tourists] until {hour} o'clock.",
        "The town is small: it has {a:a=shop}, {a:b=shop}, {a:c=shop} and {a:d=outdoors}. The {a} is in {a.street}; the {b} is in {b.street}. [From one to the other it is a walk of {n=small} minutes|Whoever wants to {errand} goes to the {c}|<habit>, many people come to the {d} to {rest}].",
        "The river flows [near|behind|far from] the {s=shop} and under the bridge. <habit>, {p=person} and {q=person} sit on the bank to {rest}. On the other side there is {a:tree}, and sometimes {a:bird} lands on [the highest branch|the lowest branch|the branches near the water].",
        "<habit>, the market in the square sells {pl:a=fruit}, {pl:b=vegetable} and {pl:goods}. {p=adult} always buys {n=small} [pounds|boxes|bags] of {pl:a} and talks with {q=adult} about [the price of the {pl:b}|the rain in {month}|the harvest of {pl:a}].",
        "The {h=hour} o'clock train [brought|took] {p=person} [to the town|home] <when>. The station, which is in {station.street}, was [crowded|empty|silent], and the {vehicle} from the {shop} was waiting outside.",
    ];
}
