using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using TensorCore.Examples.ChatGpt.Serving.Api;
using TensorCore.Examples.ChatGpt.Serving.Metering;
using TensorCore.Examples.ChatGpt.Serving.Page;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>
/// Serves an engine's models by HTTP: OpenAI's API under <c>/v1</c>, so that its clients work unchanged, <c>/metrics</c>, <c>/healthz</c> (the process lives), <c>/readyz</c> (it takes
/// requests), and the page. It does not own the engine.
/// </summary>
public sealed class ChatServer : IAsyncDisposable
{
    // What a client has begun to send is read to its end if it is not much more than allowed, so that it hears of its error; above that the connection is closed.
    private const long ReadToRefuse = 4 << 20;

    private readonly WebApplication _app;

    private ChatServer(WebApplication app) => _app = app;

    /// <summary>Where it listens, with the port that it got.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Starts a server, which listens when this returns.</summary>
    /// <param name="engine">What answers.</param>
    /// <param name="options">Where, and what it takes.</param>
    /// <param name="texts">The language of the errors that the caller sees.</param>
    /// <param name="log">Where unexpected errors go; standard error by default.</param>
    /// <param name="cancellation">Stops the start.</param>
    /// <exception cref="UserErrorException">The address is none of this machine's, is open to others without a key, or its port is taken.</exception>
    public static async Task<ChatServer> StartAsync(ChatEngine engine, ServerOptions options, Texts texts, TextWriter? log = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        IPAddress address = FindAddress(options, texts);
        WebApplication app = Build(engine, options, address, log ?? Console.Error);
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw CannotListen(e, options, texts);
        }
        string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new(app) { Address = new(bound) };
    }

    /// <summary>Stops listening; answers that are being written have a few seconds to end.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
        await _app.StopAsync(patience.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(ChatEngine engine, ServerOptions options, IPAddress address, TextWriter log)
    {
        // Empty: no settings from files or from the environment, no logging; what is there stands here.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRouting();
        builder.Services.AddSingleton(engine);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes + ReadToRefuse;
            kestrel.Listen(address, options.Port);
        });
        WebApplication app = builder.Build();
        RequestMeter meter = new();
        app.Use((context, next) => meter.InvokeAsync(context, next));
        ErrorAnswers errors = new(log);
        app.Use((context, next) => errors.InvokeAsync(context, next));
        app.Use((context, next) => Headers(context, next));
        Guard guard = new(options.ApiKey);
        app.Use((context, next) => guard.InvokeAsync(context, next));
        if (Directory.Exists(options.WebRoot))
        {
            PhysicalFileProvider files = new(Path.GetFullPath(options.WebRoot));
            app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
            app.UseStaticFiles(new StaticFileOptions { FileProvider = files });
        }
        app.UseRouting();
        new CompletionEndpoints(engine, options).Map(app);
        new ModelEndpoints(engine).Map(app);
        new MetricsEndpoint(engine, meter).Map(app);
        app.MapGet("/healthz", context => Json.WriteAsync(context.Response, new JsonObject { ["status"] = "ok" }));
        app.MapGet("/readyz", context => engine.IsRunning
            ? Json.WriteAsync(context.Response, new JsonObject { ["status"] = "ready" })
            : Json.WriteAsync(context.Response, new JsonObject { ["status"] = "stopped" }, StatusCodes.Status503ServiceUnavailable));
        PageEndpoints.MapPage(app);
        return app;
    }

    private static Task Headers(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return next(context);
    }

    private static IPAddress FindAddress(ServerOptions options, Texts texts)
    {
        IPAddress? address = options.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
            : IPAddress.TryParse(options.Host, out IPAddress? parsed) ? parsed
            : throw new UserErrorException(texts.Pick($"'{options.Host}' não é um endereço IP nem localhost", $"'{options.Host}' is neither an IP address nor localhost"));
        if (!IPAddress.IsLoopback(address) && string.IsNullOrEmpty(options.ApiKey))
        {
            throw new UserErrorException(texts.Pick(
                $"em {options.Host} outras máquinas alcançam o servidor: isso exige uma chave (--api-key), ou use 127.0.0.1",
                $"at {options.Host} other machines reach the server: that needs a key (--api-key), or use 127.0.0.1"));
        }
        return address;
    }

    private static UserErrorException CannotListen(Exception error, ServerOptions options, Texts texts)
    {
        string where = $"{options.Host}:{options.Port}";
        if (error.InnerException is AddressInUseException)
            return new(texts.Pick($"a porta {options.Port} de {options.Host} já está em uso: escolha outra em --port", $"port {options.Port} of {options.Host} is in use: choose another for --port"), error);
        SocketError? code = (error as SocketException ?? error.InnerException as SocketException)?.SocketErrorCode;
        return code == SocketError.AccessDenied
            ? new(texts.Pick($"não é permitido escutar em {where}: escolha uma porta acima de 1023 em --port", $"listening at {where} is not allowed: choose a port above 1023 for --port"), error)
            : new(texts.Pick($"não dá para escutar em {where}: {error.Message}", $"cannot listen at {where}: {error.Message}"), error);
    }

    /// <summary>The caller decides when the server ends; its own handling of Ctrl-C stays.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
