namespace TensorCore.Examples.Gpt.World;

internal sealed partial class EnglishLexicon
{
    private const string JobLines = """
        baker @ bakery : bake the bread before dawn ; knead the dough by hand
        pharmacist @ pharmacy : sell medicine ; read the doctors' prescriptions
        teacher @ school : teach the pupils to read ; mark the tests
        librarian @ library : lend books ; tidy the shelves
        greengrocer @ market : sell fresh fruit ; weigh the vegetables
        butcher @ butcher's shop : cut the meat ; sharpen the knives
        bookseller @ bookshop : sell books ; recommend good novels
        mechanic @ garage : repair cars ; change tyres
        cook @ restaurant : prepare lunch ; taste the sauces
        doctor @ hospital : look after the sick ; examine the children
        nurse @ hospital : change bandages ; take the patients' temperature
        postman/postwoman @ post office : deliver letters ; sort the envelopes
        cashier @ bank : count money ; serve the customers at the counter
        actor/actress @ theatre : learn the plays by heart ; rehearse on the stage
        florist @ flower shop : make bouquets ; water the plants in the shop
        shoemaker @ shoe shop : mend shoes ; stitch soles
        train driver @ station : drive the train ; check the brakes of the engine
        barber @ barber shop : cut hair ; trim beards
        ice cream maker @ ice cream parlour : make fruit ice cream ; fill the cones
        watchmaker @ clock shop : repair watches ; replace the hands of clocks
        gardener @ park : prune the trees ; plant flowers
        fisherman/fisherwoman @ river : fish before dawn ; mend the nets
        farmer @ farm : plant corn ; pick beans
        bricklayer @ building site : build walls ; mix the cement
        ferryman/ferrywoman @ ferry : take people across the water ; paint the hull of the ferry
        guide @ museum : show the paintings to visitors ; tell the history of the town
        bus driver @ bus : drive the town bus ; open the door for the passengers
        receptionist @ hotel : welcome the guests ; hand out the room keys
        detective @ police station : look into the cases of the town ; write reports
        programmer @ office : write programs ; train neural networks
        """;

    private void AddVerbPhrases()
    {
        AddWords("hobby", """
            fish
            read novels
            sing in the choir
            play the guitar
            play chess
            play football
            swim in the river
            cook
            dance
            paint landscapes
            take pictures of birds
            ride a bicycle
            look after the plants
            solve puzzles
            look at the stars
            collect coins
            knit
            write poems
            draw
            run in the park
            """);
        AddWords("chore", """
            sweep the yard
            wash the dishes
            water the plants
            make the bed
            hang out the washing
            peel the potatoes
            clean the windows
            fold the sheets
            fill the water bottle
            put away the plates
            set the table
            make coffee
            prepare lunch
            repair the tap
            open the curtains
            sew on a button
            dust the bookcase
            rake up the dry leaves
            feed the hens
            pick lettuce in the garden
            polish the shoes
            take out the rubbish
            write the shopping list
            change the lamp in the hallway
            """);
        AddWords("game", """
            play ball
            fly a kite
            skip rope
            play hide-and-seek
            climb the apple tree
            draw with chalk on the pavement
            run after the butterflies
            build a sandcastle
            tell ghost stories
            look for shells by the water
            play tag
            make paper boats
            spin the top
            watch the ants
            build a tent of sheets
            """);
        AddWords("errand", """
            pay a bill
            buy bread
            fetch a parcel
            meet a friend
            visit a relative
            talk to the neighbours
            deliver a note
            return a book
            look for a present
            watch the people go by
            """);
        AddWords("rest", """
            drink some coffee
            read the newspaper
            listen to music
            sleep a little
            look at the street from the window
            sit on the porch
            take a hot bath
            rest in the hammock
            talk with the family
            write in a diary
            """);
    }

    private void AddSharedRules()
    {
        // When something happened. The same phrase can open a sentence and close it.
        AddRule("when",
            "yesterday[ morning| afternoon| evening|]", "on {weekday}[ morning| afternoon| evening|]", "last [Saturday|Sunday|{weekday}]",
            "on a [cold|hot|rainy|clear|quiet] [morning|afternoon|evening] in {month}", "one day[ in {month}|]", "one [morning|afternoon|evening][ in {month}|]",
            "[two days ago|early today|last week|last month|on a holiday|during the holidays]", "at {morningHour} o'clock in the morning", "at {afternoonHour} o'clock in the afternoon",
            "at the [end|beginning] of {month}", "on a [sunny|windy|rainy|cloudy|busy] day[ in {month}|]",
            "one day after lunch", "soon after [class|church|the rain|the market]", "before [lunch|dinner|sunrise]");
        AddRule("habit",
            "every day", "every morning", "every afternoon", "on Saturdays", "on Sundays", "now and then", "almost every night", "every {weekday}",
            "on holidays", "during the holidays", "in {month}", "on rainy days", "when the sun shines", "after work");
        AddRule("spot",
            "on the {furniture}", "under the {furniture}", "[in the drawer|in the cupboard|in a box|in the backpack|in the trunk]", "behind [the door|the curtain|the sofa|the vase]",
            "next to [the window|the stove|the stairs|the gate]", "in the {room}", "near [the door|the gate|the wall|the fridge]", "between two books", "in the pocket of the [coat|jacket|apron]");
        AddRule("glad", "[very|quite|truly] {gladMood}", "{gladMood}", "so {gladMood} that {he:p} [began to sing|smiled all day|forgot the time|told the whole family]");
        AddRule("sad", "[very|quite|a little] {sadMood}", "{sadMood}", "so {sadMood} that {he:p} [did not want to eat|said nothing|sighed deeply|could not sleep]");
        AddRule("lesson",
            "since then, {p} has never forgotten [that day|that story|what happened at the {place}]",
            "to this day {p} remembers [that {weekday}|that day in {month}] when {he:p} walks past the {place}",
            "that is how {p} learned to [be more careful|ask for help|wait|look twice|trust a {friendWord}]",
            "that evening, {p} told everything [to the family|to the neighbours|to anyone who would listen] at dinner",
            "{p} went to bed {gladMood}[ that {weekday}| and dreamed of {a:animal}|]");
    }
}
