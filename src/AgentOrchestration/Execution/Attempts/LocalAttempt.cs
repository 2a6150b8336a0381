using AgentOrchestration.Execution.Run;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Batching;
using AgentOrchestration.Tasks.Deferring;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>
/// One attempt on the thread pool. Its lease goes back when its code has returned, whatever the run has decided about it meanwhile.
/// </summary>
internal sealed class LocalAttempt(LocalRun run, AttemptStart start, CancellationTokenSource stopSource)
    : LocalContext(run, start.Subtask, start.Attempt, stopSource), IThreadPoolWorkItem, ICodeOwner
{
    private AttemptSideState? _extras;
    private object? _payload;
    private int _phase;

    /// <summary>The attempt that it has started beside; 0 when it has started alone.</summary>
    public int HedgeOf { get; } = start.HedgeOf;

    /// <summary>What the attempt holds.</summary>
    public ResourceLease? Lease { get; } = start.Lease;

    /// <summary>Whether it has started before its subtask was ready. Nobody watches what it writes, because it may come to nothing.</summary>
    public bool IsEarly { get; } = start.IsEarly;

    /// <summary>Whether its code has been, or is about to be, asked to stop. Used inside the run's gate.</summary>
    public bool IsToldToStop { get; set; }

    /// <summary>Whether no fact has its output, so that nobody needs that any longer. Set inside the run's gate.</summary>
    public bool IsOutputUnused { get; set; }

    /// <summary>In the list of attempts that have returned, the one before.</summary>
    public LocalAttempt? ReturnedBefore { get; set; }

    /// <summary>Whether its code has returned. What it reports afterwards is not listened to.</summary>
    public bool HasReturned => Volatile.Read(ref _phase) == Phase.Returned;

    /// <summary>The input, from the begin of the code to its return.</summary>
    public override object? Input => _payload;

    /// <summary>The output, once the code has returned.</summary>
    public object? Output => _payload;

    /// <summary>What only few attempts have.</summary>
    public AttemptSideState Extras => Volatile.Read(ref _extras) ?? Interlocked.CompareExchange(ref _extras, new AttemptSideState(), null) ?? _extras;

    public bool HasExtras => Volatile.Read(ref _extras) is not null;

    public LocalExecutor Executor => Run.Environment.Executor;

    public override IReadOnlyList<string> MissingInputs => Run.Growth.MissingInputsOf(Index);

    public override void ReportProgress(double fraction, string? message = null) => Run.Reports.Report(this, double.IsNaN(fraction) ? 0 : Math.Clamp(fraction, 0, 1), message);

    public override void StreamText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Run.Reports.Stream(this, text);
    }

    public override void ReportUsage(TaskUsage usage)
    {
        ReportedUsage.Check(usage);
        Extras.Count(usage);
    }

    internal override void ShowFirstToken() => Extras.ShowProgress();

    internal override void ShowRejection() => Extras.WasRejected = true;

    public override void DoNotCache() => Extras.IsUncacheable = true;

    internal override DeferrableCalls? Deferrable => HasExtras ? Extras.Deferrable : null;

    internal override Batch? Batch => HasExtras ? Extras.Batch : null;

    internal override void BreakBatch() => Extras.IsBatchBroken = true;

    public override void AddSubtasks(Action<TaskPlanBuilder> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        bool isFirst = !(HasExtras && Extras.HasAdditions);
        AttemptAdditions additions = Extras.Additions;
        if (isFirst)
        {
            // The thread on which the code returns says so, then looks for additions, with no barrier in between: here, where it is rare, is one for both.
            Interlocked.MemoryBarrierProcessWide();
        }

        additions.Add(this, build);
    }

    /// <summary>Checks more of what the attempt wants to add.</summary>
    /// <exception cref="InvalidPlanException">It does not pass the checks.</exception>
    public void CheckAdditions(TaskPlan more, AdditionDraft draft) => Run.Growth.CheckAdditions(this, more, draft);

    public override ValueTask<T> RentAsync<T>(string resource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (HasExtras && Extras.Batch is { } batch)
        {
            return batch.RentAsync<T>(resource, cancellationToken);
        }

        return Run.Environment.Executor.Objects is { } objects && !HasReturned
            ? Extras.LoansOf(objects, Lease).RentAsync<T>(resource, cancellationToken)
            : base.RentAsync<T>(resource, cancellationToken);
    }

    void IThreadPoolWorkItem.Execute() => Run.Starts.Work(this);

    /// <summary>The thread that completed the code is not ours to keep: what becomes ready goes to the pool.</summary>
    void ICodeOwner.OnCodeReturned(object? output, Exception? exception)
    {
        if (TakeScope() is var scope && (scope is not null || HasLoans))
        {
            _ = FinishLaterAsync(output, exception, EndLoansAndScope(scope));
        }
        else
        {
            Run.Environment.QueueOnPool(Finish(output, exception));
        }
    }

    /// <summary>Takes back an attempt whose code has not begun; it never will.</summary>
    public bool TryRevoke() => Interlocked.CompareExchange(ref _phase, Phase.Revoked, Phase.Waiting) == Phase.Waiting;

    public void Return(object? output) => _payload = output;

    /// <summary>Begins the code, unless the attempt was taken back; with it the code of those that it has started with.</summary>
    /// <returns>What to run next on this thread, or <see langword="null"/>.</returns>
    public LocalAttempt? Begin()
    {
        if (HasExtras && Extras.Batch is { } batch)
        {
            batch.Begin();
            return null;
        }

        return BeginAlone();
    }

    /// <summary>Begins what is the attempt's own: its middleware, then its code.</summary>
    public LocalAttempt? BeginAlone()
    {
        RunEnvironment environment = Run.Environment;
        object? output = null;
        Exception? exception = null;
        environment.Secrets.Enter();
        try
        {
            environment.RestoreContext();
            if (Lease?.Source is Holding holding)
            {
                holding.Subtask = Index;
                RunFlow.Enter(holding);
            }

            if (HasExtras && Extras.Deadline is { } deadline)
            {
                CodeDeadline.Enter(deadline);
            }

            _payload = environment.FixedInputs.Bind(Index);
            if (Interlocked.CompareExchange(ref _phase, Phase.Begun, Phase.Waiting) != Phase.Waiting)
            {
                environment.Secrets.Leave();
                return null;
            }

            if (!TryRun(out output, StopSource.Token))
            {
                return null;
            }
        }
        catch (Exception thrown)
        {
            exception = thrown;
        }

        return TakeScope() is var scope && (scope is not null || HasLoans) ? EndWithLoansAndScope(output, exception, scope) : Finish(output, exception);
    }

    private bool TryRun(out object? output, CancellationToken stop)
    {
        if (!Run.Environment.Executor.HasActiveMiddleware)
        {
            return TaskType.Invoker.TryRun(Input, this, this, out output, stop);
        }

#pragma warning disable CA2012 // Its result is taken only when it is complete; what it throws is to be thrown here.
        ValueTask<object?> code = Run.Environment.Executor.Pipeline(this, stop);
#pragma warning restore CA2012
        if (code.IsCompleted)
        {
            output = TaskType.Accept(code.Result);
            return true;
        }

        output = null;
        new PendingCode<object?>(code.ConfigureAwait(false).GetAwaiter(), new AcceptingOwner(this)).Await();
        return false;
    }

    private LocalAttempt? EndWithLoansAndScope(object? output, Exception? exception, IServiceScope? scope)
    {
        ValueTask disposal = EndLoansAndScope(scope);
        if (disposal.IsCompletedSuccessfully)
        {
            return Finish(output, exception);
        }

        _ = FinishLaterAsync(output, exception, disposal);
        return null;
    }

    private async Task FinishLaterAsync(object? output, Exception? exception, ValueTask disposal)
    {
        try
        {
            await disposal.ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            exception ??= thrown;
        }

        Run.Environment.QueueOnPool(Finish(output, exception));
    }

    private bool HasLoans => Volatile.Read(ref _extras)?.Loans is not null;

    private ValueTask EndLoansAndScope(IServiceScope? scope)
    {
        try
        {
            return Volatile.Read(ref _extras)?.Loans is { } loans ? EndLoansAndScopeAsync(loans, scope) : scope is null ? default : EndAsync(scope);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException(exception);
        }
    }

    /// <summary>What the scope made may still use the objects.</summary>
    private static async ValueTask EndLoansAndScopeAsync(RentedObjects loans, IServiceScope? scope)
    {
        try
        {
            if (scope is not null)
            {
                await EndAsync(scope).ConfigureAwait(false);
            }
        }
        finally
        {
            await loans.EndAsync().ConfigureAwait(false);
        }
    }

    private LocalAttempt? Finish(object? output, Exception? exception)
    {
        exception ??= Refuse(output);
        if (HasExtras && (Extras.HeldText is not null || Extras.HiddenText is not null))
        {
            Run.Reports.EndText(this, hasSucceeded: exception is null);
        }

        Volatile.Write(ref _phase, Phase.Returned);
        LocalAttempt? next = Run.Returns.Complete(this, exception is null ? output : null, exception);
        Run.Environment.Secrets.Leave();
        return next;
    }

    /// <summary>What the output declares is checked here, so that the code fails that made it and not the code that takes it.</summary>
    private InvalidPayloadException? Refuse(object? output)
    {
        TaskDescriptor taskType = TaskType;
        if (output is null)
        {
            return taskType.WhyNotNull is { } reason ? new InvalidPayloadException(InvalidPayloadException.InvalidOutput, reason) : null;
        }

        return taskType.Invoker.HasPlainOutput || Run.Environment.Executor.Faithful.FindUnwritable(output, taskType.OutputType) is not { } found ? null : new InvalidPayloadException(
            InvalidPayloadException.ResultNotStorable, $"The result of '{Subtask.Id}' ({CSharpName.Of(output.GetType())}) holds what JSON cannot: {found}.")
        {
            IsFinal = true,
        };
    }

    /// <summary>Middleware may have returned anything.</summary>
    private sealed class AcceptingOwner(LocalAttempt attempt) : ICodeOwner
    {
        public void OnCodeReturned(object? output, Exception? exception)
        {
            try
            {
                output = exception is null ? attempt.TaskType.Accept(output) : null;
            }
            catch (InvalidCastException refusal)
            {
                exception = refusal;
            }

            ((ICodeOwner)attempt).OnCodeReturned(output, exception);
        }
    }

    private static class Phase
    {
        public const int Waiting = 0;
        public const int Begun = 1;
        public const int Returned = 2;
        public const int Revoked = 3;
    }
}
