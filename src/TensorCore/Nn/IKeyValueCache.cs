namespace TensorCore.Nn;

/// <summary>
/// What an attention layer remembers of the tokens before: <see cref="MultiHeadAttention"/> hands it the keys and values of the new tokens and attends to what it returns.
/// <see cref="KeyValueCache"/> holds sequences that grow together; <c>Generation.SlotDecoder</c> has one whose rows are sequences of different lengths.
/// </summary>
public interface IKeyValueCache
{
    /// <summary>Adds the keys and values of T new tokens, both (B, H, T, D), and returns those that they may attend to, both (B, H, S, D), S ≥ T.</summary>
    /// <exception cref="ShapeException">They do not fit in, or differ in shape from the ones before.</exception>
    (Tensor Keys, Tensor Values) Append(Tensor keys, Tensor values);
}
