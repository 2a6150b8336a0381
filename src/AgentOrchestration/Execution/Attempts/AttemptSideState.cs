using AgentOrchestration.Execution.Secrets;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>What only few attempts have: a timer, usage of models, additions to the run, objects of resources.</summary>
internal sealed class AttemptSideState
{
    private readonly Lock _gate = new();
    private AttemptAdditions? _additions;
    private TaskUsage? _usage;
    private HeldText? _heldText;
    private HiddenText? _hiddenText;
    private ITimer? _timer;
    private bool _isOver;
    private bool _isUncacheable;
    private bool _wasRejected;
    private long _lastProgress;
    private bool _hasProgress;
    private Action? _progressed;

    /// <summary>What the attempt wants to add to the run.</summary>
    public AttemptAdditions Additions => Volatile.Read(ref _additions) ?? Interlocked.CompareExchange(ref _additions, new AttemptAdditions(), null) ?? _additions;

    public bool HasAdditions => Volatile.Read(ref _additions) is not null;

    /// <summary>Whether the result cache keeps nothing of it.</summary>
    public bool IsUncacheable
    {
        get => Volatile.Read(ref _isUncacheable);
        set => Volatile.Write(ref _isUncacheable, value);
    }

    /// <summary>Whether an endpoint has rejected one of its calls.</summary>
    public bool WasRejected
    {
        get => Volatile.Read(ref _wasRejected);
        set => Volatile.Write(ref _wasRejected, value);
    }

    /// <summary>The output as the result cache keeps it; <see langword="null"/> when it keeps none.</summary>
    public byte[]? CacheEntry { get; set; }

    /// <summary>What it has streamed and nobody has seen yet; <see langword="null"/> where nothing has to be held back.</summary>
    public HeldText? HeldText => Volatile.Read(ref _heldText);

    /// <summary>What it has streamed that is not shown as long as another attempt is; <see langword="null"/> when it has streamed nothing, or no other may run beside it.</summary>
    public HiddenText? HiddenText => Volatile.Read(ref _hiddenText);

    /// <summary>When it started beside another, in UTC ticks.</summary>
    public long StartedAt { get; set; }

    /// <summary>When its code has to end; <see langword="null"/> for never.</summary>
    public CodeDeadline? Deadline { get; set; }

    /// <summary>Its calls of a model that can be deferred; <see langword="null"/> when none can.</summary>
    public DeferrableCalls? Deferrable { get; set; }

    /// <summary>The attempts that it has started with; <see langword="null"/> when it is alone.</summary>
    public LocalBatch? Batch { get; set; }

    /// <summary>Whether its code has failed with its batch, so that whose fault it was is not known.</summary>
    public bool IsBatchBroken { get; set; }

    /// <summary>The objects of resources that it has in its hands.</summary>
    public RentedObjects? Loans { get; private set; }

    /// <summary>When the attempt last reported something, in UTC ticks; 0 for never.</summary>
    public long LastProgress
    {
        get => Volatile.Read(ref _lastProgress);
        set
        {
            Volatile.Write(ref _lastProgress, value);
            ShowProgress();
        }
    }

    /// <summary>A model has begun to answer, which is progress to those who wait for it.</summary>
    public void ShowProgress()
    {
        Volatile.Write(ref _hasProgress, true);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _progressed) is not null)
        {
            Interlocked.Exchange(ref _progressed, null)?.Invoke();
        }
    }

    /// <summary>Calls back once, when the attempt first reports something, or at once when it has.</summary>
    public void WatchProgress(Action progressed)
    {
        Interlocked.Exchange(ref _progressed, progressed);
        if (Volatile.Read(ref _hasProgress))
        {
            Interlocked.Exchange(ref _progressed, null)?.Invoke();
        }
    }

    /// <summary>What the attempt has used so far; <see langword="null"/> for nothing.</summary>
    public TaskUsage? Usage
    {
        get
        {
            lock (_gate)
            {
                return _usage;
            }
        }
    }

    public RentedObjects LoansOf(ResourceObjects objects, ResourceLease? lease)
    {
        lock (_gate)
        {
            return Loans ??= new RentedObjects(objects, lease);
        }
    }

    public HeldText HeldTextOf(RunSecrets secrets) => HeldText ?? Interlocked.CompareExchange(ref _heldText, new HeldText(secrets), null) ?? _heldText;

    public HiddenText HiddenTextOrNew() => HiddenText ?? Interlocked.CompareExchange(ref _hiddenText, new HiddenText(), null) ?? _hiddenText;

    public void Count(TaskUsage usage)
    {
        lock (_gate)
        {
            _usage = _usage is null ? usage : _usage.Add(usage);
        }
    }

    /// <summary>Takes what the attempt wants to add to the run; from now on it adds nothing.</summary>
    /// <returns>The additions; <see langword="null"/> for none.</returns>
    public TaskPlan? TakeAdditions() => Volatile.Read(ref _additions)?.Take();

    /// <summary>Sets the attempt's timer.</summary>
    public void Wake(TimeSpan after, TimeProvider timeProvider, Action what)
    {
        lock (_gate)
        {
            if (_timer is not null)
            {
                _timer.Change(after, Timeout.InfiniteTimeSpan);
            }
            else if (!_isOver)
            {
                _timer = timeProvider.CreateTimer(static what => ((Action)what!)(), what, after, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>The attempt is over: its timer goes.</summary>
    public void End()
    {
        Deadline?.End();
        lock (_gate)
        {
            _isOver = true;
            _timer?.Dispose();
            _timer = null;
        }
    }
}
