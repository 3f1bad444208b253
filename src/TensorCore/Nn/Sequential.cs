using System.Collections;

namespace TensorCore.Nn;

/// <summary>
/// Modules one after the other, named <c>0</c>, <c>1</c>, …; <c>new Sequential(a, b)</c> or <c>new Sequential { a, b }</c>.
/// </summary>
public sealed class Sequential : Module<Tensor, Tensor>, IReadOnlyList<Module<Tensor, Tensor>>
{
    private readonly List<Module<Tensor, Tensor>> _modules = [];

    /// <summary>The modules in their order.</summary>
    public Sequential(params ReadOnlySpan<Module<Tensor, Tensor>> modules)
    {
        foreach (Module<Tensor, Tensor> module in modules) Add(module);
    }

    /// <inheritdoc/>
    public int Count => _modules.Count;

    /// <inheritdoc/>
    public Module<Tensor, Tensor> this[int index] => _modules[index];

    /// <summary>Adds a module at the end.</summary>
    public void Add(Module<Tensor, Tensor> module) => _modules.Add(Child($"{_modules.Count}", module));

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        foreach (Module<Tensor, Tensor> module in _modules) x = module.Forward(x);
        return x;
    }

    /// <inheritdoc/>
    public IEnumerator<Module<Tensor, Tensor>> GetEnumerator() => _modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Modules of one kind under the names <c>0</c>, <c>1</c>, …: the blocks of a transformer are <c>h.0</c>, <c>h.1</c>, …</summary>
/// <typeparam name="T">Their kind.</typeparam>
public sealed class ModuleList<T> : Module, IReadOnlyList<T>
    where T : Module
{
    private readonly List<T> _modules = [];

    /// <summary>The modules in their order.</summary>
    public ModuleList(params IEnumerable<T> modules)
    {
        foreach (T module in modules) Add(module);
    }

    /// <inheritdoc/>
    public int Count => _modules.Count;

    /// <inheritdoc/>
    public T this[int index] => _modules[index];

    /// <summary>Adds a module at the end.</summary>
    public void Add(T module) => _modules.Add(Child($"{_modules.Count}", module));

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => _modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
