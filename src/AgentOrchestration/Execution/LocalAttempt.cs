using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>
/// One attempt on the thread pool. Its lease goes back when its code has returned, whatever the run has decided about it meanwhile.
/// </summary>
internal sealed class LocalAttempt(LocalRun run, int index, int number, ResourceLease? lease)
    : LocalContext(run, index, number), IThreadPoolWorkItem
{
    private AttemptExtras? _extras;
    private object? _outcome;
    private int _phase;

    /// <summary>What the attempt holds.</summary>
    public ResourceLease? Lease { get; } = lease;

    /// <summary>Whether its code has returned. What it reports afterwards is not listened to.</summary>
    public bool HasReturned => Volatile.Read(ref _phase) == Phase.Returned;

    /// <summary>The input, once the attempt has begun.</summary>
    public object? Input { get; private set; }

    /// <summary>What only few attempts have.</summary>
    public AttemptExtras Extras => Volatile.Read(ref _extras) ?? Interlocked.CompareExchange(ref _extras, new AttemptExtras(), null) ?? _extras;

    public bool HasExtras => Volatile.Read(ref _extras) is not null;

    public override IReadOnlyList<string> MissingInputs => Run.MissingInputsOf(Index);

    public override void ReportProgress(double fraction, string? message = null) => Run.Report(this, double.IsNaN(fraction) ? 0 : Math.Clamp(fraction, 0, 1), message);

    public override void StreamText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Run.Stream(this, text);
    }

    public override void ReportUsage(TaskUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        ArgumentOutOfRangeException.ThrowIfNegative(Math.Min(usage.InputTokens, usage.OutputTokens), nameof(usage));
        ArgumentOutOfRangeException.ThrowIfNegative(usage.Cost, nameof(usage));
        Extras.Count(usage);
    }

    public override void AddSubtasks(Action<TaskPlanBuilder> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        var builder = new TaskPlanBuilder(Run.Executor.Serializer.Options);
        builder.AddRange(Extras.Additions?.Subtasks ?? []);
        build(builder);
        TaskPlan additions = builder.Build();
        Run.CheckAdditions(this, additions);
        Extras.Additions = additions;
    }

    /// <summary>Takes back an attempt whose code has not begun; it never will.</summary>
    public bool TryRevoke() => Interlocked.CompareExchange(ref _phase, Phase.Revoked, Phase.Waiting) == Phase.Waiting;

    /// <summary>Runs this attempt, and on the same thread whatever there is to run, as long as code returns at once.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        LocalAttempt? next = this;
        while (next is not null)
        {
            next = next.Begin();
        }
    }

    /// <summary>Begins the code, unless the attempt was taken back.</summary>
    /// <returns>What to run next on this thread, or <see langword="null"/>.</returns>
    public LocalAttempt? Begin()
    {
        Run.RestoreContext();
        ValueTask<object?> code;
        try
        {
            Input = Run.Inputs.Bind(Index);
            if (Interlocked.CompareExchange(ref _phase, Phase.Begun, Phase.Waiting) != Phase.Waiting)
            {
                return Run.TakeWork();
            }

            code = Run.Executor.Pipeline(this, StopToken);
        }
        catch (Exception exception)
        {
            code = ValueTask.FromException<object?>(exception);
        }

        if (code.IsCompleted)
        {
            return End(code);
        }

        _ = EndLaterAsync(code);
        return Run.TakeWork();
    }

    private LocalAttempt? End(ValueTask<object?> code)
    {
        Receive(code);
        if (!HasScope)
        {
            return Finish();
        }

        ValueTask disposal = DisposeScope();
        if (disposal.IsCompletedSuccessfully)
        {
            return Finish();
        }

        _ = FinishLaterAsync(disposal);
        return Run.TakeWork();
    }

    private async Task EndLaterAsync(ValueTask<object?> code)
    {
        try
        {
            // Around code of others no context is left: on the pool there is none, in a simulation it is the simulation's.
            _outcome = TaskType.Accept(await code.ConfigureAwait(true));
        }
        catch (Exception exception)
        {
            _outcome = new Thrown(exception);
        }

        await FinishLaterAsync(HasScope ? DisposeScope() : ValueTask.CompletedTask).ConfigureAwait(true);
    }

    private async Task FinishLaterAsync(ValueTask disposal)
    {
        try
        {
            await disposal.ConfigureAwait(true);
        }
        catch (Exception exception)
        {
            _outcome = _outcome as Thrown ?? new Thrown(exception);
        }

        // The thread that completed the code is not ours to keep: what becomes ready goes to the pool.
        Run.Hand(Finish());
    }

    private ValueTask DisposeScope()
    {
        try
        {
            return DisposeScopeAsync();
        }
        catch (Exception exception)
        {
            return ValueTask.FromException(exception);
        }
    }

    private void Receive(ValueTask<object?> code)
    {
        try
        {
            _outcome = TaskType.Accept(code.GetAwaiter().GetResult());
        }
        catch (Exception exception)
        {
            _outcome = new Thrown(exception);
        }
    }

    private LocalAttempt? Finish()
    {
        Volatile.Write(ref _phase, Phase.Returned);
        EndStopping();
        return _outcome is Thrown thrown ? Run.Complete(this, output: null, thrown.Exception) : Run.Complete(this, _outcome, exception: null);
    }

    private sealed record Thrown(Exception Exception);

    private static class Phase
    {
        public const int Waiting = 0;
        public const int Begun = 1;
        public const int Returned = 2;
        public const int Revoked = 3;
    }
}
