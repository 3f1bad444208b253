namespace TensorCore.Cpu;

/// <summary>
/// Work cut into numbered pieces for <see cref="WorkerPool"/>. A job is a struct holding raw pointers and sizes;
/// all threads share one instance by address, so <see cref="Execute"/> must not change its fields.
/// </summary>
public interface IJob
{
    /// <summary>Does piece number <paramref name="piece"/>; pieces run in any order, on any thread, several at once.</summary>
    void Execute(int piece);
}
