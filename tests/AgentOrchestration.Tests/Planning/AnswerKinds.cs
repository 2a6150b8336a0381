using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Reading;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Planning;

/// <summary>One plan in the ways in which models write it, and the application that it is for: fetch a table, digest it, merge texts.</summary>
internal static class AnswerKinds
{
    /// <summary>The plan as it should be written.</summary>
    public const string Sound =
        """{"subtasks":[{"id":"get","type":"fetch","dependsOn":[],"arguments":{"url":"a.csv"}},{"id":"cut","type":"digest","dependsOn":["get"],"arguments":{"rows":{"$output":"get"},"lines":2},"estimatedMinutes":1.5},{"id":"tie","type":"merge","dependsOn":["cut"],"arguments":{"parts":[{"$output":"cut"}]}}]}""";

    /// <summary>The list of its subtasks.</summary>
    public static string List => Sound["""{"subtasks":""".Length..^1];

    public static ITaskOrchestrator With(ScriptedModel model, Action<IAgentOrchestrationBuilder>? configure = null, Action<AgentOrchestrationOptions>? options = null) =>
        Application.With(model, options, builder =>
        {
            builder
                .AddTaskType("fetch", "Fetches a table.", (Source _, TaskContext _, CancellationToken _) => new ValueTask<Rows>(new Rows(["x"])))
                .AddTaskType("digest", "Digests a table.", (Digest _, TaskContext _, CancellationToken _) => new ValueTask<string>("digest"))
                .AddTaskType("merge", "Merges texts.", (Parts parts, TaskContext _, CancellationToken _) => new ValueTask<string>(string.Join('+', parts.Texts ?? [])))
                .AddTaskType("note", "Takes a note.", (Note note, TaskContext _, CancellationToken _) => new ValueTask<string>(note.Text));
            configure?.Invoke(builder);
        });

    /// <summary>Plans with a model that has one answer.</summary>
    public static Task<TaskPlan> PlanAsync(string answer) =>
        With(new ScriptedModel(answer), options: made => made.Planning.MaxRepairs = 0).PlanAsync(Application.Request, TestContext.Current.CancellationToken);

    public static async Task<IReadOnlyList<PlanDiagnostic>> RefuseAsync(string answer) =>
        (await Assert.ThrowsAsync<InvalidPlanException>(() => PlanAsync(answer))).Diagnostics;

    public static PlanReadResult Read(string answer, int piece = int.MaxValue)
    {
        var reader = new PlanReader(new PlanLimits());
        byte[] utf8 = Encoding.UTF8.GetBytes(answer);
        for (int start = 0; start < utf8.Length; start += Math.Min(piece, utf8.Length - start))
        {
            reader.Append(utf8.AsSpan(start, Math.Min(piece, utf8.Length - start)));
        }

        return reader.Complete();
    }

    /// <summary>What a plan says, apart from its estimates and from how it was repaired.</summary>
    public static string MeaningOf(TaskPlan plan) =>
        JsonSerializer.Serialize(plan with { Goal = "", Subtasks = [.. plan.Subtasks.Select(subtask => subtask with { Name = subtask.Id, Description = null, EstimatedDuration = null })] });

    internal sealed record Source(string Url);

    internal sealed record Rows(IReadOnlyList<string> Lines);

    internal sealed record Digest(Rows Rows, int Lines);

    internal sealed record Parts([property: System.Text.Json.Serialization.JsonPropertyName("parts")] IReadOnlyList<string> Texts);

    internal sealed record Note(string Text);
}
