namespace TensorCore;

/// <summary>
/// One walk down the tape. Nodes are visited by descending number, so each has all of its gradient when its turn comes.
/// </summary>
internal sealed class BackwardPass(Node?[]? wanted, bool retain, bool createGraph, bool accumulate, bool cut)
{
    private sealed class Slot
    {
        public Tensor? Gradient;
        public bool Fresh;          // nobody else holds the buffer
    }

    private readonly Dictionary<Node, Slot> _slots = [];
    private readonly PriorityQueue<Node, long> _queue = new();
    private readonly HashSet<Node>? _path = wanted is null ? null : [];
    private readonly List<Node> _roots = [];

    public void Seed(Node node, Tensor gradient)
    {
        if (!_roots.Contains(node)) _roots.Add(node);
        if (_path is not null) MarkPaths(node);
        if (Wants(node)) Add(node, gradient, fresh: false, "the caller");
    }

    /// <summary>With inputs given, only what lies between them and the outputs is worth computing.</summary>
    private void MarkPaths(Node root)
    {
        HashSet<Node> targets = [.. wanted!.OfType<Node>()];
        long lowest = targets.Count == 0 ? long.MaxValue : targets.Min(n => n.Sequence);
        Dictionary<Node, bool> leads = [];
        Stack<(Node Node, bool Done)> stack = new();
        stack.Push((root, false));
        while (stack.TryPop(out (Node Node, bool Done) top))
        {
            if (top.Done)
            {
                bool any = targets.Contains(top.Node);
                foreach (Node? input in top.Node.Inputs) any |= input is not null && leads.GetValueOrDefault(input);
                leads[top.Node] = any;
                if (any) _path!.Add(top.Node);
            }
            else if (!leads.ContainsKey(top.Node))
            {
                leads[top.Node] = false;
                if (top.Node.Sequence < lowest) continue;
                stack.Push((top.Node, true));
                if (cut && targets.Contains(top.Node)) continue;
                foreach (Node? input in top.Node.Inputs)
                    if (input is not null && !leads.ContainsKey(input)) stack.Push((input, false));
            }
        }
    }

    public bool Wants(Node node) => _path is null || _path.Contains(node);

    public void Add(Node node, Tensor dx, bool fresh, string from)
    {
        if (Autograd.AnomalyMode) Anomaly.CheckBackward(from, dx);
        if (!_slots.TryGetValue(node, out Slot? slot))
        {
            _slots[node] = slot = new Slot();
            _queue.Enqueue(node, -node.Sequence);
        }
        if (slot.Gradient is null)
        {
            (slot.Gradient, slot.Fresh) = (dx, fresh);
        }
        else if (createGraph || !slot.Fresh)
        {
            (slot.Gradient, slot.Fresh) = (slot.Gradient + dx, true);
        }
        else
        {
            slot.Gradient.AddInPlace(dx);
        }
    }

    public Tensor? Existing(Node node)
    {
        if (createGraph) return null;
        if (_slots.TryGetValue(node, out Slot? slot) && slot.Gradient is not null)
            return slot.Fresh && slot.Gradient.IsContiguous ? slot.Gradient : null;
        // A leaf's gradient from an earlier pass (gradient accumulation) is added to directly, unless a hook must see this pass alone.
        if (accumulate && node is LeafNode { Hooks: null or { Count: 0 }, Leaf: { Grad: { IsContiguous: true, RequiresGrad: false } grad } })
        {
            _slots[node] = new Slot { Gradient = grad, Fresh = true };
            _queue.Enqueue(node, -node.Sequence);
            return grad;
        }
        return null;
    }

    public Tensor?[] Run()
    {
        Dictionary<Node, Tensor> results = [];
        while (_queue.TryDequeue(out Node? node, out _))
        {
            Slot slot = _slots[node];
            _slots.Remove(node);
            Tensor gradient = slot.Gradient!;
            if (node.Hooks is not null)
            {
                foreach (Func<Tensor, Tensor?> hook in node.Hooks.ToArray())
                {
                    if (hook(gradient) is not Tensor replaced) continue;
                    if (replaced.Shape != gradient.Shape)
                        throw new ShapeException($"a gradient hook returned shape {replaced.Shape} for a gradient of shape {gradient.Shape}");
                    (gradient, slot.Fresh) = (replaced, false);
                }
            }
            if (wanted is not null && Array.IndexOf(wanted, node) >= 0)
            {
                results[node] = gradient;
                if (cut) continue;
            }
            if (node is LeafNode leaf)
            {
                if (accumulate) Accumulate(leaf.Leaf, gradient, slot.Fresh);
            }
            else
            {
                RunNode((OpNode)node, gradient);
            }
        }
        return wanted is null ? [] : [.. wanted.Select(n => n is not null && results.TryGetValue(n, out Tensor? g) ? g : null)];
    }

    private void RunNode(OpNode node, Tensor dy)
    {
        Op op = node.Op ?? throw new GradientException($"{node.Name}: backward ran here before and freed what it needs: pass retainGraph: true to the first pass");
        op.VerifySaved();
        try
        {
            op.Backward(dy, new Gradients(node, this));
        }
        catch (GradientException e) when (node.Trace is not null && !e.Message.Contains("called at", StringComparison.Ordinal))
        {
            throw new GradientException($"{e.Message}\n{node.Name} was called at:\n{node.Trace}");
        }
        if (!retain) node.Free();
    }

    private static void Accumulate(Tensor leaf, Tensor gradient, bool fresh)
    {
        if (ReferenceEquals(leaf.Grad, gradient)) return;
        if (leaf.Grad is null) leaf.Grad = fresh || gradient.RequiresGrad ? gradient : gradient.Clone();
        else if (Autograd.IsRecording || leaf.Grad.RequiresGrad) leaf.Grad += gradient;
        else leaf.Grad.AddInPlace(gradient);
        TensorScope.Forget(leaf.Grad);
    }
}
