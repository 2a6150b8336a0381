using AgentOrchestration.Plans;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tasks;

/// <summary>One attempt of one subtask, as its code sees it. Valid until the code returns.</summary>
public abstract class TaskContext
{
    /// <summary>Implemented by executors.</summary>
    private protected TaskContext()
    {
    }

    /// <summary>The run.</summary>
    public abstract string RunId { get; }

    /// <summary>The subtask.</summary>
    public abstract Subtask Subtask { get; }

    /// <summary>The task type whose code runs.</summary>
    public abstract TaskDescriptor TaskType { get; }

    /// <summary>Which try of the subtask this is, from 1.</summary>
    public abstract int Attempt { get; }

    /// <summary>
    /// The same for every attempt of the subtask, also after a crash. Send it with every change made outside, so that the receiver
    /// can tell a repetition from a new request.
    /// </summary>
    public string IdempotencyKey => $"{RunId}/{Subtask.Id}";

    /// <summary>The services of the attempt's own scope, disposed when the attempt's code has returned.</summary>
    public abstract IServiceProvider Services { get; }

    /// <summary>The clock to use instead of the system's.</summary>
    public abstract TimeProvider TimeProvider { get; }

    /// <summary>The application's chat client.</summary>
    /// <exception cref="InvalidOperationException">The application has registered none.</exception>
    public IChatClient Chat => Services.GetService<IChatClient>()
        ?? throw new InvalidOperationException($"The subtask '{Subtask.Id}' wants a chat client, but none is registered: call services.AddChatClient(…).");

    /// <summary>Tells how far the work is. Never throws, never waits. Safe to call from any thread.</summary>
    /// <param name="fraction">From 0 to 1; values outside are clamped, not-a-number counts as 0.</param>
    /// <param name="message">What is being done. Default: none.</param>
    public abstract void ReportProgress(double fraction, string? message = null);
}
