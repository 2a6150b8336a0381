using System.Globalization;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Planning;

/// <summary>What the planning of one request has used and may use.</summary>
internal sealed class PlanningBudget : IDisposable
{
    private readonly PlanningOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly long _startedAt;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource? _either;
    private PlanningUsage _used = new();

    public PlanningBudget(PlanningOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        _options = options;
        _timeProvider = timeProvider;
        _startedAt = timeProvider.GetTimestamp();
        Token = cancellationToken;
        if (options.MaxTime is { } time)
        {
            _deadline = new CancellationTokenSource(time, timeProvider);
            _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline.Token);
            Token = _either.Token;
        }
    }

    /// <summary>Is cancelled by the caller, or when the time is over.</summary>
    public CancellationToken Token { get; }

    public PlanningUsage Used => _used with { Duration = _timeProvider.GetElapsedTime(_startedAt) };

    public bool IsOutOfTime => _deadline?.IsCancellationRequested == true;

    public bool IsExhausted => IsOutOfTime || _used.Tokens >= _options.MaxTokens;

    /// <summary>Counts an answer, or that there was none.</summary>
    public void Count(PlanningUsage? usage) => _used = _used with
    {
        Rounds = _used.Rounds + 1,
        InputTokens = _used.InputTokens + (usage?.InputTokens ?? 0),
        OutputTokens = _used.OutputTokens + (usage?.OutputTokens ?? 0),
        IsEstimated = _used.IsEstimated || usage?.IsEstimated == true,
    };

    /// <summary>The refusal of a request for which nothing is left, with what was wrong with the last plan.</summary>
    public PlanRefusal Refuse(PlanRefusal? last)
    {
        PlanningUsage used = Used;
        var reason = new PlanDiagnostic(
            PlanDiagnosticCode.PlanningBudget,
            "",
            IsOutOfTime
                ? string.Create(CultureInfo.InvariantCulture, $"Planning has taken {used.Duration.TotalSeconds:0.###} s in {used.Rounds} rounds without a plan that passes the checks; at most {_options.MaxTime!.Value.TotalSeconds:0.###} s are allowed.")
                : string.Create(CultureInfo.InvariantCulture, $"Planning has used {used.Tokens} tokens in {used.Rounds} rounds without a plan that passes the checks; at most {_options.MaxTokens} are allowed."),
            $"Ask for less at once, or raise Planning.{(IsOutOfTime ? nameof(PlanningOptions.MaxTime) : nameof(PlanningOptions.MaxTokens))}.");
        return last is null
            ? new PlanRefusal([reason]) { Planning = used }
            : last with { Diagnostics = [reason, .. last.Diagnostics], Planning = used };
    }

    public void Dispose()
    {
        _either?.Dispose();
        _deadline?.Dispose();
    }
}
