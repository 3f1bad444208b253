namespace TensorCore.Examples.Gpt.World;

/// <summary>
/// A text with choices, rules and slots, parsed once.
/// <list type="bullet">
/// <item><c>[a|b|]</c>: one of the alternatives, which may nest and may be empty.</item>
/// <item><c>&lt;when&gt;</c>: one of the templates of the lexicon's rule of that name.</item>
/// <item><c>{um:x=fruit}</c>: draws a fruit, calls it x, prints it under the modifier "um"; <c>{x}</c> names it again.</item>
/// <item><c>{p.street}</c>: a property of p. <c>{s=a+b}</c>: a sum, difference or product of two numbers.</item>
/// <item><c>{y=bySize&lt;x}</c>: a term that comes before x in the ordered category bySize; <c>{q=&lt;p}</c>: someone younger than p.</item>
/// <item><c>{vermelho@x}</c>, <c>{colour@x+}</c>: an adjective, agreeing with x (with + in the plural).</item>
/// <item><c>{abrir&gt;p}</c>, <c>{pres:chore&gt;p}</c>: a verb phrase, agreeing with p, preterite unless said otherwise.</item>
/// <item><c>{count:n@x}</c>: a number with what it counts. <c>{dig:n}</c>: the number in digits.</item>
/// <item><c>{!x=fruit}</c>: draws silently.</item>
/// </list>
/// </summary>
internal abstract record Template
{
    public sealed record Literal(string Text) : Template;

    public sealed record Sequence(IReadOnlyList<Template> Parts) : Template;

    public sealed record Choice(IReadOnlyList<Template> Alternatives) : Template;

    public sealed record Rule(string Name) : Template;

    public sealed record Slot(bool Silent, string Modifier, string Head, string Source, string Target, char Relation, bool Plural) : Template;

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Template> Parsed = new();

    public static Template Parse(string text) => Parsed.GetOrAdd(text, static source =>
    {
        int at = 0;
        Template template = ParseSequence(source, ref at, nested: false);
        return at == source.Length
            ? template
            : throw new FormatException($"template \"{source}\": unexpected '{source[at]}' at {at}");
    });

    private static Sequence ParseSequence(string s, ref int at, bool nested)
    {
        var parts = new List<Template>();
        int start = at;
        while (at < s.Length && !(nested && s[at] is '|' or ']'))
        {
            if (s[at] is not ('[' or '{' or '<'))
            {
                at++;
                continue;
            }
            if (at > start)
                parts.Add(new Literal(s[start..at]));
            parts.Add(s[at] switch
            {
                '[' => ParseChoice(s, ref at),
                '{' => ParseSlot(Enclosed(s, ref at, '}')),
                _ => new Rule(Enclosed(s, ref at, '>')),
            });
            start = at;
        }
        if (at > start)
            parts.Add(new Literal(s[start..at]));
        return new Sequence(parts);
    }

    private static Choice ParseChoice(string s, ref int at)
    {
        int open = at;
        var alternatives = new List<Template>();
        do
        {
            at++;
            alternatives.Add(ParseSequence(s, ref at, nested: true));
            if (at == s.Length)
                throw new FormatException($"template \"{s}\": '[' at {open} is not closed");
        }
        while (s[at] == '|');
        at++;
        return new Choice(alternatives);
    }

    private static string Enclosed(string s, ref int at, char close)
    {
        int end = s.IndexOf(close, at);
        if (end < 0)
            throw new FormatException($"template \"{s}\": '{s[at]}' at {at} is not closed");
        string inside = s[(at + 1)..end];
        at = end + 1;
        return inside;
    }

    private static Slot ParseSlot(string body)
    {
        bool silent = body.StartsWith('!');
        string rest = silent ? body[1..] : body;
        string modifier = "";
        int colon = rest.IndexOf(':');
        if (colon >= 0)
            (modifier, rest) = (rest[..colon], rest[(colon + 1)..]);

        string source = "";
        int equals = rest.IndexOf('=');
        int relationAt = rest.IndexOfAny(['@', '>'], equals + 1);
        char relation = relationAt < 0 ? '\0' : rest[relationAt];
        string target = relationAt < 0 ? "" : rest[(relationAt + 1)..];
        string head = relationAt < 0 ? rest : rest[..relationAt];
        if (equals >= 0)
            (head, source) = (rest[..equals], head[(equals + 1)..]);
        bool plural = target.EndsWith('+');
        return new Slot(silent, modifier, head, source, plural ? target[..^1] : target, relation, plural);
    }
}
