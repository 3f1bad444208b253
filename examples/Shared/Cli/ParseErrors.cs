using System.CommandLine;
using System.CommandLine.Parsing;

namespace TensorCore.Examples.Cli;

/// <summary>Says in one line, in the user's language, what is wrong with a command line.</summary>
internal static class ParseErrors
{
    /// <param name="result">The failed parse.</param>
    /// <param name="ours">The messages of our own options, already in the user's language: they are preferred, for a value that was
    /// swallowed ("--steps --lr 1") makes what follows it look out of place.</param>
    /// <param name="texts">The language.</param>
    public static string Describe(ParseResult result, IReadOnlySet<string> ours, Texts texts)
    {
        Command command = result.CommandResult.Command;
        if (result.Errors.FirstOrDefault(e => ours.Contains(e.Message)) is { } own)
            return own.Message;
        if (result.UnmatchedTokens.Count > 0)
            return Unknown(result.UnmatchedTokens[0], command, result, texts);
        foreach (ParseError error in result.Errors)
        {
            if (error.SymbolResult is OptionResult { Tokens.Count: 0, Implicit: false } bare)
                return texts.Pick($"a opção {bare.Option.Name} precisa de um valor", $"the option {bare.Option.Name} needs a value");
        }
        Option? missing = OptionsOf(result).FirstOrDefault(o => o.Required && result.GetResult(o) is null or { Implicit: true } && !o.HasDefaultValue);
        if (missing is not null)
            return texts.Pick($"falta a opção {missing.Name}", $"the option {missing.Name} is missing");
        Argument? argument = command.Arguments.FirstOrDefault(a => a.Arity.MinimumNumberOfValues > 0 && !a.HasDefaultValue && result.GetResult(a) is null or { Tokens.Count: 0 });
        if (argument is not null)
            return texts.Pick($"falta o argumento {argument.Name}", $"the argument {argument.Name} is missing");
        if (command.Subcommands.Count > 0 && command.Action is null)
        {
            string names = string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name));
            return texts.Pick($"falta o comando: {names}", $"a command is missing: {names}");
        }
        return result.Errors[0].Message;
    }

    private static string Unknown(string token, Command command, ParseResult result, Texts texts)
    {
        bool option = token.StartsWith('-');
        IEnumerable<string> known = option ? OptionsOf(result).Where(o => !o.Hidden).Select(o => o.Name) : command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);
        string? near = known.Select(n => (Name: n, Edits: Edits(n, token))).Where(n => n.Edits <= Math.Clamp(token.Length / 2, 1, 3)).OrderBy(n => n.Edits).FirstOrDefault().Name;
        string hint = near is null ? "" : texts.Pick($"; seria {near}?", $"; did you mean {near}?");
        if (option)
            return texts.Pick($"opção desconhecida: {token}{hint}", $"unknown option: {token}{hint}");
        return command.Subcommands.Count > 0 && command.Action is null
            ? texts.Pick($"comando desconhecido: {token}{hint}", $"unknown command: {token}{hint}")
            : texts.Pick($"argumento a mais: {token}", $"unexpected argument: {token}");
    }

    // The command's own options and those that its parents hand down.
    private static IEnumerable<Option> OptionsOf(ParseResult result)
    {
        for (SymbolResult? at = result.CommandResult; at is not null; at = at.Parent)
        {
            if (at is CommandResult level)
            {
                foreach (Option option in level.Command.Options.Where(o => o.Recursive || ReferenceEquals(level, result.CommandResult)))
                    yield return option;
            }
        }
    }

    /// <summary>The Levenshtein distance: insertions, deletions and replacements that turn one word into the other.</summary>
    internal static int Edits(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
