namespace TensorCore.Text;

/// <summary>Reads a vocabulary file whole and writes one so that a crash leaves the old one.</summary>
internal static class TokenFile
{
    // The largest published vocabularies (250,000 tokens) take some 20 MiB.
    private const int LargestFile = 1 << 28;

    /// <summary>The content of the file, decompressed if it is gzip (its first two bytes say so), without the byte order mark that some editors put in front.</summary>
    /// <exception cref="InvalidDataException">The gzip data is damaged or cut short, or the content is larger than 256 MiB.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using Stream stream = OpenDecompressed(path);
        var content = new MemoryStream();
        var block = new byte[1 << 16];
        try
        {
            for (int read; (read = stream.Read(block)) > 0;)
            {
                content.Write(block, 0, read);
                if (content.Length > LargestFile) throw new InvalidDataException($"more than {LargestFile >> 20} MiB, too large for a vocabulary");
            }
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }

        byte[] bytes = content.ToArray();
        return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
    }

    /// <summary>Opens a file; one that starts with gzip's two bytes is decompressed while it is read, and reading throws if it turns out cut short.</summary>
    public static Stream OpenDecompressed(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        bool gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return gzip ? new GZipInput(file) : file;
    }

    /// <summary>Writes to a temporary file beside <paramref name="path"/>, then puts it in its place.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write)) write(file);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
