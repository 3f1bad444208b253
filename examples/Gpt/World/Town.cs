namespace TensorCore.Examples.Gpt.World;

/// <summary>
/// The people, houses, shops and animals of one small town. Everything is drawn once, from the town's own seed, and
/// holds in every text told about it.
/// </summary>
internal sealed class Town
{
    private const int Families = 10;

    private readonly Lexicon _lexicon;
    private readonly SplitMix64 _random;
    private readonly List<Term> _people = [];
    private readonly Dictionary<string, List<Term>> _categories = [];
    private readonly Queue<Term> _women, _men, _petNamesFeminine, _petNamesMasculine;
    private readonly Queue<Job> _jobs;

    public Town(Lexicon lexicon, ulong seed)
    {
        _lexicon = lexicon;
        _random = new SplitMix64(seed);
        _women = Names("womanName", Gender.Feminine);
        _men = Names("manName", Gender.Masculine);
        _petNamesFeminine = Names("petNameFeminine", Gender.Feminine);
        _petNamesMasculine = Names("petNameMasculine", Gender.Masculine);
        _jobs = new(_random.Shuffled(lexicon.Jobs));

        List<Term> surnames = _random.Shuffled(lexicon.Category("surname")!);
        List<Term> streets = _random.Shuffled(lexicon.Category("street")!);
        for (int i = 0; i < Families; i++)
            AddFamily(surnames[i], streets[i % streets.Count]);
        MakeFriends([.. _people.Where(IsAdult)]);
        MakeFriends([.. _people.Where(p => !IsAdult(p))]);
        PlaceShops(streets);

        _categories["person"] = _people;
        _categories["adult"] = [.. _people.Where(IsAdult)];
        _categories["child"] = [.. _people.Where(p => !IsAdult(p))];
        _categories["woman"] = [.. _people.Where(p => IsAdult(p) && p.Gender == Gender.Feminine)];
        _categories["man"] = [.. _people.Where(p => IsAdult(p) && p.Gender == Gender.Masculine)];
        _categories["owner"] = [.. _people.Where(p => p.Find("pet") is not null)];
    }

    public IReadOnlyList<Term> People => _people;

    public IReadOnlyList<Term> Shops => _lexicon.Category("shop")!;

    public IReadOnlyList<Term>? Category(string name) => _categories.GetValueOrDefault(name);

    private static bool IsAdult(Term person) => person.Find("age")!.Value >= 18;

    private Queue<Term> Names(string category, Gender gender) =>
        new(_random.Shuffled(_lexicon.Category(category)!).Select(n => new Term { Text = n.Text, IsName = true, Gender = gender }));

    private void AddFamily(Term surname, Term street)
    {
        Term houseColour = Draw("colour");
        int motherAge = 30 + _random.Below(16);
        Term mother = AddPerson(Gender.Feminine, motherAge, surname);
        Term father = AddPerson(Gender.Masculine, motherAge - 2 + _random.Below(7), surname);
        List<Term> family = [mother, father];
        Link(mother, "husband", father);
        Link(father, "wife", mother);

        Gender first = RandomGender();
        Gender second = first == Gender.Feminine ? Gender.Masculine : Gender.Feminine;
        int firstAge = 11 + _random.Below(5);
        AddChild(family, first, firstAge, surname);
        AddChild(family, second, firstAge - 2 - _random.Below(4), surname);

        if (_random.Below(2) == 0)
        {
            bool woman = RandomGender() == Gender.Feminine;
            Term grand = AddPerson(woman ? Gender.Feminine : Gender.Masculine, 66 + _random.Below(18), surname);
            foreach (Term child in family.Skip(2))
                Link(child, woman ? "grandmother" : "grandfather", grand);
            Link(grand, "granddaughter", family.Skip(2).First(c => c.Gender == Gender.Feminine));
            Link(grand, "grandson", family.Skip(2).First(c => c.Gender == Gender.Masculine));
            family.Add(grand);
        }
        foreach (Term person in family)
        {
            Link(person, "street", street);
            Link(person, "houseColour", houseColour);
        }
    }

    private Gender RandomGender() => _random.Below(2) == 0 ? Gender.Feminine : Gender.Masculine;

    private void AddChild(List<Term> family, Gender gender, int age, Term surname)
    {
        (Term mother, Term father) = (family[0], family[1]);
        Term child = AddPerson(gender, age, surname);
        bool daughter = gender == Gender.Feminine;
        Link(child, "mother", mother);
        Link(child, "father", father);
        Link(mother, daughter ? "daughter" : "son", child);
        Link(father, daughter ? "daughter" : "son", child);
        foreach (Term sibling in family.Skip(2))
        {
            Link(sibling, daughter ? "sister" : "brother", child);
            Link(child, sibling.Gender == Gender.Feminine ? "sister" : "brother", sibling);
        }
        family.Add(child);
    }

    private Term AddPerson(Gender gender, int age, Term surname)
    {
        Term name = (gender == Gender.Feminine ? _women : _men).Dequeue();
        var person = new Term { Text = name.Text, IsName = true, Gender = gender };
        Link(person, "surname", surname);
        Link(person, "full", new Term { Text = $"{name} {surname}", IsName = true, Gender = gender });
        Link(person, "age", _lexicon.Number(age));
        foreach (string taste in (string[])["dish", "drink", "fruit", "colour", "hobby", "month"])
            Link(person, taste, Draw(taste));
        if (age >= 18)
            GiveJob(person);
        else
            Link(person, "subject", Draw("subject"));
        GiveThing(person);
        if (_random.Below(5) < 2)
            GivePet(person);
        _people.Add(person);
        return person;
    }

    private void GiveJob(Term person)
    {
        Job job = _jobs.Dequeue();
        Link(person, "job", person.Gender == Gender.Feminine ? job.Names.Feminine : job.Names.Masculine);
        Link(person, "workplace", job.Workplace);
        Link(person, "task", new Term { Text = job.Tasks[0] });
        Link(person, "task2", new Term { Text = job.Tasks[1] });
    }

    private void GiveThing(Term person)
    {
        Term noun = Draw("treasure");
        var thing = new Term { Text = noun.Text, Plural = noun.Plural, Gender = noun.Gender };
        Link(thing, "colour", Draw("colour"));
        Link(thing, "size", Draw("size"));
        Link(thing, "room", Draw("room"));
        Link(person, "thing", thing);
    }

    private void GivePet(Term person)
    {
        (Term masculine, Term feminine) = _random.Pick(_lexicon.Pets);
        bool female = masculine.Gender == feminine.Gender && masculine.Gender != Gender.Neuter
            ? masculine.Gender == Gender.Feminine // "a tartaruga" takes a feminine name whatever its sex
            : _random.Below(2) == 0;
        Term name = (female ? _petNamesFeminine : _petNamesMasculine).Dequeue();
        Link(name, "kind", female ? feminine : masculine);
        Link(name, "colour", Draw("furColour"));
        Link(name, "spot", Draw("room"));
        Link(person, "pet", name);
    }

    private void MakeFriends(IEnumerable<Term> people)
    {
        List<Term> order = _random.Shuffled(people);
        for (int i = 0; i + 1 < order.Count; i += 2)
        {
            // Brother and sister, or husband and wife, are no news as friends: such a pair stays without.
            if (order[i].Find("surname") == order[i + 1].Find("surname"))
                continue;
            Link(order[i], "friend", order[i + 1]);
            Link(order[i + 1], "friend", order[i]);
        }
    }

    private void PlaceShops(List<Term> streets)
    {
        List<Term> shops = _random.Shuffled(Shops);
        for (int i = 0; i < shops.Count; i++)
        {
            // Two and two stand side by side, in the same street.
            int pair = i / 2 * 2;
            Link(shops[i], "street", streets[pair / 2 % streets.Count]);
            if ((i ^ 1) < shops.Count)
                Link(shops[i], "near", shops[i ^ 1]);
            Link(shops[i], "hour", _lexicon.Number(6 + _random.Below(5)));
            Link(shops[i], "wall", Draw("colour"));
        }
        foreach (Term person in _people)
            person.Find("workplace")?.Properties.TryAdd("keeper", person);
    }

    private Term Draw(string category) => _random.Pick(_lexicon.Category(category)!);

    private static void Link(Term from, string property, Term to) => from.Properties[property] = to;
}
