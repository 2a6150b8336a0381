namespace AgentOrchestration.Tasks.Batching;

/// <summary>Represents one subtask of a batch. Safe to use from any thread.</summary>
public abstract class BatchItem
{
    private CancellationTokenRegistration _whenStopped;
    private BatchCall? _call;

    private protected BatchItem(TaskContext context, CancellationToken left)
    {
        Context = context;
        Left = left;
    }

    /// <summary>Gets the id of the subtask.</summary>
    /// <value>Unique in the batch.</value>
    public string Id => Context.Subtask.Id;

    /// <summary>Gets the attempt of the subtask, for what is its own: its progress, its idempotency key. Valid until the item is answered.</summary>
    /// <value>The context that its code would have if it ran alone.</value>
    public TaskContext Context { get; }

    /// <summary>Gets the token that is cancelled when the item is no longer waited for, because it was cancelled or its time is up.</summary>
    /// <value>The token of its attempt. The others continue.</value>
    public CancellationToken Left { get; }

    /// <summary>Gets a value that indicates whether the item was answered or is no longer waited for.</summary>
    /// <value><see langword="true"/> when nothing more is to be done for it; otherwise <see langword="false"/>.</value>
    public bool IsAnswered => State != BatchItemState.Open;

    internal BatchItemState State { get; set; }

    /// <summary>Fails the item. Its own retry rules decide whether it is tried again. Has no effect when it is no longer waited for.</summary>
    /// <param name="exception">Why.</param>
    /// <exception cref="InvalidOperationException">The item was answered before.</exception>
    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Answer(() => Complete(exception));
    }

    /// <summary>From now on a stop of the attempt takes the item out of the batch.</summary>
    internal void Watch() => _whenStopped = Left.UnsafeRegister(static item => ((BatchItem)item!).Leave(), this);

    /// <summary>A call takes the item.</summary>
    /// <returns>Whether it is still waited for.</returns>
    internal bool TryEnter(BatchCall call) => Interlocked.CompareExchange(ref _call, call, null) is null;

    /// <summary>Ends the attempt's code with an exception.</summary>
    internal abstract void Complete(Exception exception);

    /// <summary>The attempt's code is about to continue.</summary>
    internal void Unwatch() => _whenStopped.Unregister();

    private protected void Answer(Action complete)
    {
        BatchCall call = Volatile.Read(ref _call) ?? throw new InvalidOperationException($"The item '{Id}' is in no batch yet.");
        if (!call.TryAnswer(this, complete))
        {
            throw new InvalidOperationException($"The item '{Id}' of a batch was answered twice. Its first answer counts; answer each item once.");
        }
    }

    private void Leave()
    {
        var stopped = new OperationCanceledException(Left);
        if (TryEnter(BatchCall.None))
        {
            State = BatchItemState.Left;
            Complete(stopped);
        }
        else
        {
            _call!.Leave(this, () => Complete(stopped));
        }
    }
}
