using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace TensorCore.Examples.Cli;

// Options whose errors name the option, the value and the range, in the user's language.
public sealed partial class CommandApp
{
    /// <summary>A number with a default, in [<paramref name="min"/>, <paramref name="max"/>]; written with a decimal point in every language.</summary>
    public Option<T> Number<T>(string name, T value, string pt, string en, T? min = null, T? max = null)
        where T : struct, INumber<T> => new(name)
        {
            Description = Pick(pt, en),
            HelpName = IsInteger<T>() ? "N" : "X",
            DefaultValueFactory = _ => value,
            CustomParser = result => Parse(result, name, min, max) ?? value,
        };

    /// <summary>A number in [<paramref name="min"/>, <paramref name="max"/>] that may be left out, which gives null.</summary>
    public Option<T?> OptionalNumber<T>(string name, string pt, string en, T? min = null, T? max = null)
        where T : struct, INumber<T> => new(name)
        {
            Description = Pick(pt, en),
            HelpName = IsInteger<T>() ? "N" : "X",
            CustomParser = result => Parse(result, name, min, max),
        };

    /// <summary>A text, a file or a folder that must be given.</summary>
    public Option<string> RequiredText(string name, string pt, string en, string? valueName = null) =>
        new(name) { Description = Pick(pt, en), HelpName = valueName, Required = true };

    /// <summary>A text, a file or a folder that may be left out, which gives <paramref name="value"/>.</summary>
    public Option<string?> Text(string name, string? value, string pt, string en, string? valueName = null)
    {
        Option<string?> option = new(name) { Description = Pick(pt, en), HelpName = valueName };
        if (value is not null)
            option.DefaultValueFactory = _ => value;
        return option;
    }

    /// <summary>One of several words.</summary>
    public Option<string> Choice(string name, string value, string pt, string en, params string[] choices) => new(name)
    {
        Description = Pick(pt, en),
        HelpName = string.Join('|', choices),
        DefaultValueFactory = _ => value,
        CustomParser = result =>
        {
            string given = result.Tokens[0].Value;
            if (!choices.Contains(given))
                AddError(result, Pick($"{name} é {string.Join(" ou ", choices)}, não '{given}'", $"{name} is {string.Join(" or ", choices)}, not '{given}'"));
            return given;
        },
    };

    /// <summary>Something that is off unless named.</summary>
    public Option<bool> Switch(string name, string pt, string en) =>
        new(name) { Description = Pick(pt, en), Arity = ArgumentArity.Zero };

    private T? Parse<T>(ArgumentResult result, string name, T? min, T? max)
        where T : struct, INumber<T>
    {
        string given = result.Tokens[0].Value;
        NumberStyles style = IsInteger<T>() ? NumberStyles.Integer : NumberStyles.Float;
        if (!T.TryParse(given, style, CultureInfo.InvariantCulture, out T value) || !T.IsFinite(value))
        {
            AddError(result, IsInteger<T>()
                ? Pick($"{name} precisa de um número inteiro, não '{given}'", $"{name} needs a whole number, not '{given}'")
                : Pick($"{name} precisa de um número, não '{given}'", $"{name} needs a number, not '{given}'"));
            return null;
        }
        if (value < min || value > max)
        {
            string range = (min, max) switch
            {
                ({ } low, { } high) => Pick($"entre {Written(low)} e {Written(high)}", $"between {Written(low)} and {Written(high)}"),
                ({ } low, null) => Pick($"pelo menos {Written(low)}", $"at least {Written(low)}"),
                _ => Pick($"no máximo {Written(max!.Value)}", $"at most {Written(max.Value)}"),
            };
            AddError(result, Pick($"{name} deve ser {range}, não {given}", $"{name} must be {range}, not {given}"));
            return null;
        }
        return value;

        static string Written(T number) => number.ToString(null, CultureInfo.InvariantCulture);
    }

    private void AddError(ArgumentResult result, string message)
    {
        _optionErrors.Add(message);
        result.AddError(message);
    }

    private static bool IsInteger<T>()
        where T : INumber<T> => T.CreateTruncating(0.5) == T.Zero;
}
