namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>
/// The limits of an endpoint together, and the share of them that is used: it is cut when the endpoint rejects calls, grows fast to half way back, and
/// slowly beyond. Not thread-safe. Times are in seconds.
/// </summary>
internal sealed class EndpointLimits(ModelEndpointOptions options)
{
    private const double Cut = 0.75;
    private const double LeastShare = 0.02;
    private const double NearCeiling = 0.87;
    private const double FastGrowth = 0.02;
    private const double SlowGrowth = 0.0005;

    private readonly EndpointBucket _requests = new(options.RequestsPerMinute);
    private readonly EndpointBucket _input = new(options.InputTokensPerMinute);
    private readonly EndpointBucket _output = new(options.OutputTokensPerMinute);
    private double _share = 1;
    private double _ceiling = 1;
    private double _grownAt;

    /// <summary>Whether any is known.</summary>
    public bool IsAny => (_requests.PerMinute ?? _input.PerMinute ?? _output.PerMinute) is not null;

    /// <summary>The requests in a minute that the endpoint accepts; <see langword="null"/> when that is not known.</summary>
    public double? Requests => _requests.PerMinute;

    public double? RequestsNow => _requests.PerMinute * _share;

    public double? InputNow => _input.PerMinute * _share;

    public void AdvanceTo(double now)
    {
        _requests.AdvanceTo(now, _share);
        _input.AdvanceTo(now, _share);
        _output.AdvanceTo(now, _share);
    }

    /// <summary>Gets the seconds until a call can be sent.</summary>
    public double DueIn(EndpointCall call) =>
        Math.Max(_requests.DueIn(1, _share), Math.Max(_input.DueIn(call.Input, _share), _output.DueIn(call.Output, _share)));

    /// <summary>Gets the seconds until all of several calls can have been sent.</summary>
    public double DueInAll(double calls, double input, double output) =>
        Math.Max(_requests.DueInAll(calls, _share), Math.Max(_input.DueInAll(input, _share), _output.DueInAll(output, _share)));

    /// <summary>Reserves what a call is expected to use.</summary>
    public void Take(EndpointCall call)
    {
        _requests.Take(1);
        _input.Take(call.Input);
        _output.Take(call.Output);
        call.Taken = (_requests.Taken, _input.Taken);
    }

    /// <summary>Corrects what was reserved for a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="input">The input that counted; <see langword="null"/> when it is not known.</param>
    /// <param name="output">The output; <see langword="null"/> when it is not known.</param>
    public void Reconcile(EndpointCall call, double? input, double? output)
    {
        _input.Return(call.Input - (input ?? call.Input));
        _output.Return(call.Output - (output ?? call.Output));
    }

    /// <summary>A call was rejected: nothing is left.</summary>
    /// <param name="until">When calls are sent again.</param>
    /// <param name="isCut">Whether the share is cut too.</param>
    public void Empty(double until, bool isCut)
    {
        _requests.Empty(until);
        _input.Empty(until);
        _output.Empty(until);
        if (isCut)
        {
            _ceiling = _share;
            _share = Math.Max(LeastShare, _share * Cut);
            _requests.LowerBurst();
        }

        _grownAt = Math.Max(_grownAt, until);
    }

    /// <summary>Calls succeed and others wait: more may be accepted.</summary>
    public void Grow(double now)
    {
        double seconds = Math.Clamp(now - _grownAt, 0, 10);
        _grownAt = Math.Max(_grownAt, now);
        _share = Math.Min(1, _share + (seconds * (_share < _ceiling * NearCeiling ? _ceiling * FastGrowth : _ceiling * SlowGrowth)));
    }

    /// <summary>The endpoint has said what it accepts and what is left.</summary>
    /// <returns>Whether it accepts less than before.</returns>
    public bool Observe(EndpointHeaders headers, EndpointCall? call, double now)
    {
        bool isLower = headers.RequestsLimit is { } requests && _requests.Limit(requests);
        isLower |= headers.InputLimit is { } input && _input.Limit(input);
        _ = headers.OutputLimit is { } output && _output.Limit(output);
        if (isLower)
        {
            // What was learned of the share was learned of other limits.
            (_share, _ceiling) = (1, 1);
        }

        if (call is not null)
        {
            double seconds = now - call.SentAt;
            if (headers.RequestsLeft is { } requestsLeft)
            {
                _requests.Left(requestsLeft, _requests.Taken - call.Taken.Requests, seconds, _share);
            }

            if (headers.InputLeft is { } inputLeft)
            {
                _input.Left(inputLeft, Math.Max(0, _input.Taken - call.Taken.Input), seconds, _share);
            }
        }

        return isLower;
    }
}
