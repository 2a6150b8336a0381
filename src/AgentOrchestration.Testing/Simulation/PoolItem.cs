using System.Diagnostics;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>Finds out, from the stack, what happens to an item of the thread pool.</summary>
internal static class PoolItem
{
    private const string Pool = "System.Threading.ThreadPool";
    private const string PoolLoop = "System.Threading.ThreadPoolWorkQueue";

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

    /// <summary>Whether the pool itself has just cleared the calling thread's execution context, as it does after an item; others do it before they return.</summary>
    public static bool HasEnded()
    {
        bool isClearing = false;
        foreach (DiagnosticMethodInfo method in Stack())
        {
            if (method.DeclaringTypeName == typeof(ExecutionContext).FullName)
            {
                isClearing = true;
            }
            else if (isClearing)
            {
                return method.DeclaringTypeName == PoolLoop;
            }
        }

        return false;
    }

    private static IEnumerable<DiagnosticMethodInfo> Stack() => new StackTrace().GetFrames().Select(DiagnosticMethodInfo.Create).OfType<DiagnosticMethodInfo>();

    private static bool IsThrow(DiagnosticMethodInfo method) => method.Name == "ThrowAsync" && method.DeclaringTypeName == typeof(Task).FullName;
}
