using System.Diagnostics;
using System.Runtime.InteropServices;
using TensorCore.Cuda.Interop;

namespace TensorCore.CudaCheck;

/// <summary>
/// What a user without a GPU is told: with NVIDIA's real driver library and no device, and with no library at all. Each is asked of a child process, since a process loads a
/// library once.
/// </summary>
internal static class DriverCheck
{
    private const string Argument = "--ask-for-a-device";

    /// <summary>Asks both; returns what is wrong.</summary>
    public static List<string> Run(NvidiaTools tools)
    {
        List<string> errors = [];
        // The driver's part in the kernel. A device file alone means nothing: containers have them without a GPU.
        if (File.Exists("/proc/driver/nvidia/version")) Console.WriteLine("driver without a device: not checked, this machine has an NVIDIA GPU");
        else Expect("driver without a device", tools.DriverFolder, "no CUDA device");
        if (NativeLibraries.FileNames(NativeLibraries.Driver).Any(f => NativeLibrary.TryLoad(f, out _))) Console.WriteLine("no driver: not checked, this machine has NVIDIA's driver");
        else Expect("no driver", Directory.CreateDirectory(Path.Combine(CacheFolder.Path, "empty")).FullName, "no CUDA library");
        return errors;

        void Expect(string situation, string folder, string beginning)
        {
            string answer = Ask(folder);
            Console.WriteLine($"{situation}: {answer}");
            if (!answer.StartsWith($"{nameof(DeviceException)}: {beginning}", StringComparison.Ordinal)) errors.Add($"{situation}: a {nameof(DeviceException)} that begins with '{beginning}' is expected, not: {answer}");
        }
    }

    /// <summary>The child's side, if the arguments are a child's.</summary>
    public static bool IsAnswering(string[] args)
    {
        if (args is not [Argument]) return false;
        try
        {
            Console.WriteLine($"found {Device.Cuda().Description}");
        }
        catch (DeviceException e)
        {
            Console.WriteLine($"{nameof(DeviceException)}: {e.Message}");
        }
        return true;
    }

    private static string Ask(string librariesFolder)
    {
        using Process child = ChildProcess.Start(Argument, librariesFolder);
        string answer = child.StandardOutput.ReadToEnd().Trim();
        child.WaitForExit();
        return child.ExitCode == 0 ? answer : $"exit code {child.ExitCode} {answer}";
    }
}
