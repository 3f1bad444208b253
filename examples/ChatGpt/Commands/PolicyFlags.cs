using System.CommandLine;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Gpt.Commands;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>The options that PPO, DPO and GRPO have in common.</summary>
internal sealed class PolicyFlags
{
    /// <summary>How many of the small world's questions are answered, unless told otherwise.</summary>
    public const int DefaultQuestions = 4000;

    /// <param name="app">The program.</param>
    /// <param name="answers">Whether the method draws answers to questions.</param>
    public PolicyFlags(CommandApp app, bool answers)
    {
        Model = app.Text("--model", null, "a pasta do modelo ajustado (runs/chat-pt/sft), de onde a política parte", "the tuned model's folder (runs/chat-en/sft), where the policy begins", "DIR");
        Reward = app.Text("--reward", null, "a pasta do modelo de recompensa (o --out do reward)", "the reward model's folder (reward's --out)", "DIR");
        Out = app.RequiredText("--out", "a pasta da política; com as mesmas opções, o comando continua um treino interrompido", "the policy's folder; with the same options, the command goes on with an interrupted training", "DIR");
        Data = answers ? app.Text("--data", null, "diálogos cujas perguntas são respondidas [padrão: as do mundinho]", "dialogues whose questions are answered [default: the small world's]", "FILE") : null;
        Questions = !answers ? null : app.Number("--questions", DefaultQuestions, "sem --data: quantas perguntas do mundinho", "without --data: how many of the small world's questions", min: 1, max: 10_000_000);
        MaxTokens = app.Number("--max-tokens", new PpoOptions().MaxTokens, "o máximo de tokens de uma resposta", "the most tokens of an answer", min: 1, max: 100_000);
        SaveEvery = app.Number("--save-every", 60.0, "segundos entre dois pontos de retomada, pelo menos", "seconds between two checkpoints, at least", min: 0.0, max: 1e6);
        Seed = app.Number("--seed", 1UL, "a mesma semente dá os mesmos bits", "the same seed gives the same bits");
        Device = Shared.Device(app);
        Threads = Shared.Threads(app);
    }

    public Option<string?> Model { get; }

    public Option<string?> Reward { get; }

    public Option<string> Out { get; }

    public Option<string?>? Data { get; }

    public Option<int>? Questions { get; }

    public Option<int> MaxTokens { get; }

    public Option<double> SaveEvery { get; }

    public Option<ulong> Seed { get; }

    public Option<string?> Device { get; }

    public Option<int?> Threads { get; }

    public void AddTo(Command command)
    {
        foreach (Option? option in (Option?[])[Model, Reward, Out, Data, Questions, MaxTokens, SaveEvery, Seed, Device, Threads])
        {
            if (option is not null)
                command.Add(option);
        }
    }

    /// <summary>Loads the models and the questions.</summary>
    /// <param name="run">The command.</param>
    /// <param name="stage">The method.</param>
    /// <param name="needsReward">Whether there is nothing to learn without a reward model.</param>
    /// <param name="settings">What decides the bits, beside the method's own settings.</param>
    /// <exception cref="UserErrorException">A folder or an option is missing.</exception>
    public PolicyRun Open(CommandRun run, string stage, bool needsReward, out JsonObject settings)
    {
        string from = Required(run, Model), data = Data is null ? "" : run.Get(Data) ?? "";
        ModelFolder? reward = needsReward || run.IsGiven(Reward) ? new(Required(run, Reward)) : null;
        WorldKey? key = WorldKey.Of(new StageFolder(from).Read());
        int questions = Questions is null ? 0 : run.Get(Questions);
        ModelFolder folder = new(from);
        PolicyBench bench = PolicyBench.Open(run, folder, reward, data.Length > 0 ? data : null, key, questions, run.Get(MaxTokens), run.Get(Seed), Shared.FindDevice(run, Device));
        settings = new() { ["questions"] = questions, ["max_tokens"] = run.Get(MaxTokens), ["from_weights"] = Fingerprint.OfFile(folder.Weights) };
        if (reward is not null)
            settings["reward_weights"] = Fingerprint.OfFile(reward.Weights);
        if (data.Length > 0)
            settings["data"] = Fingerprint.OfFile(data);
        key?.WriteTo(settings);
        return new(run, stage, folder, new StageFolder(run.Get(Out)), bench) { SaveEvery = TimeSpan.FromSeconds(run.Get(SaveEvery)) };
    }

    /// <summary>Trains and says what came of it.</summary>
    /// <param name="policy">The run.</param>
    /// <param name="trainer">The method, at its start.</param>
    /// <param name="options">Its settings, with those of <see cref="Open"/>.</param>
    /// <param name="data">For the ledger.</param>
    /// <param name="more">More to tell machines.</param>
    /// <returns>The exit code.</returns>
    public static int Execute(PolicyRun policy, IStage trainer, JsonObject options, string data, Func<(string, JsonNode)>? more = null)
    {
        PolicyResult? result = policy.Execute(trainer, options, data);
        if (result is not null)
            policy.Say(result);
        return StageEnd.Of(policy.Run, policy.Folder, result?.Entry, more is null || result is null ? [] : [more()]);
    }

    /// <summary>A method's settings and those around it, in one object.</summary>
    public static JsonObject Join(JsonObject options, JsonObject settings)
    {
        foreach ((string name, JsonNode? value) in settings)
            options[name] = value?.DeepClone();
        return options;
    }

    private static string Required(CommandRun run, Option<string?> option) => run.Get(option)
        ?? throw new UserErrorException(run.Pick($"falta a opção {option.Name}", $"the option {option.Name} is missing"));
}
