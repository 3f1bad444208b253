using System.Runtime.InteropServices;
using System.Text;
using TensorCore.Cuda.Interop;

namespace TensorCore.CudaCheck;

/// <summary>A compiled program.</summary>
/// <param name="Cubin">The machine code, an ELF file.</param>
/// <param name="Log">What the assembler says about registers and memory.</param>
internal sealed record CompiledProgram(byte[] Cubin, string Log);

/// <summary>
/// NVRTC through the library's own bindings; threads may compile at the same time. The result is inspected, never run.
/// </summary>
internal static unsafe class Compiler
{
    // As the library's (KernelCache.cs), and a report of the resources, which leaves the code as it is.
    private static readonly string[] s_options = ["--std=c++17", "--extra-device-vectorization", "--ptxas-options=--verbose"];

    /// <summary>Compiles a program for an architecture.</summary>
    /// <exception cref="CompilationException">It does not compile: the message has the compiler's errors.</exception>
    public static CompiledProgram Compile(KernelProgram program, Architecture architecture)
    {
        NativeLibraries.Register();
        Nvrtc.Check(Nvrtc.nvrtcCreateProgram(out nint handle, program.Text, program.Title, 0, 0, 0), nameof(Nvrtc.nvrtcCreateProgram));
        nint[] options = [.. s_options.Append($"--gpu-architecture=sm_{architecture.Number}").Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            int status;
            fixed (nint* p = options) status = Nvrtc.nvrtcCompileProgram(handle, options.Length, p);
            Nvrtc.Check(Nvrtc.nvrtcGetProgramLogSize(handle, out nuint length), nameof(Nvrtc.nvrtcGetProgramLogSize));
            byte[] log = new byte[(int)length];
            fixed (byte* p = log) Nvrtc.Check(Nvrtc.nvrtcGetProgramLog(handle, p), nameof(Nvrtc.nvrtcGetProgramLog));
            string text = Encoding.UTF8.GetString(log).TrimEnd('\0');
            if (status != 0) throw new CompilationException($"{program.Title} does not compile for sm_{architecture.Number}:\n{text}");
            Nvrtc.Check(Nvrtc.nvrtcGetCUBINSize(handle, out nuint size), nameof(Nvrtc.nvrtcGetCUBINSize));
            byte[] cubin = new byte[(int)size];
            fixed (byte* p = cubin) Nvrtc.Check(Nvrtc.nvrtcGetCUBIN(handle, p), nameof(Nvrtc.nvrtcGetCUBIN));
            return new CompiledProgram(cubin, text);
        }
        finally
        {
            foreach (nint option in options) Marshal.FreeCoTaskMem(option);
            _ = Nvrtc.nvrtcDestroyProgram(ref handle);
        }
    }

    /// <summary>The compiler's version, <c>12.4</c>.</summary>
    public static string Version()
    {
        NativeLibraries.Register();
        Nvrtc.Check(Nvrtc.nvrtcVersion(out int major, out int minor), nameof(Nvrtc.nvrtcVersion));
        return $"{major}.{minor}";
    }
}

/// <summary>A kernel that NVIDIA's compiler refuses.</summary>
internal sealed class CompilationException(string message) : Exception(message);
