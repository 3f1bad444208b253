namespace TensorCore.IO;

/// <summary>
/// Writes a file all or nothing: into a temporary file in the same folder, flushed to the disk, then renamed over the old one.
/// Whatever goes wrong (a full disk, an exception, a power cut), the path holds the old file or the new one, whole.
/// </summary>
/// <remarks>
/// A symbolic link is followed: the file it points to is replaced, not the link. An existing file's Unix permissions are kept.
/// A process that is killed may leave its temporary file, <c>.tensorcore-….tmp</c>, behind; it can be deleted.
/// </remarks>
public static class AtomicFile
{
    /// <summary>Replaces the file by what <paramref name="write"/> writes to the stream. If it throws, the old file stays and the exception goes on to the caller.</summary>
    /// <exception cref="IOException">The folder does not exist, the disk is full, or the old file cannot be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the old file may not be written to, or the path is a folder.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        Write(path, 0, write, static (stream, write) => write(stream));
    }

    /// <summary>Replaces the file by <paramref name="bytes"/>.</summary>
    /// <exception cref="IOException">The folder does not exist, the disk is full, or the old file cannot be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the old file may not be written to, or the path is a folder.</exception>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes) =>
        Write(path, bytes.Length, bytes, static (stream, bytes) => stream.Write(bytes));

    /// <summary>Replaces the file by <paramref name="text"/> in UTF-8, without a byte-order mark.</summary>
    /// <exception cref="IOException">The folder does not exist, the disk is full, or the old file cannot be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the old file may not be written to, or the path is a folder.</exception>
    /// <exception cref="System.Text.EncoderFallbackException">The text has half a surrogate pair.</exception>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        WriteAllBytes(path, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetBytes(text));
    }

    /// <summary>As <see cref="Write(string, Action{Stream})"/>, asking the file system for <paramref name="size"/> bytes first, so that a full disk shows at once.</summary>
    internal static void Write<TState>(string path, long size, TState state, Action<Stream, TState> write)
        where TState : allows ref struct
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        string target = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        if (Directory.Exists(target)) throw new UnauthorizedAccessException($"{target} is a folder: a file cannot be written there");

        // A name of its own, not the target's with a suffix, which could pass the file system's limit of 255 bytes.
        string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".tensorcore-{Path.GetRandomFileName()}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 1 << 16, PreallocationSize = size };
        var stream = new FileStream(temporary, options);
        try
        {
            using (stream)
            {
                if (!OperatingSystem.IsWindows() && File.Exists(target)) File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
                write(stream, state);
                stream.Flush(flushToDisk: true);
            }

            Replace(temporary, target);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    private static void Replace(string temporary, string target)
    {
        try
        {
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            // On Windows an open or mapped file cannot be replaced. A SafetensorsFile that nobody holds any more is still
            // open until it is finalized: do that now, then try once more.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            File.Move(temporary, target, overwrite: true);
        }
    }

    private static void TryDelete(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report; the temporary file's name says what it is.
        }
    }
}
