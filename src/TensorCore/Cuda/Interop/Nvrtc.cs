using System.Runtime.InteropServices;

namespace TensorCore.Cuda.Interop;

/// <summary>NVRTC, NVIDIA's run-time compiler, under its own names.</summary>
internal static unsafe partial class Nvrtc
{
    private const string Library = NativeLibraries.Nvrtc;

    [LibraryImport(Library)]
    public static partial int nvrtcVersion(out int major, out int minor);

    [LibraryImport(Library)]
    public static partial byte* nvrtcGetErrorString(int status);

    [LibraryImport(Library)]
    public static partial int nvrtcGetNumSupportedArchs(out int count);

    [LibraryImport(Library)]
    public static partial int nvrtcGetSupportedArchs(int* archs);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int nvrtcCreateProgram(out nint program, string source, string name, int headers, nint headerTexts, nint headerNames);

    [LibraryImport(Library)]
    public static partial int nvrtcDestroyProgram(ref nint program);

    [LibraryImport(Library)]
    public static partial int nvrtcCompileProgram(nint program, int count, nint* options);

    [LibraryImport(Library)]
    public static partial int nvrtcGetCUBINSize(nint program, out nuint size);

    [LibraryImport(Library)]
    public static partial int nvrtcGetCUBIN(nint program, byte* image);

    [LibraryImport(Library)]
    public static partial int nvrtcGetPTXSize(nint program, out nuint size);

    [LibraryImport(Library)]
    public static partial int nvrtcGetPTX(nint program, byte* image);

    [LibraryImport(Library)]
    public static partial int nvrtcGetProgramLogSize(nint program, out nuint size);

    [LibraryImport(Library)]
    public static partial int nvrtcGetProgramLog(nint program, byte* log);

    /// <summary>Throws if a call failed.</summary>
    /// <exception cref="CudaException">The status is not NVRTC_SUCCESS.</exception>
    public static void Check(int status, string function)
    {
        if (status == 0) return;
        string name = Marshal.PtrToStringUTF8((nint)nvrtcGetErrorString(status)) ?? "";
        throw new CudaException(function, name, status, "the run-time compiler refused the call");
    }
}
