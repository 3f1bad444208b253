using System.Diagnostics;
using TensorCore.Cuda.Interop;

namespace TensorCore.CudaCheck;

/// <summary>This program once more, with NVIDIA's libraries looked for in a folder.</summary>
internal static class ChildProcess
{
    public static Process Start(string argument, string librariesFolder)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        start.ArgumentList.Add(argument);
        start.Environment[NativeLibraries.FoldersVariable] = librariesFolder;
        start.Environment.Remove("CUDA_PATH");
        return Process.Start(start)!;
    }
}
