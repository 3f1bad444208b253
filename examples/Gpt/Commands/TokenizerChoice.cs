using System.Globalization;
using TensorCore.Examples.Cli;
using TensorCore.Text;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary>What <c>--tokenizer</c> asks for.</summary>
/// <param name="VocabularySize">Tokens, at most.</param>
/// <param name="Ready">The tokenizer, unless it is to be learnt from the text.</param>
internal sealed record TokenizerChoice(int VocabularySize, Tokenizer? Ready)
{
    // The bytes and the end-of-text token.
    private const int Smallest = 257, Largest = 1_000_000;

    /// <exception cref="UserErrorException">Not a choice, or a file that is missing or no tokenizer.</exception>
    public static TokenizerChoice Parse(string given, Texts texts)
    {
        if (given == "bytes")
            return new(256, new ByteTokenizer());
        if (!given.StartsWith("bpe:", StringComparison.Ordinal) && given != "bpe")
        {
            if (!File.Exists(given))
            {
                throw new UserErrorException(texts.Pick(
                    $"--tokenizer é bytes, bpe:N ou um arquivo; o arquivo '{given}' não existe",
                    $"--tokenizer is bytes, bpe:N or a file; the file '{given}' does not exist"));
            }
            Tokenizer tokenizer = ModelFolder.ReadTokenizer(given, texts);
            return new(tokenizer.VocabularySize, tokenizer);
        }
        return int.TryParse(given.AsSpan(Math.Min(4, given.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is >= Smallest and <= Largest
            ? new(size, null)
            : throw new UserErrorException(texts.Pick(
                $"--tokenizer bpe:N precisa de um número N entre {Smallest} e {Largest}, não '{given}'",
                $"--tokenizer bpe:N needs a number N between {Smallest} and {Largest}, not '{given}'"));
    }

    /// <summary>The tokenizer; learnt from the text if need be.</summary>
    public Tokenizer Make(Corpus train, CommandRun run)
    {
        if (Ready is not null)
            return Ready;
        if (train.Bytes == 0)
            throw new UserErrorException(run.Pick("não sobra texto para treinar: diminua --validation", "no text is left to train on: lower --validation"));
        run.Say($"aprendendo {VocabularySize} tokens de {run.Texts.Short(train.Bytes)}B de texto …", $"learning {VocabularySize} tokens from {run.Texts.Short(train.Bytes)}B of text …");
        return train.TrainTokenizer(VocabularySize, run.Cancellation);
    }
}
