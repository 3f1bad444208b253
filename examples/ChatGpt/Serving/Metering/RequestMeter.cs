using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TensorCore.Examples.ChatGpt.Serving.Metering;

/// <summary>Counts requests and measures how long they take, by the route that they matched: paths that nobody mapped are one.</summary>
internal sealed class RequestMeter
{
    private readonly ConcurrentDictionary<(string Route, int Status), StrongBox> _requests = new();
    private readonly ConcurrentDictionary<string, Histogram> _seconds = new();
    private int _running;

    public int Running => Volatile.Read(ref _running);

    public IEnumerable<((string Route, int Status) Key, long Count)> Requests => _requests.OrderBy(r => r.Key).Select(r => (r.Key, Interlocked.Read(ref r.Value.Count)));

    public IEnumerable<(string Route, Histogram Seconds)> Seconds => _seconds.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value));

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        long start = TimeProvider.System.GetTimestamp();
        Interlocked.Increment(ref _running);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "other";
            Interlocked.Increment(ref _requests.GetOrAdd((route, context.Response.StatusCode), _ => new()).Count);
            _seconds.GetOrAdd(route, _ => new(0.001, 0.01, 0.1, 0.3, 1, 3, 10, 30, 120)).Observe(TimeProvider.System.GetElapsedTime(start).TotalSeconds);
        }
    }

    private sealed class StrongBox
    {
        public long Count;
    }
}
