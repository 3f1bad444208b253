using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>
/// Who may ask. With a key: who sends it. Without, which is only possible on a loopback address: who calls the server by a loopback name, so that a page of another site, whose name has been made
/// to point here (DNS rebinding), may not.
/// </summary>
internal sealed class Guard(string? apiKey)
{
    private static readonly PathString[] _closed = ["/v1", "/api", "/metrics"];

    private readonly byte[]? _key = apiKey is null ? null : Hash(apiKey);

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        PathString path = context.Request.Path;
        if (_key is null)
        {
            if (!IsLoopback(context.Request.Host.Host))
                throw new ApiException(StatusCodes.Status421MisdirectedRequest, "wrong_host", $"this server is for this machine alone: call it localhost or 127.0.0.1, not '{context.Request.Host.Host}'");
        }
        else if (Array.Exists(_closed, p => path.StartsWithSegments(p)) && !Knows(context.Request))
        {
            throw new ApiException(StatusCodes.Status401Unauthorized, "invalid_api_key", "the API key is missing or wrong: send Authorization: Bearer KEY");
        }
        return next(context);
    }

    private bool Knows(HttpRequest request)
    {
        const string scheme = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        // Hashes have one length, and comparing them takes one time: neither tells anything of the key.
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(Hash(header[scheme.Length..].Trim()), _key);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
