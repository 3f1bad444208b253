using Microsoft.Playwright;

namespace TensorCore.Examples.Tests.ChatGpt.Page;

/// <summary>A test in a browser, skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        if (Chromium.Find() is null) Skip = "needs Chromium: apt-get install chromium";
    }
}

/// <summary>The browser of the tests: whichever Chromium is on the PATH. Nothing is downloaded.</summary>
internal static class Chromium
{
    public static string? Find() => ((string[])["chromium", "chromium-browser", "google-chrome"])
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}

/// <summary>One browser for a class of tests; without Chromium there is none, and the tests are skipped.</summary>
public sealed class ChromiumFixture : IAsyncLifetime
{
    private const float Patience = 120_000; // ms: on a busy machine everything takes its time

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Chromium.Find() is not string path) return;
        _playwright = await Playwright.CreateAsync();
        // As root in a container there is no sandbox, and little shared memory.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], Timeout = Patience });
        Assertions.SetDefaultExpectTimeout(Patience);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A fresh page on an address, with a list of all that must not happen: errors in the console, exceptions, requests to anywhere else.</summary>
    public async Task<(IPage Page, List<string> Troubles)> OpenAsync(Uri address, string query)
    {
        IPage page = await _browser!.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        page.SetDefaultTimeout(Patience);
        List<string> troubles = [];
        void Note(string trouble)
        {
            lock (troubles) troubles.Add(trouble);
        }
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Note($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => Note(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith($"http://127.0.0.1:{address.Port}/", StringComparison.Ordinal)) Note($"request to {request.Url}");
        };
        await page.GotoAsync(new Uri(address, query).ToString());
        return (page, troubles);
    }
}
