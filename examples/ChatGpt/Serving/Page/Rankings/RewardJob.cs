using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.ChatGpt.Serving.Api;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Rankings;

/// <summary>
/// Trains a reward model on the page's rankings in the background, one at a time. It begins with the run's tuned model, which knows what answers are, and is kept in the run's folder as the stage
/// <c>reward-page</c>, whose curves the page draws like any other's.
/// </summary>
internal sealed class RewardJob(RankingStore store)
{
    /// <summary>The stage's name.</summary>
    public const string Stage = "reward-page";

    private const int Batch = 8, FewestEpochs = 6, OneInHeldOut = 5, FewestToHoldOut = 10;

    // A person ranks a dozen prompts, not thousands: fewer steps than this move nothing.
    private const int FewestSteps = 40;

    private readonly Lock _gate = new(); // on all below
    private string _state = "idle";
    private string? _error;
    private long _step, _steps;
    private readonly List<double> _losses = [];
    private Proportion? _accuracy;
    private bool _heldOut;
    private (RewardModel Model, ChatTemplate Template)? _trained;

    /// <summary>Begins a training.</summary>
    /// <exception cref="ApiException">One is running, or there is nothing to learn from or to begin with.</exception>
    public void Start()
    {
        IReadOnlyList<Ranking> rankings = store.All();
        if (!rankings.Any(r => r.Pairs().Any(p => !p.IsTie)))
            throw new ApiException(StatusCodes.Status409Conflict, "no_rankings", "there is no ranking yet that prefers one answer to another");
        ModelFolder from = new(((string[])["sft", "base"]).Select(s => System.IO.Path.Combine(store.Root, s)).FirstOrDefault(f => File.Exists(new ModelFolder(f).Weights))
            ?? throw new ApiException(StatusCodes.Status409Conflict, "no_model", "the run's folder has no tuned model to begin with"));
        lock (_gate)
        {
            if (_state == "running")
                throw new ApiException(StatusCodes.Status409Conflict, "already_running", "a reward model is being trained");
            (_state, _error, _step, _steps, _accuracy) = ("running", null, 0, 0, null);
            _losses.Clear();
        }
        _ = Task.Run(() => Run(rankings, from));
    }

    /// <summary>How far it is.</summary>
    public JsonObject Describe()
    {
        lock (_gate)
        {
            return new()
            {
                ["state"] = _state,
                ["trained"] = _trained is not null || IsKept(),
                ["error"] = _error,
                ["step"] = _step,
                ["steps"] = _steps,
                ["loss"] = PageRoutes.Numbers(_losses),
                ["accuracy"] = _accuracy is not { } a ? null : new JsonObject { ["value"] = a.Value, ["of"] = a.Of, ["interval"] = PageRoutes.Numbers((double[])[a.Interval.Lower, a.Interval.Upper]), ["held_out"] = _heldOut },
            };
        }
    }

    /// <summary>The trained model's scores of answers: mean 0 and variance 1 over the answers that were ranked.</summary>
    /// <exception cref="ApiException">None has been trained.</exception>
    public Task<double[]> ScoreAsync(string question, IReadOnlyList<string> answers)
    {
        (RewardModel model, ChatTemplate template) = Trained();
        int[] prompt = template.Prompt([new(Role.User, question)]);
        (int[] Prompt, int[] Answer)[] all = [.. answers.Select(a => (prompt, RankedAnswers.Tokens(a, template)))];
        int longest = all.Max(a => a.Prompt.Length + a.Answer.Length), context = model.Trunk.Config.Context;
        return longest <= context
            ? Task.Run(() => model.Score(all))
            : throw new ApiException(StatusCodes.Status400BadRequest, "context_length_exceeded", $"question and answer have {longest} tokens, but the context of the reward model is {context}", "answers");
    }

    private bool IsKept() => store.IsPossible && new StageFolder(System.IO.Path.Combine(store.Root, Stage)).Read() is { Done: true };

    private void Run(IReadOnlyList<Ranking> rankings, ModelFolder from)
    {
        try
        {
            (GptModel trunk, Tokenizer tokenizer) = from.Load(new Texts(Language.English));
            ChatTemplate template = new(tokenizer);
            RankedAnswers[] all = [.. rankings.Select(r => RankedAnswers.From(r, template)).Where(r => r.Longest <= trunk.Config.Context)];
            bool holdOut = all.Length >= FewestToHoldOut;
            RankedAnswers[] heldOut = [.. all.Where((_, i) => holdOut && i % OneInHeldOut == OneInHeldOut - 1)], learnt = [.. all.Except(heldOut)];
            int batch = Math.Min(Batch, learnt.Length), stepsInEpoch = (learnt.Length + batch - 1) / batch;
            RewardOptions options = new() { Batch = batch, Epochs = Math.Max(FewestEpochs, (FewestSteps + stepsInEpoch - 1) / stepsInEpoch), Warmup = 2 };
            RewardTrainer trainer = new(new RewardModel(trunk, options.Seed), learnt, heldOut, [.. all.SelectMany(r => r.Answers.Select(a => (r.Prompt, a)))], options);
            StageFolder folder = new(System.IO.Path.Combine(store.Root, Stage));
            JsonObject json = options.ToJson();
            (json["steps"], json["rankings"]) = (trainer.Steps, rankings.Count);
            folder.Write(new(Stage, System.IO.Path.GetRelativePath(folder.Root, from.Root), json));
            folder.Model.SaveDescription(trunk.Config, tokenizer);
            Learn(trainer, folder);
            trainer.Model.Eval();
            Calibration judged = Calibration.Of(trainer.Model, holdOut ? heldOut : learnt);
            trainer.Export(folder.Model);
            folder.Complete();
            lock (_gate)
                (_state, _accuracy, _heldOut, _trained) = ("done", judged.Accuracy, holdOut, (trainer.Model, template));
        }
        catch (Exception e) // whatever it is: nobody else would hear of it
        {
            lock (_gate)
                (_state, _error) = ("failed", e.Message);
        }
    }

    private void Learn(RewardTrainer trainer, StageFolder folder)
    {
        lock (_gate)
            _steps = trainer.Steps;
        using StageMetrics metrics = StageMetrics.Open(folder.Model.Metrics, 0);
        long start = TimeProvider.System.GetTimestamp();
        while (trainer.Step < trainer.Steps)
        {
            StageStep step = trainer.Advance();
            double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            metrics.Add(step, trainer.Tokens, trainer.Tokens / Math.Max(1e-9, seconds), seconds, null);
            lock (_gate)
            {
                _step = step.Step;
                _losses.Add(step.Loss);
            }
        }
    }

    /// <summary>The model of this session's training, or the one that an earlier session left in the folder.</summary>
    private (RewardModel Model, ChatTemplate Template) Trained()
    {
        lock (_gate)
        {
            if (_trained is { } ready)
                return ready;
            StageFolder folder = new(System.IO.Path.Combine(store.Root, Stage));
            if (folder.Read() is not { Done: true })
                throw new ApiException(StatusCodes.Status409Conflict, "not_trained", "no reward model has been trained on the page's rankings");
            RewardModel model = RewardModel.Load(folder.Model.Weights, GptConfig.Load(folder.Model.Config));
            _trained = (model, new ChatTemplate(folder.Model.LoadTokenizer(new Texts(Language.English))));
            return _trained.Value;
        }
    }
}
