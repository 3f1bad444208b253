using System.IO.Compression;
using System.Text;
using BenchmarkDotNet.Attributes;
using TensorCore.Examples.Gpt.World;
using TensorCore.Text;

namespace TensorCore.Benchmarks;

/// <summary>Byte-level BPE on a text of a megabyte: bytes to ids and back, on one thread.</summary>
public class TokenizerBenchmark
{
    private const int Megabyte = 1 << 20, LearntFrom = 4 << 20, Learnt = 8192;

    private readonly List<int> _ids = [];
    private byte[] _text = [];
    private Tokenizer _tokenizer = null!;

    /// <summary>A vocabulary and a text, each optional: by default at most 8,192 tokens learnt from the small world, which has not as many different words, and more of its text.</summary>
    public static IReadOnlyList<string> Files { get; set; } = [];

    /// <summary>Bytes of the text.</summary>
    public static int Bytes { get; private set; }

    /// <summary>Tokens of the text.</summary>
    public static int Tokens { get; private set; }

    /// <summary>Tokens of the vocabulary.</summary>
    public static int Vocabulary { get; private set; }

    [GlobalSetup]
    public void Setup()
    {
        _text = Files.Count > 1 ? Read(Files[1]) : Encoding.UTF8.GetBytes(new SmallWorld(Language.Portuguese, 2).Text(Megabyte));
        _tokenizer = Files.Count == 0 ? Learn() : Files[0].EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? Tokenizer.Load(Files[0]) : BpeTokenizer.LoadGpt2(Files[0]);
        _ids.AddRange(_tokenizer.Encode(_text));
        (Bytes, Tokens, Vocabulary) = (_text.Length, _ids.Count, _tokenizer.VocabularySize);
        if (!_tokenizer.Decode([.. _ids]).AsSpan().SequenceEqual(_text)) throw new InvalidOperationException("decoding does not give the text back");
    }

    [Benchmark]
    public int Encode()
    {
        _ids.Clear();
        _tokenizer.Encode(_text, _ids);
        return _ids.Count;
    }

    [Benchmark]
    public byte[] Decode() => _tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids));

    private static Tokenizer Learn()
    {
        BpeTrainer trainer = new(Learnt);
        trainer.Add(new SmallWorld(Language.Portuguese, 1).Text(LearntFrom));
        return trainer.Train();
    }

    private static byte[] Read(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream text = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using MemoryStream all = new();
        text.CopyTo(all);
        return all.GetBuffer().AsSpan(0, (int)Math.Min(all.Length, Megabyte)).ToArray();
    }
}
