namespace TensorCore.Examples.Gpt.World;

/// <summary>Makes paragraphs of sense sentences: two of the same sense (context that persists) or one of each (contrast).</summary>
internal static class SenseParagraphs
{
    /// <summary>
    /// One paragraph template per sentence, in which a second one of the same word follows. Two sentences share no
    /// slots: the names of the second are renamed so that it draws its own people and things.
    /// </summary>
    public static IEnumerable<string> Of(IReadOnlyList<AmbiguousWord> words)
    {
        foreach (AmbiguousWord word in words)
        {
            foreach (WordSense sense in word.Senses)
            {
                WordSense other = word.Senses.First(s => s != sense);
                string contrast = string.Join('|', other.Templates.Select(Renamed));
                foreach (string template in sense.Templates)
                {
                    string same = string.Join('|', sense.Templates.Where(t => t != template).Select(Renamed));
                    yield return $"{template} [[{same}]|[{contrast}]]";
                }
            }
        }
    }

    /// <summary>The template with a suffix on every name that it binds.</summary>
    private static string Renamed(string template)
    {
        var names = System.Text.RegularExpressions.Regex.Matches(template, @"[{:!](\w+)=").Select(m => m.Groups[1].Value).ToHashSet();
        return System.Text.RegularExpressions.Regex.Replace(template, @"\{[^}]*\}", slot =>
            System.Text.RegularExpressions.Regex.Replace(slot.Value, @"(?<=[{:!@><])(\w+)(?=[=}.@>+])", name =>
                names.Contains(name.Value) ? name.Value + "2" : name.Value));
    }
}
