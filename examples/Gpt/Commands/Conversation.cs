using System.Globalization;
using TensorCore.Examples.Cli;
using TensorCore.Generation;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary>The prompt at which a person writes beginnings and the model goes on with them.</summary>
internal sealed class Conversation(TextGenerator generator, int context, SamplingOptions options, int maxTokens)
{
    private SamplingOptions _options = options;

    /// <summary>Asks and answers until an empty line, the end of input or Ctrl-C.</summary>
    public int Run(CommandRun run)
    {
        run.Say(
            "Escreva o começo de um texto e o modelo continua. /t 0.5 muda a temperatura (0: sempre o mais provável), linha vazia: sai.",
            "Write the beginning of a text and the model goes on. /t 0.5 changes the temperature (0: always the likeliest), an empty line leaves.");
        while (!run.Cancellation.IsCancellationRequested)
        {
            run.Out.Write($"[t {_options.Temperature.ToString(CultureInfo.InvariantCulture)}] > ");
            run.Out.Flush();
            if (run.ReadLine() is not { Length: > 0 } line)
                return 0;
            if (line.StartsWith("/t", StringComparison.Ordinal))
                SetTemperature(line[2..], run);
            else if (line.StartsWith('/'))
                run.Say("só há /t NÚMERO", "there is only /t NUMBER");
            else
                Answer(line, run);
        }
        return 0;
    }

    private void Answer(string line, CommandRun run)
    {
        int[] ids = generator.Encode(line);
        if (ids.Length > context)
        {
            run.Say($"são {ids.Length} tokens, mas o modelo só enxerga {context}: encurte o texto", $"these are {ids.Length} tokens, but the model sees only {context}: shorten the text");
            return;
        }
        run.Out.Write(line);
        foreach (string piece in generator.Write(ids, _options, maxTokens, run.Cancellation))
        {
            run.Out.Write(piece);
            run.Out.Flush();
        }
        run.Out.WriteLine();
        run.Out.WriteLine();
        _options = _options with { Seed = _options.Seed + 1 }; // the same beginning again gives another text
    }

    private void SetTemperature(string given, CommandRun run)
    {
        if (double.TryParse(given.Trim().Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out double t) && t is >= 0 and <= 100)
            _options = _options with { Temperature = t };
        else
            run.Say("a temperatura é um número de 0 a 100, por exemplo /t 0.5", "the temperature is a number from 0 to 100, for example /t 0.5");
    }
}
