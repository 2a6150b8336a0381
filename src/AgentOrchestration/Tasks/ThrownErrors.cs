using System.Reflection;

namespace AgentOrchestration.Tasks;

/// <summary>
/// Finds the errors that an exception carries: itself, and what an <see cref="AggregateException"/> or a
/// <see cref="TargetInvocationException"/> only wraps, at any depth.
/// </summary>
internal static class ThrownErrors
{
    public static IEnumerable<Exception> In(Exception exception)
    {
        // A stack instead of recursion: nothing limits how deep exceptions are nested.
        var open = new Stack<Exception>([exception]);
        while (open.TryPop(out Exception? next))
        {
            yield return next;
            if (next is AggregateException aggregate)
            {
                foreach (Exception inner in aggregate.InnerExceptions)
                {
                    open.Push(inner);
                }
            }
            else if (next is TargetInvocationException { InnerException: { } inner })
            {
                open.Push(inner);
            }
        }
    }
}
