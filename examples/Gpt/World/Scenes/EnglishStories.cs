namespace TensorCore.Examples.Gpt.World;

/// <summary>Short stories in English: the same people and things from the first sentence to the last, told in order.</summary>
internal static class EnglishStories
{
    public static readonly string[] All = [.. Finds, .. Kitchen, .. Weather, .. Animals, .. School, .. Work, .. Journeys];

    private static string[] Finds =>
    [
        "<when>, {p=person} lost {a:c=colour} {x=smallThing}. {he:p} looked <spot> and <spot>, but found nothing. {p} was <sad>. Then {q=person}, who was passing by the {outdoors}, found the {x} <spot> and gave it back to {p}. {p} was <glad> and thanked {him:q} with {a:fruit}.",
        "{p=child} could not find the {colour} {x=toy}. {he:p} looked <spot>, <spot> and even <spot>. {p.mother} said that the {x} had been <spot>. {p} ran there, but the {x} was gone. In the end, it was [{p.sister}|{p.brother}|{q=child}] who had the {x}, playing in the {room}.",
        "{p=person} found {a:condition} {x=smallThing} at the {place} <when>. {he:p} asked {q=person} about it, but {q} said that the {x} belonged to somebody else. Then {p} asked {r=person}, and {r} said that the {x} was lost in {month}. {r} was happy to have the {x} back and put it <spot>.",
        "{p=person} lent {a:x=book} to {q=person} <when>. {q} read the whole {x} in {n=small} days. On the way to return it, {he:q} noticed that the {x} was still <spot>. {q} ran back to the {l=place}, but {r=person} already had the {x}. The three of them laughed and talked at the {l} until {hour} o'clock.",
        "{p=person} needed {a:x=tool} to {chore}. {he:p} had no {x}, so {he:p} borrowed one from {q=person}. {q} lives in {q.street} and likes to help. {p} worked until {hour} o'clock and returned the {x}, clean and dry. In exchange, {he:p} brought {q} {a:dish}.",
        "<when>, {p=person} went out to {errand} and left {a:c=colour} {x=clothing} at the {l=place}. {q=person} saw the {x} <spot> and knew at once whose it was. {he:q} took the {x} to {p.street}, where {p} lives. {p} was out, so {q} left the {x} with {r=person}. That evening, {p} put on the {x} to {rest}.",
        "{p=adult} wanted a present for {q=person}, whose birthday is in {q.month}. {he:p} thought of {a:clothing}, then of {a:book}. {r=person} remembered that {q} likes to {q.hobby}. So {p} went to the {shop} and chose {a:c=colour} {z=smallThing}. {q} opened the parcel, smiled at {p} and put the {z} <spot>.",
    ];

    private static string[] Kitchen =>
    [
        "<when>, {p=person} decided to make {a:d=dish}. There was no {v=vegetable} in the house, so {he:p} went to the market and bought {a:f=fruit} as well. At home, {he:p} washed the {v}, lit the stove and waited for {n=upTo99} minutes. When the {d} was ready, {p} called {q=person}. {q} tasted the {d} and asked for more.",
        "{!p=child}{!q=p.mother}{p} wanted to help {q} make {a:d=dish} <when>. First, {p} washed {his:p} hands and fetched {a:v=vegetable} from the {room}. Next, {q} cut the {v}, and {p} stirred the pot for {n=upTo20} minutes. At last they put the {d} on the table and called {p.father}. {p.father} ate everything, and {p} was <glad>.",
        "{p=person} wanted to eat {p.dish}, but there was no {v=vegetable} at home. {q=person} brought {count:n=small@v}, and {r=person} brought {a:fruit}. They cooked and talked about the {place} until {hour} o'clock. The {p.dish} was so good that {q} wanted to learn how to make it. {p} wrote everything on {a:colour} sheet of paper and gave it to {q}.",
        "<when>, {p=adult} went to the market with {n=big} coins. {he:p} bought {!a=fruit}{count:m=small@a} and {!b=vegetable}{count:k=small@b}, but forgot the {pl:c=goods}. {p} only thought of the {pl:c} back in {p.street}. {q=person} had more {pl:c} than {he:q} needed and gave {him:p} {n2=small}. In exchange, {p} gave {him:q} a ripe {a}.",
        "{p=person} put {a:d=dish} in the oven and went to {rest}. {he:p} forgot the time, and soon the smoke reached the {r=room}. {q=person} smelled it from the street and knocked on {poss:p} door. They opened the windows of the {r} and took the burnt {d} out of the oven. {p} was <sad>, but {q} shared {a:e=dish} with {him:p}.",
        "{p=child} sold {d=drink} in front of the {shop} <when>. Each cup cost {c=small} coins. {q=adult} bought {n=small} cups and paid {t=n*c} coins. {p} counted the money, put it <spot> and was <glad>. With the money, {he:p} wants to buy {a:colour} {toy}.",
    ];

    private static string[] Weather =>
    [
        "<when>, it began to rain while {p=person} was walking home from the {place}. {p} had no umbrella and ran to the {t=shop}, which is in {t.street}. There {he:p} met {q=person}, who was waiting for the rain to stop. They talked about the {place} for {n=upTo99} minutes. When the rain stopped, {p} and {q} walked to {q.street} together.",
        "{!p=person}The wind was strong <when>. It carried {poss:p} {colour} {x=clothing} to the top of {a:t=tree}. {p} fetched a ladder and climbed up with care, while {q=person} held the ladder. When {p} came down with the {x}, {q} clapped {his:q} hands. The {x} was wet, but {p} was <glad>.",
        "It was very hot <when>, and {p=child} wanted to swim with {q=child}. {p.father} said that the river was deep near the {outdoors}. So {p} and {q} filled a tub in the {room} and made little boats of {material}. {poss:p} boat carried {a:smallThing}, and {poss:q} boat carried {a:smallThing}. <lesson>.",
        "{!p=person}<when>, the lights went out in {p.street}. {p} lit a candle in the {room} and invited {q=person} to {rest}. {q} brought {a:smallThing} and told a story about {a:wildAnimal}. The lights came back at {hour} o'clock, but {p} and {q} did not even notice. When the candle was gone, {q} went home to {q.street}.",
        "It rained for {n=small} days in {month}, and the water came up to the {s=shop}. {p=adult} and {q=adult} carried the {pl:furniture} to a high place. {r=child} helped and saved {a:smallThing} that was floating in the {room}. On {weekday}, the sun came back, and everyone cleaned the {s}. {p} made {a:dish} for all who had helped.",
        "It was cold <when>, and {p=person} had left the house without {a:woolen}. {p} began to shiver near the {outdoors}. {q=person} saw {him:p} and lent {him:p} {a:colour} {c=woolen}. Then they drank hot [tea|coffee|chocolate|milk] at the {shop}. The next day, {p} gave the {c} back to {q}.",
    ];

    private static string[] Animals =>
    [
        "{p=person} heard a noise <spot> <when>. It was {a:a=wildAnimal}, small and frightened. {p} gave it water and a piece of {fruit}, and the {a} ate everything. Then {q=person} helped to take the {a} back to the {l=outdoors}. Since then, {p} looks at the {l} <habit> to see if the {a} is there.",
        "{!p=owner}{p.pet}, {poss:p} {p.pet.kind}, disappeared <when>. {p} looked in the {room}, at the {outdoors} and even at the {shop}. {q=person} had seen {a:p.pet.colour} {p.pet.kind} near the {m=outdoors}. {p} ran there and found {p.pet} under {a:tree}. {p.pet} was hungry, and {p} carried {him:p.pet} home to {p.street}.",
        "{a:b=bird} built a nest in the {t=tree} near the {outdoors}. <habit>, {p=child} went to see the {b}. One day, {!e=egg}{he:p} saw {count:n=small@e} in the nest. {p} told {q=person} about it, and they promised not to go near the {t}. In {month}, the young birds flew to {a:tree} nearby.",
        "{a:a=farmAnimal} ran away from the farm <when>. It walked past the {outdoors}, ate the {pl:flower} of the {shop} and stopped in the middle of {street}. {p=adult} tried to catch the {a} with a rope, but it ran away. It was {q=child} who had the idea: {he:q} showed the {a} {a:v=vegetable}. The {a} followed the {v} to the farm, and {p} closed the gate.",
        "{!p=owner}<when>, {p} took {p.pet} for a walk to the {outdoors}. {p.pet} saw {a:a=insect} and ran after it. The {a} sat down on {a:flower}, and {p.pet} stopped to look. {q=person} laughed and petted the {p.pet.kind}. When they were back in {p.street}, {p.pet} slept in the {p.pet.spot}.",
        "{p=child} saw {a:a=insect} on the {flower} near the {outdoors}. {he:p} wanted to catch the {a}, but {q=adult} told {p} just to look. They kept still for {n=upTo20} minutes. The {a} walked along the leaf, opened its wings and flew to {a:tree}. {p} drew the {a} in a notebook and gave the picture to {q}.",
        "{!p=owner}<when>, {p.pet} slipped into the {s=shop}. The {p.pet.kind} knocked over {a:g=goods} and hid <spot>. {q=adult} called {p}, who came running from {p.street}. {p} said sorry, cleaned the floor and paid for the {g}. {q} was not angry: {he:q} even gave {p.pet} a piece of {dish}.",
    ];

    private static string[] School =>
    [
        "At school, {p=child} got {a:colour} {x=toy} from {q=child}. {p} took the {x} home and showed it to {p.mother}. {p.mother} asked who had given {him:p} the {x}. {p} said it was a present from {q}, who lives in {q.street}. The next day, {p} brought {q} {a:fruit}.",
        "{p=child} and {q=child} wanted to {g=game} <when>. {p} brought {a:colour} {toy}, and {q} brought {a:colour} {toy}. They played at the {outdoors} until {hour} o'clock. When it was getting dark, {p.mother} called {p}, and {q} went home to {q.street}. They agreed to {g} again on [Saturday|Sunday|{weekday}].",
        "{p=child} had a test in {p.subject} on {weekday}. {he:p} studied in the {room} every afternoon, although {he:p} wanted to {game}. In the test, {p} answered {grade} of ten questions. {p} was <glad>, and {p.father} made {a:dish} to celebrate. <lesson>.",
        "{p=child} broke {a:x=breakable} in the {r=room} <when>. {he:p} was afraid and hid the {x} <spot>. Later, {p.mother} asked about the {x}, and {p} told the truth. {p.mother} thanked {p} for not lying and helped to glue the {x} in the {r}. The {x} has a mark now, but {p} likes it that way.",
        "{q=adult} told a story at school <when>: it was about {a:a=wildAnimal} that wanted to have {a:x=clothing}. {p=child} asked if the {a} could {game}. Everyone laughed, even {r=child}, who was {sadMood} that day. At home, {p} drew the {a} with the {x} and hung the picture in the {room}.",
        "{p=child} learned to {h=hobby} from {q=adult}. At first, {p} made many mistakes and felt {sadMood}. {q} said again and again that one must practise a little every day. After {n=small} weeks, {p} could {h} better than {r=child}. <lesson>.",
    ];

    private static string[] Work =>
    [
        "<when>, {p=adult} came to the {p.workplace} early to {p.task}. {q=adult} was already there and needed help. {p} left everything and went with {him:q} to the {place}. When {p} came back, there was still time to {p.task2}. In the evening, {q} came to {p.street} with {a:dish} to say thank you.",
        "{p=adult}, who works at the {p.workplace}, likes to {p.task}. <when>, however, {he:p} woke up with a [headache|toothache|sore throat|cold] and did not go to work. {q=person} brought {him:p} {drink} and stayed in the {p.houseColour} house for {n=small} hours. The next day, {p} was better and went to {p.task2}. {q} got {a:condition} {smallThing} as a present.",
        "{p=person} wanted to repair a very old {x=furniture}. {he:p} borrowed {a:tool} from {q=adult} and worked in the {room} for {n=small} days. First {he:p} cleaned the {x}; then {he:p} painted the {x} {colour}. When it was done, {p} showed the {x} to {q}, who lives in {q.street}. Now the {x} looks new and stands in the {room}.",
        "{p=adult} began the day at {h=morningHour} o'clock. First {he:p} had to {a=chore}; then {he:p} had to {b=chore}. That day {he:p} had a visitor: it was {q=person}. {p} stopped, and gave {q} some {drink}. {q} helped to {c=chore}, and [before noon|before dark|soon] everything was done.",
        "The {s=shop} closed early <when>, because an old {x=furniture} broke. {p=adult}, who was at the {s}, heard the noise and called {q=adult}. With {a:tool} and {n=small} nails, they repaired the {x}. {r=person} brought {drink} for everyone. On {weekday}, the {s} opened again.",
    ];

    private static string[] Journeys =>
    [
        "<when>, {p=person} got a letter from {q=person}. The letter had {n=small} pages and smelled of {flower}. {p} read it all in the {room} and put the letter <spot>. On {weekday}, {he:p} answered with a letter about the {place}, the {animal} and the {dish} on Sunday.",
        "{p=person} went to the big city by {vehicle} <when>. The journey took {h=hour} hours. From the window, {he:p} saw {a:farmAnimal}, {a:tree} and {a:wildAnimal}. In the city, {he:p} bought {a:clothing} for {q=person} and {a:book} for {self:p}. When {p} came back, {q} was waiting at the {outdoors}.",
        "{p=child} planted {a:f=fruit} seed [in the garden|in the yard|near the gate|in {a:material} pot] in {month}. <habit>, {p} watered the earth and waited. After {n=upTo20} weeks, a green leaf came up. {q=person} said that the {f} would still take a long time. {p} said that {he:p} could wait, and made a fence of {material} around the plant.",
        "{p=person} and {q=person} went fishing at the river <when>. {p} brought {drink}, and {q} brought {a:dish}. {p} caught {n=big} fish, but {q} caught none. On the way home, {p} gave {m=small} fish to {q} and kept {k=n-m}. That evening, they both ate fish with {vegetable}.",
        "<when>, {p=person} missed the {h=hour} o'clock train. {he:p} sat down on a bench at the station and opened {a:book}. {q=person} sat down next to {him:p} and offered {him:p} {a:fruit}. They talked so much about the {place} that they almost missed the next train. Since then, {p} and {q} travel together <habit>.",
        "{p=person} found an old map <spot>. The map showed the {outdoors}, {a:t=tree} and {a:colour} cross. {p} called {q=person}, and together they dug near the {t}. They found {a:material} box with {!c=coin}{count:n=upTo20@c} and {a:x=smallThing}. {p} kept the {x}, and {q} took the coins to the museum.",
        "In {month}, there was a party at the {outdoors}. {p=person} brought {a:dish}, {q=person} brought {a:dish}, and {r=person} took care of the music. At {hour} o'clock, the wind rose, and everyone ran to the {shop}. Inside, {p} sang, {q} danced with {t=child}, and nobody thought of the rain. The party ended when {r} was tired and went home to {r.street}.",
    ];
}
