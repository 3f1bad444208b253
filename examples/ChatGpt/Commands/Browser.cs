using System.ComponentModel;
using System.Diagnostics;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>The desktop's browser.</summary>
internal static class Browser
{
    /// <summary>Opens a page for a person who sits before this machine; where there is no desktop, the address that was printed must do.</summary>
    public static void TryOpen(Uri page, CommandRun run)
    {
        if (!run.IsInteractive || !HasDesktop)
            return;
        try
        {
            ProcessStartInfo start = OperatingSystem.IsWindows() ? new(page.ToString()) { UseShellExecute = true }
                : new(OperatingSystem.IsMacOS() ? "open" : "xdg-open", page.ToString()) { RedirectStandardOutput = true, RedirectStandardError = true };
            Process.Start(start)?.Dispose();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            // no browser, or none that can be found
        }
    }

    // Over ssh a browser would open on nobody's screen.
    private static bool HasDesktop => Environment.GetEnvironmentVariable("SSH_CONNECTION") is null
        && (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() || Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 });
}
