using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace AgentOrchestration.Tests.Execution;

/// <summary>Waits that end: what has not happened after a minute never will, and the failure reports what is open instead of a test that hangs.</summary>
internal static class Watchdog
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>How long work waits for a test that may have failed: longer than any test waits for the work.</summary>
    public static TimeSpan LimitOfWork { get; } = 2 * Limit;

    /// <summary>The storage is one for all tests.</summary>
    private static string StuckKey => $"stuck {TestContext.Current.Test?.UniqueID}";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>Waits for the end of a run.</summary>
    public static Task<RunResult> EndAsync(this OrchestrationRun run) => run.WaitAsync(TestEnd).InTimeAsync(() => Describe(run), $"the end of the run {run.RunId}");

    /// <summary>Waits for something that a run brings about.</summary>
    public static Task<T> InTimeAsync<T>(this Task<T> task, OrchestrationRun run, [CallerArgumentExpression(nameof(task))] string? what = null) =>
        task.InTimeAsync(() => Describe(run), what);

    /// <summary>Waits for something that a run brings about.</summary>
    public static Task InTimeAsync(this Task task, OrchestrationRun run, [CallerArgumentExpression(nameof(task))] string? what = null) =>
        task.InTimeAsync(() => Describe(run), what);

    /// <summary>Waits for something.</summary>
    /// <param name="task">It.</param>
    /// <param name="open">Describes what is open when it does not happen.</param>
    /// <param name="what">Its name in the failure.</param>
    public static async Task<T> InTimeAsync<T>(this Task<T> task, Func<string>? open = null, [CallerArgumentExpression(nameof(task))] string? what = null)
    {
        await ((Task)task).InTimeAsync(open, what);
        return await task;
    }

    /// <inheritdoc cref="InTimeAsync{T}(Task{T}, Func{string}?, string?)"/>
    public static async Task InTimeAsync(this Task task, Func<string>? open = null, [CallerArgumentExpression(nameof(task))] string? what = null)
    {
        try
        {
            await task.WaitAsync(Limit, TestEnd);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Fail($"{what} has not come within {Limit}. {open?.Invoke()}");
        }
    }

    /// <summary>For a loop that waits: fails when it has waited for too long.</summary>
    /// <param name="begin">The time stamp of its beginning.</param>
    /// <param name="what">What it waits for.</param>
    public static void Check(long begin, string what)
    {
        if (Stopwatch.GetElapsedTime(begin) > Limit)
        {
            Fail($"{what} has not come within {Limit}.");
        }
    }

    /// <summary>Disposes of something at the end of a test, unless the test has failed because something is stuck: then this would be too, and hide why.</summary>
    public static async ValueTask DisposeInTimeAsync(this IAsyncDisposable disposable)
    {
        if (!TestContext.Current.KeyValueStorage.ContainsKey(StuckKey))
        {
            await disposable.DisposeAsync().AsTask().InTimeAsync(what: $"the disposal of the {disposable.GetType().Name}");
        }
    }

    /// <summary>For <c>await using</c>: disposes of a run by <see cref="DisposeInTimeAsync"/>.</summary>
    public static IAsyncDisposable Disposal(this OrchestrationRun run) => new RunDisposal(run);

    private static void Fail(string message)
    {
        TestContext.Current.KeyValueStorage[StuckKey] = true;
        Assert.Fail($"Stuck: {message}");
    }

    /// <summary>A run as a failure shows it: what has not ended, and what happened last.</summary>
    private static string Describe(OrchestrationRun run)
    {
        RunSnapshot snapshot = run.GetSnapshot();
        SubtaskSnapshot[] open = [.. snapshot.Subtasks.Where(subtask => subtask.EndedAt is null)];
        var text = new StringBuilder($"Outcome {snapshot.Outcome?.ToString() ?? "none"}, stop {snapshot.StopReason?.ToString() ?? "none"}, exhausted {snapshot.ExhaustedBudget?.ToString() ?? "nothing"}, {snapshot.Subtasks.Count} subtasks, {open.Length} have not ended:\n");
        foreach (SubtaskSnapshot subtask in open.Take(20))
        {
            text.Append($"  {subtask.Subtask.Id}: {subtask.State}, attempts {subtask.Attempts}{(subtask.PendingApproval is null ? "" : ", waits for approval")}, depends on [{string.Join(", ", subtask.Subtask.DependsOn)}]\n");
        }

        return text.ToString();
    }

    private sealed class RunDisposal(OrchestrationRun run) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => run.DisposeInTimeAsync();
    }
}
