using System.Runtime.InteropServices;
using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    // As in copy.cu.
    private const int CopyThreads = 256, CopyPerThread = 4;

    public unsafe void Copy(Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        CopyPlan plan = new(x, y);
        int size = y.DType.Size();
        bool dense = plan.Count == 0 || (plan.Count == 1 && plan.HasRows && plan.Y == y.Pointer);
        if (dense) device.CopyDeviceToDevice(y, x, y.Count * size);
        else Copy(plan, size);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    private unsafe void Copy(CopyPlan plan, int size)
    {
        if (plan.Count > CopyLayout.MaxAxes)
        {
            CopyAxis outermost = plan.Remove(plan.Count - 1);
            for (long i = 0; i < outermost.Size; i++) Copy(plan.At(outermost, i, size), size);
            return;
        }
        int crossing = plan.Crossing();
        if (crossing > 0)
        {
            Transpose(plan, crossing, size);
            return;
        }
        bool spreads = plan.WidenSpread(size);
        int unit = spreads ? size : plan.Widen(size);
        long n = plan.Total(), perBlock = CopyThreads * (spreads ? 1 : CopyPerThread);
        CopyLayout layout = new(plan.Axes);
        Kernel("copy.cu", $"{(spreads ? "spread" : "copy")}_{unit}", DType.Bool).Launch(CudaLaunch.Blocks(n, perBlock), CopyThreads, 0,
            KernelArgument.Pointer((nint)plan.X), KernelArgument.Pointer((nint)plan.Y), KernelArgument.OfStructure(&layout), n);
    }

    /// <summary>A transpose, as copy.cu takes it by value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Crossing
    {
        public long Along, Across, XStep, YStep;
        public Divider TilesAlong, TilesAcross;
        public int Words;
    }

    private unsafe void Transpose(CopyPlan plan, int crossing, int size)
    {
        CopyAxis across = plan.Remove(crossing), along = plan.Remove(0);
        // Small elements travel in words of 4 bytes.
        int pack = Math.Max(1, 4 / size), tile = 32 * pack;
        long tilesAlong = CudaLaunch.Blocks(along.Size, tile), tilesAcross = CudaLaunch.Blocks(across.Size, tile);
        bool words = (nint)plan.X % (pack * size) == 0 && (nint)plan.Y % (pack * size) == 0 && along.X % pack == 0 && across.Y % pack == 0;
        foreach (CopyAxis axis in plan.Axes) words &= axis.X % pack == 0 && axis.Y % pack == 0;
        Crossing c = new()
        {
            Along = along.Size,
            Across = across.Size,
            XStep = along.X,
            YStep = across.Y,
            TilesAlong = new Divider(tilesAlong),
            TilesAcross = new Divider(tilesAcross),
            Words = words ? 1 : 0,
        };
        CopyLayout outer = new(plan.Axes);
        Kernel("copy.cu", $"transpose_{size}", DType.Bool).Launch(plan.Total() * tilesAlong * tilesAcross, CopyThreads, 0,
            KernelArgument.Pointer((nint)plan.X), KernelArgument.Pointer((nint)plan.Y), KernelArgument.OfStructure(&outer), KernelArgument.OfStructure(&c));
    }

    public void AddStrided(Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        CopyPlan plan = new(x, y);
        if (plan.Count <= CopyLayout.MaxAxes && plan.Crossing() > 0)
        {
            // Turned round once by tiles, x can be added by whole rows.
            Tensor turned = Tensor.Empty(x.Sizes, x.DType, x.Device);
            Copy(x, turned);
            (x, plan) = (turned, new CopyPlan(turned, y));
        }
        AddStrided(plan, y.DType);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    private unsafe void AddStrided(CopyPlan plan, DType type)
    {
        int size = type.Size();
        if (plan.Count > CopyLayout.MaxAxes)
        {
            CopyAxis outermost = plan.Remove(plan.Count - 1);
            for (long i = 0; i < outermost.Size; i++) AddStrided(plan.At(outermost, i, size), type);
            return;
        }
        bool packs = plan.Widen(size, 16);
        long n = plan.Total();
        CopyLayout layout = new(plan.Axes);
        Kernel("add_strided.cu", packs ? "add_packs" : "add_elements", type).Launch(CudaLaunch.Blocks(n, CopyThreads), CopyThreads, 0,
            KernelArgument.Pointer((nint)plan.X), KernelArgument.Pointer((nint)plan.Y), KernelArgument.OfStructure(&layout), n);
    }
}
