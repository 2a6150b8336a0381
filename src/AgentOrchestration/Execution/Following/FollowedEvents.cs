using System.Runtime.CompilerServices;

namespace AgentOrchestration.Execution.Following;

/// <summary>The events of a run that another process drives, as far as its journal was read, for any number of readers. Safe for concurrent use.</summary>
internal sealed class FollowedEvents(RunSignal signal)
{
    private readonly Lock _gate = new();
    private readonly List<RunEvent> _events = [];
    private bool _isComplete;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _events.Count;
            }
        }
    }

    /// <summary>All of them so far.</summary>
    public RunEvent[] ToArray()
    {
        lock (_gate)
        {
            return [.. _events];
        }
    }

    public void Add(RunEvent next)
    {
        lock (_gate)
        {
            _events.Add(next);
        }
    }

    /// <summary>Lets readers see what was added.</summary>
    public void Show() => signal.Raise();

    /// <summary>No more will come.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
        }

        signal.Raise();
    }

    public async IAsyncEnumerable<RunEvent> ReadAsync(long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long place = from; ; place++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await signal.WaitAsync(() => IsThereOrOver(place), cancellationToken).ConfigureAwait(false);
            if (Find(place) is not { } next)
            {
                yield break;
            }

            yield return next;
        }
    }

    private bool IsThereOrOver(long place)
    {
        lock (_gate)
        {
            return _isComplete || place < _events.Count;
        }
    }

    private RunEvent? Find(long place)
    {
        lock (_gate)
        {
            return place < _events.Count ? _events[(int)place] : null;
        }
    }
}
