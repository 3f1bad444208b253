using System.CommandLine;
using System.Text.Json.Nodes;
using TensorCore.Examples.Cli;
using TensorCore.Text;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary><c>gpt eval</c>: how well a trained model predicts a text.</summary>
internal static class EvalCommand
{
    // Beyond this the mean hardly moves (its error is below 0.003 nats), and a text of gigabytes would take hours.
    private const long DefaultTokens = 2_000_000;

    public static Command Build(CommandApp app)
    {
        Option<string> model = Shared.Model(app);
        Option<string> corpus = app.RequiredText("--corpus", "o texto: um arquivo ou uma pasta com arquivos .txt, .md ou .gz", "the text: a file, or a folder of .txt, .md or .gz files", "FILE|DIR");
        Option<long> tokens = app.Number("--max-tokens", DefaultTokens, "de textos mais longos, só tantos tokens, espalhados por igual", "of longer texts only so many tokens, spread evenly", min: 1L);
        Option<int?> threads = Shared.Threads(app);
        Option<string?> device = Shared.Device(app);
        Command command = new("eval", app.Pick("mede quão bem um modelo prevê um texto: nats por token, bits por byte", "measures how well a model predicts a text: nats per token, bits per byte")) { model, corpus, tokens, device, threads };
        app.Handle(command, run =>
        {
            Shared.SetThreads(run, threads);
            Device where = Shared.FindDevice(run, device);
            (GptModel network, Tokenizer tokenizer) = new ModelFolder(run.Get(model)).Load(run.Texts);
            network.To(where);
            return Measure(run, network, tokenizer, Corpus.Load(run.Get(corpus), run.Texts), run.Get(tokens));
        });
        return command;
    }

    private static int Measure(CommandRun run, GptModel model, Tokenizer tokenizer, Corpus corpus, long maxTokens)
    {
        int[] ids = corpus.Encode(tokenizer);
        if (ids.Length < 2)
            throw new UserErrorException(run.Pick($"o corpus tem {ids.Length} token: são precisos pelo menos 2", $"the corpus has {ids.Length} token: at least 2 are needed"));
        TokenWindows windows = new(ids, Math.Min(model.Config.Context, ids.Length - 1));
        Score score;
        using (TrainingProgress progress = run.Progress("tokens"))
            score = Evaluation.Measure(model, windows, tokenizer, maxTokens, run.Cancellation, (done, all, nats) => progress.Report((double)done / all, done, nats));
        Texts t = run.Texts;
        run.Say($"{t.Count(score.Tokens)} de {t.Count(ids.Length - 1)} tokens", $"{t.Count(score.Tokens)} of {t.Count(ids.Length - 1)} tokens");
        run.Say(
            $"{t.Number(score.NatsPerToken, 4)} nats por token (como escolher entre {t.Number(score.Perplexity, 1)} tokens), {t.Number(score.BitsPerByte, 4)} bits por byte",
            $"{t.Number(score.NatsPerToken, 4)} nats per token (like choosing among {t.Number(score.Perplexity, 1)} tokens), {t.Number(score.BitsPerByte, 4)} bits per byte");
        run.SetResult(new JsonObject
        {
            ["val_nats_per_token"] = score.NatsPerToken,
            ["val_bits_per_byte"] = score.BitsPerByte,
            ["tokens_per_s"] = Math.Round(score.TokensPerSecond, 1),
            ["tokens"] = score.Tokens,
            ["tokens_in_corpus"] = ids.Length,
        });
        return 0;
    }
}
