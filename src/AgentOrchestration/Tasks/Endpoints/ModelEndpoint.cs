using AgentOrchestration.Tasks.Deferring;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>The gate before an endpoint. See README.md.</summary>
internal sealed class ModelEndpoint : IModelEndpoint
{
    private const double LongestClosed = 30;
    private const double Closed = 1;
    private const int NonTextLength = 4_000;

    private readonly Lock _gate = new();
    private readonly ModelEndpointOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly EndpointStarts _starts;
    private readonly ILogger _logger;
    private readonly EndpointLimits _limits;
    private readonly EndpointEstimates _estimates;
    private readonly EndpointWindow _window;
    private readonly EndpointPause _pause;
    private readonly EndpointQueue _queue = new();
    private readonly EndpointTimer _timer;
    private long _turn;
    private long _version;
    private int _inFlight;
    private long _sent;
    private long _rejected;
    private double _waited;
    private double _lastCut = -1;
    private volatile bool _hasWaited;

    public ModelEndpoint(string name, ModelEndpointOptions options, TimeProvider timeProvider, EndpointStarts starts, ILogger logger)
    {
        Name = name;
        _options = options;
        _timeProvider = timeProvider;
        _starts = starts;
        _logger = logger;
        _limits = new EndpointLimits(options);
        _estimates = new EndpointEstimates(options);
        _window = new EndpointWindow(options.MaxConcurrency);
        _pause = new EndpointPause(options.MaxPause);
        _timer = new EndpointTimer(timeProvider, OnTimer);
    }

    public string Name { get; }

    public IChatClient Wrap(IChatClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new GatedChatClient(client, this);
    }

    public ModelEndpointSnapshot GetSnapshot()
    {
        lock (_gate)
        {
            return new ModelEndpointSnapshot(Name)
            {
                Waiting = _queue.Count,
                InFlight = _inFlight,
                PausedFor = TimeSpan.FromSeconds(Math.Max(0, _pause.Until - _timer.Now)),
                Sent = _sent,
                Rejected = _rejected,
                Waited = TimeSpan.FromSeconds(_waited),
                RequestsPerMinute = _limits.RequestsNow,
                InputTokensPerMinute = _limits.InputNow,
            };
        }
    }

    /// <summary>Describes a call that will be made.</summary>
    public EndpointCall CreateCall(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        long length = options?.Instructions?.Length ?? 0;
        foreach (AIContent content in messages.SelectMany(message => message.Contents))
        {
            length += content is TextContent text ? text.Text.Length : NonTextLength;
        }

        return CreateCall(length, options?.ModelId, options?.MaxOutputTokens);
    }

    public EndpointCall CreateCall(long length, string? model = null, int? maxOutput = null)
    {
        EndpointCaller? caller = EndpointCaller.Current;
        (string?, string?) kind = (model, caller?.TaskType);
        lock (_gate)
        {
            return new EndpointCall(kind, caller?.Priority ?? 0) { Rejected = caller?.Rejected, Length = length, Input = _estimates.InputOf(length), Output = _estimates.OutputOf(kind, maxOutput) };
        }
    }

    /// <summary>What requests of a task type that have been written would use.</summary>
    public EndpointLoad LoadOf(IReadOnlyList<BatchedRequest> requests, string? model, string taskType)
    {
        lock (_gate)
        {
            return new EndpointLoad(requests.Count, requests.Sum(request => _estimates.InputOf(request.Content.Length)), requests.Count * _estimates.OutputOf((model, taskType), most: null));
        }
    }

    /// <summary>In which time calls can be sent, as far as limits are known. What is not known of their tokens counts as what is reserved for a call of which nothing is known.</summary>
    public TimeSpan TimeFor(EndpointLoad load)
    {
        lock (_gate)
        {
            double now = _timer.Now;
            _limits.AdvanceTo(now);
            double seconds = Math.Max(0, _pause.Until - now) + _limits.DueInAll(load.Calls, load.Input, load.Output + (load.Unknown * _options.ExpectedOutputTokens));
            return TimeSpan.FromSeconds(Math.Min(seconds, ObservedDurations.Longest.TotalSeconds));
        }
    }

    /// <summary>Waits until the call may be sent, and takes what it is expected to use.</summary>
    public async Task EnterAsync(EndpointCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Change(now =>
        {
            Leave(call);
            call.Turn = call.Turn == 0 ? ++_turn : call.Turn;
            call.WaitsSince = now;
            call.Waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _queue.Add(call);
        });
        TaskCompletionSource waiter = call.Waiter!;
        if (waiter.Task.IsCompleted)
        {
            return;
        }

        _hasWaited = true;
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(_ => Cancel(call, cancellationToken), null);
        await waiter.Task.ConfigureAwait(false);
    }

    /// <summary>A call was answered.</summary>
    public void Complete(EndpointCall call, UsageDetails? usage) => Change(now =>
    {
        Leave(call);
        long? input = usage?.InputTokenCount is >= 0 and { } all ? all : null;
        long? output = usage?.OutputTokenCount is >= 0 and { } written ? written : null;
        if (!call.IsRejected)
        {
            long cached = _options.CachedInputCounts ? 0 : Math.Clamp(usage?.CachedInputTokenCount ?? 0, 0, input ?? 0);
            _limits.Reconcile(call, input - cached, output);
        }

        _estimates.Learn(call, input, output);
        _window.Grow();
        if (call.SentAt > _lastCut)
        {
            _pause.End();
        }

        if (_hasWaited || _queue.Count > 0)
        {
            _hasWaited = false;
            _limits.Grow(now);
        }
    });

    /// <summary>A call has ended without an answer: it failed, was cancelled, or its stream was left half way. What it was expected to use counts as used.</summary>
    public void Abandon(EndpointCall call) => Change(_ => Leave(call));

    public void Observe(int statusCode, IEnumerable<KeyValuePair<string, string>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        EndpointHeaders read = EndpointHeaders.Read(headers, _timeProvider.GetUtcNow());
        EndpointCall? call = EndpointCall.Of(this);
        bool isLower = false;
        double? limit = null;
        Change(now =>
        {
            double? before = _limits.Requests;
            isLower = _limits.Observe(read, call is { IsInFlight: true } ? call : null, now);
            limit = _limits.Requests == before ? null : _limits.Requests;

            if (Rejection.Is(statusCode))
            {
                Reject(call, statusCode, read.RetryAfter, isLower, now);
            }
        });
        if (limit is { } requests && _options.RequestsPerMinute is not null)
        {
            _starts.Limit(requests);
        }

        if (isLower)
        {
            EndpointLog.LimitsLowered(_logger, Name, _limits.Requests, _limits.InputNow);
        }
    }

    /// <summary>A call has thrown: whether it was rejected and is to be sent again.</summary>
    /// <returns>Whether the exception is a rejection.</returns>
    public bool IsRejection(EndpointCall call, Exception exception)
    {
        // The handler may have seen what the exception does not show.
        if (Rejection.StatusOf(exception) is not { } status)
        {
            return call.IsRejected && exception is not OperationCanceledException;
        }

        TimeSpan? asked = ThrownErrors.In(exception).OfType<TaskFailedException>().Max(error => error.RetryAfter);
        Change(now => Reject(call, status, asked?.TotalSeconds, isExplained: false, now));
        return true;
    }

    /// <summary>A call was rejected.</summary>
    /// <returns>The error of a call that may not be sent again; <see langword="null"/> for one that may.</returns>
    public ModelEndpointRejectedException? GiveUp(EndpointCall call, Exception exception)
    {
        Change(_ => Leave(call));
        call.Rejected?.Invoke();
        return call.Sent < _options.MaxAttempts ? null : new ModelEndpointRejectedException(Name, call.Sent, GetSnapshot().PausedFor, exception);
    }

    /// <summary>Does something inside the gate, and sends what can be sent then.</summary>
    private void Change(Action<double> change)
    {
        double now;
        double heldUntil;
        long version;
        lock (_gate)
        {
            now = _timer.Now;
            _limits.AdvanceTo(now);
            change(now);
            Send(now);
            heldUntil = HeldUntil(now);
            version = ++_version;
        }

        _starts.Hold(version, now, heldUntil);
    }

    private void Send(double now)
    {
        while (_queue.First is { } call)
        {
            double wait = _pause.Until - now;
            if (wait <= 0 && _window.IsOpen(_inFlight))
            {
                wait = _limits.DueIn(call);
                if (wait <= 0)
                {
                    Send(call, now);
                    continue;
                }
            }

            // What hangs does not keep the window closed for ever.
            _timer.WakeIn(wait > 0 ? wait : LongestClosed);
            return;
        }
    }

    private void Send(EndpointCall call, double now)
    {
        _queue.Remove(call);
        _limits.Take(call);
        (call.IsInFlight, call.IsRejected, call.SentAt) = (true, false, now);
        call.Sent++;
        _sent++;
        _inFlight++;
        _waited += now - call.WaitsSince;
        call.Waiter!.TrySetResult();
    }

    private void Leave(EndpointCall call)
    {
        if (call.IsInFlight)
        {
            call.IsInFlight = false;
            _inFlight--;
        }
    }

    private void Reject(EndpointCall? call, int status, double? asked, bool isExplained, double now)
    {
        bool isNew = call is null || call.SentAt > _lastCut;
        if (call is { IsRejected: false })
        {
            // It has done no work.
            call.IsRejected = true;
            _limits.Reconcile(call, 0, 0);
        }
        else if (call is not null && asked is null)
        {
            return;
        }

        _rejected++;
        double before = _pause.Until;
        if (_pause.Extend(now, asked, isNew))
        {
            EndpointLog.PauseBounded(_logger, Name, asked!.Value, _options.MaxPause.TotalSeconds, _pause.Until - now);
        }

        if (Rejection.IsLimit(status) && _limits.IsAny)
        {
            _limits.Empty(_pause.Until, isCut: isNew && !isExplained);
        }
        else if (isNew)
        {
            _window.Cut(_inFlight);
        }

        _lastCut = isNew ? now : _lastCut;
        if (_pause.Until > before && isNew)
        {
            EndpointLog.Parked(_logger, Name, status, _pause.Until - now);
        }
    }

    private double HeldUntil(double now)
    {
        double until = Math.Max(now, _pause.Until);
        return _queue.Count == 0 ? _pause.Until
            : !_window.IsOpen(_inFlight) ? until + Closed
            : until + _limits.DueInAll(_queue.Count, _queue.Input, _queue.Output);
    }

    private void Cancel(EndpointCall call, CancellationToken cancellationToken)
    {
        bool waited = false;
        Change(_ => waited = _queue.Remove(call));
        if (waited)
        {
            call.Waiter!.TrySetCanceled(cancellationToken);
        }
    }

    private void OnTimer() => Change(now =>
    {
        if (_queue.Count > 0 && !_window.IsOpen(_inFlight))
        {
            _window.Grow();
        }
    });
}
