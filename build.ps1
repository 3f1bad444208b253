# One entry to everything, the same as build.sh. Works from any folder: paths that you pass stay relative to where you are.
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$env:DOTNET_NOLOGO = '1'; $env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'; $env:DOTNET_CLI_UI_LANGUAGE = 'en'

$usage = @'
./build.ps1 COMMAND
  run                                 build and run the main job: from a small world's text to a GPT to a ChatGPT
  gpt ARGS                            its command line: each stage by itself, and train, sample, eval, verify; gpt --help
  test [long|cuda|mutations] [ARGS]   all tests; long: more generated cases, then the mutation run; cuda: those of the CUDA
                                      backend, on a GPU (the emulated one is for Linux); ARGS go to dotnet test;
                                      mutations --op NAME plants faults in one op only
  cuda-check [ARGS]                   compiles every CUDA kernel with NVIDIA's compiler and holds registers, spills and
                                      instructions against kernels/budget.json (on Debian and Ubuntu)
  bench [SUITE]                       the benchmarks: gemm, ops, gpt, tokenizer, cuda
  example [NAME] [ARGS]               one of the examples; without NAME their names
  pack                                the NuGet package with its symbols, into artifacts/
'@

function Fail([string] $message) { [Console]::Error.WriteLine("build.ps1: $message"); exit 2 }

function InRoot([scriptblock] $action) { Push-Location $root; try { & $action } finally { Pop-Location } }

function CheckSdk {
    if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) { Fail "the .NET 10 SDK is missing (no 'dotnet' on the PATH): https://dotnet.microsoft.com/download" }
    InRoot { $ErrorActionPreference = 'Continue'; dotnet --version 2>&1 | Out-Null }
    if ($LASTEXITCODE -ne 0) { Fail "the .NET SDK 10.0 is needed (global.json): https://dotnet.microsoft.com/download" }
}

# In Release, in silence unless it fails, and not at all if no source is newer than the last time.
function Build([string] $project) {
    $stamp = Join-Path $root "$project/obj/build.stamp"
    if (Test-Path $stamp) {
        $built = (Get-Item $stamp).LastWriteTimeUtc
        $changed = 'src', 'kernels', 'examples', 'benchmarks', 'tests' | ForEach-Object { Join-Path $root $_ } | Where-Object { Test-Path $_ } |
            ForEach-Object { Get-ChildItem $_ -Recurse } |
            Where-Object { $_.LastWriteTimeUtc -gt $built -and $_.FullName -notmatch '[\\/](bin|obj)([\\/]|$)' -and $_.Extension -notin '.md', '.svg' } | Select-Object -First 1
        $changed = $changed, (Get-ChildItem $root -File | Where-Object { $_.Extension -eq '.props' -and $_.LastWriteTimeUtc -gt $built }) | Where-Object { $_ }
        if (-not $changed) { return }
    }
    CheckSdk
    $log = InRoot { dotnet build $project -c Release -v q --nologo }
    if ($LASTEXITCODE -ne 0) { $log | ForEach-Object { [Console]::Error.WriteLine($_) }; exit 1 }
    New-Item $stamp -ItemType File -Force | Out-Null
}

function Start-Program([string] $project, [string] $assembly, [object[]] $arguments) {
    Build $project
    dotnet (Join-Path $root "$project/bin/Release/net10.0/$assembly.dll") @arguments
}

function Examples { Get-ChildItem (Join-Path $root 'examples/*/Program.cs') | ForEach-Object { $_.Directory.Name } }

function Invoke-Example([object[]] $arguments) {
    if ($arguments.Count -eq 0) { Examples; $global:LASTEXITCODE = 0; return }
    $name = Examples | Where-Object { $_ -eq $arguments[0] } | Select-Object -First 1
    if (-not $name) { Fail "there is no example '$($arguments[0])'; there are: $((Examples) -join ' ')" }
    Start-Program "examples/$name" $name.ToLowerInvariant() @($arguments | Select-Object -Skip 1)
}

function Invoke-Mutations([object[]] $arguments) { Start-Program 'tests/TensorCore.Mutations' 'TensorCore.Mutations' $arguments }

function Invoke-Tests([object[]] $arguments) {
    $mode = 'normal'
    $target = 'TensorCore.sln'
    if ($arguments.Count -gt 0 -and $arguments[0] -eq 'cuda') { $target = 'tests/TensorCore.Cuda.Tests/TensorCore.Cuda.Tests.csproj'; $arguments = @($arguments | Select-Object -Skip 1) }
    if ($arguments.Count -gt 0 -and $arguments[0] -eq 'mutations') { Invoke-Mutations @($arguments | Select-Object -Skip 1); return }
    if ($arguments.Count -gt 0 -and $arguments[0] -eq 'long') { $mode = 'long'; $arguments = @($arguments | Select-Object -Skip 1) }
    CheckSdk
    $results = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
    $before = $env:TENSORCORE_TEST_MODE
    $env:TENSORCORE_TEST_MODE = $mode
    try {
        InRoot { dotnet build $target -c Release -v q --nologo | Out-Host }
        if ($LASTEXITCODE -ne 0) { exit 1 }
        # One project after the other: tests of memory and speed want the machine for themselves.
        InRoot { dotnet test $target -c Release --no-build --nologo -m:1 --logger 'console;verbosity=minimal' --logger 'trx;LogFilePrefix=tests' --results-directory $results @arguments | Out-Host }
        $status = $LASTEXITCODE
        if ($mode -eq 'long') { Invoke-Mutations @() | Out-Host; if ($LASTEXITCODE -ne 0) { $status = $LASTEXITCODE } }
        $passed = 0; $failed = 0; $skipped = 0
        foreach ($file in Get-ChildItem (Join-Path $results '*.trx') -ErrorAction SilentlyContinue) {
            $counters = ([xml](Get-Content $file -Raw)).TestRun.ResultSummary.Counters
            $passed += [int]$counters.passed; $failed += [int]$counters.executed - [int]$counters.passed; $skipped += [int]$counters.total - [int]$counters.executed
        }
    }
    finally {
        $env:TENSORCORE_TEST_MODE = $before
        Remove-Item $results -Recurse -Force -ErrorAction SilentlyContinue
    }
    if ($status -ne 0 -and $failed -eq 0) {
        [Console]::Error.WriteLine("a test project or the mutation run ended with an error (exit code $status, above), counted as one failure")
        $failed = 1
    }
    if ($passed + $failed -eq 0) { [Console]::Error.WriteLine('no test ran'); $status = 1 }
    "$passed passed, $failed failed, $skipped skipped"
    $global:LASTEXITCODE = [int]($status -ne 0 -or $failed -ne 0)
}

$command, $rest = $args
$rest = @($rest | Where-Object { $null -ne $_ })
$global:LASTEXITCODE = 0
switch ("$command") {
    { $_ -in '', 'help', '-h', '--help' } { $usage }
    'run' { Start-Program 'examples/ChatGpt' 'chatgpt' (@('run') + $rest) }
    'gpt' { Start-Program 'examples/ChatGpt' 'chatgpt' $rest }
    'test' { Invoke-Tests $rest }
    'cuda-check' { Start-Program 'tests/TensorCore.CudaCheck' 'TensorCore.CudaCheck' $rest }
    'bench' { InRoot { Start-Program 'benchmarks/TensorCore.Benchmarks' 'TensorCore.Benchmarks' $rest } }
    'example' { Invoke-Example $rest }
    'pack' { CheckSdk; InRoot { dotnet pack src/TensorCore -c Release -o artifacts -v q --nologo; if ($LASTEXITCODE -eq 0) { Get-ChildItem artifacts/*nupkg | ForEach-Object { $_.Name } } } }
    default { Fail "unknown command '$command'; ./build.ps1 lists the commands" }
}
exit $LASTEXITCODE
