using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using TensorCore.Examples.Cli;
using TensorCore.Text;

namespace TensorCore.Examples.Gpt;

/// <summary>The text that a model learns from, as UTF-8 documents: a file, a folder of files, or a text made by a program.</summary>
public sealed class Corpus
{
    // .NET arrays end at 2³¹ elements, and so does a text that is held in one.
    private const long LargestCorpus = 2_000_000_000;

    private Corpus(IReadOnlyList<byte[]> documents) => Documents = documents;

    /// <summary>The documents, none of them empty.</summary>
    public IReadOnlyList<byte[]> Documents { get; }

    /// <summary>Bytes of all documents.</summary>
    public long Bytes => Documents.Sum(d => (long)d.Length);

    /// <summary>A text as a corpus of one document.</summary>
    public static Corpus FromText(string text) => new(text.Length == 0 ? [] : [Encoding.UTF8.GetBytes(text)]);

    /// <summary>Reads a file, or every <c>.txt</c>, <c>.md</c> and <c>.gz</c> file below a folder in the order of their paths; gzip is recognised by its content.</summary>
    /// <exception cref="UserErrorException">There is no such file, no text in it, or too much of it.</exception>
    /// <exception cref="InvalidDataException">A gzip file is damaged or cut short.</exception>
    public static Corpus Load(string path, Texts texts)
    {
        string[] files;
        if (Directory.Exists(path))
        {
            files = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsText).Order(StringComparer.Ordinal)];
            if (files.Length == 0)
                throw new UserErrorException(texts.Pick($"a pasta '{path}' não tem arquivos .txt, .md ou .gz", $"the folder '{path}' holds no .txt, .md or .gz file"));
        }
        else
        {
            files = File.Exists(path)
                ? [path]
                : throw new UserErrorException(texts.Pick($"o corpus '{path}' não existe: dê um arquivo de texto ou uma pasta", $"the corpus '{path}' does not exist: give a text file or a folder"));
        }
        List<byte[]> documents = [];
        long bytes = 0;
        foreach (string file in files)
        {
            byte[] text = ReadFile(file, texts);
            bytes += text.Length;
            if (bytes > LargestCorpus)
                throw TooLarge(path, texts);
            if (text.Length > 0)
                documents.Add(text);
        }
        return documents.Count > 0
            ? new Corpus(documents)
            : throw new UserErrorException(texts.Pick($"o corpus '{path}' está vazio", $"the corpus '{path}' is empty"));
    }

    /// <summary>Cuts off the last <paramref name="share"/> of the bytes, between two characters: what a model is judged by must not be what it learnt.</summary>
    public (Corpus Train, Corpus Validation) Split(double share)
    {
        long at = (long)(Bytes * (1 - share));
        List<byte[]> train = [], validation = [];
        foreach (byte[] document in Documents)
        {
            int cut = (int)Math.Clamp(at, 0, document.Length);
            while (cut < document.Length && cut > 0 && (document[cut] & 0xC0) == 0x80)
                cut++; // inside a character: its other bytes are 10xxxxxx
            at -= document.Length;
            if (cut > 0)
                train.Add(cut == document.Length ? document : document[..cut]);
            if (cut < document.Length)
                validation.Add(cut == 0 ? document : document[cut..]);
        }
        return (new(train), new(validation));
    }

    /// <summary>Learns a byte-level BPE of at most <paramref name="size"/> tokens from the documents.</summary>
    public BpeTokenizer TrainTokenizer(int size, CancellationToken cancellation = default)
    {
        BpeTrainer trainer = new(size, BpeTokenizer.EndOfText);
        foreach (byte[] document in Documents)
            trainer.Add(document);
        return trainer.Train(cancellationToken: cancellation);
    }

    /// <summary>The documents as token ids, one after the other; between two stands the end-of-text token, or a blank line where the tokenizer has none.</summary>
    public int[] Encode(Tokenizer tokenizer)
    {
        int[] separator = tokenizer.SpecialTokens.TryGetValue(BpeTokenizer.EndOfText, out int end) ? [end] : tokenizer.Encode("\n\n");
        List<int> ids = [];
        foreach (byte[] document in Documents)
        {
            if (ids.Count > 0)
                ids.AddRange(separator);
            tokenizer.Encode(document, ids);
        }
        return [.. ids];
    }

    /// <summary>A short name for the content: resuming on another text would not be resuming.</summary>
    public string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] document in Documents)
        {
            hash.AppendData(BitConverter.GetBytes(document.Length));
            hash.AppendData(document);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static bool IsText(string file) => Path.GetExtension(file) is ".txt" or ".md" or ".gz";

    /// <summary>The bytes of a file of text, decompressed if they are gzip, without a byte order mark.</summary>
    internal static byte[] ReadFile(string file, Texts texts)
    {
        if (new FileInfo(file).Length > LargestCorpus)
            throw TooLarge(file, texts);
        byte[] content = File.ReadAllBytes(file);
        if (content.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
        {
            try
            {
                content = Decompress(content, file, texts);
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"{file}: {e.Message}", e);
            }
        }
        return content.AsSpan().StartsWith("\uFEFF"u8) ? content[3..] : content;
    }

    /// <summary>
    /// GZipStream takes the end of a file that was cut short for the end of the text. Gzip data may have several members, so one more, holding a marker, is
    /// put behind the file: only if the file is whole does the marker come out at the end.
    /// </summary>
    private static byte[] Decompress(byte[] content, string file, Texts texts)
    {
        byte[] marker = RandomNumberGenerator.GetBytes(16);
        MemoryStream compressed = new(content.Length + 64);
        compressed.Write(content);
        using (GZipStream member = new(compressed, CompressionLevel.NoCompression, leaveOpen: true))
            member.Write(marker);
        compressed.Position = 0;
        using GZipStream gzip = new(compressed, CompressionMode.Decompress);
        MemoryStream text = new();
        byte[] block = new byte[1 << 16];
        for (int read; (read = gzip.Read(block)) > 0;)
        {
            text.Write(block, 0, read);
            if (text.Length > LargestCorpus)
                throw TooLarge(file, texts);
        }
        ReadOnlySpan<byte> whole = text.GetBuffer().AsSpan(0, (int)text.Length);
        return whole.EndsWith(marker)
            ? whole[..^marker.Length].ToArray()
            : throw new InvalidDataException(texts.Pick("os dados gzip estão cortados ou danificados", "the gzip data are cut short or damaged"));
    }

    private static UserErrorException TooLarge(string path, Texts texts) =>
        new(texts.Pick($"'{path}' tem mais de {LargestCorpus / 1_000_000} MB de texto: divida o corpus", $"'{path}' has more than {LargestCorpus / 1_000_000} MB of text: split the corpus"));
}
