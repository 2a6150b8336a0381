namespace AgentOrchestration.Testing.Simulation;

/// <summary>
/// Brings code that was queued to the thread pool (Task.Run, Task.Yield, a semaphore, a channel) back into the simulation: how many items
/// the thread whose turn it is has queued is counted, each comes as code of a flow and waits for its turn, and the simulation
/// does nothing else until all that are expected have come. So the order does not depend on the pool.
/// </summary>
internal sealed class PoolTurns
{
    /// <summary>How many wait at most, each on a thread of the pool, for the seed to choose one.</summary>
    private const int MostWaiting = 2;

    /// <summary>How many threads the pool may have beside those that wait here.</summary>
    private const int SpareThreads = 4;

    /// <summary>How long, in real time, the pool may take to begin an item.</summary>
    private static readonly TimeSpan LongestArrival = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly List<PoolTurn> _waiting = [];
    private Thread? _home;
    private volatile Thread? _holder;
    private volatile SimulatedFlow? _flow;
    private PoolTurn? _given;
    private TaskCompletionSource? _arrival;
    private int _expected;
    private int _number;
    private bool _isOpen;
    private volatile SimulationDefect? _fatal;

    /// <summary>Whether it is the calling thread's turn.</summary>
    public bool IsMine => _holder == Thread.CurrentThread;

    /// <summary>Whose turn it is, unless it waits in the simulation itself, and a number that is another one for each turn.</summary>
    public (Thread? Thread, int Number) Current => (IsWaiting ? null : _holder, Volatile.Read(ref _number));

    /// <summary>Whether the thread whose turn it is waits in the simulation itself.</summary>
    public bool IsWaiting { get; set => Volatile.Write(ref field, value); }

    /// <summary>What runs now is something else than before.</summary>
    public void Change() => Interlocked.Increment(ref _number);

    /// <summary>The flow whose code runs.</summary>
    public SimulatedFlow? Flow => _flow;

    public int Waiting => _waiting.Count;

    /// <summary>Whether the first that waits is to have the next turn.</summary>
    public bool IsFull => _waiting.Count > MostWaiting;

    public void Begin(SimulatedFlow flow)
    {
        _home = Thread.CurrentThread;
        _holder = _home;
        _flow = flow;
        PoolQueue.Watch(this);
    }

    public void End()
    {
        PoolQueue.Watch(null);
        _holder = null;
        Open();
    }

    /// <summary>From now on nobody waits: the simulation is over.</summary>
    public void Open()
    {
        PoolTurn[] waiting;
        PoolTurn? given;
        lock (_gate)
        {
            _isOpen = true;
            _expected = 0;
            _arrival?.TrySetResult();
            waiting = _fatal is null ? [.. _waiting] : [];
            given = _given;
        }

        given?.End();
        Array.ForEach(waiting, turn => turn.Begin());
    }

    /// <summary>The thread whose turn it is queues an item to the pool.</summary>
    public void Expect()
    {
        if (!IsMine)
        {
            return;
        }

        // One after another, so that they come in the order in which they were queued.
        AwaitArrivals();
        lock (_gate)
        {
            _expected++;
        }
    }

    /// <summary>Code queues an item that only throws what nobody awaits, which would end the process: nothing that is queued gets its turn any more.</summary>
    public void ExpectFatal(Exception? thrown)
    {
        Expect();
        _fatal = new SimulationDefect("Code threw where nobody awaits it, for example in an async void method.", thrown);
    }

    /// <summary>Notes whose code runs.</summary>
    public void Note(SimulatedFlow flow)
    {
        if (IsMine)
        {
            _flow = flow;
        }
    }

    /// <summary>Waits until everything that was queued has come.</summary>
    public void AwaitArrivals()
    {
        TaskCompletionSource arrival;
        lock (_gate)
        {
            if (_expected == 0 || _isOpen)
            {
                return;
            }

            arrival = _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        IsWaiting = true;
        bool came = arrival.Task.Wait(LongestArrival);
        IsWaiting = false;
        if (!came)
        {
            lock (_gate)
            {
                _expected = 0;
            }
        }
    }

    /// <summary>Code of a flow is about to run on the calling thread; returns when it is its turn.</summary>
    /// <returns>Whether it was expected.</returns>
    public bool Come(SimulatedFlow flow)
    {
        if (_fatal is { } fatal)
        {
            flow.Thread.Fail(fatal.What, fatal.Thrown);
            new TaskCompletionSource().Task.Wait();
        }

        PoolQueue.Watch(this);

        PoolTurn turn;
        lock (_gate)
        {
            if (_isOpen)
            {
                return true;
            }

            if (_expected == 0)
            {
                return false;
            }

            turn = new PoolTurn(flow, Thread.CurrentThread);
            _waiting.Add(turn);
            AllowThreads(_waiting.Count + SpareThreads);
            if (--_expected == 0)
            {
                _arrival?.TrySetResult();
            }
        }

        turn.AwaitBegin();
        return true;
    }

    /// <summary>Each that waits takes a thread of the pool, which otherwise adds threads only slowly.</summary>
    private static void AllowThreads(int count)
    {
        ThreadPool.GetMinThreads(out int workers, out int completions);
        if (workers < count)
        {
            ThreadPool.SetMinThreads(count + SpareThreads, completions);
        }
    }

    /// <summary>Code of a flow has returned on the calling thread.</summary>
    public void Go(SimulatedFlow flow)
    {
        if (!IsMine)
        {
            PoolQueue.Watch(null);
            return;
        }

        if (Thread.CurrentThread == _home)
        {
            return;
        }

        if (!PoolItem.HasEnded())
        {
            // Code that awaits the item may continue here, still in the same turn.
            SimulatedFlow.Current = flow;
            return;
        }

        PoolQueue.Watch(null);

        // At once: this thread may begin its next item before the simulation continues.
        _holder = null;
        _given?.End();
    }

    /// <summary>Gives one that waits its turn, and returns when that is over.</summary>
    public void Give(int index)
    {
        PoolTurn turn;
        lock (_gate)
        {
            if (_isOpen)
            {
                return;
            }

            turn = _waiting[index];
            _waiting.RemoveAt(index);
            _given = turn;
            _flow = turn.Flow;
            _holder = turn.Thread;
            Change();
        }

        turn.Begin();
        turn.AwaitEnd();
        lock (_gate)
        {
            _given = null;
            _holder = _home;
        }
    }
}
