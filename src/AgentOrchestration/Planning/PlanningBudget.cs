using System.Globalization;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Planning;

/// <summary>What the planning of one request has used and may use, over its first plan and those that take its place.</summary>
internal sealed class PlanningBudget : IDisposable
{
    private readonly PlanningOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly long _startedAt;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource? _either;
    private readonly PlanningUsage _before;
    private PlanningUsage _used;

    /// <param name="options">What may be used.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="before">What an earlier plan for the request has used; <see langword="null"/> when this is the first.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    public PlanningBudget(PlanningOptions options, TimeProvider timeProvider, PlanningUsage? before, CancellationToken cancellationToken)
    {
        _used = _before = before ?? new PlanningUsage();
        _options = options;
        _timeProvider = timeProvider;
        _startedAt = timeProvider.GetTimestamp();
        Token = cancellationToken;
        if (options.MaxTime is { } time)
        {
            _deadline = new CancellationTokenSource(time > _before.Duration ? time - _before.Duration : TimeSpan.Zero, timeProvider);
            _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline.Token);
            Token = _either.Token;
        }
    }

    /// <summary>Is cancelled by the caller, or when the time is over.</summary>
    public CancellationToken Token { get; }

    public PlanningUsage Used => _used with { Duration = _before.Duration + _timeProvider.GetElapsedTime(_startedAt) };

    public bool IsOutOfTime => _deadline?.IsCancellationRequested == true;

    public bool IsExhausted => IsOutOfTime || _used.Tokens >= _options.MaxTokens;

    /// <summary>Whether there is nothing left for another plan in place of one.</summary>
    public static bool IsUsedUp(PlanningOptions options, PlanningUsage? used) => used is not null && (used.Tokens >= options.MaxTokens || used.Duration >= options.MaxTime);

    /// <summary>Counts an answer, or that there was none.</summary>
    public void Count(PlanningUsage? usage) =>
        _used = (usage is null ? _used : _used.Plus(usage)) with { Rounds = _used.Rounds + Math.Max(1, usage?.Rounds ?? 1) };

    /// <summary>The refusal of a request for which nothing is left, with what was wrong with the last plan.</summary>
    public PlanRefusal Refuse(PlanRefusal? last)
    {
        PlanningUsage used = Used;
        string without = $"without {(_before.Rounds == 0 ? "a" : "another")} plan that passes the checks";
        var reason = new PlanDiagnostic(
            PlanDiagnosticCode.PlanningBudget,
            "",
            IsOutOfTime
                ? string.Create(CultureInfo.InvariantCulture, $"Planning has taken {used.Duration.TotalSeconds:0.###} s in {used.Rounds} rounds {without}; at most {_options.MaxTime!.Value.TotalSeconds:0.###} s are allowed.")
                : string.Create(CultureInfo.InvariantCulture, $"Planning has used {used.Tokens} tokens in {used.Rounds} rounds {without}; at most {_options.MaxTokens} are allowed."),
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
