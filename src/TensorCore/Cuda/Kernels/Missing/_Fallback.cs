namespace TensorCore;

internal sealed unsafe partial class CudaBackend
{
    private static readonly IBackend Device_Cpu = TensorCore.Device.Cpu.Backend;
    private void CpuFallback(Action<Func<Tensor?, Tensor?>> run) => CpuFallback<int>(m => { run(m); return 0; });
    private TR CpuFallback<TR>(Func<Func<Tensor?, Tensor?>, TR> run)
    {
        Dictionary<Storage, Storage> map = [];
        Tensor? M(Tensor? t)
        {
            if (t is null || !t.Device.IsCuda) return t;
            if (!map.TryGetValue(t.Storage, out Storage? s))
            {
                map[t.Storage] = s = new Storage(t.Storage.Bytes, TensorCore.Device.Cpu);
                device.Staging.Download(s.Pointer, (nint)t.Storage.Pointer, s.Bytes);
            }
            return new Tensor(s, t.DType, t.Sizes.ToArray(), t.Strides.ToArray(), t.Offset);
        }
        TR r = run(M);
        foreach ((Storage gpu, Storage cpu) in map) device.Staging.Upload((nint)gpu.Pointer, cpu.Pointer, cpu.Bytes);
        return r;
    }
    private Tensor Up(Tensor? t) => t is null ? null! : t.To(TensorCore.Device.Cuda(device.Index));
    private Tensor[] Up(Tensor[] t) => [.. t.Select(Up)];
}
