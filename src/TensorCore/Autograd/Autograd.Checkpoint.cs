namespace TensorCore;

public static partial class Autograd
{
    /// <summary>
    /// Runs a block without keeping its activations; backward runs it again to have them. Memory for time: one more forward pass of the block.
    /// The result and every gradient have the same bits as without, random numbers included if <paramref name="generators"/> names their sources.
    /// </summary>
    /// <param name="block">A deterministic function of its argument, and of parameters or other tensors that it closes over.</param>
    /// <param name="x">The argument, of float type.</param>
    /// <param name="generators">The generators that the block draws from (dropout); they are set back for the second run, and then to where they were.</param>
    /// <remarks>Chen et al. 2016, "Training deep nets with sublinear memory cost", arXiv:1604.06174.</remarks>
    public static Tensor Checkpoint(Func<Tensor, Tensor> block, Tensor x, params ReadOnlySpan<Generator> generators)
    {
        if (!IsRecording) return block(x);
        CheckpointOp op = new(block, x, generators.ToArray());
        return op.Run();
    }

    /// <summary>The block as one node of the tape. Its inputs are x and whatever older nodes the block reached.</summary>
    private sealed class CheckpointOp(Func<Tensor, Tensor> block, Tensor x, Generator[] generators) : Op
    {
        private readonly (ulong Seed, ulong Stream)[] _states = [.. generators.Select(g => g.State)];
        private Node?[] _reached = [];

        public override string Name => "checkpoint";

        public override Tensor Forward(ReadOnlySpan<Tensor> inputs) => throw new NotSupportedException("a checkpoint runs through Autograd.Checkpoint");

        public Tensor Run()
        {
            long start = Node.LastSequence;
            Save(x);
            Tensor at = x.RequiresGrad ? x.Detach().RequireGrad() : x;
            Tensor y = block(at);
            if (!y.RequiresGrad) return y;
            _reached = [.. Reached(y.Node!, start, at.Node)];
            // The graph just made is dropped here: its activations are free from now on.
            Tensor result = y.Detach();
            Shape[] shapes = new Shape[_reached.Length + 1];
            shapes[0] = x.Shape;
            for (int i = 0; i < _reached.Length; i++) shapes[i + 1] = ShapeOf(_reached[i]!);
            result.Node = new OpNode(this, [x.Node, .. _reached], shapes, result);
            return result;
        }

        public override void Backward(Tensor dy, Gradients dx)
        {
            bool record = IsRecording;
            (ulong Seed, ulong Stream)[] now = [.. generators.Select(g => g.State)];
            Tensor at, y;
            try
            {
                for (int i = 0; i < generators.Length; i++) generators[i].State = _states[i];
                using RecordingScope scope = EnableGrad();
                at = !x.RequiresGrad ? x : record ? x.Alias() : x.Detach().RequireGrad();
                y = block(at);
            }
            finally
            {
                for (int i = 0; i < generators.Length; i++) generators[i].State = now[i];
            }
            Tensor?[] grads = RunNodes([y], [dy], [at.Node, .. _reached], retain: record, createGraph: record, accumulate: false, cut: true);
            for (int i = 0; i < grads.Length; i++)
                if (grads[i] is Tensor g) dx.Add(i, g);
        }

        /// <summary>The nodes older than the block that its result depends on, each where the walk first meets it.</summary>
        private static List<Node> Reached(Node root, long start, Node? own)
        {
            List<Node> reached = [];
            HashSet<Node> seen = [root];
            Stack<Node> stack = new([root]);
            while (stack.TryPop(out Node? node))
            {
                if (node.Sequence <= start)
                {
                    reached.Add(node);
                    continue;
                }
                if (node == own) continue;
                foreach (Node? input in node.Inputs)
                    if (input is not null && seen.Add(input)) stack.Push(input);
            }
            return reached;
        }

        private static Shape ShapeOf(Node node) => node is LeafNode leaf ? leaf.Leaf.Shape : ((OpNode)node).OutputShape;
    }
}
