using System.Globalization;
using System.Text;

namespace TensorCore.Examples.Gpt.World;

/// <summary>Turns templates into text: draws what a slot asks for and lets the grammar inflect it.</summary>
internal sealed class Renderer(Lexicon lexicon, Town town, SplitMix64 random)
{
    // A template can ask for what a person does not have (a pet, a sister) and is then tried with another one.
    private const int MaxTries = 200;

    // {novo@fem} agrees with a feminine noun that stands in the template itself.
    private static readonly Term AnyMasculine = new() { Text = "", Gender = Gender.Masculine };
    private static readonly Term AnyFeminine = new() { Text = "", Gender = Gender.Feminine };

    private readonly Grammar _grammar = lexicon.Grammar;
    private readonly Dictionary<string, Term> _bound = [];
    private readonly StringBuilder _text = new();

    public SplitMix64 Random => random;

    /// <summary>The text of a template, with sentence starts in capitals.</summary>
    public string Render(string template, params ReadOnlySpan<(string Name, Term Term)> bindings)
    {
        Template parsed = Template.Parse(template);
        for (int attempt = 0; attempt < MaxTries; attempt++)
        {
            _bound.Clear();
            _text.Clear();
            foreach ((string name, Term term) in bindings)
                _bound[name] = term;
            if (TryRender(parsed))
                return Capitalise(_text.ToString());
        }
        throw new InvalidOperationException($"no way found in {MaxTries} tries to fill the template \"{template}\"");
    }

    private bool TryRender(Template template)
    {
        switch (template)
        {
            case Template.Literal literal:
                _text.Append(literal.Text);
                return true;
            case Template.Sequence sequence:
                foreach (Template part in sequence.Parts)
                {
                    if (!TryRender(part))
                        return false;
                }
                return true;
            case Template.Choice choice:
                return TryRender(random.Pick(choice.Alternatives));
            case Template.Rule rule:
                return TryRender(Template.Parse(random.Pick(lexicon.Rule(rule.Name))));
            default:
                return TryRenderSlot((Template.Slot)template);
        }
    }

    private bool TryRenderSlot(Template.Slot slot)
    {
        Term? target = null;
        if (slot.Target.Length > 0)
        {
            target = slot.Target switch { "masc" => AnyMasculine, "fem" => AnyFeminine, _ => Resolve(slot.Target) };
            if (target is null)
                return false;
        }
        Term? term = slot.Source.Length == 0 ? Resolve(slot.Head, slot.Relation) : Bind(slot.Head, slot.Source);
        if (term is null)
            return false;
        if (!slot.Silent)
            _text.Append(Inflect(slot, term, target));
        return true;
    }

    private string Inflect(Template.Slot slot, Term term, Term? target)
    {
        if (slot.Relation == '>' || (slot.Relation == '\0' && slot.Modifier is "ger" or "ing"))
            return _grammar.Conjugate(term.Text, slot.Modifier.Length == 0 ? "pret" : slot.Modifier, target);
        if (slot.Relation == '@' && slot.Modifier == "count")
            return _grammar.Count(Number(term), target!);
        if (slot.Relation == '@' && term.Value is not null)
            return _grammar.NumberWord(Number(term), target!.Gender);
        if (slot.Relation == '@')
            return _grammar.Agree(term.Text, target!.Gender, slot.Plural || target.IsPlural);
        if (slot.Modifier == "dig")
            return Number(term).ToString(CultureInfo.InvariantCulture);
        if (slot.Modifier.Length == 0)
            return term.Text;
        return _grammar.TryModify(slot.Modifier, term, out string? text)
            ? text
            : throw new FormatException($"unknown modifier \"{slot.Modifier}\" before \"{slot.Head}\"");
    }

    private static int Number(Term term) =>
        term.Value ?? throw new FormatException($"\"{term.Text}\" is not a number");

    private Term? Bind(string name, string source)
    {
        if (_bound.TryGetValue(name, out Term? bound))
            return bound;
        if (DrawOrCompute(source) is not { } term)
            return null;
        return _bound[name] = term;
    }

    private Term? DrawOrCompute(string source)
    {
        int below = source.IndexOf('<');
        if (below >= 0)
            return Below(source[..below], Resolve(source[(below + 1)..]));
        int op = source.IndexOfAny(['+', '-', '*']);
        if (op > 0)
        {
            if (Resolve(source[..op]) is not { } first || Resolve(source[(op + 1)..]) is not { } second)
                return null;
            if (first.Value is null)
                return Join(first, second);
            (int a, int b) = (Number(first), Number(second));
            return lexicon.Number(source[op] switch { '+' => a + b, '-' => a - b, _ => a * b });
        }
        return Resolve(source);
    }

    /// <summary>"Ana e Júlia", feminine only if both are.</summary>
    private Term Join(Term first, Term second) => new()
    {
        Text = $"{first.Text} {_grammar.And} {second.Text}",
        IsName = true,
        IsPlural = true,
        Gender = first.Gender == second.Gender ? first.Gender : Gender.Masculine,
    };

    private Term? Below(string ladderName, Term? above)
    {
        if (above is null)
            return null;
        if (town.People.Contains(above))
        {
            List<Term> younger = [.. town.People.Where(p => p.Find("age")!.Value < above.Find("age")!.Value)];
            return younger.Count == 0 ? null : random.Pick(younger);
        }
        List<Term> ladder = [.. lexicon.Category(ladderName) ?? throw new FormatException($"there is no ladder \"{ladderName}\"")];
        int index = ladder.IndexOf(above);
        return index <= 0 ? null : ladder[random.Below(index)];
    }

    /// <summary>A bound name or property, a category to draw from, a noun of the lexicon, or (before an agreement or a subject) the word itself.</summary>
    private Term? Resolve(string path, char relation = '\0')
    {
        string[] steps = path.Split('.');
        if (!_bound.TryGetValue(steps[0], out Term? term))
        {
            IReadOnlyList<Term>? category = lexicon.Category(steps[0]) ?? town.Category(steps[0]);
            if (category is not null)
                term = DrawUnused(category);
            else if (relation != '\0')
                return new Term { Text = path };
            else if (lexicon.FindNoun(steps[0]) is { } noun)
                term = noun;
            else
                throw new FormatException($"\"{steps[0]}\" is neither bound nor a category or noun of the lexicon or the town");
        }
        foreach (string property in steps.AsSpan(1))
        {
            if (term?.Find(property) is not { } next)
                return null;
            term = next;
        }
        return term;
    }

    private Term? DrawUnused(IReadOnlyList<Term> category)
    {
        for (int i = 0; i < 8; i++)
        {
            Term term = random.Pick(category);
            if (!_bound.ContainsValue(term))
                return term;
        }
        return null;
    }

    /// <summary>A capital at the start of the text, of each line and after each full stop, question or exclamation mark.</summary>
    private static string Capitalise(string text)
    {
        char[] letters = text.ToCharArray();
        bool start = true;
        for (int i = 0; i < letters.Length; i++)
        {
            char c = letters[i];
            if (char.IsLetterOrDigit(c))
            {
                if (start)
                    letters[i] = char.ToUpperInvariant(c);
                start = false;
            }
            else if (c == '\n' || (c == ' ' && i > 0 && letters[i - 1] is '.' or '!' or '?'))
            {
                // In "— Vamos? — perguntou ela" the speech ends and the sentence goes on.
                start = c == '\n' || !(i + 1 < letters.Length && letters[i + 1] == '—');
            }
        }
        return new string(letters);
    }
}
