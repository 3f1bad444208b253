using TensorCore.Cpu;

namespace TensorCore.Optim;

/// <summary>
/// An optimizer's formula for a register of lanes: one body serves every vector width and dtype, and a step is one pass over memory.
/// </summary>
internal interface IUpdateRule
{
    /// <summary>Changes the parameter p given its gradient g and up to two state values.</summary>
    void Apply<V>(ref V p, V g, ref V s, ref V t)
        where V : struct, ISimd<V>;
}
