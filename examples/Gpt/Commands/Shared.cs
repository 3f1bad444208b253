using System.CommandLine;
using TensorCore.Cpu;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary>Options that several commands have.</summary>
internal static class Shared
{
    public static Option<string> Model(CommandApp app) => app.RequiredText("--model", "a pasta do modelo (o --out do train)", "the model's folder (train's --out)", "DIR");

    public static Option<int?> Threads(CommandApp app) =>
        app.OptionalNumber<int>("--threads", "núcleos a usar; o resultado é o mesmo [padrão: todos]", "cores to use; the result is the same [default: all]", min: 1, max: WorkerPool.MaxThreads);

    public static void SetThreads(CommandRun run, Option<int?> option)
    {
        if (run.Get(option) is int threads)
            WorkerPool.Threads = threads;
    }

    public static Option<string?> Device(CommandApp app) =>
        app.Text("--device", "cpu", "onde calcular: cpu, cuda (uma GPU NVIDIA) ou cuda:N", "where to compute: cpu, cuda (an NVIDIA GPU) or cuda:N", "DEVICE");

    /// <summary>The device that was asked for.</summary>
    /// <exception cref="UserErrorException">No such device.</exception>
    public static Device FindDevice(CommandRun run, Option<string?> option)
    {
        string name = run.Get(option) ?? "cpu";
        try
        {
            return TensorCore.Device.Parse(name);
        }
        catch (DeviceException e)
        {
            throw new UserErrorException(run.Pick($"--device {name}: não é possível usar: {e.Message}", $"--device {name}: {e.Message}"));
        }
    }

    public static Preset FindPreset(string name, Texts texts) => Preset.All.FirstOrDefault(p => p.Name == name)
        ?? throw new UserErrorException(texts.Pick($"--preset '{name}' não existe; há {string.Join(", ", Preset.Names)}", $"--preset '{name}' does not exist; there are {string.Join(", ", Preset.Names)}"));
}
