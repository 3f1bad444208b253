namespace TensorCore.CudaCheck;

/// <summary>
/// The loops of a kernel, from its control flow: basic blocks, their dominators (Cooper, Harvey, Kennedy, "A simple, fast dominance algorithm", 2001), and for every edge to a dominator the
/// natural loop. A jump backwards alone would not do: the compiler moves rare code behind the end, and it jumps back.
/// </summary>
internal sealed class ControlFlow
{
    private readonly List<Instruction[]> _blocks = [];
    private readonly List<int>[] _next, _previous;
    private readonly int[] _order;     // reachable blocks, in reverse postorder
    private readonly int[] _dominator; // the immediate one; -1 where the entry does not lead

    public ControlFlow(IReadOnlyList<Instruction> code)
    {
        Dictionary<int, int> blockAt = Cut(code);
        _next = [.. _blocks.Select(_ => new List<int>())];
        _previous = [.. _blocks.Select(_ => new List<int>())];
        for (int b = 0; b < _blocks.Count; b++)
        {
            Instruction last = _blocks[b][^1];
            if (last.Target is int target && blockAt.TryGetValue(target, out int to)) Connect(b, to);
            if (last.FallsThrough && b + 1 < _blocks.Count) Connect(b, b + 1);
        }
        _order = ReversePostorder();
        _dominator = Dominators();
        Loops = FindLoops();
    }

    public IReadOnlyList<Loop> Loops { get; }

    /// <summary>The loop with the most multiply-adds of its own: the main loop of a kernel that is bound by arithmetic; null if no loop has any.</summary>
    public Loop? MainLoop => Loops.Where(l => l.MultiplyAdds > 0).OrderByDescending(l => l.MultiplyAdds).ThenBy(l => l.Instructions.Count).FirstOrDefault();

    private Dictionary<int, int> Cut(IReadOnlyList<Instruction> code)
    {
        HashSet<int> starts = [.. code.Select(i => i.Target).OfType<int>()];
        Dictionary<int, int> blockAt = [];
        List<Instruction> block = [];
        foreach (Instruction instruction in code)
        {
            if (starts.Contains(instruction.Address)) End();
            block.Add(instruction);
            if (instruction.Target is not null || !instruction.FallsThrough) End();
        }
        End();
        return blockAt;

        void End()
        {
            if (block.Count == 0) return;
            blockAt[block[0].Address] = _blocks.Count;
            _blocks.Add([.. block]);
            block.Clear();
        }
    }

    private void Connect(int from, int to)
    {
        _next[from].Add(to);
        _previous[to].Add(from);
    }

    private int[] ReversePostorder()
    {
        if (_blocks.Count == 0) return [];
        List<int> order = [];
        bool[] seen = new bool[_blocks.Count];
        Stack<(int Block, int Child)> path = new([(0, 0)]);
        seen[0] = true;
        while (path.TryPop(out (int Block, int Child) at))
        {
            if (at.Child == _next[at.Block].Count)
            {
                order.Add(at.Block);
                continue;
            }
            path.Push((at.Block, at.Child + 1));
            int next = _next[at.Block][at.Child];
            if (seen[next]) continue;
            seen[next] = true;
            path.Push((next, 0));
        }
        order.Reverse();
        return [.. order];
    }

    private int[] Dominators()
    {
        int[] dominator = new int[_blocks.Count], rank = new int[_blocks.Count];
        Array.Fill(dominator, -1);
        if (_order.Length == 0) return dominator;
        for (int i = 0; i < _order.Length; i++) rank[_order[i]] = i;
        dominator[0] = 0;
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (int block in _order.Skip(1))
            {
                int common = -1;
                foreach (int p in _previous[block].Where(p => dominator[p] >= 0)) common = common < 0 ? p : Intersect(p, common);
                changed |= dominator[block] != common;
                dominator[block] = common;
            }
        }
        return dominator;

        int Intersect(int a, int b)
        {
            while (a != b)
            {
                while (rank[a] > rank[b]) a = dominator[a];
                while (rank[b] > rank[a]) b = dominator[b];
            }
            return a;
        }
    }

    private bool Dominates(int a, int b)
    {
        while (b != a && b != 0) b = _dominator[b];
        return a == b;
    }

    private List<Loop> FindLoops()
    {
        // Loops with one head are one loop.
        Dictionary<int, HashSet<int>> bodies = [];
        foreach (int block in _order)
        {
            foreach (int head in _next[block].Where(h => Dominates(h, block)))
            {
                if (!bodies.TryGetValue(head, out HashSet<int>? body)) bodies[head] = body = [head];
                Stack<int> pending = new([block]);
                while (pending.TryPop(out int b))
                {
                    if (!body.Add(b)) continue;
                    foreach (int p in _previous[b].Where(p => _dominator[p] >= 0)) pending.Push(p);
                }
            }
        }
        List<Loop> loops = [];
        foreach ((int head, HashSet<int> body) in bodies)
        {
            HashSet<int> own = [.. body];
            foreach ((int inner, HashSet<int> innerBody) in bodies)
                if (inner != head && body.Contains(inner)) own.ExceptWith(innerBody);
            loops.Add(new Loop([.. own.Order().SelectMany(b => _blocks[b])]));
        }
        return loops;
    }
}
