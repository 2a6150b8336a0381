using AgentOrchestration.Execution.Run;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks.Batching;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>
/// Attempts on the thread pool that share one call of their code. Their lease goes back when the last of them has returned, which is not before their code has.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="started">What the core decided.</param>
/// <param name="code">The code of their task type.</param>
internal sealed class LocalBatch(LocalRun run, StartedBatch started, BatchCode code) : Batch(code)
{
    private readonly List<LocalAttempt> _members = new(started.Members.Count);
    private readonly Lock _gate = new();
    private RentedObjects? _loans;

    /// <summary>Whether all attempts are here.</summary>
    public bool IsComplete => _members.Count == started.Members.Count;

    /// <summary>The attempt that represents all of them until their code begins.</summary>
    public LocalAttempt Leader => _members[0];

    public bool Is(StartedBatch batch) => started == batch;

    /// <summary>Inside the gate, before any of them begins.</summary>
    public void Add(LocalAttempt attempt)
    {
        _members.Add(attempt);
        attempt.Extras.Batch = this;
    }

    /// <summary>Begins the attempts, one after another on this thread, then their code for all who have come to it.</summary>
    public void Begin()
    {
        foreach (LocalAttempt member in _members)
        {
            run.Environment.QueueOnPool(member.BeginAlone());
        }

        // The code is nobody's alone: the time limits of attempts end attempts, and it stops when none is left.
        run.Environment.RestoreContext();
        if (started.Lease?.Source is Holding holding)
        {
            RunFlow.Enter(holding);
        }

        Open();
    }

    /// <summary>An attempt has returned, or never begins.</summary>
    /// <returns>The lease, when it was the last and there is one.</returns>
    public ResourceLease? Leave() => started.Leave();

    public override IServiceScope CreateScope() => run.Environment.Executor.Scopes.CreateScope();

    public override ValueTask<T> RentAsync<T>(string resource, CancellationToken cancellationToken)
    {
        if (run.Environment.Executor.Objects is not { } objects)
        {
            throw new NotSupportedException($"No object of the resource '{resource}' can be lent here.");
        }

        RentedObjects loans;
        lock (_gate)
        {
            loans = _loans ??= new RentedObjects(objects, started.Lease);
        }

        return loans.RentAsync<T>(resource, cancellationToken);
    }

    public override ValueTask EndCallAsync()
    {
        RentedObjects? loans;
        lock (_gate)
        {
            (loans, _loans) = (_loans, null);
        }

        return loans?.EndAsync() ?? default;
    }
}
