using System.Buffers.Text;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Security;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using static AgentOrchestration.Tests.Execution.Secrets.SecretRuns;

namespace AgentOrchestration.Tests.Execution.Secrets;

public sealed class SecretTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Func<string, string>[] Ways =
    [
        key => key,
        key => $"https://server/?key={Uri.EscapeDataString(key)}&more=1",
        key => $"https://server/?key={WebUtility.UrlEncode(key)}",
        key => $"https://server/?key={Regex.Replace(Uri.EscapeDataString(key), "%..", match => match.Value.ToLowerInvariant())}",
        key => JsonSerializer.Serialize(new { key }),
        key => Convert.ToBase64String(Encoding.UTF8.GetBytes(key)),
        key => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"u:{key}"))}",
        key => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($":{key}:and more"))}",
        key => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"user:{key}")),
        key => WebUtility.HtmlEncode(key),
        key => HtmlEncoder.Default.Encode(key),
        key => $"<a key=\"{SecurityElement.Escape(key)}\"/>",
        key => Uri.EscapeDataString(Uri.EscapeDataString(key)),
        key => $"https://server/?next={Uri.EscapeDataString($"https://server/?key={WebUtility.UrlEncode(key)}")}",
        key => JsonSerializer.Serialize(new { body = JsonSerializer.Serialize(new { key }) }),
        key => JsonSerializer.Serialize(new { key }, Relaxed).Replace("/", "\\/", StringComparison.Ordinal),
        key => JsonSerializer.Serialize(new { basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"u:{key}")) }),
        key => Uri.EscapeDataString(Convert.ToBase64String(Encoding.UTF8.GetBytes(key))),
        key => Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { key }))),
        key => Convert.ToHexString(Encoding.UTF8.GetBytes(key)),
        key => Convert.ToHexStringLower(Encoding.UTF8.GetBytes($"before {key} after")),
        key => BitConverter.ToString(Encoding.UTF8.GetBytes(key)),
        key => key.ToUpperInvariant(),
    ];

    // Of all that URLs, JSON and base64 write in another way.
    public static TheoryData<string> Canaries =>
    [
        .. Enumerable.Range(0, 12).Select(number =>
        {
            var random = new Random(number);
            return string.Concat(Enumerable.Range(0, 12 + number).Select(_ => (string[])["a", "k", "7", "0", "Z", "-", "_", "+", "/", "=", " ", "%", "&", "\"", "\\", "<", "ü", "日", "😀"]).Select(letters => letters[random.Next(letters.Length)]));
        }),
    ];

    private string? _passed;

    [Fact]
    public async Task Code_gets_the_secret_and_nothing_that_is_told_or_kept_holds_it()
    {
        var logs = new FakeLogCollector();
        List<string> spans = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("AgentOrchestration", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (spans)
                {
                    spans.Add($"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Events.SelectMany(next => next.Tags))}");
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        DurableHost host = Create(builder => builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs))));
        string runId;
        List<RunEvent> events = [];
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
                TaskPlan.Create(plan =>
                {
                    JsonObject input = new() { ["url"] = "u", ["key"] = new SecretRef("api-key").ToJsonNode() };
                    plan.Add("uses", "uses", input.DeepClone());
                    plan.Add("throws", "throws", input.DeepClone());
                    plan.Add("asked", "asked", input.DeepClone());
                }),
                TestEnd);
            ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);
            Assert.Equal("""{"$secret":"api-key"}""", question.Arguments.GetProperty("key").GetRawText());
            await run.ApproveAsync(question, cancellationToken: TestEnd);
            RunResult result = await run.EndAsync();
            runId = run.RunId;
            events.AddRange(await Engine.EventsAsync(run));

            Assert.Equal(Canary.Length, result.GetOutput<int>("uses"));
            Assert.Equal(Canary.Length, result.GetOutput<int>("asked"));
            Assert.Equal("The server refused ***.", result["throws"].Error!.Message);
            var thrown = new OrchestrationFailedException(result);
            Holds(thrown.ToString());
        }

        Holds(string.Join('\n', events.Select(next => $"{next} {(next is SubtaskFailed failed ? failed.Error.Exception?.ToString() : "")}")));
        Holds(string.Join('\n', await host.JournalAsync(runId)));
        Holds(Encoding.UTF8.GetString((await host.Store.ReadHeaderAsync(runId, TestEnd))!.Value.Span));
        Holds(string.Join('\n', logs.GetSnapshot().Select(log => $"{log.Message} {log.Exception}")));
        lock (spans)
        {
            Holds(string.Join('\n', spans));
            Assert.NotEmpty(spans);
        }

        Assert.Contains("api-key", Encoding.UTF8.GetString((await host.Store.ReadHeaderAsync(runId, TestEnd))!.Value.Span), StringComparison.Ordinal);
        Assert.NotEmpty(logs.GetSnapshot());

        static void Holds(string told)
        {
            Assert.DoesNotContain(Canary, told, StringComparison.Ordinal);
            Assert.DoesNotContain("canary-7f3a", told, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary))[..20], told, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Canaries))]
    public async Task However_a_secret_is_written_it_is_not_told(string canary)
    {
        var logs = new FakeLogCollector();
        List<string> told = [];
        using var metrics = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name.StartsWith("AgentOrchestration", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        metrics.SetMeasurementEventCallback<double>((_, _, tags, _) => Add(tags));
        metrics.SetMeasurementEventCallback<long>((_, _, tags, _) => Add(tags));
        metrics.Start();
        using var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("AgentOrchestration", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Tell($"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Events.SelectMany(next => next.Tags))}"),
        };
        ActivitySource.AddActivityListener(spans);
        DurableHost host = new(builder =>
        {
            builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs)));
            builder.Services.AddSingleton<ISecretProvider>(new Vault(canary));
            builder.AddTaskType<Call, int>("throws", "Tells a secret.", (call, context, _) =>
            {
                string text = Ways[int.Parse(call.Url, null)](call.Key);
                context.ReportProgress(0.5, text);
                context.StreamText(text);
                throw new InvalidOperationException($"The server refused {text}.", new InvalidOperationException(text));
            });
        });
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
                TaskPlan.Create(plan =>
                {
                    for (int way = 0; way < Ways.Length; way++)
                    {
                        plan.Add($"throws-{way}", "throws", new JsonObject { ["url"] = $"{way}", ["key"] = new SecretRef("api-key").ToJsonNode() });
                    }
                }),
                TestEnd);
            RunResult result = await run.EndAsync();
            Tell(new OrchestrationFailedException(result).ToString());
            foreach (RunEvent next in await Engine.EventsAsync(run))
            {
                Tell($"{next} {(next as SubtaskFailed)?.Error.Message} {(next as SubtaskFailed)?.Error.Exception}");
            }

            foreach (string line in await host.JournalAsync(run.RunId))
            {
                Tell(line);
                Tell(JsonNode.Parse(line)!["error"]?["message"]?.GetValue<string>() ?? "");
            }

            Tell(Encoding.UTF8.GetString((await host.Store.ReadHeaderAsync(run.RunId, TestEnd))!.Value.Span));
        }

        // Spans and measurements of other tests come all the time.
        string[] all;
        lock (told)
        {
            all = [.. told.Concat(logs.GetSnapshot().Select(log => $"{log.Message} {log.Exception}")).Distinct()];
        }

        Assert.Contains(all, text => text.Contains("***", StringComparison.Ordinal));
        foreach (string text in all)
        {
            foreach (string reading in Readings(text))
            {
                Assert.DoesNotContain(canary, reading, StringComparison.OrdinalIgnoreCase);
            }
        }

        void Add(ReadOnlySpan<KeyValuePair<string, object?>> tags) => Tell(string.Join(' ', tags.ToArray()));

        void Tell(string text)
        {
            lock (told)
            {
                told.Add(text);
            }
        }
    }

    /// <summary>What a text says to somebody who decodes it, also twice.</summary>
    private static IEnumerable<string> Readings(string text)
    {
        string[] once = [.. Decoded(text).Prepend(text).Distinct()];
        return once.Concat(once.SelectMany(Decoded)).Distinct();
    }

    private static IEnumerable<string> Decoded(string text) =>
    [
        Uri.UnescapeDataString(text), WebUtility.UrlDecode(text), WebUtility.HtmlDecode(text), Unescape(text),
        .. Base64Of(text), .. HexOf(text.Replace("-", "", StringComparison.Ordinal)),
    ];

    private static string Unescape(string text) => Regex.Replace(
        text, @"\\(u[0-9a-fA-F]{4}|.)", match => match.Value[1] == 'u' && match.Length == 6 ? $"{(char)Convert.ToUInt16(match.Value[2..], 16)}" : match.Value[1..]);

    private static IEnumerable<string> HexOf(string text) => Regex.Matches(text, "(?:[0-9a-fA-F]{2}){8,}").Select(match => Encoding.UTF8.GetString(Convert.FromHexString(match.Value)));

    /// <summary>What the longest words of a text say when they are base64.</summary>
    private static IEnumerable<string> Base64Of(string text)
    {
        foreach (string word in text.Split(' ', '"', '\'', '.', ',', '\n').Where(word => word.Length >= 16))
        {
            string padded = word.Replace('-', '+').Replace('_', '/').TrimEnd('=');
            padded += new string('=', (4 - (padded.Length % 4)) % 4);
            byte[] content = new byte[padded.Length];
            if (Convert.TryFromBase64String(padded, content, out int length))
            {
                yield return Encoding.UTF8.GetString(content, 0, length);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task A_secret_that_is_streamed_in_pieces_is_not_shown(int length)
    {
        DurableHost host = Create(builder => builder.AddTaskType<Call, int>("streams", "Streams a secret in pieces.", (call, context, _) =>
        {
            string text = $"The key {call.Key} is {Convert.ToBase64String(Encoding.UTF8.GetBytes($"u:{call.Key}"))}, the key is secret, c";
            for (int at = 0; at < text.Length; at += length)
            {
                context.StreamText(text.Substring(at, Math.Min(length, text.Length - at)));
            }

            return ValueTask.FromResult(1);
        }));
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await StartAsync(process, "streams");
        await run.EndAsync();

        string streamed = string.Concat((await Engine.EventsAsync(run)).OfType<TextStreamed>().Select(next => next.Text));
        Assert.Matches(@"^The key \*\*\* is .{0,4}\*\*\*=*, the key is secret, c$", streamed);
    }

    [Fact]
    public async Task The_exception_of_an_attempt_that_was_given_a_secret_is_never_shown()
    {
        var logs = new FakeLogCollector();
        DurableHost host = Create(builder => builder
            .AddTaskType<Call, int>("hides", "Hides a secret in what is no text.", (call, _, _) => throw new Carrier(call.Key))
            .Services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs))));
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await StartAsync(process, "hides");

        RunResult result = await run.EndAsync();

        Assert.Equal(("Carrier", "plain"), (result["a"].Error!.Kind, result["a"].Error!.Message));
        Assert.Null(result["a"].Error!.Exception);
        Assert.Null(new OrchestrationFailedException(result).InnerException);
        Assert.All((await Engine.EventsAsync(run)).OfType<SubtaskFailed>(), failed => Assert.Null(failed.Error.Exception));
        await run.DisposeAsync();
        Assert.Contains(logs.GetSnapshot(), log => log.Level == LogLevel.Error);
        Assert.All(logs.GetSnapshot(), log => Assert.Null(log.Exception));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("inner data")]
    [InlineData("aggregate")]
    [InlineData("text")]
    public async Task An_exception_that_holds_a_secret_of_another_subtask_is_not_shown(string where)
    {
        DurableHost host = Create(builder => builder
            .AddTaskType<Call, int>("passes", "Passes a secret on.", (call, _, _) =>
            {
                _passed = call.Key;
                return ValueTask.FromResult(1);
            })
            .AddTaskType<int, int>("reveals", "Reveals the secret of another.", (_, _, _) => throw (where switch
            {
                "data" => new InvalidOperationException("plain") { Data = { ["key"] = _passed } },
                "inner data" => new InvalidOperationException("plain", new InvalidOperationException("plain") { Data = { [_passed!] = 1 } }),
                "aggregate" => new AggregateException("plain", new InvalidOperationException("plain"), new InvalidOperationException(_passed)),
                _ => new InvalidOperationException("plain", new Revealing(_passed!)),
            })));
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
            TaskPlan.Create(plan =>
            {
                SubtaskRef passes = plan.Add("passes", "passes", new JsonObject { ["url"] = "u", ["key"] = new SecretRef("api-key").ToJsonNode() });
                plan.Add("a", "reveals", passes.Output());
                plan.Add("plain", "fails", after: [passes]);
            }),
            TestEnd);

        RunResult result = await run.EndAsync();

        Assert.Null(result["a"].Error!.Exception);
        Assert.StartsWith("plain", result["a"].Error!.Message, StringComparison.Ordinal);
        Assert.IsType<NotSupportedException>(result["plain"].Error!.Exception);
    }

    private sealed class Carrier(string key) : Exception("plain")
    {
        public string Key { get; } = key;
    }

    private sealed class Revealing(string key) : Exception("plain")
    {
        public override string ToString() => key;
    }
}
