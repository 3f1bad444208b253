using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Mlp;
using TensorCore.Generation;

namespace TensorCore.Examples.Tests.ChatGpt.Page;

/// <summary>The page in a real browser: all six tabs in both languages, by pointer and by keys; every number shown is the engine's; nothing is asked of any other machine.</summary>
public sealed class PageBrowserTests(ChromiumFixture chromium) : IClassFixture<ChromiumFixture>, IAsyncLifetime
{
    private static readonly (string Tab, string Pt, string En, string HeadingPt, string HeadingEn)[] _tabs =
    [
        ("chat", "Conversar", "Chat", "Um GPT continua. Um ChatGPT responde.", "A GPT continues. A ChatGPT answers."),
        ("next", "Próximo token", "Next token", "Que palavra vem agora?", "Which word comes next?"),
        ("attention", "Atenção", "Attention", "Cada palavra olha para as anteriores", "Every word looks at those before it"),
        ("train", "Treinar", "Train", "O caminho, etapa por etapa", "The way, stage by stage"),
        ("rank", "Ranquear", "Rank", "Você é quem julga", "You are the judge"),
        ("lesson", "Aula", "Lesson", "Seis perguntas", "Six questions"),
    ];

    // Machines without a culture database have no pt-BR.
    private static readonly NumberFormatInfo _portuguese = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };

    private PageRun? _run;
    private IPage? _page;

    public async Task InitializeAsync() => _run = await PageRun.Start();

    public async Task DisposeAsync()
    {
        if (_page is not null) await _page.CloseAsync();
        if (_run is not null) await _run.DisposeAsync();
    }

    private PageRun Run => _run!;

    [ChromiumFact]
    public async Task SixTabsInBothLanguages()
    {
        foreach (bool english in (bool[])[false, true])
        {
            (IPage page, List<string> troubles) = await Open(english ? "/?lang=en" : "/");
            Assert.Equal(english ? "en" : "pt-BR", await page.Locator("html").GetAttributeAsync("lang"));
            foreach ((string tab, string pt, string en, string headingPt, string headingEn) in _tabs)
            {
                await page.GetByRole(AriaRole.Tab, new() { Name = english ? en : pt, Exact = true }).ClickAsync();
                ILocator panel = page.Locator($"#panel-{tab}");
                await panel.GetByRole(AriaRole.Heading, new() { Level = 1, Name = english ? headingEn : headingPt }).WaitForAsync();
                Assert.Equal("true", await page.Locator($"#tab-{tab}").GetAttributeAsync("aria-selected"));
                Assert.Equal(1, await page.Locator("[role=tabpanel]:visible").CountAsync());
                Assert.Empty(await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('[role=tabpanel]:not([hidden]) :is(button, input, select, textarea)')].filter(e => !e.closest('[hidden]') && !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map(e => e.outerHTML.slice(0, 200))"));
            }
            Assert.Empty(troubles);
            await page.CloseAsync();
        }
    }

    [ChromiumFact]
    public async Task TabsLanguageAndThemeByKeys()
    {
        (IPage page, List<string> troubles) = await Open("/");
        await page.Locator("#panel-chat h1").WaitForAsync();
        await page.Locator("#tab-chat").FocusAsync();
        foreach ((string key, string tab) in ((string, string)[])[("ArrowRight", "next"), ("ArrowRight", "attention"), ("ArrowLeft", "next"), ("End", "lesson"), ("ArrowRight", "chat"), ("ArrowLeft", "lesson"), ("Home", "chat")])
        {
            await page.Keyboard.PressAsync(key);
            Assert.Equal($"tab-{tab}", await page.EvaluateAsync<string>("() => document.activeElement.id"));
            Assert.True(await page.Locator($"#panel-{tab}").IsVisibleAsync());
        }
        await page.GetByRole(AriaRole.Button, new() { Name = "English", Exact = true }).PressAsync("Enter");
        Assert.Equal("A GPT continues. A ChatGPT answers.", await page.Locator("#panel-chat h1").TextContentAsync());
        Assert.Equal("TensorCore: from a GPT to a ChatGPT", await page.TitleAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Português", Exact = true }).PressAsync("Enter");
        Assert.Equal("Um GPT continua. Um ChatGPT responde.", await page.Locator("#panel-chat h1").TextContentAsync());

        List<string> grounds = [];
        foreach (string theme in (string[])["auto", "light", "dark"])
        {
            Assert.Equal(theme, await page.Locator("html").GetAttributeAsync("data-theme"));
            grounds.Add(await page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
            await page.Locator(".switches .icon").PressAsync("Enter");
        }
        Assert.Equal(grounds[0], grounds[1]); // the browser prefers light
        Assert.NotEqual(grounds[1], grounds[2]);
        Assert.Empty(troubles);
    }

    [ChromiumFact]
    public async Task ChatShowsWhatEachModelSays()
    {
        const string question = "Onde Ana mora?";
        (IPage page, List<string> troubles) = await Open("/#chat");
        await page.Locator("#chat-question").FillAsync(question);
        await page.Locator("#chat-question").PressAsync("Enter");
        await page.Locator(".afterwards").WaitForAsync();
        foreach (ServedModel model in (ServedModel[])[Run.Base, Run.Sft])
        {
            // What the page asks for: seed 1, temperature 0.5, at most 80 tokens.
            ChatRequest request = new() { Model = model.Name, Messages = [new(Role.User, question)], Sampling = new() { Temperature = 0.5, Seed = 1 }, MaxTokens = 80, Sliding = true, TopLogProbabilities = 0 };
            List<GeneratedToken> tokens = [];
            await foreach (GeneratedToken token in Run.Server.Engine.Generate(request)) tokens.Add(token);
            string expected = Encoding.UTF8.GetString([.. tokens.SelectMany(t => model.Tokenizer.TokenBytes(t.Id).ToArray())]).TrimStart();
            ILocator card = page.Locator($".answer[data-model={model.Name}]");
            Assert.Equal(expected, await card.Locator(".said").TextContentAsync());
            Assert.StartsWith($"{tokens.Count} tokens", await card.Locator(".fine").Last.TextContentAsync());
            Assert.Equal(tokens.Count, await card.Locator(".spoken").CountAsync());
            double p = double.Parse((await card.Locator(".spoken").First.GetAttributeAsync("data-p"))!, _portuguese);
            Assert.Equal(Math.Exp(tokens[0].LogProbability!.Value), p, 1e-4);
        }
        Assert.Empty(troubles);
    }

    [ChromiumFact]
    public async Task NextTokenShowsTheSamplersProbabilities()
    {
        (IPage page, List<string> troubles) = await Open("/#next");
        await page.Locator("#next-text").FillAsync("Ana");
        ILocator chips = page.Locator("#panel-next .reading-line .token");
        await Assertions.Expect(chips).ToHaveTextAsync(["A", "n", "a"]);
        float[] logits = TokenEndpointTests.Logits(Run.Base, Run.Base.Tokenizer.Encode("Ana"));
        await Check(1);
        foreach (double temperature in (double[])[0.5, 2, 0])
        {
            await page.GetByLabel("Temperatura").FillAsync(temperature.ToString(CultureInfo.InvariantCulture));
            await Check(temperature);
        }
        // A click goes on with that token.
        string id = (await page.Locator("#panel-next button.bar-row").First.GetAttributeAsync("data-id"))!;
        await page.Locator("#panel-next button.bar-row").First.ClickAsync();
        await Assertions.Expect(chips).ToHaveCountAsync(4);
        Assert.Equal($"id {id}", await chips.Last.GetAttributeAsync("title"));
        Assert.Empty(troubles);

        async Task Check(double temperature)
        {
            double[] p = new TokenSampler(new() { Temperature = temperature }, Run.Base.Tokenizer.HasToken).Distribution(logits, []);
            int[] best = [.. p.Index().OrderByDescending(x => logits[x.Index]).Select(x => x.Index).Where(i => p[i] > 0 || temperature == 0)];
            ILocator first = page.Locator($"#panel-next [data-id='{best[0]}'] .bar-value");
            await Assertions.Expect(first).ToHaveAttributeAsync("data-p", ShortestNumber(p[best[0]]));
            foreach (ILocator row in await page.Locator("#panel-next button.bar-row").AllAsync())
            {
                int token = int.Parse((await row.GetAttributeAsync("data-id"))!, CultureInfo.InvariantCulture);
                Assert.Equal(p[token], double.Parse((await row.Locator(".bar-value").GetAttributeAsync("data-p"))!, CultureInfo.InvariantCulture));
            }
            Assert.Equal((100 * p[best[0]]).ToString("F1", CultureInfo.InvariantCulture).Replace('.', ',') + "\u202f%", await first.TextContentAsync());
        }
    }

    [ChromiumFact]
    public async Task AttentionAndTheTwoSensesShowTheModelsNumbers()
    {
        (IPage page, List<string> troubles) = await Open("/#attention");
        await page.Locator("#attention-text").FillAsync("Oi, Ana");
        ILocator rows = page.Locator("#panel-attention .heat-large [data-row]");
        await Assertions.Expect(rows).ToHaveTextAsync(["O", "i", ",", "·", "A", "n", "a"]);
        await page.GetByRole(AriaRole.Button, new() { Name = "camada 2, cabeça 1" }).ClickAsync();
        double[] shown = [.. (await page.Locator("#panel-attention .cell").EvaluateAllAsync<string[]>("cells => cells.map(c => c.dataset.weight)")).Select(w => double.Parse(w, CultureInfo.InvariantCulture))];
        float[] weights;
        using (Autograd.NoGrad())
            weights = ((GptModel)Run.Base.Model).Trace(Tensor.From([.. Run.Base.Tokenizer.Encode("Oi, Ana").Select(i => (long)i)], [1, 7])).Attention[1].ToArray<float>();
        Assert.Equal(28, shown.Length);
        Assert.Equal(Enumerable.Range(0, 7).SelectMany(t => weights[(7 * t)..((7 * t) + t + 1)]), shown.Select(w => (float)w));

        ILocator told = page.Locator(".senses .lead [data-cosine]");
        await told.WaitForAsync();
        JsonObject senses = await Run.Server.Ask("/api/senses", """{"model": "base", "word": "modelo", "sentences": ["Na passarela caminha o modelo.", "Com redes neurais treinamos um modelo."]}""");
        await Assertions.Expect(told).ToHaveAttributeAsync("data-cosine", ShortestNumber((double)senses["cosine"]![2]!));
        await page.GetByLabel("Profundidade").FillAsync("0");
        await Assertions.Expect(told).ToHaveTextAsync("1,000");
        Assert.Equal(
            senses["sentences"]![0]!["neighbours"]![0]!.AsArray().Select(n => (string)n!["word"]!),
            await page.Locator(".near").First.Locator("li span:first-child").AllTextContentsAsync());
        Assert.Equal(2 + senses["map"]!.AsArray().Count, await page.Locator(".sense-map .point").CountAsync());
        Assert.Empty(troubles);
    }

    [ChromiumFact]
    public async Task TrainShowsTheMetricsAndFollowsThem()
    {
        (IPage page, List<string> troubles) = await Open("/#train");
        ILocator loss = page.Locator("[data-fact=loss]"), step = page.Locator("[data-fact=step]");
        // The training that runs comes first.
        await Assertions.Expect(page.Locator(".stage[data-stage=sft]")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(step).ToHaveTextAsync("120");
        await Assertions.Expect(loss).ToHaveTextAsync(Number(PageRun.Loss(120)));
        Run.Append("sft", PageRun.Line(150));
        await Assertions.Expect(step).ToHaveTextAsync("150");
        await Assertions.Expect(loss).ToHaveTextAsync(Number(PageRun.Loss(150)));
        Assert.Equal("0.775", await page.Locator(".ledger [data-after]").Last.GetAttributeAsync("data-after"));
        await page.Locator(".stage[data-stage=base]").ClickAsync();
        await Assertions.Expect(page.Locator("[data-fact=val]")).ToHaveTextAsync(Number(PageRun.Loss(120) + 0.125));
        Assert.Equal(["loss", "lr", "grad_norm", "tokens_per_s"], await page.Locator("figure").EvaluateAllAsync<string[]>("figures => figures.map(f => f.dataset.metric)"));
        await page.Locator("#sample-step").FillAsync("0");
        await Assertions.Expect(page.Locator(".samples dd")).ToHaveTextAsync("a");
        Assert.Empty(troubles);
    }

    [ChromiumFact]
    public async Task RankStoresTheOrderThatThePersonMade()
    {
        (IPage page, List<string> troubles) = await Open("/?lang=en#rank");
        await page.Locator("#rank-question").FillAsync("Quem é Ana?");
        await page.GetByRole(AriaRole.Button, new() { Name = "3", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Generate answers" }).ClickAsync();
        ILocator answers = page.Locator(".ranking > li");
        await Assertions.Expect(answers).ToHaveCountAsync(3);
        IReadOnlyList<string> before = await answers.Locator("p").AllTextContentsAsync();
        await answers.Nth(2).FocusAsync();
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("ArrowUp"); // the focus goes along
        await answers.Nth(2).FocusAsync();
        await page.Keyboard.PressAsync("t");
        Assert.Equal([before[2], before[0], before[1]], await answers.Locator("p").AllTextContentsAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Store this order" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-fact=rankings]")).ToHaveTextAsync("1");
        await Assertions.Expect(page.Locator("[data-fact=pairs]")).ToHaveTextAsync("2");
        TensorCore.Examples.ChatGpt.Dialogues.Ranking stored = Assert.Single(RankingFile.Read(Path.Combine(Run.Root, "rankings.jsonl")));
        Assert.Equal([0, 1, 1], stored.Ranks);
        Assert.Equal("Quem é Ana?", stored.Prompt[0].Content);
        Assert.Equal(3, stored.Answers.Count);
        Assert.Empty(troubles);
    }

    [ChromiumFact]
    public async Task LessonRunsItsExperiments()
    {
        (IPage page, List<string> troubles) = await Open("/#lesson");
        await Assertions.Expect(page.Locator(".question")).ToHaveCountAsync(6);
        await page.Locator("[data-run='api/lesson/xor']").ClickAsync();
        ILocator answers = page.Locator("[data-answer]");
        await Assertions.Expect(answers).ToHaveCountAsync(4);
        float[] expected = Xor.Train(1).Probabilities();
        Assert.Equal(expected, (await answers.EvaluateAllAsync<string[]>("all => all.map(a => a.dataset.answer)")).Select(a => float.Parse(a, CultureInfo.InvariantCulture)));
        await page.GetByRole(AriaRole.Button, new() { Name = "XOR", Exact = true }).ClickAsync();
        await page.GetByText("Nunca termina").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Perguntar", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".experiment .quote[data-model]")).ToHaveCountAsync(2);
        float[] logits = TokenEndpointTests.Logits(Run.Base, Run.Base.Tokenizer.Encode("Na praça há"));
        double[] p = new TokenSampler(new() { Temperature = 1 }, Run.Base.Tokenizer.HasToken).Distribution(logits, []);
        Assert.Equal(ShortestNumber(p.Max()), await page.Locator("#panel-lesson .bar-value").First.GetAttributeAsync("data-p"));
        Assert.Empty(troubles);
    }

    private async Task<(IPage Page, List<string> Troubles)> Open(string query)
    {
        (_page, List<string> troubles) = await chromium.OpenAsync(Run.Server.Address, query);
        return (_page, troubles);
    }

    private static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture).Replace('.', ',');

    // As JavaScript writes it: both take the shortest digits that give the number back.
    private static string ShortestNumber(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal) ? text.Replace("E-0", "e-", StringComparison.Ordinal).Replace("E-", "e-", StringComparison.Ordinal) : text;
    }
}
