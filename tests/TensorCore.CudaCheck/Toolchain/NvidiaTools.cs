namespace TensorCore.CudaCheck;

/// <summary>
/// NVIDIA's run-time compiler, disassembler and driver library, from Debian's non-free section. They are fetched once into the cache folder, are never part of this
/// repository, and nothing that the compiler makes is executed: it is only inspected.
/// </summary>
/// <param name="CompilerFolder">The folder of <c>libnvrtc.so.12</c> and its built-ins.</param>
/// <param name="Disassembler">The path of <c>nvdisasm</c>.</param>
/// <param name="DriverFolder">The folder of the real <c>libcuda.so.1</c>.</param>
internal sealed record NvidiaTools(string CompilerFolder, string Disassembler, string DriverFolder)
{
    // CUDA 12.4. The budget's figures are this compiler's, so its packages are named with their version where Debian does.
    private static readonly string[] s_packages = ["libnvrtc12", "libnvrtc-builtins12.4", "nvidia-cuda-toolkit", "libcuda1"];

    // What is kept of some 400 MB.
    private static readonly string[] s_kept = ["libnvrtc*.so*", "libcuda.so*", "nvdisasm", "copyright"];

    /// <summary>The tools, fetched unless they are there.</summary>
    /// <exception cref="UnreachableException">They are not there and cannot be fetched.</exception>
    public static NvidiaTools Get(string cache)
    {
        string folder = Path.Combine(cache, "tools-12.4");
        try
        {
            Directory.CreateDirectory(cache);
            // Of two processes the second waits here, and then finds the tools.
            using FileStream turn = WaitFor(Path.Combine(cache, "fetching"));
            if (!Directory.Exists(folder)) Fetch(cache, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnreachableException($"the cache folder {cache} cannot be written ({e.Message}); {CacheFolder.Variable} names another");
        }
        return new NvidiaTools(FolderOf(folder, "libnvrtc.so.12"), Find(folder, "nvdisasm"), FolderOf(folder, "libcuda.so.1"));
    }

    /// <summary>Into a folder beside it first, so that a fetch that was interrupted leaves nothing half done.</summary>
    private static void Fetch(string cache, string folder)
    {
        Console.WriteLine($"fetching NVIDIA's compiler and binary tools ({string.Join(", ", s_packages)}) into {cache}");
        string scratch = Path.Combine(cache, "apt"), unpacked = Path.Combine(cache, "unpacked"), kept = Path.Combine(cache, "kept");
        string[] temporary = [scratch, unpacked, kept];
        IReadOnlyList<string> mirrors = AptArchive.Mirrors();
        for (int i = 0; i < mirrors.Count; i++)
        {
            try
            {
                Delete(temporary);
                new AptArchive(scratch, mirrors[i]).Unpack(s_packages, unpacked);
                foreach (string file in s_kept.SelectMany(pattern => Directory.EnumerateFiles(unpacked, pattern, SearchOption.AllDirectories)))
                {
                    string to = Path.Combine(kept, Path.GetRelativePath(unpacked, file));
                    Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                    File.Move(file, to); // a link stays one
                }
                Directory.Move(kept, folder);
                return;
            }
            catch (UnreachableException) when (i + 1 < mirrors.Count)
            {
                // The next may have what this one lacks.
            }
            finally
            {
                Delete(temporary);
            }
        }
    }

    private static void Delete(string[] folders)
    {
        foreach (string folder in folders)
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static FileStream WaitFor(string file)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file) && i < 600)
            {
                Thread.Sleep(1000);
            }
        }
    }

    private static string FolderOf(string folder, string file) => Path.GetDirectoryName(Find(folder, file))!;

    private static string Find(string folder, string file) =>
        Directory.EnumerateFiles(folder, file, SearchOption.AllDirectories).Order(StringComparer.Ordinal).FirstOrDefault()
        ?? throw new UnreachableException($"{file} is not in {folder}: delete the folder to fetch the tools again");
}
