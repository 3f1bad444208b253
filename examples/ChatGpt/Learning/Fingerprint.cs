using System.Security.Cryptography;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>Short names for contents: going on with other data would not be going on.</summary>
internal static class Fingerprint
{
    /// <summary>Of a file.</summary>
    public static string OfFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file))[..16];
    }
}
