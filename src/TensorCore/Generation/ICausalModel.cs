using TensorCore.Nn;

namespace TensorCore.Generation;

/// <summary>
/// A model that reads tokens from left to right and scores what comes next, as this library's generation needs it: vectors of the positions first, so that
/// scores over a large vocabulary are computed only where they are wanted, and another head (a value, a reward) can stand on the same vectors.
/// </summary>
public interface ICausalModel
{
    /// <summary>V: the tokens are 0 … V − 1.</summary>
    int Vocabulary { get; }

    /// <summary>The most tokens of a sequence.</summary>
    int Context { get; }

    /// <summary>Attention layers; each has a cache of its own.</summary>
    int Layers { get; }

    /// <summary>Where the weights are.</summary>
    Device Device { get; }

    /// <summary>The last layer's vectors, normalised: each sums up its token and those before.</summary>
    /// <param name="ids">Tokens (B, T), int64, on any device.</param>
    /// <param name="positions">Their places in their sequences, int64 (B, T) or (T), 0 … Context − 1; null is 0 … T − 1 in each row. Needed with a cache.</param>
    /// <param name="mask">Broadcast to (B, H, T, S), S the keys: bool, true where a token may attend, or a number added to the scores. None may attend to later ones anyway.</param>
    /// <param name="cache">For each layer the keys and values of the tokens before; those of <paramref name="ids"/> are added. Only inside <see cref="Autograd.NoGrad"/>.</param>
    /// <returns>(B, T, C).</returns>
    /// <exception cref="ShapeException">The sizes do not fit, or a token or a position is out of range.</exception>
    Tensor Hidden(Tensor ids, Tensor? positions = null, Tensor? mask = null, IReadOnlyList<IKeyValueCache>? cache = null);

    /// <summary>Scores of every token as the next one: (…, C) → (…, V).</summary>
    Tensor Logits(Tensor hidden);
}
