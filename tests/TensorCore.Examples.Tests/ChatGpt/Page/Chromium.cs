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
    private const float Patience = 120_000; // ms: on a busy machine everything takes its time

    public static string? Find() => ((string[])["chromium", "chromium-browser", "google-chrome"])
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public static async Task<IBrowser> StartAsync(IPlaywright playwright) => await playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = Find(),
        Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], // root in a container
        Timeout = Patience,
    });

    /// <summary>A fresh page on an address, with a list of all that must not happen: errors in the console, exceptions, requests to anywhere else.</summary>
    public static async Task<(IPage Page, List<string> Troubles)> OpenAsync(IBrowser browser, Uri address, string query)
    {
        IPage page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 } });
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
