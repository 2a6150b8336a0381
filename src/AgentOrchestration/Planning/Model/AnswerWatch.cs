using System.Globalization;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Planning.Model;

/// <summary>Gives up a streamed answer of which nothing arrives: no piece, or nothing but empty ones. Not thread-safe.</summary>
internal sealed class AnswerWatch : IDisposable
{
    /// <summary>Endpoints send empty pieces to keep a connection open, one in some seconds.</summary>
    private const int MostEmptyPieces = 10_000;

    private readonly TimeSpan? _maxIdleTime;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource? _idle;
    private readonly CancellationTokenSource? _either;
    private int _emptyPieces;

    /// <param name="maxIdleTime">How long nothing may arrive; <see langword="null"/> for no limit.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    public AnswerWatch(TimeSpan? maxIdleTime, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        _maxIdleTime = maxIdleTime;
        _caller = Token = cancellationToken;
        if (maxIdleTime is { } time)
        {
            _idle = new CancellationTokenSource(time, timeProvider);
            _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _idle.Token);
            Token = _either.Token;
        }
    }

    /// <summary>Gets a token that is cancelled by the caller, or when nothing has arrived for too long.</summary>
    public CancellationToken Token { get; }

    /// <summary>Gets whether nothing has arrived for too long.</summary>
    public bool IsIdle => _idle?.IsCancellationRequested == true && !_caller.IsCancellationRequested;

    /// <summary>Takes note of a piece.</summary>
    /// <param name="update">The piece.</param>
    /// <exception cref="InvalidPlanException">Too many empty pieces have arrived one after another.</exception>
    public void Observe(ChatResponseUpdate update)
    {
        if (!IsEmpty(update))
        {
            _emptyPieces = 0;
            _idle?.CancelAfter(_maxIdleTime!.Value);
        }
        else if (++_emptyPieces > MostEmptyPieces)
        {
            throw new InvalidPlanException(new PlanRefusal([AnswerDiagnostic.NoAnswer($"sent {MostEmptyPieces} empty pieces")]));
        }
    }

    /// <summary>Gets the error of an answer that was given up because nothing arrived.</summary>
    public PlanDiagnostic WhyIdle() => AnswerDiagnostic.NoAnswer(string.Create(CultureInfo.InvariantCulture, $"sent nothing for {_maxIdleTime!.Value.TotalSeconds:0.###} s"));

    /// <inheritdoc/>
    public void Dispose()
    {
        _either?.Dispose();
        _idle?.Dispose();
    }

    /// <summary>Gets whether a piece brings nothing: a role, a usage or an end comes once, and so do other contents.</summary>
    private static bool IsEmpty(ChatResponseUpdate update) => update.Contents.All(content => content switch
    {
        TextContent text => string.IsNullOrEmpty(text.Text),
        TextReasoningContent reasoning => string.IsNullOrEmpty(reasoning.Text),
        UsageContent => true,
        _ => false,
    });
}
