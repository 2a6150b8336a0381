using System.Diagnostics;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>Finds out, from the stack, what happens to an item of the thread pool.</summary>
internal static class PoolItem
{
    private const string Pool = "System.Threading.ThreadPool";
    private const string PoolLoop = "System.Threading.ThreadPoolWorkQueue";
    private const string NewThread = "System.Threading.Thread+";

    // Assemblies of the runtime, all with names of this form.
    private const string Runtime = "System.";

    /// <summary>What the runtime queues continues code where it was; what calls UnsafeQueueUserWorkItem itself does not want that.</summary>
    public static PoolItemKind KindOfQueued()
    {
        bool isQueueing = false;
        bool flows = false;
        foreach (DiagnosticMethodInfo method in Stack())
        {
            if (method.DeclaringTypeName is Pool or PoolLoop)
            {
                isQueueing = true;
                flows |= method.Name == nameof(ThreadPool.QueueUserWorkItem);
            }
            else if (isQueueing)
            {
                return IsThrow(method) ? PoolItemKind.Throws
                    : flows || method.DeclaringAssemblyName.StartsWith(Runtime, StringComparison.Ordinal) ? PoolItemKind.Flows : PoolItemKind.Leaves;
            }
        }

        return PoolItemKind.Flows;
    }

    /// <summary>Whether the calling thread is one that has just been started, with the execution context of the thread that started it.</summary>
    public static bool IsNewThread() => Restoring() is not { } by || by == typeof(Thread).FullName || by.StartsWith(NewThread, StringComparison.Ordinal);

    /// <summary>Describes what brings code to the calling thread, and what to do instead.</summary>
    public static string Origin()
    {
        foreach (DiagnosticMethodInfo method in Stack())
        {
            if (method.DeclaringTypeName.StartsWith("System.Threading.Timer", StringComparison.Ordinal))
            {
                return "by a timer of the system's clock: give Task.Delay, WaitAsync, PeriodicTimer or CancellationTokenSource the context's TimeProvider";
            }

            if (method.DeclaringTypeName.StartsWith("System.Net.", StringComparison.Ordinal) || method.DeclaringTypeName.StartsWith("System.IO.", StringComparison.Ordinal))
            {
                return $"by I/O ({method.DeclaringTypeName}.{method.Name}): replace what does it with a fake, for example the handler of an HttpClient";
            }
        }

        return Thread.CurrentThread.IsThreadPoolThread
            ? "by work that was queued without its execution context (UnsafeQueueUserWorkItem, SuppressFlow) or by I/O: use Task.Run, or replace what does it with a fake"
            : "by a thread that does not belong to the pool: use Task.Run";
    }

    /// <summary>Whether the pool itself has just cleared the calling thread's execution context, as it does after an item; others do it before they return.</summary>
    public static bool HasEnded() => Restoring() == PoolLoop;

    /// <returns>The type that changes the calling thread's execution context; <see langword="null"/> when nothing else runs on the thread.</returns>
    private static string? Restoring() => Stack()
        .SkipWhile(static method => method.DeclaringTypeName != typeof(ExecutionContext).FullName)
        .FirstOrDefault(static method => method.DeclaringTypeName != typeof(ExecutionContext).FullName)?.DeclaringTypeName;

    private static IEnumerable<DiagnosticMethodInfo> Stack() => new StackTrace().GetFrames().Select(DiagnosticMethodInfo.Create).OfType<DiagnosticMethodInfo>();

    private static bool IsThrow(DiagnosticMethodInfo method) => method.Name == "ThrowAsync" && method.DeclaringTypeName == typeof(Task).FullName;
}
