using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;

namespace TensorCore.Tests;

/// <summary>
/// The NuGet package as a stranger gets it: packed, restored into a scratch project outside the repository, and used to run the README's own
/// code, which is thereby known to be true.
/// </summary>
public sealed class PackageTests
{
    [Fact]
    public void A_scratch_project_restores_the_package_and_runs_the_readme()
    {
        string root = Root();
        string scratch = Path.Combine(Path.GetTempPath(), $"tensorcore-package-{Environment.ProcessId}");
        Directory.CreateDirectory(scratch);
        try
        {
            string feed = Path.Combine(scratch, "feed");
            // A version of its own keeps the machine's package cache from answering with an older build.
            string version = $"0.0.1-test.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";
            Dotnet(root, "pack", "src/TensorCore", "-c", "Release", "-o", feed, $"-p:Version={version}", $"-p:BaseOutputPath={scratch}/bin/", $"-p:IntermediateOutputPath={scratch}/obj/", "--nologo", "-v", "q");
            CheckContents(Path.Combine(feed, $"TensorCore.{version}.nupkg"));
            Assert.True(File.Exists(Path.Combine(feed, $"TensorCore.{version}.snupkg")), "there is no symbol package");

            string app = Path.Combine(scratch, "app");
            Directory.CreateDirectory(app);
            File.WriteAllText(Path.Combine(app, "app.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <Nullable>enable</Nullable>
                    <InvariantGlobalization>true</InvariantGlobalization>
                    <RestorePackagesPath>{scratch}/packages</RestorePackagesPath>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageReference Include="TensorCore" Version="{version}" />
                  </ItemGroup>
                </Project>
                """);
            File.WriteAllText(Path.Combine(app, "Directory.Build.props"), "<Project />");
            File.WriteAllText(Path.Combine(app, "Directory.Packages.props"), "<Project />");
            File.WriteAllText(Path.Combine(app, "nuget.config"), $"""
                <configuration>
                  <packageSources>
                    <clear />
                    <add key="scratch" value="{feed}" />
                  </packageSources>
                </configuration>
                """);
            File.WriteAllText(Path.Combine(app, "Program.cs"), ReadmeProgram(root));
            string output = Dotnet(app, "run", "-c", "Release");

            Match last = Regex.Match(output, @"step 300: loss (\S+), right (\S+) ?%");
            Assert.True(last.Success, output);
            Assert.True(double.Parse(last.Groups[2].Value) > 95, output);
            Assert.Contains("[3. 5.]", output, StringComparison.Ordinal);
            Assert.Contains("mul: backward needs a float64 tensor of shape (2,) that was changed in place", output, StringComparison.Ordinal);
            Assert.EndsWith("True", output.Trim(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void CheckContents(string package)
    {
        using ZipArchive zip = ZipFile.OpenRead(package);
        string[] names = [.. zip.Entries.Select(e => e.FullName)];
        Assert.Contains("lib/net10.0/TensorCore.dll", names);
        Assert.Contains("lib/net10.0/TensorCore.xml", names);
        Assert.Contains("README.md", names);
        using StreamReader nuspec = new(zip.GetEntry("TensorCore.nuspec")!.Open());
        Assert.DoesNotContain("<dependency ", nuspec.ReadToEnd(), StringComparison.Ordinal);
        Assert.True(new FileInfo(package).Length < 1_000_000, $"the package has {new FileInfo(package).Length:N0} bytes");
    }

    /// <summary>The README's first C# block is a program; the others become functions that are called after it.</summary>
    private static string ReadmeProgram(string root)
    {
        string[] blocks = [.. Regex.Matches(File.ReadAllText(Path.Combine(root, "README.md")), "```csharp\n(.*?)```", RegexOptions.Singleline).Select(m => m.Groups[1].Value)];
        Assert.True(blocks.Length >= 4, "the README lost its snippets");
        IEnumerable<string> functions = blocks.Skip(1).Select((b, i) => $"static void Snippet{i}()\n{{\n{b}}}\n");
        return blocks[0] + string.Concat(functions.Select((_, i) => $"Snippet{i}();\n")) + string.Concat(functions);
    }

    private static string Dotnet(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // The test host's own settings must not reach the inner build.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{output}\n{errors.Result}");
        return output;
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "TensorCore.sln"))) return folder.FullName;
        throw new InvalidOperationException("TensorCore.sln was not found above the tests");
    }
}
