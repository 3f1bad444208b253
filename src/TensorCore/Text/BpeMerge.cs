namespace TensorCore.Text;

/// <summary>One merge of a byte-pair encoding: where <paramref name="Left"/> stands before <paramref name="Right"/>, both become <paramref name="Merged"/>.</summary>
/// <param name="Left">The id of the left token.</param>
/// <param name="Right">The id of the right token.</param>
/// <param name="Merged">The id of the token whose bytes are those of both.</param>
public readonly record struct BpeMerge(int Left, int Right, int Merged);
