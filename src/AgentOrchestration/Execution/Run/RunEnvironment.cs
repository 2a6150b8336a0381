using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Execution.Following;
using AgentOrchestration.Execution.Secrets;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Execution.Run;

/// <summary>The environment that all parts of a run share, with what shows errors and texts without secrets. Its references never change.</summary>
internal sealed class RunEnvironment
{
#pragma warning disable CA2213 // A captured context needs no disposal, and abandoned code may still look at it.
    private readonly ExecutionContext? _context;
#pragma warning restore CA2213

    /// <param name="executor">The executor.</param>
    /// <param name="graph">The plan.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="flow">The run as its code sees it.</param>
    /// <param name="core">The dispatch core. Only <see cref="RunGate"/> reports to it; its state can be read anywhere.</param>
    /// <param name="written">The outputs as JSON; <see langword="null"/> when they are not kept as JSON.</param>
    public RunEnvironment(LocalExecutor executor, TaskGraph graph, RunOptions options, RunFlow flow, DispatchCore core, WrittenOutputs? written)
    {
        Executor = executor;
        Options = options;
        Flow = flow;
        Core = core;
        Graph = core.State.Graph;
        History = core.State.History;
        Secrets = RunSecrets.Of(executor.Secrets);
        Signal = new RunSignal(executor.Workers);
        Inputs = new InputBinder(Graph, OutputOf, graph.Checker) { Reveal = Secrets.Revealing, Written = written };
        FixedInputs = new FixedInputs(Inputs);
        _context = flow.Capture();
    }

    public LocalExecutor Executor { get; }

    public RunOptions Options { get; }

    /// <summary>The run as its code sees it.</summary>
    public RunFlow Flow { get; }

    public DispatchCore Core { get; }

    /// <summary>The secrets that attempts were given.</summary>
    public RunSecrets Secrets { get; }

    /// <summary>Wakes those who wait for something new in the run.</summary>
    public RunSignal Signal { get; }

    public InputBinder Inputs { get; }

    public FixedInputs FixedInputs { get; }

    public string RunId => Flow.RunId;

    public GrowingGraph Graph { get; }

    public RunHistory History { get; }

    /// <summary>The output of a subtask that has succeeded. Can be read without the gate by what depends on it.</summary>
    public object? OutputOf(int subtask) => Core.State.OutputOf(subtask);

    /// <summary>Gives a thread of the pool the ambient values (activity, culture…) of the caller that started the run.</summary>
    public void RestoreContext()
    {
        if (_context is not null)
        {
            ExecutionContext.Restore(_context);
        }
        else
        {
            RunFlow.Enter(Flow);
            CodeDeadline.Enter(null);
        }
    }

    /// <summary>A text without the secrets that attempts were given.</summary>
    public string Redact(string text) => Secrets.Redact(text);

    /// <summary>
    /// The error of a subtask, without secrets. The exception is left out where it could show one in a way that nothing searches: always, when
    /// the code was given one.
    /// </summary>
    public SubtaskError ErrorOf(int subtask, Exception exception)
    {
        SubtaskError error = SubtaskError.From(exception, Secrets.Redact);
        return IsGivenSecrets(subtask) || Secrets.AreRevealedBy(exception) ? error with { Exception = null } : error;
    }

    /// <summary>An exception for the log: itself, or what can be shown of it.</summary>
    public Exception Shown(int subtask, Exception exception) =>
        ErrorOf(subtask, exception) is { Exception: null } error ? new RedactedException(error) : exception;

    /// <summary>Releases what an attempt holds. Never throws.</summary>
    public void Release(LocalAttempt attempt)
    {
        if (attempt.HasExtras)
        {
            attempt.Extras.End();
            if (attempt.Extras.Batch is { } batch)
            {
                Release(batch.Leave(), attempt.Index);
                return;
            }
        }

        Release(attempt.Lease, attempt.Index);
    }

    /// <summary>Releases a lease. Never throws.</summary>
    public void Release(ResourceLease? lease, int subtask)
    {
        try
        {
            lease?.Dispose();
        }
        catch (Exception exception)
        {
            // A custom resource manager, or one of its listeners.
            ExecutionLog.ReleaseThrew(Executor.Logger, Shown(subtask, exception), RunId, Graph.SubtaskAt(subtask).Id);
        }
    }

    /// <summary>Queues an attempt on the pool that this thread cannot run.</summary>
    public void QueueOnPool(LocalAttempt? attempt)
    {
        if (attempt is not null)
        {
            Executor.Workers.Queue(attempt, preferLocal: true);
        }
    }

    /// <summary>Waits for a task, but neither longer than a time nor beyond a moment.</summary>
    public async Task GraceAsync(Task task, TimeSpan atMost, CancellationToken graceEnd)
    {
        if (!task.IsCompleted)
        {
            using var grace = CancellationTokenSource.CreateLinkedTokenSource(graceEnd);
            await Task.WhenAny(task, Task.Delay(atMost, Executor.TimeProvider, grace.Token)).ConfigureAwait(false);
            await grace.CancelAsync().ConfigureAwait(false);
        }
    }

    private bool IsGivenSecrets(int subtask) => Graph.Inputs[subtask] is { HasSecrets: true };
}
