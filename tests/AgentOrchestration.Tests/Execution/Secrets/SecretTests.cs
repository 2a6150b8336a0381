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
using AgentOrchestration.Execution.Secrets;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution.Foreign;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Tests.Execution.Secrets;

public sealed class SecretTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string Canary = "canary-7f3a-ünd-\"quotes\"";

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

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

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

    [Fact]
    public async Task A_result_that_holds_a_secret_is_not_stored()
    {
        DurableHost host = Create(builder => builder.AddTaskType<Call, string>("returns", "Returns a secret.", (call, _, _) => ValueTask.FromResult($"{new string('x', 200_000)} {call.Key}")));
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await StartAsync(process, "returns");

        RunResult result = await run.EndAsync();

        Assert.Equal("ResultHoldsSecret", result["a"].Error!.Kind);
        Assert.Contains("refer to the secret in the arguments", result["a"].Error!.Message, StringComparison.Ordinal);
        Assert.All(await host.JournalAsync(run.RunId), line => Assert.DoesNotContain("canary", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task A_result_that_holds_a_secret_is_not_cached(bool holdsSecret, int expectedCalls)
    {
        int calls = 0;
        await using var engine = new Engine(
            builder => builder.UseResultCache().AddTaskType<Call, string>(
                "returns",
                "Returns what it was given, or not.",
                (call, _, _) =>
                {
                    calls++;
                    return ValueTask.FromResult(holdsSecret ? call.Key : call.Url);
                },
                type => type.Effect = TaskEffect.Pure),
            services: services => services.AddSingleton<ISecretProvider>(new Vault(Canary)));
        for (int i = 0; i < 2; i++)
        {
            OrchestrationRun run = await engine.StartAsync(plan => plan.Add("a", "returns", new JsonObject { ["url"] = "u", ["key"] = new SecretRef("api-key").ToJsonNode() }));

            // Its cache is written to before the run is disposed of.
            await using IAsyncDisposable disposal = run.Disposal();
            await run.EndAsync();
        }

        Assert.Equal(expectedCalls, calls);
    }

    [Fact]
    public async Task A_subtask_that_holds_a_secret_is_not_added()
    {
        DurableHost host = Create(builder => builder.AddTaskType<Call, int>("adds", "Adds a subtask.", (call, context, _) =>
        {
            context.AddSubtasks(plan => plan.Add("more", "shows", new JsonObject { ["of"] = call.Key }));
            return ValueTask.FromResult(1);
        }));
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await StartAsync(process, "adds");

        RunResult result = await run.EndAsync();

        Assert.Contains("adds holds a secret", result["a"].Error!.Message.Replace("'a' ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Single(result.Subtasks);
    }

    [Fact]
    public async Task Secrets_are_forgotten_when_their_run_has_ended_and_cost_other_runs_nothing()
    {
        int given = 0;
        var provider = new Rotating(() => $"token-{Interlocked.Increment(ref given)}-of-many");
        long bytes = 0;
        await using var engine = new Engine(
            builder => builder
                .AddTaskType<Call, int>("takes", "Takes a secret.", (call, context, _) =>
                {
                    context.StreamText(call.Key);
                    return ValueTask.FromResult(call.Key.Length);
                })
                .AddTaskType<None, int>("streams", "Streams.", (_, context, _) =>
                {
                    bytes = Cost.BytesOf(() => context.StreamText("some words of an answer"));
                    return ValueTask.FromResult(1);
                }),
            services: services => services.AddSingleton<ISecretProvider>(provider));
        await engine.RunAsync(plan => plan.Add("a", "streams"));
        await engine.RunAsync(plan => plan.Add("a", "streams"));
        long before = bytes;
        for (int i = 0; i < 50; i++)
        {
            OrchestrationRun run = await engine.StartAsync(plan => plan.Add("a", "takes", new JsonObject { ["url"] = "u", ["key"] = new SecretRef("api-key").ToJsonNode() }));
            await using IAsyncDisposable disposal = run.Disposal();
            await run.EndAsync();

            Assert.Equal(0, ForeignParts.LocalRunOf(run).Secrets.Count);
        }

        await engine.RunAsync(plan => plan.Add("a", "streams"));
        Assert.Equal(50, given);
        Assert.Equal(before, bytes);
    }

    [Fact]
    public async Task Secrets_are_kept_until_abandoned_code_has_returned()
    {
        var entered = new TaskCompletionSource();
        var returns = new TaskCompletionSource();
        await using var engine = new Engine(
            builder => builder.AddTaskType<Call, int>("ignores", "Ignores that it is to stop.", async (_, _, _) =>
            {
                entered.SetResult();
                await returns.Task;
                return 1;
            }),
            services: services => services.AddSingleton<ISecretProvider>(new Vault(Canary)));
        OrchestrationRun run = await engine.StartAsync(plan => plan.Add("a", "ignores", new JsonObject { ["url"] = "u", ["key"] = new SecretRef("api-key").ToJsonNode() }));
        await using IAsyncDisposable disposal = run.Disposal();
        await entered.Task.InTimeAsync();
        await run.CancelAsync(TestEnd);
        Task<RunResult> end = run.EndAsync();
        while (!end.IsCompleted)
        {
            engine.Clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        RunSecrets secrets = ForeignParts.LocalRunOf(run).Secrets;
        Assert.Equal(1, secrets.Count);
        returns.SetResult();
        while (secrets.Count > 0)
        {
            TestEnd.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_secret_that_is_not_there_fails_its_subtask_by_name()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
            TaskPlan.Create(plan => plan.Add("uses", "uses", new JsonObject { ["url"] = "u", ["key"] = new SecretRef("other").ToJsonNode() })), TestEnd);

        Assert.Contains("There is no secret 'other'", (await run.EndAsync())["uses"].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_stands_only_where_a_text_may()
    {
        DurableHost host = Create();
        using ServiceProvider process = host.NewProcess();
        PlanDiagnostic diagnostic = Assert.Single(DurableHost.OrchestratorOf(process).Check(
            TaskPlan.Create(plan => plan.Add("number", "number", new SecretRef("api-key").ToJsonNode()))));
        Assert.Contains("'api-key' is a text", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_output_says_names_no_secret()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
            TaskPlan.Create(plan =>
            {
                SubtaskRef forged = plan.Add("forged", "forges");
                plan.Add("shows", "shows", new JsonObject { ["of"] = forged.Output("/list/0").ToJsonNode() });
                plan.ForEach("each", forged.Output("/list"), "shows");
            }),
            TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal("""{"of":{"$secret":"api-key"}}""", result.GetOutput<string>("shows"));
        Assert.Contains("reads as a reference to a secret", result["each"].Error!.Message, StringComparison.Ordinal);
    }

    private static DurableHost Create(Action<IAgentOrchestrationBuilder>? also = null) => new(builder =>
    {
        builder.Services.AddSingleton<ISecretProvider>(new Vault(Canary));
        builder
            .AddTaskType("uses", "Uses a secret.", (Call call, TaskContext context, CancellationToken _) =>
            {
                context.ReportProgress(0.5, $"with {call.Key}");
                context.StreamText(call.Key);
                Assert.Equal(Canary, call.Key);
                return ValueTask.FromResult(call.Key.Length);
            })
            .AddTaskType("asked", "Uses a secret when it may.", (Call call, TaskContext _, CancellationToken _) => ValueTask.FromResult(call.Key.Length), type => type.RequiresApproval = true)
            .AddTaskType<Call, int>("throws", "Tells a secret.", (call, _, _) => throw new InvalidOperationException($"The server refused {call.Key}."))
            .AddTaskType<None, int>("fails", "Fails.", (_, _, _) => throw new NotSupportedException("No secret."))
            .AddTaskType("number", "Takes a number.", (int input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input))
            .AddTaskType("forges", "Makes what reads as a reference.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(JsonNode.Parse("""{"list":[{"$secret":"api-key"}]}""")!))
            .AddTaskType("shows", "Shows its input.", (JsonNode input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input.ToJsonString()));
        also?.Invoke(builder);
    });

    private static Task<OrchestrationRun> StartAsync(ServiceProvider process, string taskType) => DurableHost.OrchestratorOf(process).StartAsync(
        TaskPlan.Create(plan => plan.Add("a", taskType, new JsonObject { ["url"] = "u", ["key"] = new SecretRef("api-key").ToJsonNode() })), TestEnd);

    private sealed record Call(string Url, string Key);

    private sealed class Vault(string secret) : ISecretProvider
    {
        public string? Find(string name) => name == "api-key" ? secret : null;
    }

    private sealed class Rotating(Func<string> next) : ISecretProvider
    {
        public string? Find(string name) => next();
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
