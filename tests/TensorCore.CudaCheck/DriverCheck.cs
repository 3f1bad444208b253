using TensorCore.Cuda.Interop;

namespace TensorCore.CudaCheck;

/// <summary>What <see cref="Device.Cuda(int)"/> says on a machine with NVIDIA's driver but no GPU, and on one without the driver: each in a process of its own, with the real library or none.</summary>
internal static class DriverCheck
{
    /// <summary>The mode of the child process.</summary>
    public const string Mode = "--say-what-device-throws";

    /// <summary>The child process: writes the exception's type and message.</summary>
    public static int Say()
    {
        try
        {
            Console.WriteLine($"found {Device.Cuda()}");
        }
        catch (Exception e)
        {
            Console.WriteLine($"{e.GetType().Name}: {e.Message}");
        }
        return 0;
    }

    /// <summary>What is wrong; empty if the messages are as they must be.</summary>
    public static List<string> Run(Toolkit toolkit)
    {
        List<string> wrong = [];
        // The kernel's part of the driver. A device file alone means nothing: containers have them without a GPU.
        if (File.Exists("/proc/driver/nvidia/version")) Console.WriteLine("driver: this machine has a GPU, so the messages of machines without one are not looked at");
        else
        {
            Expect("NVIDIA's driver without a GPU", toolkit.DriverLibraries, "no CUDA device", wrong);
            string empty = Path.Combine(Toolkit.CacheFolder, "empty");
            Directory.CreateDirectory(empty);
            if (System.Runtime.InteropServices.NativeLibrary.TryLoad(NativeLibraries.FileNames(NativeLibraries.Driver)[0], out _))
                Console.WriteLine("driver: this machine has a libcuda.so.1 of its own, so the message of machines without one is not looked at");
            else Expect("no driver", empty, "no CUDA library", wrong);
        }
        return wrong;
    }

    private static void Expect(string situation, string folder, string message, List<string> wrong)
    {
        (_, string output) = Command.Run(Environment.ProcessPath!, [.. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(DriverCheck).Assembly.Location] : (string[])[], Mode], null, (NativeLibraries.FoldersVariable, folder), ("CUDA_PATH", ""));
        output = output.Trim();
        if (output.StartsWith($"{nameof(DeviceException)}: ", StringComparison.Ordinal) && output.Contains(message, StringComparison.Ordinal)) Console.WriteLine($"driver: {situation}: {output}");
        else wrong.Add($"driver: {situation}: Device.Cuda() must throw a DeviceException with \"{message}\", but: {output}");
    }
}
