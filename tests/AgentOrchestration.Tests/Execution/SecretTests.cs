using System.Buffers.Text;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AgentOrchestration.Plans;
using AgentOrchestration.Plugins;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Tests.Execution;

public sealed class SecretTests
{
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
    ];

    // Of all that URLs, JSON and base64 write in another way.
    public static TheoryData<string> Canaries =>
    [
        .. Enumerable.Range(0, 20).Select(number =>
        {
            var random = new Random(number);
            return string.Concat(Enumerable.Range(0, 12 + number).Select(_ => (string[])["a", "k", "7", "0", "Z", "-", "_", "+", "/", "=", " ", "%", "&", "\"", "\\", "<", "ü", "日", "😀"]).Select(letters => letters[random.Next(letters.Length)]));
        }),
    ];

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
            all = [.. told, .. logs.GetSnapshot().Select(log => $"{log.Message} {log.Exception}")];
        }

        Assert.Contains(all, text => text.Contains("***", StringComparison.Ordinal));
        foreach (string text in all)
        {
            string[] readings = [text, Uri.UnescapeDataString(text), WebUtility.UrlDecode(text), .. Base64Of(text)];
            Assert.All(readings, reading => Assert.DoesNotContain(canary, reading, StringComparison.Ordinal));
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
            .AddTaskType("number", "Takes a number.", (int input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input))
            .AddTaskType("forges", "Makes what reads as a reference.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(JsonNode.Parse("""{"list":[{"$secret":"api-key"}]}""")!))
            .AddTaskType("shows", "Shows its input.", (JsonNode input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input.ToJsonString()));
        also?.Invoke(builder);
    });

    private sealed record Call(string Url, string Key);

    private sealed class Vault(string secret) : ISecretProvider
    {
        public string? Find(string name) => name == "api-key" ? secret : null;
    }
}
