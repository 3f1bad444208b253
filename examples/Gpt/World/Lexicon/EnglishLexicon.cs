namespace TensorCore.Examples.Gpt.World;

/// <summary>The English words. A noun is <c>word</c> or, where the plural is irregular, <c>word:plural</c>.</summary>
internal sealed partial class EnglishLexicon : Lexicon
{
    public EnglishLexicon()
    {
        AddNamesAndPlaces();
        AddThings();
        AddQualities();
        AddVerbPhrases();
        AddJobs(JobLines);
        AddPets("cat dog rabbit parrot tortoise hamster duck pony:ponies goat");
        AddNumbers("one", 1, 1);
        AddNumbers("two", 2, 2);
        AddNumbers("seven", 7, 7);
        AddNumbers("small", 2, 9);
        AddNumbers("big", 11, 20);
        AddNumbers("upTo20", 2, 20);
        AddNumbers("upTo59", 2, 59);
        AddNumbers("upTo99", 21, 99);
        AddNumbers("hour", 2, 11);
        AddNumbers("morningHour", 6, 11);
        AddNumbers("afternoonHour", 2, 5);
        AddNumbers("grade", 6, 10);
        AddNumbers("temperature", 10, 34);
        AddSharedRules();
        foreach ((string name, string[] templates) in EnglishFacts.Rules.Concat(EnglishScenes.Rules))
            AddRule(name, templates);
    }

    public override Grammar Grammar { get; } = new EnglishGrammar();

    public override IReadOnlyList<FactTemplate> FactTemplates => EnglishFacts.Templates;

    public override IReadOnlyList<Scene> Scenes { get; } =
    [
        new("profile", 22, EnglishFacts.Profiles),
        new("place", 7, EnglishFacts.Places),
        new("story", 24, EnglishStories.All),
        new("dialogue", 14, EnglishDialogues.All),
        new("weather", 7, EnglishScenes.Weather),
        new("number", 8, EnglishScenes.Numbers),
        new("comparison", 6, EnglishScenes.Comparisons),
        new("nature", 6, EnglishScenes.Nature),
        new("definition", 9, EnglishScenes.Definitions),
        new("sense", 14, EnglishSenses.Paragraphs),
    ];

    public override IReadOnlyList<AmbiguousWord> AmbiguousWords => EnglishSenses.Words;

    protected override Term ParseNoun(string entry)
    {
        string[] parts = entry.Split(':');
        string plural = parts.Length > 1 ? parts[1] : EnglishGrammar.Pluralise(parts[0]);
        return new Term { Text = parts[0], Plural = plural, Gender = Gender.Neuter };
    }

    protected override (Term Masculine, Term Feminine) Sexes(string entry)
    {
        string[] forms = entry.Split('/');
        Term masculine = ParseNoun(forms[0]);
        return (masculine, forms.Length > 1 ? ParseNoun(forms[1]) : masculine);
    }

    private void AddNamesAndPlaces()
    {
        AddWords("womanName", """
            Anna Mary Julia Helen Alice Laura Grace Lucy Emma Sophie Ruth Clara Nora Ellen Martha Edith Olive Irene Kate
            Susan Jane Agnes Flora Wendy Molly Tess Hazel Joan
            """.Replace('\n', ' '), names: true, Gender.Feminine);
        AddWords("manName", """
            John Peter Paul Thomas Oliver Henry Samuel Edward George Arthur Hugo Daniel Simon Adam Leo Walter Frank Martin
            Victor Ben Oscar Felix Ralph Theo Jack Noah Ivan Stephen
            """.Replace('\n', ' '), names: true, Gender.Masculine);
        AddWords("surname", "Baker Hill Stone Brook Marsh Field Lane Wood Carter Fisher Wells Hart Moss Page", names: true);
        AddWords("petNameFeminine", "Daisy Honey Luna Pearl Ginger Mimi Bella Cocoa Willow Misty Poppy Lola Pepper Ruby Snow Fern Plum Kiki Dot Penny", names: true, Gender.Feminine);
        AddWords("petNameMasculine", "Rex Toby Biscuit Thunder Smoky Max Bruno Pip Captain Rusty Milo Buddy Patch Oats Bandit Zip Bear Nico Tiger Monty", names: true, Gender.Masculine);
        AddWords("street", "Mill_Street Harbour_Street Bridge_Street Garden_Lane Church_Hill Station_Road Orchard_Road Willow_Lane Old_Street Market_Street", names: true, Gender.Neuter);
        AddNouns("shop", """
            bakery pharmacy school library:libraries market butcher's_shop bookshop garage restaurant museum cinema hospital
            post_office bank town_hall theatre flower_shop shoe_shop police_station station hotel barber_shop
            ice_cream_parlour laundry paper_shop clock_shop
            """);
        AddNouns("outdoors", "square park bridge river harbour field lake wood orchard meadow hill garden pier lookout");
        AddUnion("place", "shop", "outdoors");
        AddNouns("room", "kitchen living_room bedroom porch backyard garage attic cellar hallway study pantry:pantries");
        AddNouns("workSite", "farm ferry:ferries building_site bus:buses office");
    }

    private void AddThings()
    {
        AddNouns("fruit", "apple banana orange pear plum fig peach:peaches lemon melon apricot tangerine lime mango:mangoes pineapple papaya grapefruit strawberry cherry blackberry pomegranate");
        AddNouns("vegetable", "tomato:tomatoes carrot potato:potatoes lettuce cabbage onion pumpkin cucumber turnip beetroot pepper leek radish:radishes artichoke");
        AddNouns("dish", "lasagne:lasagnes vegetable_soup apple_pie mushroom_pie chicken_stew fish_pie omelette carrot_cake cheese_tart pumpkin_soup noodle_salad rice_pudding plum_tart bean_stew pancake potato_salad onion_soup");
        AddNouns("drink", "coffee tea milk orange_juice lemonade hot_chocolate apple_juice mint_tea grape_juice ginger_tea");
        AddNouns("treasure", "bicycle backpack guitar clock umbrella mug chair hat lantern suitcase camera telescope flute notebook kite scooter doll piano trunk scarf:scarves rug vase fishing_net drum globe lamp armchair cushion");
        AddNouns("toy", "football doll kite spinning_top toy_car skipping_rope puzzle yo-yo:yo-yos scooter toy_train drum marble");
        AddNouns("tool", "hammer saw screwdriver pair_of_pliers:pairs_of_pliers hoe brush:brushes ladder wrench:wrenches bucket lantern broom watering_can");
        AddNouns("clothing", "shirt coat hat scarf:scarves jacket cap sweater handkerchief apron sock shoe glove");
        AddNouns("fashion", "dress gown coat hat cape skirt silk_scarf:silk_scarves velvet_jacket");
        AddNouns("furniture", "table chair bed bookcase sofa cupboard bench stool desk chest_of_drawers:chests_of_drawers armchair wardrobe");
        AddNouns("smallThing", "key letter coin pen book notebook button comb wallet photo:photos note shell stone bracelet envelope map pencil spoon brooch:brooches");
        AddNouns("flower", "rose daisy violet orchid tulip sunflower carnation lily hydrangea dahlia poppy");
        AddNouns("tree", "oak apple_tree willow pine birch elm cherry_tree chestnut fig_tree lemon_tree maple");
        AddNouns("bird", "thrush:thrushes robin hummingbird sparrow owl swallow woodpecker heron canary blackbird goldfinch magpie");
        AddNouns("farmAnimal", "cow horse sheep:sheep hen pig goat duck donkey goose:geese turkey");
        AddNouns("wildAnimal", "fox hare hedgehog squirrel otter badger deer:deer snake toad weasel mole beaver wolf:wolves bear");
        AddNouns("insect", "butterfly bee ant ladybird cricket firefly dragonfly beetle");
        AddUnion("animal", "farmAnimal", "wildAnimal", "bird");
        AddNouns("vehicle", "car bus bicycle train boat truck motorbike cart canoe");
        AddNouns("goods", "loaf:loaves cheese cake egg pie candle soap_dish plate glass bottle jug pan teapot basket");
        AddNouns("breakable", "vase plate glass jug mug mirror bottle lamp clock bowl teapot");
        AddNouns("countable", "egg orange apple coin book flower stone pen sweet biscuit button shell card banana pencil plate cup chair candle pear lemon star letter plum");
        AddNouns("book", "novel book_of_poems:books_of_poems cookbook comic atlas dictionary book_of_tales:books_of_tales mystery");
        AddWords("subject", "mathematics history geography music science English sport art", names: true);
        AddNouns("instrument", "piano guitar flute violin accordion trumpet");
        AddNouns("sleeved", "shirt coat sweater jacket cardigan dress");
        AddNouns("woolen", "cap scarf:scarves blanket sweater glove sock");
        AddNouns("springy", "mattress watch sofa toy_frog mousetrap clock armchair pen");
        AddNouns("waterBird", "duck heron goose:geese gull swan");
        AddNouns("car", "car truck bus van motorbike");
        AddNouns("heavyThing", "piano truck brick anvil table rock");
        AddNouns("friendWord", "friend neighbour cousin");
        // From the least to the most, for comparisons.
        AddNouns("bySize", "ant bee ladybird butterfly mouse:mice sparrow cat hen dog sheep:sheep pig horse elephant whale");
        AddNouns("bySpeed", "snail tortoise duck hen cat horse cheetah");
        AddNouns("vehicleBySpeed", "cart canoe bicycle bus car train plane");
        AddNouns("byWeight", "feather leaf:leaves coin apple book brick chair table piano truck");
        AddNouns("bySweetness", "lemon grapefruit strawberry orange mango:mangoes");
        AddNouns("byHeight", "flower bush:bushes apple_tree house oak church:churches hill mountain");
        AddNouns("fruitBySize", "cherry strawberry plum lemon apple mango:mangoes melon pumpkin");
    }

    private void AddQualities()
    {
        AddWords("colour", "red blue green yellow white black brown grey purple golden orange pink");
        AddWords("furColour", "black white brown grey spotted yellow");
        AddWords("size", "small large long tiny huge light heavy");
        AddWords("condition", "new old pretty plain elegant worn shiny clean dusty handsome");
        AddWords("gladMood", "happy pleased cheerful content proud relieved calm joyful");
        AddWords("sadMood", "sad worried tired upset anxious nervous frightened disappointed");
        AddWords("character", "kind calm curious stubborn patient funny absent-minded brave shy generous talkative careful");
        AddWords("material", "wood metal leather glass clay plastic straw cloth");
        AddWords("fear", "thunder fireworks brooms strangers cold_water trucks snakes noise");
        AddWords("month", "January February March April May June July August September October November December", names: true);
        AddWords("weekday", "Monday Tuesday Wednesday Thursday Friday", names: true);
    }
}
