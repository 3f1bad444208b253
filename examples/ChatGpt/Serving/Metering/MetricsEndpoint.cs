using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TensorCore.Examples.ChatGpt.Serving.Metering;

/// <summary><c>GET /metrics</c>, for Prometheus.</summary>
internal sealed class MetricsEndpoint(ChatEngine engine, RequestMeter meter)
{
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;

    public void Map(WebApplication app) => app.MapGet("/metrics", async context =>
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(Text()).ConfigureAwait(false);
    });

    public string Text()
    {
        PrometheusText text = new();
        (ServedModel Model, LaneMetrics Metrics)[] lanes = [.. engine.Metrics];
        text.Counter("chatgpt_http_requests_total", "Requests answered.", meter.Requests.Select(r => (Labels(("route", r.Key.Route), ("status", r.Key.Status.ToString(CultureInfo.InvariantCulture))), (double)r.Count)));
        text.Histogram("chatgpt_http_request_seconds", "How long a request took, streaming included.", meter.Seconds.Select(s => (Labels(("route", s.Route)), s.Seconds)));
        text.Gauge("chatgpt_http_requests_running", "Requests that are being answered.", (Labels(), meter.Running));
        text.Gauge("chatgpt_slots", "Answers that can be written at the same time.", Each(m => m.Slots));
        text.Gauge("chatgpt_slots_in_use", "Answers that are being written.", Each(m => m.Active));
        text.Gauge("chatgpt_queue_length", "Answers that wait for a slot.", Each(m => m.Waiting));
        text.Counter("chatgpt_queue_refused_total", "Requests refused because too many waited.", Each(m => m.Refused));
        text.Counter("chatgpt_prompt_tokens_total", "Tokens of prompts that were read.", Each(m => m.PromptTokens));
        text.Counter("chatgpt_generated_tokens_total", "Tokens written.", Each(m => m.GeneratedTokens));
        text.Counter("chatgpt_answers_total", "Answers that ended, by why.", lanes.SelectMany(l => Enum.GetValues<FinishReason>().Select(
            reason => (Labels(("model", l.Model.Name), ("reason", reason.ToString().ToLowerInvariant())), (double)l.Metrics.Finished(reason)))));
        text.Histogram("chatgpt_first_token_seconds", "From the request to its first token, waiting included.", lanes.Select(l => (Labels(("model", l.Model.Name)), l.Metrics.FirstToken)));
        using Process process = Process.GetCurrentProcess();
        text.Gauge("process_resident_memory_bytes", "Memory of the process.", (Labels(), process.WorkingSet64));
        text.Gauge("dotnet_gc_heap_bytes", "Memory of managed objects, as the last collection left it.", (Labels(), GC.GetGCMemoryInfo().HeapSizeBytes));
        text.Counter("process_cpu_seconds_total", "Processor time.", (Labels(), process.TotalProcessorTime.TotalSeconds));
        text.Gauge("process_start_time_seconds", "When the server started, in Unix time.", (Labels(), _started.ToUnixTimeMilliseconds() / 1000.0));
        return text.ToString();

        IEnumerable<((string, string)[], double)> Each(Func<LaneMetrics, double> value) => lanes.Select(l => (Labels(("model", l.Model.Name)), value(l.Metrics)));
    }

    private static (string Name, string Value)[] Labels(params (string, string)[] labels) => labels;
}
