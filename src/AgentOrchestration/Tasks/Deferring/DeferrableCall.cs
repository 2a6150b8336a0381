using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>
/// One call of code, which may send several requests: function invocation sends one after each round of functions, and a function may call a model again. Safe for concurrent use.
/// </summary>
/// <param name="outer">The call whose function has made this one; <see langword="null"/> when it was none.</param>
internal sealed class DeferrableCall(DeferrableCall? outer)
{
    private readonly Lock _gate = new();
    private readonly List<(string Id, UsageDetails Usage)> _answers = [];
    private readonly DeferrableCall? _outer = outer;
    private readonly HashSet<string> _deferred = new(StringComparer.Ordinal);
    private bool _isOver;

    /// <summary>What it has used in batches, which cost less: of each answer.</summary>
    public IReadOnlyList<UsageDetails> Answers
    {
        get
        {
            lock (_gate)
            {
                return [.. _answers.Select(static answer => answer.Usage)];
            }
        }
    }

    /// <summary>The answers of batches that it has taken.</summary>
    public IReadOnlyList<string> Ids
    {
        get
        {
            lock (_gate)
            {
                return [.. _answers.Select(static answer => answer.Id)];
            }
        }
    }

    /// <summary>An answer was taken. What counts is what it says now: function invocation adds up usage in the answer that came first.</summary>
    public void Count(string id, UsageDetails? usage)
    {
        var copy = new UsageDetails();
        if (usage is not null)
        {
            copy.Add(usage);
        }

        lock (_gate)
        {
            _answers.Add((id, copy));
        }
    }

    /// <summary>
    /// A request of it is deferred, so the function that has made the call has no result, and the calls around it have nothing that they could ask.
    /// </summary>
    /// <param name="asked">Names what is asked.</param>
    /// <returns>Whether it makes sense to ask: not when a call inside of this one was deferred, nor when it was deferred before and something around the gate tries again.</returns>
    public bool TryDefer(string asked)
    {
        EndOuter();
        lock (_gate)
        {
            return !_isOver && _deferred.Add(asked);
        }
    }

    /// <summary>The calls around this one have nothing that they could ask.</summary>
    public void EndOuter()
    {
        for (DeferrableCall? call = _outer; call is not null; call = call._outer)
        {
            lock (call._gate)
            {
                call._isOver = true;
            }
        }
    }
}
