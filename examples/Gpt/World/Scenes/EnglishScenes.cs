namespace TensorCore.Examples.Gpt.World;

/// <summary>Weather with its causes, numbers, comparisons, animals and plants, and the lecture's notions, in English.</summary>
internal static class EnglishScenes
{
    public static readonly string[] Weather =
    [
        "[It rained a lot|There was heavy rain|There was a storm] <when>, so [the river rose|the street was flooded|the bridge was closed] and {p=person} could not go to the {place}.",
        "Since it [rained|was windy|was cold|thundered] <when>, {p=person} stayed at home to {rest} and did not {chore} until {weekday}.",
        "The river rose because it rained for {n=small} days in {month}. [The water|The mud|The flood] reached the {shop}, and {p=adult} had to lift the {pl:goods} off the floor.",
        "It has not rained since {month}. The earth near the {outdoors} is dry, the {pl:f=flower} have withered and the {tree} has lost its leaves. That is why {p=person} waters the {pl:vegetable} <habit>.",
        "{!p=person}The sun [came out|came back|was shining] <when>, and {poss:p} washing was dry in {n=small} hours. {q=person} took the chance to {chore}; {r=child} wanted to {game}.",
        "It was {temperature} degrees <when>. {p=person} [found it warm|found it pleasant|was surprised], but {q=person} said that in {month} [it is hotter|it is colder|the weather changes often] at the {outdoors}.",
        "The wind was so strong <when> that {a:tree} fell down in {street}. Nobody was hurt, but {p=person} had to go around by the {outdoors} to get to the {shop}.",
        "If it rains [on {weekday}|on Saturday|on Sunday|in {month}], {p=person} will {rest}; if the sun shines, {he:p} will {hobby} with {q=person}.",
        "Fog covered the {outdoors} <when>. {p=person} could see neither the {tree} nor the {shop}, and so {he:p} walked slowly along {street}. At {hour} o'clock, the fog was gone.",
        "There was frost in {month}, and the {pl:flower} at the {outdoors} turned white. Because of the cold, {p=person} put on a woollen {woolen} and drank some {drink}.",
        "When the sky grows dark over the {outdoors}, {p=person} knows that it is going to rain. So {he:p} closes the windows of the {room}, brings in the {pl:clothing} and goes to {rest}.",
        "The rain falls on the {outdoors} and runs into the river, and the river runs into the sea. In the sun, the water rises, becomes a cloud and comes back as rain, {p=adult} explained to {q=child} <when>.",
        "In summer it is hot, and {p=person} likes to {p.hobby}; in winter it is cold, and {p} would rather {rest}. {q=person} likes [spring because of the {pl:flower}|autumn because of the {pl:fruit}] most of all.",
        "The forecast for {weekday}: [sun|rain|wind|clouds] in the morning, [sun|light rain|clear sky|thunder] in the afternoon and {temperature} degrees at the {outdoors}. {p=person} will need {a:clothing}.",
    ];

    public static readonly string[] Numbers =
    [
        "{a=upTo20} plus {b=small} is {s=a+b}. {b} plus {a} is also {s}[.|, because the order does not change the sum.|: it does not matter where one begins.]",
        "{dig:a=upTo99} + {dig:b=upTo99} = {dig:s=a+b}. In words: {a} plus {b} is {s}.",
        "{a=big} minus {b=small} is {d=a-b}. To check it, {p=child} adds {d} and {b} and gets {a}.",
        "{a=small} times {b=small} is {m=a*b}. {p=child} checks it with {!x=countable}{pl:x}: {a} rows of {b} make {m}.",
        "{dig:a=small} × {dig:b=small} = {dig:m=a*b}, and {dig:b} × {dig:a} is also {dig:m}, {q=adult} [explained|showed|said again] to {p=child} <when>.",
        "{!x=countable}{!n=big}{!m=small}{!d=n-m}{p=person} had {count:n@x}. {he:p} gave {m} to {q=person} and kept {count:d@x}. {r=person} thought that was fair.",
        "{!x=countable}{!n=upTo20}{!m=small}{!s=n+m}{p=person} found {count:n@x} <spot> and {m} <spot>. All in all, {he:p} has {count:s@x}.",
        "{!x=countable}{!n=small}{!c=small}{!t=n*c}Each {x} costs {c} coins at the {shop}. {p=person} bought {count:n@x} and paid {t} coins to {q=adult}.",
        "{!x=countable}{!a=small}{!b=small}{!m=a*b}There are {a} boxes in the {room}, and in each of them there are {count:b@x}. How many are there in all? There are {count:m@x}, said {p=child}.",
        "{!x=countable}{!a=small}{!b=small}{!c=small}{!s=a+b}{!t=s+c}{p=child} brought {count:a@x}, {q=child} brought {b} and {r=child} brought {c}. Together, the children had {count:t@x}.",
        "{p=child} counted the {pl:animal} at the {outdoors}: one, two, three[, four|, four, five|, four, five, six]. {q=child} counted the {pl:bird} and got to {n=upTo99}.",
        "After {n=upTo99} comes {m=n+one}, and before it comes {k=n-one}. {p=child} learned this from {q=adult} at the {place}.",
        "{a=small} plus {b=small} is {s=a+b}, and {s} plus {c=small} is {t=s+c}. So {a} plus {b} plus {c} is {t}.",
        "\"What is {a=upTo20} plus {b=upTo20}?\" asked {q=adult} <when>.\n\"{s=a+b},\" said {p=child}, who had counted on {his:p} fingers in the {room}.",
        "{p=adult} is {!n=p.age}{dig:n} years old. In {m=small} years, {he:p} will be {s=n+m}; {m} years ago, {he:p} was {d=n-m}.",
        "{!x=countable}{!h=small}{!w=two}{!n=h*w}{p=person} shared {count:n@x} with {q=person}: half for each, that is, {count:h@x}.",
        "A week has seven days; {n=small} weeks have {t=n*seven} days. {p=child} worked this out in the {room} to know when {month} begins.",
    ];

    public static readonly string[] Comparisons =
    [
        "{!x=bySize}{!y=bySize<x}The {x} is bigger than the {y}, and the {y} is smaller than the {x}. {p=child} [compared them|saw a picture of both|read about them in a book] at the {place}.",
        "{!x=bySize}{!y=bySize<x}{!z=bySize<y}The {z} is small[; the {y} is bigger, and the {x} is bigger still|, the {y} is bigger, and the {x} is bigger than the {y}], {p=adult} explained to {q=child} at the {place}.",
        "{!x=bySpeed}{!y=bySpeed<x}The {x} is faster than the {y}. In a race to the {place}, the {x} would be first and the {y} would come later, said {p=person}.",
        "{!x=vehicleBySpeed}{!y=vehicleBySpeed<x}One gets there faster by {x} than by {y}. {p=person} went to the {outdoors} by {y}, {q=person} went by {x}, and {q} got there first.",
        "{!x=byWeight}{!y=byWeight<x}The {x} is heavier than the {y}. {p=person} lifted the {y} with one hand, but for the {x} {he:p} asked {q=person} for help <when>.",
        "{!x=bySweetness}{!y=bySweetness<x}The {x} is sweeter than the {y}, so {p=person} puts sugar on the {y} and none on the {x}[| <habit>].",
        "{!x=byHeight}{!y=byHeight<x}The {x} is taller than the {y}; the {y} is lower. From the top of the {x}, {p=child} could see the {outdoors}.",
        "{!q=person}{!x=fruitBySize}{!y=fruitBySize<x}{a:x} is bigger than {a:y}. {p=person} put {count:n=small@y} and only one {x} in the basket, and {poss:q} basket was lighter.",
        "{!p=person}{!q=<p}{p} is older than {q}: {p} is {p.age} years old, and {q} is {q.age}. [{q} is younger, but knows very well how to {q.hobby}.|{q} was born later, and has {his:q} birthday in {q.month}.|{q}, who is younger, lives in {q.street}.]",
        "{!p=child}{!q=<p}{p} is {p.age} years old and {q} is {q.age}. Therefore {p} is older and {q} is younger. The first of them to be born was {p}, in {p.month}.",
        "{!x=bySize}{!y=bySize<x}Which is bigger, the {x} or the {y}? {p=child} thought about it in the {room} and answered: the {x} is bigger.",
        "{!x=bySpeed}{!y=bySpeed<x}Which is slower, the {y} or the {x}? {q=adult} asked this <when>, and {p=child} got it right: the {y} is slower.",
        "{!x=clothing}{!p=person}{!q=person}{poss:p} {x} cost {n=upTo20} coins, and {poss:q} {x} cost {b=upTo99} coins. {poss:q} {x} was dearer, but {poss:p} {x} is as pretty as {poss:q} {x}.",
    ];

    public static readonly string[] Nature =
    [
        "The {t=tree} near the {outdoors} [gives shade|has strong branches|loses its leaves in {month}|blossoms in {month}]. <habit>, {a:bird} sings in it, and {p=child} sits under it to {rest}.",
        "The {a=farmAnimal} lives on the farm and eats [grass|corn|leaves|bits of {vegetable}]. <habit>, {p=adult} looks after the {a} and then goes to {chore}.",
        "The {a=wildAnimal} lives [in the forest|near the river|in the hills] and seldom comes to the town. <when>, however, {p=person} saw {a:a} at the {outdoors}.",
        "The bee flies from {f=flower} to {f} at the {outdoors} and carries the pollen along. Without it, the {tree} would bear no fruit, {p=adult} explained to {q=child} <when>.",
        "The {f=fruit} comes from a blossom, grows slowly and is ripe in {month}. {p=person} likes to eat a ripe {f} with some {drink}.",
        "In {month}, {a:colour} {f=flower} opened at the {outdoors}. {a:insect} sat down on it, and {p=person} took a photo to show to {q=person}.",
        "The {pl:b=bird} build their nests in the {tree} near the {outdoors}. <habit>, {p=child} listens to the {pl:b} while {he:p} goes to {chore}.",
        "The cow gives milk, the hen lays eggs and the sheep gives wool. With the milk, {p=adult} makes cheese; with the eggs, {he:p} makes {a:dish}; with the wool, {q=person} makes {a:woolen}.",
        "The {i=insect} is small, but it is busy at the {outdoors} all day long. {p=child} watched the {i} for {n=upTo20} minutes <when>.",
        "At night, the owl leaves the {tree} and flies over the {outdoors} without a sound. {p=person} heard it <when>, on {his:p} way to {errand}.",
        "{!p=person}In {poss:p} garden there are {pl:a=vegetable}, {pl:b=vegetable} and {a:tree}. The {pl:a} grow [in the sun|in the shade|by the wall], and the {pl:b} need water <habit>.",
        "The dog barks, the cat mews, the hen clucks and the cow moos. {p=child} sounds like {a:farmAnimal}, and {q=child} sounds like {a:bird} at the {outdoors}.",
    ];

    public static readonly string[] Definitions =
    [
        "<ask> what an artificial neuron is. [It is a simple sum|It is a model of a nerve cell|It is the smallest part of a network]: it adds up its inputs times their weights, adds a bias and passes the result through an activation function.",
        "The perceptron is [a network of a single neuron|the simplest neural network]: [if the weighted sum of the inputs is above a limit, it answers one; if not, it answers zero|it splits the examples into two groups with a straight line]. <learner>",
        "A neural network is made of neurons in layers: [the input layer, the hidden layers and the output layer|the first takes in the data, those in the middle transform them, and the last answers]. <learner>",
        "The gradient [says in which direction the error grows|shows how the error changes when each weight changes]; so [the weights move the other way|the network takes a step against it]. It is like {p=person} walking down a hill in the fog: {he:p} feels the slope with {his:p} foot and ends up at the {outdoors}.",
        "The learning rate is the size of the step. [If it is too large, the network jumps back and forth and does not learn|If it is too small, the network takes very long to learn]; so {p=adult} [tries|tests|compares] {n=small} values <habit>.",
        "<ask> what attention is for. It [lets each word look at the others in the sentence|mixes into each word a little of what its neighbours say], and so [the bank of a river and the bank with money become different|the same word gets the right meaning in each sentence].",
        "Softmax turns any numbers into probabilities: [all of them lie between zero and one, and they add up to one|the largest number gets the largest share, and nothing is negative]. <learner>",
        "The temperature of a language model [changes how the next word is drawn|says how much the model dares]: [when it is low, the most likely word is nearly always chosen|when it is high, rare words appear too, with more surprises and more mistakes]. {p=person} sets it [low|high|in the middle] to write {a:book}.",
        "A token is a piece of text, [sometimes a whole word, sometimes a syllable|such as a short word, a syllable or a comma]. The word {animal}, for instance, can become [one token|two tokens|three tokens], {p=adult} explained <when>.",
        "A language model reads the beginning of a text and says which token comes next; [it writes that token and starts again|it puts the token at the end and repeats]. After \"{p=person} lives in\", for example, it expects \"{p.street}\".",
        "An activation function [makes a network more than a simple sum|gives the network its curves]: the sigmoid squeezes everything between zero and one, and ReLU turns negative numbers into zero. <learner>",
        "{!p=person}The error of a network is measured by a cost function: [the higher the cost, the worse the answer|if the cost falls, the network is learning]. <when>, the cost of {poss:p} network fell from {a=upTo99} to {b=small}.",
        "Backpropagation [carries the error from the last layer to the first|works out, layer by layer and from back to front, the share of each weight in the error] with the chain rule. <learner>",
        "{!p=person}To train a network is to [show it examples and correct its weights|repeat: predict, measure the error, correct]. After {n=upTo99} rounds, {poss:p} network could tell {a:animal} from {a:animal}.",
        "In pre-training, the model [reads many texts and learns to go on with a sentence|guesses the next word millions of times]; after that, [people show it good answers|it learns to answer questions like those of {person}]. <learner>",
        "A reward model gives marks to answers: [it learns from people who say which answer is better|it imitates the taste of those who compare two answers]. {p=person} compared {n=upTo99} answers <when> and chose the most [clear|friendly|helpful|honest] ones.",
        "A vector is a list of numbers. [The vector of {x=fruit} is close to the vector of {y=fruit}|In the model, each word is a vector, and {x=animal} is close to {y=animal}], [but far from {z=vehicle}|because they appear in similar sentences]. <learner>",
        "A multilayer perceptron [connects all neurons of a layer to those of the next|puts many perceptrons into layers]; [with more neurons it learns harder things|with more layers it needs more examples and more memory]. <learner>",
    ];

    public static readonly Dictionary<string, string[]> Rules = new()
    {
        ["ask"] =
        [
            "<when>, {p0=child} asked {q0=adult}", "{p0=child} wanted to know", "At the {place}, {q0=adult} told {p0=child}",
            "In the lesson on {weekday}, {q0=adult} explained", "{p0=person} read in a book from the {shop}",
        ],
        ["learner"] =
        [
            "It was {q0=adult} who explained this to {p0=person}, at the {place}.",
            "{p0=person} [wrote this down|read this|learned this|said this again] <when>, at the {place}.",
            "{p0=adult} drew it all on a blackboard at the {place} for {q0=person}.",
            "{p0=child} needed {n0=upTo99} days to understand this, but now explains it to {q0=person}.",
            "In this way, {p0=adult} trained a program that tells the {x0=animal} from the {y0=animal}.",
            "That is how {poss:p0=adult} computer recognises {a:fruit} in a photo of the {place}.",
        ],
    };
}
