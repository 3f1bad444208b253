namespace TensorCore.Examples.ChatGpt.World;

/// <summary>
/// The wordings in which one group of subjects is asked. A core is a question without its frame, as it stands alone and, where the language changes the order
/// of words, as it stands after "do you know": <c>where does Anna live / where Anna lives</c>. A solo is a whole question that takes no frame.
/// </summary>
/// <param name="Group">The name of the group.</param>
/// <param name="Cores">Each is put into every frame.</param>
/// <param name="Solos">Each is asked as it stands.</param>
internal sealed record Asking(string Group, string[] Cores, params string[] Solos)
{
    /// <summary>The wordings about one subject: what is left open is filled in.</summary>
    /// <param name="fills">One for each way to name the subject: a sum has two, 7 + 5 and 5 + 7.</param>
    public Asked About(params ReadOnlySpan<Func<string, string>> fills)
    {
        List<(string Direct, string Indirect)> cores = [];
        List<string> solos = [];
        foreach (Func<string, string> fill in fills)
        {
            foreach (string core in Cores)
            {
                string[] orders = core.Split(" / ");
                cores.Add((fill(orders[0]), fill(orders[^1])));
            }
            foreach (string solo in Solos)
                solos.Add(fill(solo));
        }
        return new([.. cores], [.. solos]);
    }
}

/// <summary>The wordings about one subject.</summary>
internal sealed record Asked((string Direct, string Indirect)[] Cores, string[] Solos);

/// <summary>What stands around a question: <c>{Q}</c> and <c>{q}</c> are its direct order with and without a capital, <c>{i}</c> the indirect one.</summary>
internal sealed record Frame(string Text)
{
    public string Around((string Direct, string Indirect) core) => Words.Capital(Text
        .Replace("{Q}", Words.Capital(core.Direct), StringComparison.Ordinal)
        .Replace("{q}", core.Direct, StringComparison.Ordinal)
        .Replace("{i}", core.Indirect, StringComparison.Ordinal));
}

/// <summary>One wording of a group: a core in a frame, or a solo.</summary>
/// <param name="Number">Its number, unique within the kind.</param>
/// <param name="Core">The index of the core, or −1.</param>
/// <param name="Frame">The index of the frame, or −1.</param>
/// <param name="Solo">The index of the solo, or −1.</param>
/// <param name="HeldOut">Whether nothing is ever tuned on it: its core, its frame or its solo is one of those held out.</param>
internal sealed record Phrasing(int Number, int Core, int Frame, int Solo, bool HeldOut);
