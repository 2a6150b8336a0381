using System.Text.Json;
using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Following;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

/// <summary>Follows stored runs that other processes drive.</summary>
internal sealed class FollowedRuns(PlanChecker checker, ITaskTypeRegistry taskTypes, PayloadSerializer serializer, WorkerPool workers, TimeProvider timeProvider, IServiceProvider services)
{
    /// <exception cref="ArgumentException">There is no such run.</exception>
    /// <exception cref="InvalidOperationException">Runs are not stored.</exception>
    public async Task<OrchestrationRun> FollowAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        IRunStore store = services.GetService<IRunStore>() ?? throw StoredRuns.NotStored();
        ReadOnlyMemory<byte>? content = await store.ReadHeaderAsync(runId, cancellationToken).ConfigureAwait(false);
        if (content is null || await store.FindAsync(runId, cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            throw new ArgumentException($"There is no run '{Excerpt.Of(runId)}'.", nameof(runId));
        }

        RunHeader header = RunHeader.Read(content.Value, runId);
        var reader = new JournalEventReader(store, runId, header.Plan) { ReadOutput = ReadOutput };
#pragma warning disable CA2000 // The run is returned, or disposed of when it cannot be read.
        var run = new FollowedRun(stored, header.Plan, checker.Check(header.Plan, out _), store, reader, workers, timeProvider);
#pragma warning restore CA2000
        try
        {
            await run.BeginAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await run.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new OrchestrationRun(new LiveRun(run, header.Options.ToOptions(runId)), services, Task.CompletedTask, isHolder: true);
    }

    /// <summary>An output has the type that its task type has here. Of one that this process does not have, or has changed since, it stays JSON.</summary>
    private object? ReadOutput(Subtask subtask, JsonElement output)
    {
        if (subtask.Plan is not null || subtask.OnItemFailure.ListsErrors || !taskTypes.TryGet(subtask.TaskType, out TaskDescriptor? taskType)
            || taskType.OutputType == typeof(JsonElement))
        {
            return output;
        }

        try
        {
            return taskType.OutputType == typeof(None) ? None.Value : serializer.Read(output, taskType.OutputType);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or InvalidOperationException)
        {
            return output;
        }
    }
}
